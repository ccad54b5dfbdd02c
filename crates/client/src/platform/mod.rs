//! What systems do differently, in one place: nothing else in the client or the command line names one of them.
//!
//! `unix` is what runs, and is tested. `elsewhere` is written for Windows and has been neither built nor run there.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(not(unix))]
use elsewhere as system;
#[cfg(unix)]
use unix as system;

#[cfg(unix)]
pub use system::stamp;
pub use system::{
    as_name, bytes_of, device_number, facts, host_name, is_at, is_private, name_from_bytes,
    never_block, owner_only, session_directory, special, user_number,
};

/// What a system says of a file beside its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The file system it is on; 0 where that has no number.
    pub device: u64,
    /// Its number there; 0 where it has none.
    pub inode: u64,
    /// When its bytes last changed, in microseconds.
    pub mtime: i64,
    /// When anything of it last changed, in microseconds; when it was made where that is not known.
    pub ctime: i64,
    /// Whether it still has a name.
    pub has_name: bool,
}

/// Fills the buffer from a position of the file, whatever its cursor is.
pub fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match read_at(file, &mut bytes[done..], at + done as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads at a position of the file, whatever its cursor is; how many bytes.
pub fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    system::read_at(file, bytes, at)
}

/// Writes all of it at a position of the file, whatever its cursor is.
pub fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match system::write_at(file, &bytes[done..], at + done as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes the names in a directory durable, where a system has that.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    system::sync_directory(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_and_written_whole() {
        let file = tempfile::tempfile().unwrap();
        write_all_at(&file, b"abcdef", 2).unwrap();
        let mut bytes = [0; 4];
        read_exact_at(&file, &mut bytes, 4).unwrap();
        assert_eq!(&bytes, b"cdef");
        let end = read_exact_at(&file, &mut bytes, 5).unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(read_at(&file, &mut bytes, 8).unwrap(), 0);
    }

    #[test]
    fn a_name_comes_back_from_its_bytes() {
        let name = std::ffi::OsStr::new("Zoë 日本.mp4");
        assert_eq!(name_from_bytes(bytes_of(name)), name);
    }

    #[test]
    fn a_file_that_was_replaced_is_not_there_any_more() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let file = fs_err::File::create_new(&path).unwrap().into_file();
        assert!(is_at(&file, &path).unwrap());
        assert!(facts(&file.metadata().unwrap()).has_name);
        fs_err::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        assert!(!facts(&file.metadata().unwrap()).has_name);
    }
}
