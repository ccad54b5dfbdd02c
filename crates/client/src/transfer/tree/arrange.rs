//! Which file of a card goes to which place of a tree. Pure.
//!
//! The names come from a server and, before that, from anybody's card: what could leave the tree is refused, and no two
//! contents share a place. The one that comes first keeps its name, another becomes `name~1c09e2d4.ext`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use heimdex_api::path::{self, InvalidPath};
use heimdex_api::{Blake3, Timestamp, VideoId};

use crate::transfer::download::SUFFIX;

/// Longest name that file systems take, in bytes.
const NAME_MAX: usize = 255;
/// Digits of an id that tell two files apart; all of them where these do not.
const DIGITS: [usize; 2] = [8, 32];

/// A file of a card, as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// The exact bytes of its path within the card; whatever they are.
    pub path: Vec<u8>,
    /// What has its bytes.
    pub video_id: VideoId,
    /// Bytes.
    pub size: Option<u64>,
    /// Of all bytes, where the catalog knows it.
    pub blake3: Option<Blake3>,
    /// The file's own time.
    pub mtime: Option<Timestamp>,
}

/// A file and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arranged {
    /// Which.
    pub file: TreeFile,
    /// Where it goes, relative to the tree's root.
    pub place: Vec<u8>,
}

impl Arranged {
    /// Whether something else has the place that its path names.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        self.place != self.file.path
    }
}

/// A tree to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// In the order of their places.
    pub files: Vec<Arranged>,
    /// What can have no place, and why.
    pub refused: Vec<(TreeFile, InvalidPath)>,
}

/// Finds each file its place. Of two contents at one path the one that comes first in `files` keeps it.
#[must_use]
pub fn arrange(files: Vec<TreeFile>) -> Arrangement {
    let mut refused = Vec::new();
    let mut at: BTreeMap<Vec<u8>, TreeFile> = BTreeMap::new();
    let mut others = Vec::new();
    for file in files {
        if let Err(error) = path::check(&file.path) {
            refused.push((file, error));
            continue;
        }
        match at.get(&file.path) {
            Some(first) if is_same(first, &file) => {}
            Some(_) => others.push(file),
            None => {
                at.insert(file.path.clone(), file);
            }
        }
    }
    let directories: HashSet<Vec<u8>> = at.keys().flat_map(|path| above(path)).collect();
    // A folder keeps its name before a file does: all that is in it needs it. And a name that a download in progress
    // goes by is nobody's.
    let (kept, moved): (Vec<_>, Vec<_>) = at
        .into_iter()
        .partition(|(path, _)| !directories.contains(path) && !path.ends_with(SUFFIX.as_bytes()));
    others.extend(moved.into_iter().map(|(_, file)| file));
    let mut taken: BTreeMap<Vec<u8>, TreeFile> = kept.into_iter().collect();
    for file in others {
        place_beside(file, &directories, &mut taken, &mut refused);
    }
    let files = taken
        .into_iter()
        .map(|(place, file)| Arranged { file, place })
        .collect();
    Arrangement { files, refused }
}

fn place_beside(
    file: TreeFile,
    directories: &HashSet<Vec<u8>>,
    taken: &mut BTreeMap<Vec<u8>, TreeFile>,
    refused: &mut Vec<(TreeFile, InvalidPath)>,
) {
    for digits in DIGITS {
        let place = beside(&file.path, file.video_id, digits);
        if path::check(&place).is_err() || directories.contains(&place) {
            continue;
        }
        match taken.get(&place) {
            // The same bytes under a path of their own do not stand for this path.
            Some(other) if other.path == file.path && is_same(other, &file) => return,
            Some(_) => {}
            None => {
                taken.insert(place, file);
                return;
            }
        }
    }
    refused.push((file, InvalidPath::Component));
}

/// The place beside a path that a content of its own gets: `CLIP/A~7f3a91bc.mp4`.
pub(super) fn beside(path: &[u8], video: VideoId, digits: usize) -> Vec<u8> {
    let start = path
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |at| at + 1);
    let (folder, name) = path.split_at(start);
    let id = video.as_uuid().simple().to_string();
    let id = &id[..digits.min(id.len())];
    // What is told apart from a file in progress must not end as one does.
    let ending = name
        .iter()
        .rposition(|byte| *byte == b'.')
        .filter(|at| *at > 0 && name.len() - at <= 16 && !name.ends_with(SUFFIX.as_bytes()))
        .unwrap_or(name.len());
    let (stem, ending) = name.split_at(ending);
    let room = NAME_MAX - ending.len() - id.len() - 1;
    let stem = shortened(stem, room);
    [folder, stem, b"~", id.as_bytes(), ending].concat()
}

