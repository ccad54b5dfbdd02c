//! What is on the card when all is said is what counts, not what was there when it was read.

use std::collections::BTreeMap;

use heimdex_api::Blake3;

use super::*;
use crate::journal::FileStamp;
use crate::wipe::facts::{Obstacle, ObstacleKind, ReadHow};

fn seen(mtime: i64) -> Seen {
    Seen {
        stamp: FileStamp {
            size: 3,
            mtime,
            ctime: mtime,
            inode: 1,
        },
        device: 1,
    }
}

fn listing(files: &[(&str, i64)]) -> Listing {
    let files = files
        .iter()
        .map(|(path, mtime)| (path.as_bytes().to_vec(), seen(*mtime)));
    Listing {
        files: files.collect(),
        ..Listing::default()
    }
}

fn read(path: &str) -> FileFacts {
    FileFacts {
        path: path.as_bytes().to_vec(),
        size: 3,
        read: ReadBack::Whole {
            blake3: Blake3::new([1; 32]),
            how: ReadHow::Medium,
            digests: Vec::new(),
        },
        stored: Stored::NotAsked,
        reread: Reread::NotAsked,
    }
}

#[test]
fn what_happened_to_the_card_meanwhile_is_a_fact() {
    let first = listing(&[("same", 1), ("changed", 1), ("gone", 1)]);
    let second = listing(&[("same", 1), ("changed", 2), ("new", 1)]);
    let files = vec![read("same"), read("changed"), read("gone")];
    let facts = settled(files, first, second);
    let reads: BTreeMap<_, _> = facts
        .files
        .into_iter()
        .map(|file| (String::from_utf8(file.path).unwrap(), file.read))
        .collect();
    assert!(matches!(reads["same"], ReadBack::Whole { .. }));
    assert_eq!(reads["changed"], ReadBack::Changed);
    assert_eq!(reads["gone"], ReadBack::Vanished);
    assert_eq!(reads["new"], ReadBack::Appeared);
}

#[test]
fn what_stood_in_the_way_once_is_not_forgotten() {
    let obstacle = |path: &str| Obstacle {
        path: path.as_bytes().to_vec(),
        kind: ObstacleKind::Mounted,
    };
    let mut first = listing(&[]);
    let mut second = listing(&[]);
    first.obstacles = vec![obstacle("a"), obstacle("b")];
    second.obstacles = vec![obstacle("b"), obstacle("c")];
    assert_eq!(settled(Vec::new(), first, second).obstacles.len(), 3);
}
