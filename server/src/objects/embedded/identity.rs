//! Who a store is: `store.json`, written once, durably, and compared ever after.
//!
//! Version policy: `format` is raised when an older program would harm a newer store; unknown fields are kept away
//! from by refusing a newer format, not by refusing fields.

use std::io::{self, Write};

use fs_err as fs;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::layout::{Layout, random_name, sync_parent};
use super::manifest::TempPath;

/// The form of the directory that this code knows.
pub(super) const FORMAT: u32 = 1;

/// The content of `store.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) format: u32,
    pub(super) id: Uuid,
}

/// Whether the directory still holds the store of this id.
pub(super) fn is_there(layout: &Layout, id: Uuid) -> bool {
    let read = fs::read(layout.identity_file()).ok();
    let found = read.and_then(|text| serde_json::from_slice::<Identity>(&text).ok());
    found.is_some_and(|found| found.id == id)
}

/// Reads the identity, or gives the store one where it has none.
pub(super) fn establish(layout: &Layout) -> io::Result<Identity> {
    let path = layout.identity_file();
    match fs::read(&path) {
        Ok(text) => return serde_json::from_slice(&text).map_err(io::Error::other),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    let identity = Identity {
        format: FORMAT,
        id: Uuid::new_v4(),
    };
    let mut text = serde_json::to_vec_pretty(&identity).map_err(io::Error::other)?;
    text.push(b'\n');
    let temporary = TempPath::new(layout.tmp().join(random_name()));
    let mut file = fs::File::create_new(temporary.path())?;
    file.write_all(&text)?;
    file.sync_all()?;
    // A link, unlike a rename, does not replace what another process was quicker to write.
    match fs::hard_link(temporary.path(), &path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return serde_json::from_slice(&fs::read(&path)?).map_err(io::Error::other);
        }
        Err(_) => fs::rename(temporary.path(), &path)?,
    }
    sync_parent(&path)?;
    Ok(identity)
}
