//! Opens by name below a directory that is held open: no link is followed, and nothing outside is reached, whoever
//! chose the names and whatever somebody does to the tree meanwhile.
//!
//! Linux promises that in one call (`openat2`). Where it does not, each component is opened from the one before it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::platform;

/// A new directory is everybody's that the person's umask lets in.
const DIRECTORY_MODE: Mode = Mode::from_raw_mode(0o777);
/// So often a name may be taken or given up by somebody else between two looks at it.
const TRIES: usize = 16;

/// Opens a directory that a person named. Links on the way to it are the person's own, and are followed.
pub(crate) fn root(path: &Path) -> io::Result<OwnedFd> {
    let flags = directory_flags().difference(OFlags::NOFOLLOW);
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// What lies at a path below a folder that a person named, looked at as it lies there: no link is followed, neither at
/// its end nor on the way from that folder.
///
/// # Errors
///
/// What the system says; [`io::ErrorKind::NotFound`] also where a link, or a file, stands in the way.
pub fn look(below: &Path, path: &Path) -> io::Result<Stat> {
    let (folder, name) = folder_and_name(below, path)?;
    let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    stat.map_err(|errno| nothing_there(errno.into()))
}

/// Opens a regular file in the same way, for reading.
pub(crate) fn open_file(below: &Path, path: &Path) -> io::Result<OwnedFd> {
    let (folder, name) = folder_and_name(below, path)?;
    // Looked at before it is opened: opening a pipe or a device may block, or do something.
    let stat = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW);
    let stat = stat.map_err(|errno| nothing_there(errno.into()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Errno::NOENT.into());
    }
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    open(folder, name, flags, Mode::empty()).map_err(nothing_there)
}

fn folder_and_name<'a>(below: &Path, path: &'a Path) -> io::Result<(OwnedFd, &'a [u8])> {
    let relative = path.strip_prefix(below).map_err(io::Error::other)?;
    let relative = platform::bytes_of(relative.as_os_str());
    let slash = relative.iter().rposition(|byte| *byte == b'/');
    let (folder, name) = match slash {
        Some(slash) => (&relative[..slash], &relative[slash + 1..]),
        None => (&b""[..], relative),
    };
    let folder = directory(root(below)?, folder).map_err(nothing_there)?;
    Ok((folder, name))
}

/// What is behind a link is not below the folder.
fn nothing_there(error: io::Error) -> io::Error {
    match Errno::from_io_error(&error) {
        Some(Errno::LOOP | Errno::NOTDIR) => Errno::NOENT.into(),
        _ => error,
    }
}

/// The directory at a relative, `/`-separated path below `root`; nothing names the root itself.
pub(crate) fn directory(root: impl AsFd, relative: &[u8]) -> io::Result<OwnedFd> {
    let root = root.as_fd();
    if relative.is_empty() {
        return root.try_clone_to_owned();
    }
    open(root, relative, directory_flags(), Mode::empty())
}

/// The same; what is missing of it is made, and made durable.
pub(crate) fn make_directory(root: impl AsFd, relative: &[u8]) -> io::Result<OwnedFd> {
    let root = root.as_fd();
    match directory(root, relative) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    let mut at = root.try_clone_to_owned()?;
    for step in steps(relative)? {
        at = made_step(at.as_fd(), step)?;
    }
    Ok(at)
}

/// Opens what is at a relative path below `root`.
///
/// A link is refused wherever it stands in the path, with `ELOOP`, or `ENOTDIR` where a directory is asked for.
pub(crate) fn open(
    root: impl AsFd,
    relative: &[u8],
    flags: OFlags,
    mode: Mode,
) -> io::Result<OwnedFd> {
    let root = root.as_fd();
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    #[cfg(target_os = "linux")]
    if let Some(opened) = open_at_once(root, relative, flags, mode) {
        return opened;
    }
    open_by_steps(root, relative, flags, mode)
}

/// `None` where the kernel, or what stands before it, does not know the call.
#[cfg(target_os = "linux")]
fn open_at_once(
    root: BorrowedFd<'_>,
    relative: &[u8],
    flags: OFlags,
    mode: Mode,
) -> Option<io::Result<OwnedFd>> {
    use rustix::fs::ResolveFlags;

    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..TRIES {
        match rustix::fs::openat2(root, relative, flags, mode, resolve) {
            Ok(opened) => return Some(Ok(opened)),
            // Something was renamed on the way, and the kernel cannot tell.
            Err(Errno::AGAIN) => {}
            // Old kernels; sandboxes say EPERM, which the other way finds out for itself.
            Err(Errno::NOSYS | Errno::PERM) => return None,
            Err(errno) => return Some(Err(errno.into())),
        }
    }
    None
}

