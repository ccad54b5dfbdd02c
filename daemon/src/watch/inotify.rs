//! What the kernel tells of folders: watches on them, and what happened.
//!
//! The watch of a folder is set before it is listed, so that nothing is made between the two unseen. That order is why
//! inotify is used directly: a library that walks by itself tells of a new folder first and watches it afterwards.

use std::collections::{BTreeMap, HashMap};
use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::ops::Bound;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// So many bytes of events are read at once.
const BUFFER: usize = 32 << 10;

/// Watches on folders, by the bytes of their paths within the watch.
#[derive(Debug)]
pub(super) struct Inotify {
    fd: OwnedFd,
    folders: HashMap<i32, Arc<[u8]>>,
    numbers: BTreeMap<Arc<[u8]>, i32>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A folder came: it is to be watched, then listed.
    Folder(Vec<u8>),
    /// A folder's own entry changed, perhaps its permissions.
    FolderTouched(Vec<u8>),
    /// A folder, and all below it, is there no longer.
    FolderGone(Vec<u8>),
    /// A file is there, or changed.
    File {
        path: Vec<u8>,
        /// Which rename brought it here, where one did.
        cookie: Option<u32>,
        is_new: bool,
    },
    /// A name is there no longer.
    Gone {
        path: Vec<u8>,
        /// Which rename took it away, where one did.
        cookie: Option<u32>,
    },
    /// The root itself went, or was mounted over or away.
    Root,
    /// More happened than the kernel could keep.
    Overflow,
}

/// Why a folder is not watched.
#[derive(Debug)]
pub(super) enum Refused {
    /// A limit of the system.
    Limit {
        /// The name that lifts it, as `sysctl` knows it.
        sysctl: &'static str,
    },
    /// It went, is no folder, or cannot be looked into.
    Other(io::Error),
}

impl Inotify {
    pub(super) fn new() -> Result<Self, Refused> {
        let fd = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK);
        let fd = fd.map_err(|errno| match errno {
            Errno::MFILE => Refused::Limit {
                sysctl: "fs.inotify.max_user_instances",
            },
            other => Refused::Other(other.into()),
        })?;
        Ok(Self {
            fd,
            folders: HashMap::new(),
            numbers: BTreeMap::new(),
        })
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Watches one folder; `path` is where it is, `relative` what it is called within the watch.
    pub(super) fn watch(&mut self, path: &Path, relative: &[u8]) -> Result<(), Refused> {
        let flags = WatchFlags::CREATE
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::ATTRIB
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::DELETE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR
            | WatchFlags::EXCL_UNLINK;
        let number = inotify::add_watch(&self.fd, path, flags).map_err(|errno| match errno {
            Errno::NOSPC => Refused::Limit {
                sysctl: "fs.inotify.max_user_watches",
            },
            other => Refused::Other(other.into()),
        })?;
        let known = self.folders.get(&number);
        if known.is_none_or(|known| **known != *relative) {
            let relative: Arc<[u8]> = relative.into();
            // It was moved here: its old name is no longer its own.
            if let Some(before) = self.folders.insert(number, Arc::clone(&relative))
                && self.numbers.get(&before) == Some(&number)
            {
                self.numbers.remove(&before);
            }
            if let Some(before) = self.numbers.insert(relative, number) {
                self.drop_number(before);
            }
        }
        Ok(())
    }

    /// Ends the watches of a folder and all below it.
    pub(super) fn forget(&mut self, relative: &[u8]) {
        let mut below: Vec<Arc<[u8]>> = Vec::new();
        let from: (Bound<&[u8]>, Bound<&[u8]>) = (Bound::Included(relative), Bound::Unbounded);
        for (folder, _) in self.numbers.range::<[u8], _>(from) {
            if !folder.starts_with(relative) {
                break;
            }
            if relative.is_empty() || matches!(folder.get(relative.len()), None | Some(b'/')) {
                below.push(Arc::clone(folder));
            }
        }
        for folder in below {
            if let Some(number) = self.numbers.remove(&folder) {
                self.drop_number(number);
            }
        }
    }

    fn drop_number(&mut self, number: i32) {
        self.folders.remove(&number);
        // It may have gone by itself.
        let _gone = inotify::remove_watch(&self.fd, number);
    }

    /// What happened since; empty where nothing did.
    pub(super) fn read(&mut self) -> io::Result<Vec<Event>> {
        let mut buffer = vec![MaybeUninit::uninit(); BUFFER];
        let mut events = Vec::new();
        let mut ended = Vec::new();
        let mut reader = Reader::new(&self.fd, &mut buffer);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::WOULDBLOCK) => break,
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(errno.into()),
            };
            let flags = event.events();
            if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
                events.push(Event::Overflow);
            } else if flags.contains(ReadFlags::IGNORED) {
                ended.push(event.wd());
                self.folders.get(&event.wd()).inspect(|folder| {
                    if folder.is_empty() {
                        events.push(Event::Root);
                    }
                });
            } else if let Some(folder) = self.folders.get(&event.wd()) {
                events.extend(said(folder, flags, event.file_name(), event.cookie()));
            }
            // One round is a bounded one; the rest is told in the next.
            if reader.is_buffer_empty() && events.len() > BUFFER / 32 {
                break;
            }
        }
        for number in ended {
            if let Some(folder) = self.folders.remove(&number)
                && self.numbers.get(&folder) == Some(&number)
            {
                self.numbers.remove(&folder);
            }
        }
        Ok(events)
    }
}

