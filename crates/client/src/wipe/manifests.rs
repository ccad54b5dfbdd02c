//! The checksum files on a card: found by their names, read by handle, and their paths turned into the card's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::os::fd::OwnedFd;

use heimdex_api::path;
use rustix::fs::{Mode, OFlags};

use super::card::Seen;
use super::spelling;
use crate::beneath;
use crate::manifest::{
    CHAIN, FILE_MOST, FOLDER, Kind, LISTED_MOST, Listed, ManifestError, parse_chain, parse_mhl,
    parse_sums, sums_name,
};

/// What a checksum file on a card says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManifestFacts {
    /// The bytes of its path within the card.
    pub path: Vec<u8>,
    /// The files that it names, by their paths within the card.
    pub listed: Vec<Listed>,
    /// Why it cannot be leaned on, in a few words.
    pub trouble: Option<String>,
}

/// Whether checksum files on a card count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manifests {
    /// The card must agree with them.
    #[default]
    Check,
    /// A person wants them left aside.
    Ignore,
}

/// What a file of this path would be.
enum Format {
    Chain,
    Mhl,
    Sums,
}

/// Reads every checksum file that was found. Blocks.
pub(super) fn read(root: &OwnedFd, files: &BTreeMap<Vec<u8>, Seen>) -> Vec<ManifestFacts> {
    let mut all = Vec::new();
    let mut named = 0;
    for path in files.keys() {
        let (folder, name) = split(path);
        let Some(format) = format(folder, name) else {
            continue;
        };
        let facts = match listed(root, path, &format) {
            Ok(listed) if named + listed.len() > LISTED_MOST => ManifestFacts {
                path: path.clone(),
                trouble: Some("the card's checksum files name too many files".to_owned()),
                ..ManifestFacts::default()
            },
            Ok(listed) => {
                named += listed.len();
                ManifestFacts {
                    path: path.clone(),
                    listed,
                    trouble: None,
                }
            }
            Err(error) => ManifestFacts {
                path: path.clone(),
                trouble: Some(error.to_string()),
                ..ManifestFacts::default()
            },
        };
        all.push(facts);
    }
    for manifest in &mut all {
        spelling::as_on_card(&mut manifest.listed, files);
    }
    find_strays(&mut all);
    all
}

/// Which checksums are to be taken of which file.
pub(super) fn kinds(manifests: &[ManifestFacts]) -> BTreeMap<Vec<u8>, BTreeSet<Kind>> {
    let mut kinds: BTreeMap<Vec<u8>, BTreeSet<Kind>> = BTreeMap::new();
    for listed in manifests.iter().flat_map(|manifest| &manifest.listed) {
        let wanted = kinds.entry(listed.path.clone()).or_default();
        wanted.extend(listed.digests.iter().map(crate::manifest::Digest::kind));
    }
    kinds
}

fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

fn format(folder: &[u8], name: &[u8]) -> Option<Format> {
    if is_history(folder) && name == CHAIN {
        return Some(Format::Chain);
    }
    if name.len() > 4 && name[name.len() - 4..].eq_ignore_ascii_case(b".mhl") {
        return Some(Format::Mhl);
    }
    sums_name(name).map(|_| Format::Sums)
}

fn is_history(folder: &[u8]) -> bool {
    split(folder).1 == FOLDER
}

fn listed(root: &OwnedFd, path: &[u8], format: &Format) -> Result<Vec<Listed>, ManifestError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK;
    let file = File::from(beneath::open(root, path, flags, Mode::empty())?);
    if file.metadata()?.len() > FILE_MOST {
        return Err(ManifestError::TooLarge);
    }
    let reader = BufReader::new(file.take(FILE_MOST));
    let (folder, name) = split(path);
    let (listed, base) = match format {
        Format::Chain => (parse_chain(reader)?, folder),
        // A generation of a history is about the folder that the history lies in.
        Format::Mhl if is_history(folder) => (parse_mhl(reader)?.listed, split(folder).0),
        Format::Mhl => (parse_mhl(reader)?.listed, folder),
        Format::Sums => match sums_name(name) {
            Some(name) => (parse_sums(reader, &name)?, folder),
            None => return Ok(Vec::new()),
        },
    };
    let on_card = |path: &[u8]| {
        if base.is_empty() {
            path.to_vec()
        } else {
            [base, b"/", path].concat()
        }
    };
    let listed = listed.into_iter().map(|listed| Listed {
        path: on_card(&listed.path),
        previous: listed.previous.as_deref().map(on_card),
        ..listed
    });
    Ok(listed.collect())
}

