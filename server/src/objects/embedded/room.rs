//! The last of a disk's room, which footage is not given: the catalog, the index and the descriptions of objects usually lie
//! on the same disk, and without room for a few pages of theirs nobody could delete, cancel or log in any more.

use std::io;
use std::os::fd::AsFd;

/// The most that is kept free, in bytes.
const MOST: u64 = 64 << 20;
/// On a small disk one part in so many.
const SHARE: u64 = 20;
/// Bodies up to this many bytes are descriptions, not footage, and may have the last room.
const SMALL: u64 = 64 << 10;

/// Refuses where `coming` more bytes of a body of `length` bytes in all (unknown: `None`) would take the last room of the
/// disk that `file` lies on.
///
/// # Errors
/// [`io::ErrorKind::StorageFull`], and whatever asking the file system ends with.
pub(super) fn check(file: impl AsFd, length: Option<u64>, coming: u64) -> io::Result<()> {
    if length.is_some_and(|length| length <= SMALL) {
        return Ok(());
    }
    let disk = rustix::fs::fstatvfs(file)?;
    let (free, all) = (
        disk.f_bavail.saturating_mul(disk.f_frsize),
        disk.f_blocks.saturating_mul(disk.f_frsize),
    );
    if leaves_room(free, all, coming) {
        return Ok(());
    }
    Err(io::ErrorKind::StorageFull.into())
}

const fn leaves_room(free: u64, all: u64, coming: u64) -> bool {
    let share = all / SHARE;
    let kept = if share < MOST { share } else { MOST };
    free >= kept.saturating_add(coming)
}

#[cfg(test)]
mod tests {
    use super::leaves_room;

    #[test]
    fn the_last_room_is_kept() {
        let (mib, disk) = (1 << 20, 4 << 40);
        assert!(leaves_room(80 * mib, disk, 16 * mib));
        assert!(!leaves_room(80 * mib, disk, 17 * mib));
        assert!(!leaves_room(0, disk, 0));
        assert!(
            leaves_room(2 * mib, 20 * mib, mib),
            "a small disk keeps a twentieth"
        );
        assert!(!leaves_room(2 * mib, 20 * mib, mib + 1));
    }
}