/// At most so many bytes, and no half of a character where the whole ones are told.
fn shortened(name: &[u8], room: usize) -> &[u8] {
    let mut end = name.len().min(room);
    if end < name.len() {
        while end > 0 && (name[end] & 0xc0) == 0x80 {
            end -= 1;
        }
    }
    &name[..end]
}

/// Whether two files are certainly the same bytes.
fn is_same(a: &TreeFile, b: &TreeFile) -> bool {
    a.video_id == b.video_id || (a.blake3.is_some() && a.blake3 == b.blake3)
}

/// All folders that a path lies in.
fn above(path: &[u8]) -> BTreeSet<Vec<u8>> {
    path.iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'/')
        .map(|(at, _)| path[..at].to_vec())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn file(path: &str, content: u8) -> TreeFile {
        TreeFile {
            path: path.as_bytes().to_vec(),
            video_id: VideoId::new(Uuid::from_bytes([content; 16])),
            size: Some(1),
            blake3: Some(Blake3::new([content; 32])),
            mtime: None,
        }
    }

    fn places(files: Vec<TreeFile>) -> Vec<String> {
        let arrangement = arrange(files);
        assert_eq!(arrangement.refused, []);
        let text = |arranged: &Arranged| String::from_utf8(arranged.place.clone()).unwrap();
        arrangement.files.iter().map(text).collect()
    }

    #[test]
    fn the_newest_keeps_the_path_and_others_are_told_apart() {
        for (files, expected) in [
            (
                vec![file("A/1.mp4", 1), file("B/1.mp4", 2)],
                vec!["A/1.mp4", "B/1.mp4"],
            ),
            (
                vec![file("1.mp4", 1), file("1.mp4", 2)],
                vec!["1.mp4", "1~02020202.mp4"],
            ),
            (vec![file("1.mp4", 1), file("1.mp4", 1)], vec!["1.mp4"]),
            (
                vec![file("a", 1), file("a/b", 2)],
                vec!["a/b", "a~01010101"],
            ),
            (
                vec![file(".mp4", 1), file(".mp4", 2)],
                vec![".mp4", ".mp4~02020202"],
            ),
            (
                vec![file("a.mp4", 1), file("a.mp4.heimdex-part", 2)],
                vec!["a.mp4", "a.mp4.heimdex-part~02020202"],
            ),
            // Somebody who guesses the name gets the longer one.
            (
                vec![file("a~02020202", 3), file("a", 1), file("a", 2)],
                vec!["a", "a~02020202", "a~02020202020202020202020202020202"],
            ),
        ] {
            assert_eq!(places(files), expected);
        }
    }

    #[test]
    fn a_path_that_leaves_the_tree_is_refused() {
        let bad = [
            "../x",
            "/etc/passwd",
            "a/../../b",
            "",
            "a//b",
            "./a",
            "a\0b",
        ];
        let arrangement = arrange(bad.iter().map(|path| file(path, 1)).collect());
        assert!(arrangement.files.is_empty());
        assert_eq!(arrangement.refused.len(), bad.len());
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = format!("{}.mp4", "é".repeat(125));
        let place = beside(name.as_bytes(), file("x", 7).video_id, 8);
        assert!(place.len() <= NAME_MAX);
        let place = String::from_utf8(place).unwrap();
        assert!(place.ends_with("é~07070707.mp4"), "{place}");
    }

    fn any_file() -> impl Strategy<Value = TreeFile> {
        let path = prop_oneof![
            "(a|b|a~01010101|x.mp4)(/(a|b|x.mp4|y.heimdex-part)){0,2}",
            "[a-b/.~]{0,6}",
        ];
        (path, 0u8..4).prop_map(|(path, content)| file(&path, content))
    }

    proptest! {
        #[test]
        fn every_content_has_a_place_of_its_own_below_the_root(
            files in proptest::collection::vec(any_file(), 0..12)
        ) {
            let arrangement = arrange(files.clone());
            let places: BTreeSet<_> = arrangement.files.iter().map(|arranged| &arranged.place).collect();
            prop_assert_eq!(places.len(), arrangement.files.len());
            for arranged in &arrangement.files {
                prop_assert_eq!(path::check(&arranged.place), Ok(()));
                prop_assert!(!arranged.place.ends_with(SUFFIX.as_bytes()));
                prop_assert!(above(&arranged.place).iter().all(|folder| !places.contains(folder)));
            }
            for file in &files {
                let has_place = arrangement
                    .files
                    .iter()
                    .any(|arranged| arranged.file.path == file.path && is_same(&arranged.file, file));
                let is_refused = arrangement.refused.iter().any(|(refused, _)| refused == file);
                prop_assert!(has_place ^ is_refused, "{:?}", file);
                let is_sound = path::check(&file.path).is_ok();
                prop_assert!(is_sound || is_refused);
            }
        }
    }
}
