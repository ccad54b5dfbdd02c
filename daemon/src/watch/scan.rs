//! Looks through a folder and all below it: what is taken, what is left out, and by what.
//!
//! Nothing is opened but folders, no link is followed, and each folder is watched before it is listed.

use std::collections::BTreeSet;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use fs_err as fs;
use heimdex_api::path;
use heimdex_client::journal::FileStamp;
use heimdex_client::platform;
use heimdex_client::watch::{InTree, Left, Matcher, Verdict};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir};

use super::inotify::{Inotify, Refused, joined};
use super::known::Place;
use super::place::Ground;

/// The rules of a folder, for itself and all below it.
pub(super) const RULES_FILE: &[u8] = b".heimdexignore";
/// Longer ones are no rules that a person wrote.
const RULES_MOST: u64 = 1 << 20;
/// Names are read so many bytes at once.
const BUFFER: usize = 32 << 10;

/// What a look through a folder needs to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'a> {
    /// The folder under watch.
    pub(super) root: &'a Path,
    pub(super) matcher: &'a Matcher,
    /// Roots of other watches of the same account within it.
    pub(super) others: &'a BTreeSet<Vec<u8>>,
}

/// Something in a folder.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// A file that is taken.
    File {
        /// Its path within the watch.
        relative: &'a [u8],
        place: Place,
        stamp: FileStamp,
        ground: &'a Arc<Ground>,
        /// The path of its ground's folder within the watch.
        folder: &'a [u8],
    },
    /// Something that is left out, and its bytes where it is a file.
    Left { left: Left, bytes: u64 },
    /// A folder or file that cannot be looked at.
    Unreadable {
        relative: &'a [u8],
        error: io::Error,
    },
    /// A `.heimdexignore` has a line that is no rule.
    Wrong { folder: &'a [u8], line: String },
}

/// What is said of the look as a whole.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// A limit of the system keeps folders from being watched.
    pub(super) limit: Option<&'static str>,
    /// A file system below does not tell of all changes.
    pub(super) deaf: Option<&'static str>,
    /// Something could not be looked at: what was not seen may be there all the same.
    pub(super) is_partial: bool,
}

/// A folder that is still to be looked into.
struct Folder {
    relative: Vec<u8>,
    ground: Arc<Ground>,
    /// The ground's own folder within the watch.
    top: Rc<[u8]>,
    in_tree: Rc<[InTree]>,
}