fn open_by_steps(
    root: BorrowedFd<'_>,
    relative: &[u8],
    flags: OFlags,
    mode: Mode,
) -> io::Result<OwnedFd> {
    let mut steps = steps(relative)?;
    let Some(last) = steps.pop() else {
        return Err(Errno::INVAL.into());
    };
    let mut at = root.try_clone_to_owned()?;
    for step in steps {
        at = rustix::fs::openat(&at, step, directory_flags(), Mode::empty())?;
    }
    Ok(rustix::fs::openat(&at, last, flags, mode)?)
}

fn made_step(parent: BorrowedFd<'_>, name: &[u8]) -> io::Result<OwnedFd> {
    for _ in 0..TRIES {
        match open(parent, name, directory_flags(), Mode::empty()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        match rustix::fs::mkdirat(parent, name, DIRECTORY_MODE) {
            // What is put into it must not be durable without it.
            Ok(()) => rustix::fs::fsync(parent)?,
            // Somebody else was quicker: what they made is looked at.
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Err(Errno::BUSY.into())
}

/// The components of a path that stays below where it begins.
fn steps(relative: &[u8]) -> io::Result<Vec<&[u8]>> {
    if heimdex_api::path::check(relative).is_err() {
        return Err(Errno::INVAL.into());
    }
    Ok(relative.split(|byte| *byte == b'/').collect())
}

fn directory_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    use super::*;

    type Way = fn(BorrowedFd<'_>, &[u8], OFlags, Mode) -> io::Result<OwnedFd>;

    /// Both ways of opening must refuse the same.
    const WAYS: [Way; 2] = [
        |root, path, flags, mode| open(root, path, flags, mode),
        |root, path, flags, mode| open_by_steps(root, path, flags | OFlags::NOFOLLOW, mode),
    ];

    fn text(way: Way, root: &OwnedFd, path: &str) -> Option<String> {
        let file = way(root.as_fd(), path.as_bytes(), OFlags::RDONLY, Mode::empty()).ok()?;
        let mut text = String::new();
        std::fs::File::from(file).read_to_string(&mut text).ok()?;
        Some(text)
    }

    #[test]
    fn nothing_outside_is_reached_by_name_or_by_link() {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("inside");
        fs_err::create_dir_all(inside.join("a/b")).unwrap();
        fs_err::write(inside.join("a/b/file"), "inside").unwrap();
        fs_err::write(directory.path().join("secret"), "outside").unwrap();
        symlink("../secret", inside.join("link")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        symlink("a", inside.join("alias")).unwrap();
        let root = root(&inside).unwrap();
        for way in WAYS {
            assert_eq!(text(way, &root, "a/b/file").as_deref(), Some("inside"));
            let absolute = directory.path().join("secret");
            for path in [
                "link",
                "up/secret",
                "../secret",
                "a/../../secret",
                "alias/b/file",
                "a/./b/file",
                absolute.to_str().unwrap(),
            ] {
                let found = text(way, &root, path);
                assert!(
                    found.is_none_or(|text| text == "inside" && path == "a/./b/file"),
                    "{path}"
                );
            }
        }
    }

    #[test]
    fn directories_are_made_below_and_never_through_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("inside");
        fs_err::create_dir(&inside).unwrap();
        let root = root(&inside).unwrap();
        assert!(super::directory(&root, b"x/y").is_err());
        make_directory(&root, b"x/y\xff/z").unwrap();
        super::directory(&root, b"x/y\xff/z").unwrap();
        symlink(directory.path(), inside.join("out")).unwrap();
        for path in [&b"out/new"[..], b"../new", b"x/../../new", b"/new"] {
            assert!(make_directory(&root, path).is_err());
        }
        fs_err::write(inside.join("file"), "x").unwrap();
        assert!(make_directory(&root, b"file/new").is_err());
        let outside = fs_err::read_dir(directory.path()).unwrap().count();
        assert_eq!(outside, 1, "nothing was made outside");
    }

    #[test]
    fn a_root_that_is_moved_is_still_the_root() {
        let directory = tempfile::tempdir().unwrap();
        let (here, there) = (
            directory.path().join("here"),
            directory.path().join("there"),
        );
        fs_err::create_dir(&here).unwrap();
        let root = root(&here).unwrap();
        fs_err::rename(&here, &there).unwrap();
        make_directory(&root, b"a").unwrap();
        assert!(there.join("a").is_dir());
    }
}
