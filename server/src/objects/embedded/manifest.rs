//! The description of one object on disk: everything the index knows of it, so that the index can be rebuilt.
//!
//! A manifest is written once under a random name and never changed. Version policy: `format` is raised when a
//! reader of the old form would misunderstand the new one; readers ignore fields they do not know.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::index::PartRow;
use super::layout::{Layout, random_name, remove, sync_parent};

/// The form of manifests that this code writes.
pub(super) const FORMAT: u32 = 1;

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// The larger one of two manifests for one key, or for one data directory, holds.
    pub(super) seq: i64,
    pub(super) key: String,
    /// The name of the directory with the part files.
    pub(super) data: String,
    pub(super) size: i64,
    pub(super) etag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    /// The upload it was completed from, so that completing again can be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upload_id: Option<String>,
    /// Microseconds since 1970.
    pub(super) modified_us: i64,
    pub(super) parts: Vec<ManifestPart>,
}

/// One file of an object, in the order of the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ManifestPart {
    pub(super) number: u16,
    pub(super) file: String,
    pub(super) size: i64,
    pub(super) crc32c: u32,
    pub(super) etag: String,
    pub(super) modified_us: i64,
}

impl Manifest {
    /// Writes the manifest under a new random name, durably. Unless it is kept, dropping the second value removes it.
    pub(super) fn write(&self, layout: &Layout) -> io::Result<(String, TempPath)> {
        // What is named must not be less durable than what names it. By now this rarely has anything to do.
        layout.sync_data_dir(&self.data)?;
        let name = random_name();
        let text = serde_json::to_vec(self).map_err(io::Error::other)?;
        let mut temporary = TempPath::new(layout.tmp().join(&name));
        let mut file = fs::File::create_new(temporary.path())?;
        file.write_all(&text)?;
        file.sync_all()?;
        let target = layout.absolute(&Layout::manifest_file(&name));
        temporary.rename(target.clone())?;
        sync_parent(&target)?;
        Ok((name, temporary))
    }

    /// Reads a manifest; one of a newer form or that is not JSON is an error.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let manifest: Self = serde_json::from_slice(&fs::read(path)?).map_err(io::Error::other)?;
        if manifest.format > FORMAT {
            return Err(io::Error::other(format!(
                "manifest format {} is newer than this program",
                manifest.format
            )));
        }
        Ok(manifest)
    }
}

/// A file or directory that is removed when dropped, unless it is kept.
///
/// It is kept *before* the row that names it is committed: where the committing future is dropped, the outcome is not
/// known, and a file too many is swept one day, a file too few is a loss.
#[derive(Debug)]
pub(super) struct TempPath {
    path: Option<PathBuf>,
}

impl TempPath {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path: Some(path) }
    }

    pub(super) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }

    /// Moves the file; from then on the new place is what a drop removes.
    pub(super) fn rename(&mut self, target: PathBuf) -> io::Result<()> {
        fs::rename(self.path(), &target)?;
        self.path = Some(target);
        Ok(())
    }

    /// The file stays.
    pub(super) fn keep(&mut self) {
        self.path = None;
    }
}

impl Drop for TempPath {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // Nothing names the file, so what cannot be removed now is found by the next sweep.
            let _ = remove(&path);
        }
    }
}

impl From<&PartRow> for ManifestPart {
    fn from(row: &PartRow) -> Self {
        Self {
            number: row.number,
            file: row.file.clone(),
            size: row.size,
            crc32c: row.crc32c,
            etag: row.etag.clone(),
            modified_us: row.modified_us,
        }
    }
}
