//! Makes the index anew from the manifests, when it is lost.
//!
//! Open uploads are in no manifest: they are lost with the index and are sent again.

use std::collections::BTreeMap;
use std::io;

use fs_err as fs;

use super::layout::Layout;
use super::manifest::Manifest;

/// What a rebuild found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Objects that are in the index now.
    pub objects: u64,
    /// Manifests that a later one of the same key or the same data replaces.
    pub superseded: u64,
    /// Manifests that cannot be read, or whose files are missing or shorter than they say.
    pub damaged: u64,
}

/// Reads all manifests and keeps those that hold.
pub(super) fn scan(layout: &Layout) -> io::Result<(Vec<(String, Manifest)>, Rebuilt)> {
    let mut rebuilt = Rebuilt::default();
    let mut found: Vec<(String, Manifest)> = Vec::new();
    for shelf in fs::read_dir(layout.manifests())? {
        for entry in fs::read_dir(shelf?.path())? {
            let path = entry?.path();
            let name = path
                .file_stem()
                .and_then(|name| name.to_str())
                .unwrap_or_default()
                .to_owned();
            match Manifest::read(&path) {
                Ok(manifest) if is_whole(layout, &manifest) => found.push((name, manifest)),
                Ok(_) => {
                    tracing::warn!(
                        manifest = name,
                        "files of an object are missing or too short"
                    );
                    rebuilt.damaged += 1;
                }
                Err(error) => {
                    tracing::warn!(
                        manifest = name,
                        error = &error as &dyn std::error::Error,
                        "unreadable manifest"
                    );
                    rebuilt.damaged += 1;
                }
            }
        }
    }
    let all = found.len() as u64;
    // Of one object under two keys (a move that was cut off) and of two objects of one key (an overwrite that was),
    // the later holds.
    let found = latest(found, |manifest| manifest.data.clone());
    let found = latest(found, |manifest| manifest.key.clone());
    rebuilt.objects = found.len() as u64;
    rebuilt.superseded = all - rebuilt.objects;
    Ok((found, rebuilt))
}

fn latest(
    found: Vec<(String, Manifest)>,
    by: impl Fn(&Manifest) -> String,
) -> Vec<(String, Manifest)> {
    let mut kept: BTreeMap<String, (String, Manifest)> = BTreeMap::new();
    for (name, manifest) in found {
        let order = (manifest.seq, manifest.modified_us);
        let key = by(&manifest);
        if kept
            .get(&key)
            .is_none_or(|(_, other)| (other.seq, other.modified_us) < order)
        {
            kept.insert(key, (name, manifest));
        }
    }
    kept.into_values().collect()
}

fn is_whole(layout: &Layout, manifest: &Manifest) -> bool {
    let sum: i64 = manifest.parts.iter().map(|part| part.size).sum();
    sum == manifest.size
        && manifest.parts.iter().all(|part| {
            let path = layout.absolute(&Layout::part_file(&manifest.data, &part.file));
            fs::metadata(path).is_ok_and(|metadata| i64::try_from(metadata.len()) == Ok(part.size))
        })
}
