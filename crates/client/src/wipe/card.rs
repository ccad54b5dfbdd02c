//! What is on a card: every name on it, looked at by handle, no link followed.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Dir, FileType, Stat};

use super::facts::{Excused, Litter, Obstacle, ObstacleKind};
use super::rules::{CardRules, Scope};
use crate::beneath;
use crate::journal::FileStamp;
use crate::litter::is_litter_in;
use crate::platform;
use crate::reason;

/// One look at a card.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Files, by path.
    pub(super) files: BTreeMap<Vec<u8>, Seen>,
    pub(super) obstacles: Vec<Obstacle>,
    pub(super) litter: Vec<Litter>,
    pub(super) excused: Vec<Excused>,
}

/// What tells that a file is the one that was seen before, untouched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) stamp: FileStamp,
    pub(super) device: u64,
}

impl Seen {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            stamp: platform::stamp(stat),
            device: stat.st_dev,
        }
    }
}

/// A folder that is still to be looked into.
struct Folder {
    path: Vec<u8>,
    /// The rules that hold in it, its own apart.
    scope: Option<Scope>,
}

/// Looks at everything below `root`. Blocks.
pub(super) fn look(root: &OwnedFd, rules: &CardRules) -> Listing {
    let mut listing = Listing::default();
    let home = match Mount::of(root, b"") {
        Ok(home) => home,
        Err(error) => {
            listing.unreadable(Vec::new(), &error);
            return listing;
        }
    };
    let mut folders = vec![Folder {
        path: Vec::new(),
        scope: rules.outermost(),
    }];
    while let Some(folder) = folders.pop() {
        let path = folder.path.clone();
        let place = Place { root, home, rules };
        if let Err(error) = place.look_into(folder, &mut listing, &mut folders) {
            listing.unreadable(path, &error);
        }
    }
    listing
}

/// Looks at one file of a folder, as [`look`] does. Blocks, for a moment.
pub(super) fn look_at_file(folder: &OwnedFd, name: &[u8]) -> Listing {
    let mut listing = Listing::default();
    let looked = Mount::of(folder, b"").and_then(|home| look_at(folder, name, home));
    match looked {
        Ok(Found::File(seen)) => {
            listing.files.insert(name.to_vec(), seen);
        }
        Ok(Found::Obstacle(kind)) => {
            let path = name.to_vec();
            listing.obstacles.push(Obstacle { path, kind });
        }
        // No file to speak of: nothing can be proven of it.
        Ok(Found::Litter(_) | Found::Folder) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => listing.unreadable(name.to_vec(), &error),
    }
    listing
}

impl Listing {
    fn unreadable(&mut self, path: Vec<u8>, error: &io::Error) {
        let kind = ObstacleKind::Unreadable(reason(error).into_owned());
        self.obstacles.push(Obstacle { path, kind });
    }
}

/// Where a look is taken.
#[derive(Clone, Copy)]
struct Place<'a> {
    root: &'a OwnedFd,
    home: Mount,
    rules: &'a CardRules,
}