impl Scan<'_> {
    /// Looks through the folder at `from`. Blocks.
    pub(super) fn walk(
        &self,
        from: &[u8],
        mut inotify: Option<&mut Inotify>,
        found: &mut dyn FnMut(Found<'_>),
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut folders = match self.first(from) {
            Ok(folder) => vec![folder],
            Err(error) => {
                let is_gone = error.kind() == io::ErrorKind::NotFound && !from.is_empty();
                outcome.is_partial = !is_gone;
                if !is_gone {
                    found(Found::Unreadable {
                        relative: from,
                        error,
                    });
                }
                return outcome;
            }
        };
        let mut buffer = vec![MaybeUninit::uninit(); BUFFER];
        while let Some(folder) = folders.pop() {
            let watched = inotify.as_deref_mut().map(|inotify| {
                let path = self.path(&folder.relative);
                inotify.watch(&path, &folder.relative)
            });
            if let Some(Err(Refused::Limit { sysctl })) = watched {
                outcome.limit = Some(sysctl);
                inotify = None;
            }
            let looked = self.look_into(&folder, &mut buffer, &mut folders, &mut outcome, found);
            match looked {
                Ok(()) => {}
                // It went while the others were looked at.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    outcome.is_partial = true;
                    let relative = &folder.relative;
                    found(Found::Unreadable { relative, error });
                }
            }
        }
        outcome
    }

    /// Where something in the watch is.
    pub(super) fn path(&self, relative: &[u8]) -> PathBuf {
        if relative.is_empty() {
            return self.root.to_owned();
        }
        self.root.join(platform::as_name(relative))
    }

    /// The rules that lie in the folders above something in the watch, the outermost first.
    pub(super) fn rules_above(&self, relative: &[u8]) -> Vec<InTree> {
        let slashes = relative.iter().enumerate();
        let ends = slashes.filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        let folders = [&b""[..]]
            .into_iter()
            .chain(ends.map(|end| &relative[..end]));
        folders
            .filter_map(|folder| Some(self.rules_in(folder)?.0))
            .collect()
    }

    fn rules_in(&self, folder: &[u8]) -> Option<(InTree, Vec<String>)> {
        let path = self.path(&joined(folder, RULES_FILE));
        let metadata = fs::symlink_metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > RULES_MOST {
            return None;
        }
        let text = fs::read(&path).ok()?;
        let (rules, wrong) = InTree::new(folder, &String::from_utf8_lossy(&text));
        Some((rules, wrong.into_iter().map(|error| error.line).collect()))
    }

    fn first(&self, from: &[u8]) -> io::Result<Folder> {
        let path = self.path(from);
        Ok(Folder {
            relative: from.to_vec(),
            ground: Arc::new(Ground::of(&path)?),
            top: from.into(),
            in_tree: self.rules_above(from).into(),
        })
    }

    fn look_into(
        &self,
        folder: &Folder,
        buffer: &mut [MaybeUninit<u8>],
        folders: &mut Vec<Folder>,
        outcome: &mut Outcome,
        found: &mut dyn FnMut(Found<'_>),
    ) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = self.path(&folder.relative);
        // The root may be a link that a person set; what is below it is not followed.
        let flags = if folder.relative.is_empty() {
            flags.difference(OFlags::NOFOLLOW)
        } else {
            flags
        };
        let directory = rustix::fs::open(&path, flags, Mode::empty())?;
        let (ground, top) = if rustix::fs::fstat(&directory)?.st_dev == folder.ground.device {
            (Arc::clone(&folder.ground), Rc::clone(&folder.top))
        } else {
            (
                Arc::new(Ground::of(&path)?),
                folder.relative.as_slice().into(),
            )
        };
        outcome.deaf = outcome.deaf.or(ground.deaf);
        let mut in_tree = Rc::clone(&folder.in_tree);
        if let Some((rules, wrong)) = self.rules_in(&folder.relative) {
            in_tree = in_tree.iter().cloned().chain([rules]).collect();
            for line in wrong {
                let folder = &folder.relative;
                found(Found::Wrong { folder, line });
            }
        }
        let inside = Folder {
            relative: folder.relative.clone(),
            ground,
            top,
            in_tree,
        };
        self.list(&inside, &directory, buffer, folders, outcome, found)
    }

    fn list(
        &self,
        folder: &Folder,
        directory: &OwnedFd,
        buffer: &mut [MaybeUninit<u8>],
        folders: &mut Vec<Folder>,
        outcome: &mut Outcome,
        found: &mut dyn FnMut(Found<'_>),
    ) -> io::Result<()> {
        let below = folder.relative.get(folder.top.len()..).unwrap_or_default();
        let below = below.strip_prefix(b"/").unwrap_or(below);
        let inner = folder.ground.path_of(below);
        let fs_id = &folder.ground.key.fs_id;
        let mut relative = folder.relative.clone();
        if !relative.is_empty() {
            relative.push(b'/');
        }
        let stem = relative.len();
        let mut names = RawDir::new(directory, buffer);
        while let Some(entry) = names.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            relative.truncate(stem);
            relative.extend_from_slice(name);
            let looked = self.look_at(
                directory,
                entry.file_name(),
                entry.file_type(),
                &relative,
                folder,
            );
            match looked {
                Ok(Looked::Folder) => folders.push(Folder {
                    relative: relative.clone(),
                    ground: Arc::clone(&folder.ground),
                    top: Rc::clone(&folder.top),
                    in_tree: Rc::clone(&folder.in_tree),
                }),
                Ok(Looked::File(stamp)) => found(Found::File {
                    relative: &relative,
                    place: Place::new(fs_id, &inner, name),
                    stamp,
                    ground: &folder.ground,
                    folder: &folder.top,
                }),
                Ok(Looked::Left(left, bytes)) => found(Found::Left { left, bytes }),
                // It went between the list and the look.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    outcome.is_partial = true;
                    let relative = &relative;
                    found(Found::Unreadable { relative, error });
                }
            }
        }
        Ok(())
    }

    fn look_at(
        &self,
        directory: &OwnedFd,
        name: &std::ffi::CStr,
        kind: FileType,
        relative: &[u8],
        folder: &Folder,
    ) -> io::Result<Looked> {
        if kind == FileType::Directory {
            return Ok(self.look_at_folder(relative, &folder.in_tree));
        }
        if kind == FileType::Symlink {
            return Ok(Looked::Left(Left::Link, 0));
        }
        let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => self.look_at_folder(relative, &folder.in_tree),
            FileType::RegularFile => {
                self.look_at_file(relative, platform::stamp(&stat), &folder.in_tree)
            }
            FileType::Symlink => Looked::Left(Left::Link, 0),
            _ => Looked::Left(Left::Special, 0),
        })
    }

    /// What the rules say of a folder.
    pub(super) fn look_at_folder(&self, relative: &[u8], in_tree: &[InTree]) -> Looked {
        if self.others.contains(relative) {
            return Looked::Left(Left::OtherWatch, 0);
        }
        match self.matcher.folder(relative, in_tree) {
            Verdict::Take => Looked::Folder,
            Verdict::Leave(left) => Looked::Left(left, 0),
        }
    }

    /// What the rules say of a file.
    pub(super) fn look_at_file(
        &self,
        relative: &[u8],
        stamp: FileStamp,
        in_tree: &[InTree],
    ) -> Looked {
        match self.matcher.file(relative, stamp.size, in_tree) {
            Verdict::Leave(left) => Looked::Left(left, stamp.size),
            Verdict::Take if path::check(relative).is_err() => {
                Looked::Left(Left::Unsendable, stamp.size)
            }
            Verdict::Take => Looked::File(stamp),
        }
    }
}

