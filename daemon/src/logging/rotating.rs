//! A log file that never grows beyond a limit: when it is full it becomes `heimdexd.1.log`, that `heimdexd.2.log`, and so
//! on; the oldest goes.

use std::io::{self, Write};
use std::path::PathBuf;

use fs_err::os::unix::fs::OpenOptionsExt as _;
use fs_err::{self as fs, File};

const NAME: &str = "heimdexd";

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The most bytes of a file.
    pub(super) bytes: u64,
    /// How many full ones are kept beside the present one.
    pub(super) kept: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            kept: 4,
        }
    }
}

/// The present file.
#[derive(Debug)]
pub(super) struct RotatingFile {
    directory: PathBuf,
    limits: Limits,
    file: File,
    written: u64,
}

impl RotatingFile {
    /// Goes on with the file that is there.
    pub(super) fn open(directory: PathBuf, limits: Limits) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        let file = append(&directory.join(format!("{NAME}.log")))?;
        let written = file.metadata()?.len();
        Ok(Self {
            directory,
            limits,
            file,
            written,
        })
    }

    fn rotate(&mut self) -> io::Result<()> {
        let numbered = |number: u32| self.directory.join(format!("{NAME}.{number}.log"));
        let present = self.directory.join(format!("{NAME}.log"));
        for number in (1..self.limits.kept).rev() {
            match fs::rename(numbered(number), numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&present, numbered(1))?;
        self.file = append(&present)?;
        self.written = 0;
        Ok(())
    }
}

/// Paths and names of videos are nobody else's business.
fn append(path: &std::path::Path) -> io::Result<File> {
    File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

/// One call is one line.
impl Write for RotatingFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.written > 0 && self.written + line.len() as u64 > self.limits.bytes {
            // A file that cannot be put aside grows on: a long log is better than none.
            let _ = self.rotate();
        }
        let count = self.file.write(line)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_files_are_put_aside_and_the_oldest_goes() {
        let home = tempfile::tempdir().unwrap();
        let limits = Limits { bytes: 10, kept: 2 };
        let mut log = RotatingFile::open(home.path().join("logs"), limits).unwrap();
        for number in 1..=9 {
            log.write_all(format!("line{number}\n").as_bytes()).unwrap();
        }
        drop(log);
        let mut log = RotatingFile::open(home.path().join("logs"), limits).unwrap();
        log.write_all(b"again\n").unwrap();
        let read = |name: &str| fs::read_to_string(home.path().join("logs").join(name)).unwrap();
        assert_eq!(read("heimdexd.log"), "again\n");
        assert_eq!(read("heimdexd.1.log"), "line9\n");
        assert_eq!(read("heimdexd.2.log"), "line8\n");
        assert_eq!(fs::read_dir(home.path().join("logs")).unwrap().count(), 3);
    }
}