/// What one event says.
fn said(folder: &[u8], flags: ReadFlags, name: Option<&CStr>, cookie: u32) -> Option<Event> {
    let Some(name) = name.map(CStr::to_bytes).filter(|name| !name.is_empty()) else {
        let of_itself = ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::UNMOUNT;
        return (folder.is_empty() && flags.intersects(of_itself)).then_some(Event::Root);
    };
    let path = joined(folder, name);
    let is_folder = flags.contains(ReadFlags::ISDIR);
    let is_rename = flags.intersects(ReadFlags::MOVED_FROM | ReadFlags::MOVED_TO);
    let cookie = is_rename.then_some(cookie);
    let is_gone = flags.intersects(ReadFlags::DELETE | ReadFlags::MOVED_FROM);
    let is_new = flags.intersects(ReadFlags::CREATE | ReadFlags::MOVED_TO);
    match (is_folder, is_gone) {
        (true, true) => Some(Event::FolderGone(path)),
        (true, false) if is_new => Some(Event::Folder(path)),
        (true, false) => Some(Event::FolderTouched(path)),
        (false, true) => Some(Event::Gone { path, cookie }),
        (false, false) => Some(Event::File {
            path,
            cookie,
            is_new,
        }),
    }
}

/// A name in a folder of the watch.
pub(super) fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        return name.to_vec();
    }
    [folder, b"/", name].concat()
}

#[cfg(test)]
mod tests {
    use fs_err as fs;

    use super::*;

    fn file(path: &str, is_new: bool) -> Event {
        Event::File {
            path: path.into(),
            cookie: None,
            is_new,
        }
    }

    #[test]
    fn files_and_folders_are_told_of_by_their_paths() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir(root.join("a")).unwrap();
        let mut inotify = Inotify::new().unwrap();
        inotify.watch(root, b"").unwrap();
        inotify.watch(&root.join("a"), b"a").unwrap();
        fs::write(root.join("a/x"), "x").unwrap();
        fs::create_dir(root.join("b")).unwrap();
        fs::remove_file(root.join("a/x")).unwrap();
        let events = inotify.read().unwrap();
        let gone = Event::Gone {
            path: b"a/x".to_vec(),
            cookie: None,
        };
        let expected = [
            file("a/x", true),
            file("a/x", false),
            Event::Folder(b"b".to_vec()),
            gone,
        ];
        assert_eq!(events, expected);
        assert!(inotify.read().unwrap().is_empty());
    }

    #[test]
    fn a_rename_is_told_with_one_cookie_on_both_sides() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::write(root.join("x"), "x").unwrap();
        let mut inotify = Inotify::new().unwrap();
        inotify.watch(root, b"").unwrap();
        fs::rename(root.join("x"), root.join("y")).unwrap();
        let events = inotify.read().unwrap();
        let [
            Event::Gone {
                path: from,
                cookie: Some(out),
            },
            Event::File {
                path: to,
                cookie: Some(into),
                ..
            },
        ] = &events[..]
        else {
            panic!("{events:?}");
        };
        assert_eq!((&from[..], &to[..], out), (&b"x"[..], &b"y"[..], into));
    }

    #[test]
    fn a_folder_that_moves_is_known_by_its_new_name_alone() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("a/inner")).unwrap();
        fs::create_dir(root.join("ab")).unwrap();
        let mut inotify = Inotify::new().unwrap();
        for folder in ["", "a", "a/inner", "ab"] {
            inotify
                .watch(&root.join(folder), folder.as_bytes())
                .unwrap();
        }
        fs::rename(root.join("a"), root.join("c")).unwrap();
        // The new name is watched before the old one is told to be gone, or after.
        inotify.watch(&root.join("c"), b"c").unwrap();
        let events = inotify.read().unwrap();
        assert_eq!(
            events,
            [
                Event::FolderGone(b"a".to_vec()),
                Event::Folder(b"c".to_vec())
            ]
        );
        inotify.forget(b"a");
        inotify.watch(&root.join("c/inner"), b"c/inner").unwrap();
        assert_eq!(inotify.folders.len(), 4);
        fs::write(root.join("c/x"), "").unwrap();
        fs::write(root.join("c/inner/y"), "").unwrap();
        fs::write(root.join("ab/z"), "").unwrap();
        let mut told: Vec<_> = inotify.read().unwrap();
        told.retain(|event| matches!(event, Event::File { is_new: true, .. }));
        assert_eq!(
            told,
            [
                file("c/x", true),
                file("c/inner/y", true),
                file("ab/z", true)
            ]
        );
    }

    #[test]
    fn a_root_that_goes_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        fs::create_dir(&root).unwrap();
        let mut inotify = Inotify::new().unwrap();
        inotify.watch(&root, b"").unwrap();
        fs::rename(&root, directory.path().join("elsewhere")).unwrap();
        assert_eq!(inotify.read().unwrap(), [Event::Root]);
    }

    #[test]
    fn more_than_the_kernel_keeps_is_said() {
        let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        let most: usize = most.trim().parse().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let mut inotify = Inotify::new().unwrap();
        inotify.watch(directory.path(), b"").unwrap();
        // Each is made, closed and deleted.
        for number in 0..=most / 3 {
            let path = directory.path().join(number.to_string());
            fs::write(&path, "").unwrap();
            fs::remove_file(&path).unwrap();
        }
        let mut told = Vec::new();
        loop {
            let events = inotify.read().unwrap();
            if events.is_empty() {
                break;
            }
            told.extend(events);
        }
        assert_eq!(told.last(), Some(&Event::Overflow));
        // And from then on it tells again.
        fs::write(directory.path().join("late"), "").unwrap();
        assert_eq!(inotify.read().unwrap()[0], file("late", true));
    }
}