/// What a name turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    Folder,
    File(FileStamp),
    Left(Left, u64),
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use heimdex_client::watch::Rules;

    use super::*;

    struct Seen {
        files: Vec<String>,
        left: Vec<(String, u64)>,
        outcome: Outcome,
    }

    fn scanned(root: &Path, others: &[&str], from: &str) -> Seen {
        let matcher = Matcher::new(&Rules::new()).unwrap();
        let others = others
            .iter()
            .map(|other| other.as_bytes().to_vec())
            .collect();
        let scan = Scan {
            root,
            matcher: &matcher,
            others: &others,
        };
        let (mut files, mut left) = (Vec::new(), Vec::new());
        let outcome = scan.walk(from.as_bytes(), None, &mut |found| match found {
            Found::File {
                relative,
                place,
                stamp,
                ground,
                folder,
            } => {
                let below = &relative[folder.len()..];
                let key = ground.path_of(below.strip_prefix(b"/").unwrap_or(below));
                assert_eq!(place, Place::of_path(&ground.key.fs_id, &key));
                files.push(format!("{} {}", path::escaped(relative), stamp.size));
            }
            Found::Left { left: why, bytes } => left.push((format!("{why:?}"), bytes)),
            other => panic!("{other:?}"),
        });
        files.sort();
        left.sort();
        Seen {
            files,
            left,
            outcome,
        }
    }

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file.as_bytes()).unwrap();
        }
        directory
    }

    #[test]
    fn files_are_found_and_what_is_left_out_is_said() {
        let directory = tree(&[
            "a.mp4",
            "b/c.mp4",
            "b/c.mp4.part",
            "@eaDir/x/y.jpg",
            "inner/z.mp4",
        ]);
        let odd = std::ffi::OsStr::from_bytes(b"b/clip\xff.mp4");
        fs::write(directory.path().join(odd), "12").unwrap();
        symlink("..", directory.path().join("b/loop")).unwrap();
        std::os::unix::net::UnixListener::bind(directory.path().join("socket")).unwrap();
        let seen = scanned(directory.path(), &["inner"], "");
        assert_eq!(seen.files, ["a.mp4 5", "b/c.mp4 7", "b/clip\\xff.mp4 2"]);
        let left: Vec<_> = seen
            .left
            .iter()
            .map(|(why, bytes)| (why.as_str(), *bytes))
            .collect();
        let expected = [
            ("Ignored(\"*.part\")", 12),
            ("Ignored(\"@eaDir/\")", 0),
            ("Link", 0),
            ("OtherWatch", 0),
            ("Special", 0),
        ];
        assert_eq!(left, expected);
        assert!(!seen.outcome.is_partial);
    }

    #[test]
    fn rules_in_the_tree_hold_below_their_folder_also_for_a_look_at_a_part() {
        let directory = tree(&["day/a.mov", "day/raw/b.mov", "day/raw/keep.mov", "c.mov"]);
        fs::write(directory.path().join("day/.heimdexignore"), "*.mov\n").unwrap();
        fs::write(
            directory.path().join("day/raw/.heimdexignore"),
            "!keep.mov\n",
        )
        .unwrap();
        assert_eq!(
            scanned(directory.path(), &[], "").files,
            ["c.mov 5", "day/raw/keep.mov 16"]
        );
        assert_eq!(
            scanned(directory.path(), &[], "day/raw").files,
            ["day/raw/keep.mov 16"]
        );
    }

    #[test]
    fn a_root_that_is_not_there_is_no_empty_one() {
        let directory = tempfile::tempdir().unwrap();
        let matcher = Matcher::new(&Rules::new()).unwrap();
        let scan = Scan {
            root: &directory.path().join("none"),
            matcher: &matcher,
            others: &BTreeSet::new(),
        };
        let mut told = 0;
        let outcome = scan.walk(b"", None, &mut |_| told += 1);
        assert!(outcome.is_partial && told == 1);
        let outcome = scan.walk(b"below", None, &mut |_| told += 1);
        assert!(!outcome.is_partial && told == 1);
    }
}
