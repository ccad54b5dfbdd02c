//! What an error of the embedded store says of the bytes themselves. Pure.

use std::error::Error;
use std::io;

use crate::objects::ObjectsError;

/// What Linux and the BSDs call an error of the medium.
const EIO: i32 = 5;

/// Why bytes are lost that the store lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// A file is gone, or a part of it.
    File,
    /// The disk cannot read it.
    Sector,
}

/// Whether an error of looking at an object's files says that bytes are lost; `None` where waiting may heal it.
///
/// Of a store elsewhere these words would speak of the way to it: ask only about the embedded one.
#[must_use]
pub fn lost(error: &ObjectsError) -> Option<Lost> {
    if matches!(error, ObjectsError::NotFound | ObjectsError::Damaged) {
        return Some(Lost::File);
    }
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(of_disk) = cause.downcast_ref::<io::Error>() {
            match of_disk.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => return Some(Lost::File),
                _ if of_disk.raw_os_error() == Some(EIO) => return Some(Lost::Sector),
                _ => {}
            }
        }
        next = cause.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_files_and_dead_sectors_are_told_from_outages() {
        let of = |error: io::Error| lost(&ObjectsError::Unavailable(Box::new(error)));
        assert_eq!(of(io::ErrorKind::NotFound.into()), Some(Lost::File));
        assert_eq!(of(io::ErrorKind::UnexpectedEof.into()), Some(Lost::File));
        assert_eq!(of(io::Error::from_raw_os_error(EIO)), Some(Lost::Sector));
        assert_eq!(of(io::ErrorKind::ConnectionReset.into()), None);
        assert_eq!(lost(&ObjectsError::NotFound), Some(Lost::File));
        assert_eq!(lost(&ObjectsError::Damaged), Some(Lost::File));
    }
}
