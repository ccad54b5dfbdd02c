//! Why a file cannot be used, in words for people: those of the standard library are for programmers.

use std::borrow::Cow;
use std::io;

/// What a failure to look at, read or write a file means, to be said behind its name and a colon.
#[must_use]
pub fn reason(error: &io::Error) -> Cow<'static, str> {
    Cow::Borrowed(match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder",
        io::ErrorKind::AlreadyExists => "something of that name is there already",
        io::ErrorKind::IsADirectory => "it is a folder",
        io::ErrorKind::NotADirectory => "what it is to lie in is no folder",
        io::ErrorKind::StorageFull => "the disk is full",
        io::ErrorKind::QuotaExceeded => "this disk's quota is used up",
        io::ErrorKind::ReadOnlyFilesystem => "nothing can be written on this disk",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            "the system takes no such name"
        }
        kind => return Cow::Owned(kind.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_meet_is_said_in_their_words() {
        let of = |kind: io::ErrorKind| reason(&kind.into());
        assert_eq!(
            of(io::ErrorKind::NotFound),
            "there is no such file or folder"
        );
        assert_eq!(of(io::ErrorKind::StorageFull), "the disk is full");
        assert_eq!(of(io::ErrorKind::PermissionDenied), "permission denied");
        let zero = fs_err::metadata("a\0b").unwrap_err();
        assert_eq!(reason(&zero), "the system takes no such name");
    }
}
