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
mod tests;
