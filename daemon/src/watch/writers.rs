//! Who has a file open for writing.
//!
//! A read lease is refused while anybody has; it is given for one's own files alone, and given back at once. For other
//! files, and to know who it is, `/proc` is asked as far as it may be read.

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::sync::Arc;

use fs_err as fs;

use super::settle::Writer;

/// A file by number.
type Number = (u64, u64);

/// Who has which files open for writing, as `/proc` told at one moment.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    held: HashMap<Number, Holder>,
    /// Whether every process could be looked at.
    is_complete: bool,
}

#[derive(Debug, Clone)]
struct Holder {
    program: String,
    /// What else the process reads: how long each is, and the end of its name.
    reads: Vec<(u64, Vec<u8>)>,
}

/// Whether anybody has the file open for writing; `None` where the system does not say.
#[cfg(target_os = "linux")]
pub(super) fn is_written(file: &File) -> Option<bool> {
    use rustix::io::Errno;

    /// As the kernel numbers it; libc leaves it out.
    const F_SETSIG: libc::c_int = 10;
    let fd = file.as_raw_fd();
    #[expect(unsafe_code, reason = "leases have no safe wrapper")]
    let control = |command: libc::c_int, value: libc::c_int| {
        // SAFETY: no memory is passed, and the borrow of the file keeps its descriptor open.
        unsafe { libc::fcntl(fd, command, value) }
    };
    // Who opens the file between the next two calls would have SIGIO sent to us, which ends a process; this one does not.
    if control(F_SETSIG, libc::SIGURG) != 0 {
        return None;
    }
    if control(libc::F_SETLEASE, libc::F_RDLCK) == 0 {
        control(libc::F_SETLEASE, libc::F_UNLCK);
        return Some(false);
    }
    let refused = std::io::Error::last_os_error();
    (Errno::from_io_error(&refused) == Some(Errno::AGAIN)).then_some(true)
}

/// Other systems have no leases.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_written(_file: &File) -> Option<bool> {
    None
}

/// Who has the file open for writing, by both ways; `holders` is asked only where it must be.
pub(super) fn writer(
    file: &File,
    number: Number,
    holders: impl FnOnce() -> Arc<Holders>,
) -> Writer {
    match is_written(file) {
        Some(false) => Writer::Nobody,
        Some(true) => Writer::Some {
            program: holders().program(number),
        },
        None => holders().writer(number),
    }
}

impl Holders {
    /// Looks at every process that may be looked at.
    pub(crate) fn look() -> Self {
        let Ok(processes) = fs::read_dir("/proc") else {
            return Self::default();
        };
        let own = std::process::id().to_string();
        let mut holders = Self {
            held: HashMap::new(),
            is_complete: true,
        };
        for process in processes.filter_map(Result::ok) {
            let name = process.file_name();
            let is_process = name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
            if is_process && name != own.as_str() {
                holders.look_at(&process.path());
            }
        }
        holders
    }

    fn look_at(&mut self, process: &Path) {
        let open = match fs::read_dir(process.join("fd")) {
            Ok(open) => open,
            Err(error) => {
                self.is_complete &= error.kind() == std::io::ErrorKind::NotFound;
                return;
            }
        };
        let (mut written, mut reads) = (Vec::new(), Vec::new());
        for descriptor in open.filter_map(Result::ok) {
            let path = descriptor.path();
            let Ok(stat) = rustix::fs::stat(&path) else {
                continue;
            };
            if !rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file() {
                continue;
            }
            if is_for_writing(process, &descriptor.file_name()) {
                written.push((stat.st_dev, stat.st_ino));
            } else if let Ok(target) = fs::read_link(&path) {
                let size = u64::try_from(stat.st_size).unwrap_or(0);
                reads.push((size, ending(&target)));
            }
        }
        if written.is_empty() {
            return;
        }
        let program = fs::read_to_string(process.join("comm")).unwrap_or_default();
        let holder = Holder {
            program: program.trim().to_owned(),
            reads,
        };
        for number in written {
            self.held.insert(number, holder.clone());
        }
    }

    /// The program that has the file open for writing.
    pub(super) fn program(&self, number: Number) -> Option<String> {
        self.held.get(&number).map(|holder| holder.program.clone())
    }