impl Place<'_> {
    fn look_into(
        self,
        folder: Folder,
        listing: &mut Listing,
        folders: &mut Vec<Folder>,
    ) -> io::Result<()> {
        let directory = beneath::directory(self.root, &folder.path)?;
        let scope = folder
            .scope
            .map(|scope| scope.entered(&directory, &folder.path));
        for name in names(&directory)? {
            let path = joined(&folder.path, &name);
            match look_at(&directory, &name, self.home) {
                // It went between the list and the look: the second look at the card sees whether anything did.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => listing.unreadable(path, &error),
                Ok(Found::Obstacle(kind)) => listing.obstacles.push(Obstacle { path, kind }),
                Ok(Found::Litter(weighed)) => {
                    let Weight { files, bytes } =
                        weighed.unwrap_or_else(|| self.weigh(&path, listing));
                    listing.litter.push(Litter { path, files, bytes });
                }
                Ok(Found::Folder) => {
                    let own = self.rules.of_root(&path);
                    let left = scope.as_ref().filter(|_| own.is_none());
                    match left.and_then(|scope| Some((scope.watch(), scope.folder(&path)?))) {
                        // What another watch takes in there is not left out with the rest.
                        Some(_) if self.rules.has_root_below(&path) => {
                            folders.push(Folder { path, scope: None });
                        }
                        Some((watch, rule)) => {
                            let Weight { files, bytes } = self.weigh(&path, listing);
                            listing.excused.push(Excused {
                                path,
                                files,
                                bytes,
                                watch,
                                rule,
                            });
                        }
                        None => folders.push(Folder {
                            path,
                            scope: own.or_else(|| scope.clone()),
                        }),
                    }
                }
                Ok(Found::File(seen)) => {
                    let bytes = seen.stamp.size;
                    let left = scope
                        .as_ref()
                        .and_then(|scope| Some((scope.watch(), scope.file(&path, bytes)?)));
                    match left {
                        Some((watch, rule)) => listing.excused.push(Excused {
                            path,
                            files: 1,
                            bytes,
                            watch,
                            rule,
                        }),
                        None => {
                            listing.files.insert(path, seen);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// How many files a folder has that is excused, and their bytes, as far as it lets itself be looked into. What no file
    /// is excused for stands in the way here too: a mount hides what is on the card, and so may a link.
    fn weigh(self, path: &[u8], listing: &mut Listing) -> Weight {
        let mut weight = Weight::default();
        // By their paths: so many folders cannot be held open at once.
        let mut folders = vec![path.to_vec()];
        while let Some(folder) = folders.pop() {
            let looked = self.weigh_into(&folder, &mut weight, &mut folders, listing);
            match looked.map_err(|error| (error.kind(), error)) {
                // Of what may not be looked into, as other people's trash, no file was wanted.
                Ok(()) | Err((io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound, _)) => {}
                Err((_, error)) => listing.unreadable(folder, &error),
            }
        }
        weight
    }

    fn weigh_into(
        self,
        folder: &[u8],
        weight: &mut Weight,
        folders: &mut Vec<Vec<u8>>,
        listing: &mut Listing,
    ) -> io::Result<()> {
        let directory = beneath::directory(self.root, folder)?;
        for name in names(&directory)? {
            let path = joined(folder, &name);
            match found(&directory, &name, self.home) {
                Ok((_, Found::Obstacle(kind))) => listing.obstacles.push(Obstacle { path, kind }),
                Ok((_, Found::Folder)) => folders.push(path),
                Ok((stat, Found::File(_) | Found::Litter(_))) => weight.add(Weight::of(&stat)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => listing.unreadable(path, &error),
            }
        }
        Ok(())
    }
}

enum Found {
    File(Seen),
    Folder,
    /// What a file of it weighs; of a folder nobody has looked yet.
    Litter(Option<Weight>),
    Obstacle(ObstacleKind),
}

fn look_at(directory: &OwnedFd, name: &[u8], home: Mount) -> io::Result<Found> {
    let (stat, found) = found(directory, name, home)?;
    Ok(match found {
        Found::File(_) if is_litter_in(directory, name, &stat)? => {
            Found::Litter(Some(Weight::of(&stat)))
        }
        Found::Folder if is_litter_in(directory, name, &stat)? => Found::Litter(None),
        found => found,
    })
}

/// What is there, whatever it is called.
fn found(directory: &OwnedFd, name: &[u8], home: Mount) -> io::Result<(Stat, Found)> {
    let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
    // Before anything is excused: a mount hides what is on the card.
    if Mount::of(directory, name)? != home {
        return Ok((stat, Found::Obstacle(ObstacleKind::Mounted)));
    }
    let found = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Found::File(Seen::of(&stat)),
        FileType::Directory => Found::Folder,
        FileType::Symlink => Found::Obstacle(ObstacleKind::Link),
        FileType::Fifo => Found::Obstacle(ObstacleKind::Special("a pipe")),
        FileType::Socket => Found::Obstacle(ObstacleKind::Special("a socket")),
        FileType::CharacterDevice | FileType::BlockDevice => {
            Found::Obstacle(ObstacleKind::Special("a device"))
        }
        FileType::Unknown => Found::Obstacle(ObstacleKind::Special("no file")),
    };
    Ok((stat, found))
}

/// Files, and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Weight {
    files: u64,
    bytes: u64,
}

impl Weight {
    /// Of one file.
    fn of(stat: &Stat) -> Self {
        let bytes = u64::try_from(stat.st_size).unwrap_or(0);
        Self { files: 1, bytes }
    }

    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// The names in a folder, in order.
fn names(directory: &OwnedFd) -> io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        return name.to_vec();
    }
    [folder, b"/", name].concat()
}

/// Which mount something is seen through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mount {
    /// As the kernel numbers mounts.
    Id(u64),
    /// Where it does not: a device of its own is a mount of its own.
    Device(u64),
}

impl Mount {
    /// Of a name in a directory; of the directory itself without one.
    fn of(directory: &OwnedFd, name: &[u8]) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(id) = mount_id(directory, name)? {
            return Ok(Self::Id(id));
        }
        let stat = if name.is_empty() {
            rustix::fs::fstat(directory)?
        } else {
            rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?
        };
        Ok(Self::Device(stat.st_dev))
    }
}

/// The kernel's number of a mount; `None` before Linux 5.8.
#[cfg(target_os = "linux")]
fn mount_id(directory: &OwnedFd, name: &[u8]) -> io::Result<Option<u64>> {
    use rustix::fs::{StatxFlags, statx};
    use rustix::io::Errno;

    // What would be mounted by being looked at stays as it is, and is another mount once somebody uses it.
    let mut flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    if name.is_empty() {
        flags |= AtFlags::EMPTY_PATH;
    }
    match statx(directory, name, flags, StatxFlags::MNT_ID) {
        Ok(found) if found.stx_mask & StatxFlags::MNT_ID.bits() != 0 => Ok(Some(found.stx_mnt_id)),
        Ok(_) | Err(Errno::NOSYS | Errno::PERM) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::*;

    /// As macOS begins what it puts beside a file.
    const APPLE_DOUBLE: [u8; 8] = [0, 5, 0x16, 7, 0, 2, 0, 0];

    fn look_at_tree(make: impl FnOnce(&std::path::Path)) -> Listing {
        let directory = tempfile::tempdir().unwrap();
        make(directory.path());
        look(
            &beneath::root(directory.path()).unwrap(),
            &CardRules::default(),
        )
    }

    fn paths<'a>(paths: impl Iterator<Item = &'a Vec<u8>>) -> Vec<String> {
        let mut paths: Vec<_> = paths.map(|path| heimdex_api::path::escaped(path)).collect();
        paths.sort();
        paths
    }

    #[test]
    fn hidden_files_count_and_litter_is_weighed() {
        let listing = look_at_tree(|card| {
            fs_err::create_dir_all(card.join("CLIP")).unwrap();
            fs_err::create_dir_all(card.join(".Trashes/501")).unwrap();
            fs_err::write(card.join("CLIP/A.mp4"), "abc").unwrap();
            fs_err::write(card.join("CLIP/._A.mp4"), APPLE_DOUBLE).unwrap();
            fs_err::write(card.join(".Trashes/501/old.mp4"), "1234567").unwrap();
            fs_err::write(card.join(".hidden"), "").unwrap();
            fs_err::write(card.join(OsStr::from_bytes(b"clip\xff.mp4")), "").unwrap();
        });
        assert_eq!(
            paths(listing.files.keys()),
            [".hidden", "CLIP/A.mp4", "clip\\xff.mp4"]
        );
        assert!(listing.obstacles.is_empty(), "{:?}", listing.obstacles);
        let litter: Vec<_> = listing.litter.iter().map(|l| (l.files, l.bytes)).collect();
        assert_eq!(
            paths(listing.litter.iter().map(|l| &l.path)),
            [".Trashes", "CLIP/._A.mp4"]
        );
        assert_eq!(litter.iter().max(), Some(&(1, 8)));
    }

    #[test]
    fn what_only_has_the_name_of_litter_counts() {
        let listing = look_at_tree(|card| {
            for folder in ["._clips", "Thumbs.db", "lost+found", ".TemporaryItems"] {
                fs_err::create_dir(card.join(folder)).unwrap();
                fs_err::write(card.join(folder).join("A.mp4"), "clip").unwrap();
            }
            fs_err::write(card.join("._big.mp4"), vec![7; 300_000]).unwrap();
            fs_err::write(card.join(".Trashes"), "a file").unwrap();
            symlink("/etc", card.join(".fseventsd")).unwrap();
        });
        assert!(listing.litter.is_empty(), "{:?}", listing.litter);
        assert_eq!(
            paths(listing.files.keys()),
            [
                ".TemporaryItems/A.mp4",
                ".Trashes",
                "._big.mp4",
                "._clips/A.mp4",
                "Thumbs.db/A.mp4",
                "lost+found/A.mp4"
            ]
        );
        assert_eq!(
            paths(listing.obstacles.iter().map(|o| &o.path)),
            [".fseventsd"]
        );
    }

    #[test]
    fn what_is_no_file_stands_in_the_way_below_litter_too() {
        let listing = look_at_tree(|card| {
            fs_err::create_dir_all(card.join(".Trashes/501/deep")).unwrap();
            fs_err::write(card.join(".Trashes/501/deep/old.mp4"), "1234567").unwrap();
            symlink("/etc", card.join(".Trashes/501/link")).unwrap();
            let socket = card.join(".Trashes/501/deep/socket");
            std::os::unix::net::UnixListener::bind(socket).unwrap();
        });
        assert_eq!(
            paths(listing.obstacles.iter().map(|o| &o.path)),
            [".Trashes/501/deep/socket", ".Trashes/501/link"]
        );
        let weights: Vec<_> = listing.litter.iter().map(|l| (l.files, l.bytes)).collect();
        assert_eq!(weights, [(1, 7)]);
    }

    #[test]
    fn what_is_no_file_stands_in_the_way() {
        let listing = look_at_tree(|card| {
            symlink("/etc", card.join("link")).unwrap();
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::mknodat(rustix::fs::CWD, card.join("pipe"), FileType::Fifo, mode, 0)
                .unwrap();
            std::os::unix::net::UnixListener::bind(card.join("socket")).unwrap();
        });
        assert!(listing.files.is_empty());
        assert_eq!(
            paths(listing.obstacles.iter().map(|o| &o.path)),
            ["link", "pipe", "socket"]
        );
    }

    #[test]
    fn another_mount_is_told_from_the_cards() {
        let root = beneath::root(std::path::Path::new("/")).unwrap();
        let home = Mount::of(&root, b"").unwrap();
        // Every Linux has it there.
        assert_ne!(Mount::of(&root, b"proc").unwrap(), home);
        let found = look_at(&root, b"proc", home).unwrap();
        assert!(matches!(found, Found::Obstacle(ObstacleKind::Mounted)));
    }
}
