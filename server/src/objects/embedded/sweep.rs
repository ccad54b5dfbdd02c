//! Removes what crashes left below `tmp/`: files that are old and that no process holds.

use std::io;
use std::time::{Duration, SystemTime};

use fs_err as fs;
use rustix::fs::FlockOperation;

use super::layout::Layout;

/// Younger files may belong to a writer that has not taken its lock yet.
const AGE: Duration = Duration::from_hours(1);

/// Removes abandoned files; answers how many they were.
pub(super) fn tmp(layout: &Layout, now: SystemTime) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(layout.tmp())? {
        let path = entry?.path();
        match abandoned(&path, now) {
            Ok(false) => {}
            Ok(true) => {
                fs::remove_file(&path)?;
                removed += 1;
            }
            // Its writer has moved it into its place.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(removed)
}

fn abandoned(path: &std::path::Path, now: SystemTime) -> io::Result<bool> {
    let file = fs::File::open(path)?;
    let written = file.metadata()?.modified()?;
    if now.duration_since(written).unwrap_or_default() < AGE {
        return Ok(false);
    }
    Ok(rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok())
}