/// A generation that is not in the chain of its history came there in no way that the format has.
fn find_strays(manifests: &mut [ManifestFacts]) {
    let chains: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = manifests
        .iter()
        .filter(|manifest| split(&manifest.path).1 == CHAIN && manifest.trouble.is_none())
        .map(|chain| {
            let listed = chain.listed.iter().map(|listed| listed.path.clone());
            (split(&chain.path).0.to_vec(), listed.collect())
        })
        .collect();
    for manifest in manifests {
        let (folder, name) = split(&manifest.path);
        let is_stray = name != CHAIN
            && is_history(folder)
            && chains
                .get(folder)
                .is_some_and(|chain| !chain.contains(&manifest.path));
        if is_stray && manifest.trouble.is_none() {
            let chain = path::escaped(CHAIN);
            manifest.trouble = Some(format!("it is not in {chain} beside it"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wipe::rules::CardRules;

    fn read_tree(files: &[(&str, &str)]) -> Vec<ManifestFacts> {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let root = beneath::root(directory.path()).unwrap();
        let listing = crate::wipe::card::look(&root, &CardRules::default());
        read(&root, &listing.files)
    }

    const MD5: &str = "b1946ac92492d2347c6235b4d2611184";

    #[test]
    fn paths_count_from_where_each_format_has_it() {
        let list = |path: &str| {
            format!(
                "<hashlist version='2.0'><hashes><hash><path>{path}</path><md5>{MD5}</md5></hash></hashes></hashlist>"
            )
        };
        let found = read_tree(&[
            ("A/ascmhl/0001.mhl", &list("x/a.mov")),
            ("A/outside.MHL", &list("b.mov")),
            ("B/sums.md5", &format!("{MD5} *c.mov\n")),
            ("B/d.mov.md5", MD5),
            ("e.mov", "no checksum file"),
        ]);
        let listed: Vec<String> = found
            .iter()
            .map(|manifest| path::escaped(&manifest.listed[0].path))
            .collect();
        assert_eq!(listed, ["A/x/a.mov", "A/b.mov", "B/d.mov", "B/c.mov"]);
        assert!(found.iter().all(|manifest| manifest.trouble.is_none()));
    }

    #[test]
    fn a_name_in_another_spelling_is_the_file_that_is_there() {
        let found = read_tree(&[
            ("Caf\u{e9}/a.mov", "a file"),
            ("one.md5", &format!("{MD5} *Cafe\u{301}/a.mov\n")),
            ("ascmhl/0001.mhl", "<hashlist version='2.0'/>"),
        ]);
        let listed = found.iter().flat_map(|manifest| &manifest.listed);
        let paths: Vec<&[u8]> = listed.map(|listed| &listed.path[..]).collect();
        assert_eq!(paths, ["Caf\u{e9}/a.mov".as_bytes()]);
    }

    #[test]
    fn what_cannot_be_leaned_on_says_why() {
        let chain = "<ascmhldirectory><hashlist><path>0001.mhl</path></hashlist></ascmhldirectory>";
        let empty = "<hashlist version='2.0'/>";
        let found = read_tree(&[
            ("ascmhl/0001.mhl", empty),
            ("ascmhl/0002.mhl", empty),
            ("ascmhl/ascmhl_chain.xml", chain),
            ("up.md5", &format!("{MD5}  ../a.mov\n")),
            ("no.sha1", "hello\n"),
            ("cut.mhl", "<hashlist version='2.0'><hashes>"),
        ]);
        let troubles: Vec<String> = found
            .into_iter()
            .filter_map(|manifest| {
                Some(format!(
                    "{}: {}",
                    path::escaped(&manifest.path),
                    manifest.trouble?
                ))
            })
            .collect();
        insta::assert_snapshot!(troubles.join("\n"), @r###"
    ascmhl/0002.mhl: it is not in ascmhl_chain.xml beside it
    cut.mhl: byte 32: it ends in the middle
    no.sha1: line 1: it is no checksum and name
    up.md5: line 1: `../a.mov` is not below its folder
    "###);
    }
}
