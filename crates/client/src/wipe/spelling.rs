//! Names that a checksum file spells with other characters than the card: macOS takes letters apart (NFD) and others keep
//! them in one piece (NFC), and people see no difference.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization as _;

use super::card::Seen;
use crate::manifest::Listed;

/// Gives files the names that they have on the card, where a list has those only in another spelling.
///
/// A name that is on the card as it is listed means that file and no other. Where two files of the card, or two names of
/// the list, are one name but for the spelling, nothing says which is meant: such names stay as they are.
pub(super) fn as_on_card(listed: &mut [Listed], files: &BTreeMap<Vec<u8>, Seen>) {
    let is_elsewhere =
        |listed: &Listed| !listed.path.is_ascii() && !files.contains_key(&listed.path);
    if !listed.iter().any(is_elsewhere) {
        return;
    }
    let mut on_card: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
    for path in files.keys().filter(|path| !path.is_ascii()) {
        if let Some(composed) = composed(path) {
            on_card.entry(composed).or_default().push(path);
        }
    }
    let mut meant: BTreeMap<String, BTreeSet<&[u8]>> = BTreeMap::new();
    for path in listed.iter().map(|listed| &listed.path[..]) {
        if let Some(composed) = composed(path).filter(|_| !path.is_ascii()) {
            meant.entry(composed).or_default().insert(path);
        }
    }
    let the_one = |listed: &Listed| {
        let composed = composed(&listed.path).filter(|_| is_elsewhere(listed))?;
        let is_alone = meant.get(&composed).is_some_and(|names| names.len() == 1);
        match on_card.get(&composed).map(Vec::as_slice) {
            Some([path]) if is_alone => Some(path.to_vec()),
            _ => None,
        }
    };
    let found: Vec<Option<Vec<u8>>> = listed.iter().map(the_one).collect();
    for (listed, path) in listed.iter_mut().zip(found) {
        if let Some(path) = path {
            listed.path = path;
        }
    }
}

/// A name with its letters in one piece.
fn composed(path: &[u8]) -> Option<String> {
    Some(std::str::from_utf8(path).ok()?.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::FileStamp;

    const COMPOSED: &str = "Caf\u{e9}/a.mov";
    const APART: &str = "Cafe\u{301}/a.mov";

    /// The names of a list, as they are on a card with these files.
    fn on_card(listed: &[&str], card: &[&[u8]]) -> Vec<String> {
        let stamp = FileStamp {
            size: 1,
            mtime: 0,
            ctime: 0,
            inode: 0,
        };
        let files = card
            .iter()
            .map(|path| (path.to_vec(), Seen { stamp, device: 0 }));
        let mut listed: Vec<Listed> = listed
            .iter()
            .map(|path| Listed {
                path: path.as_bytes().to_vec(),
                size: None,
                digests: Vec::new(),
                previous: None,
                unknown: None,
            })
            .collect();
        as_on_card(&mut listed, &files.collect());
        let names = listed
            .iter()
            .map(|listed| String::from_utf8(listed.path.clone()));
        names.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_name_is_found_in_the_spelling_of_the_card() {
        for (listed, there) in [(COMPOSED, APART), (APART, COMPOSED)] {
            assert_eq!(on_card(&[listed], &[there.as_bytes()]), [there]);
            assert_eq!(
                on_card(&[listed, "b.mov"], &[b"b.mov", there.as_bytes()]),
                [there, "b.mov"]
            );
        }
        assert_eq!(on_card(&[COMPOSED], &[b"Caf\xe9/a.mov"]), [COMPOSED]);
    }

    #[test]
    fn names_that_collide_are_not_mixed_up() {
        // Both are there: each means itself.
        let both = [APART, COMPOSED];
        assert_eq!(
            on_card(&both, &[APART.as_bytes(), COMPOSED.as_bytes()]),
            both
        );
        // Two are listed and one is there: the other one is missed.
        assert_eq!(on_card(&both, &[COMPOSED.as_bytes()]), both);
        // A third spelling says neither of two.
        let (third, first, second) = ("e\u{323}\u{302}", "\u{1ec7}", "e\u{302}\u{323}");
        let card = [first.as_bytes(), second.as_bytes()];
        assert_eq!(on_card(&[third], &card), [third]);
        assert_eq!(on_card(&[third], &card[..1]), [first]);
    }
}
