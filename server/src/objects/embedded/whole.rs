//! Whether the files of an object are there, as long as the index says: what a disk lost is told by name, before
//! anybody waits for bytes that never come.

use std::io;
use std::path::Path;

use fs_err as fs;

use super::index::PartRow;
use super::layout::Layout;
use super::{EmbeddedStore, StoreError};

/// What is there of an object that the index has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wholeness {
    /// All of it, as far as lengths tell.
    Whole,
    /// A file of it is gone.
    Missing,
    /// A file of it is shorter than it was.
    Short,
}

/// Looks at one file of an object, which had so many bytes. Blocks.
pub(super) fn of_file(path: &Path, size: u64) -> io::Result<Wholeness> {
    let wholeness = match fs::metadata(path) {
        Ok(metadata) if metadata.len() >= size => return Ok(Wholeness::Whole),
        Ok(_) => Wholeness::Short,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Wholeness::Missing,
        Err(error) => return Err(error),
    };
    tracing::error!(file = %path.display(), found = ?wholeness, "a file of the object store is damaged");
    Ok(wholeness)
}

/// Looks at all files of an object; the first that is not whole has the word. Blocks.
fn of_parts(layout: &Layout, data: &str, parts: &[PartRow]) -> io::Result<Wholeness> {
    for part in parts {
        let path = layout.absolute(&Layout::part_file(data, &part.file));
        let size = u64::try_from(part.size).unwrap_or(u64::MAX);
        match of_file(&path, size)? {
            Wholeness::Whole => {}
            wholeness => return Ok(wholeness),
        }
    }
    Ok(Wholeness::Whole)
}

impl EmbeddedStore {
    pub(super) async fn look_at_files(&self, key: &str) -> Result<Wholeness, StoreError> {
        let index = &self.store.index;
        let object = index.object(key).await?.ok_or(StoreError::NoSuchKey)?;
        let parts = index.parts(&object.data, 0, i64::MAX).await?;
        let layout = self.store.layout.clone();
        let data = object.data.clone();
        let looked =
            tokio::task::spawn_blocking(move || of_parts(&layout, &data, &parts)).await??;
        let now = index.object(key).await?.map(|object| object.data);
        match looked {
            Wholeness::Whole => Ok(Wholeness::Whole),
            // What was replaced meanwhile has lost nothing.
            _ if now.is_some_and(|now| now != object.data) => Ok(Wholeness::Whole),
            lost => Ok(lost),
        }
    }
}