    fn writer(&self, number: Number) -> Writer {
        match self.program(number) {
            Some(program) => Writer::Some {
                program: Some(program),
            },
            None if self.is_complete => Writer::Nobody,
            None => Writer::Unknown,
        }
    }

    /// How long the file will be: as long as the one file of the same kind that its writer reads, where there is one
    /// and it is longer.
    pub(super) fn target(&self, number: Number, path: &Path, size: u64) -> Option<u64> {
        let wanted = ending(path);
        let reads = &self.held.get(&number)?.reads;
        let mut same = reads.iter().filter(|(_, ending)| *ending == wanted);
        match (same.next(), same.next()) {
            (Some((target, _)), None) => Some(*target).filter(|target| *target > size),
            _ => None,
        }
    }
}

/// As `/proc/PID/fdinfo` has it, in octal.
fn is_for_writing(process: &Path, descriptor: &std::ffi::OsStr) -> bool {
    const ACCESS: u32 = 0o3;
    let info = fs::read_to_string(process.join("fdinfo").join(descriptor)).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags
        .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
        .is_some_and(|flags| flags & ACCESS != 0)
}

/// The extension, in one spelling.
fn ending(path: &Path) -> Vec<u8> {
    path.extension()
        .map(|extension| extension.as_encoded_bytes().to_ascii_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    fn number(path: &Path) -> Number {
        let metadata = fs::metadata(path).unwrap();
        (metadata.dev(), metadata.ino())
    }

    #[test]
    fn a_file_open_for_writing_is_told_from_one_that_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("film.mp4");
        fs::write(&path, "x").unwrap();
        let reader = fs::File::open(&path).unwrap().into_file();
        let _other = fs::File::open(&path).unwrap();
        assert_eq!(is_written(&reader), Some(false));
        let writer = fs::OpenOptions::new().append(true).open(&path).unwrap();
        assert_eq!(is_written(&reader), Some(true));
        drop(writer);
        assert_eq!(is_written(&reader), Some(false));
    }

    #[test]
    fn whoever_opens_a_file_that_is_asked_about_ends_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("film.mp4");
        fs::write(&path, "x").unwrap();
        let reader = fs::File::open(&path).unwrap().into_file();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    drop(fs::OpenOptions::new().append(true).open(&path));
                }
            });
            for _ in 0..2000 {
                let _told = is_written(&reader);
            }
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }

    #[test]
    fn a_copy_in_another_process_is_found_with_what_it_copies() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (
            directory.path().join("a.MP4"),
            directory.path().join("b.mp4"),
        );
        fs::write(&from, "0123456789").unwrap();
        fs::write(&to, "012").unwrap();
        // A shell that holds both until its standard input ends.
        let mut shell = std::process::Command::new("sh")
            .args(["-c", "echo open; read line", "sh"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(
                fs::OpenOptions::new()
                    .append(true)
                    .open(&to)
                    .unwrap()
                    .into_file(),
            )
            .spawn()
            .unwrap();
        let mut told = [0; 5];
        std::io::Read::read_exact(shell.stdout.as_mut().unwrap(), &mut told).unwrap();
        let holders = Holders::look();
        assert_eq!(holders.program(number(&to)).as_deref(), Some("sh"));
        assert_eq!(holders.program(number(&from)), None);
        drop(shell.stdin.take());
        shell.wait().unwrap();
        assert_eq!(Holders::look().program(number(&to)), None);
    }

    #[test]
    fn what_a_writer_reads_says_how_long_the_copy_will_be() {
        let holder = |reads: &[(u64, &str)]| Holders {
            held: HashMap::from([(
                (1, 2),
                Holder {
                    program: "cp".into(),
                    reads: reads
                        .iter()
                        .map(|(size, end)| (*size, end.as_bytes().to_vec()))
                        .collect(),
                },
            )]),
            is_complete: true,
        };
        let target = |holders: &Holders| holders.target((1, 2), Path::new("/x/b.MP4"), 5);
        assert_eq!(target(&holder(&[(10, "mp4"), (99, "so")])), Some(10));
        // Two of them, a shorter one, none: nobody can tell.
        assert_eq!(target(&holder(&[(10, "mp4"), (11, "mp4")])), None);
        assert_eq!(target(&holder(&[(4, "mp4")])), None);
        assert_eq!(target(&holder(&[])), None);
    }
}
