//! What an upload takes and what it leaves out, from the paths that were named. Looks, never opens.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::FileType;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use heimdex_api::Timestamp;
use heimdex_api::path::{self, InvalidPath};
use heimdex_client::litter::is_litter;
use walkdir::{DirEntry, WalkDir};

use crate::error::CliError;

/// A folder that is taken in as a whole, or the folder of files that were named one by one.
#[derive(Debug, Clone)]
pub(super) struct Root {
    /// As it was named.
    pub(super) path: PathBuf,
    /// Whether all of it is meant.
    pub(super) is_whole: bool,
    /// The label of what is found in it.
    pub(super) source: String,
    /// Its own name.
    pub(super) name: Option<String>,
}

/// A file to send.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Which root it belongs to.
    pub(super) root: usize,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Within the root, `/`-separated bytes.
    pub(super) relative: Vec<u8>,
    /// Bytes, as last seen.
    pub(super) size: u64,
    /// The file's own time.
    pub(super) mtime: Option<Timestamp>,
}

/// Why something is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// A name that begins with a dot.
    Hidden,
    /// What operating systems leave behind.
    Litter,
    /// A rule of `--exclude`.
    Excluded,
    /// A symbolic link.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

/// Something that is not sent, by a rule.
#[derive(Debug, Clone)]
pub(super) struct LeftOut {
    /// What.
    pub(super) path: PathBuf,
    /// Why.
    pub(super) reason: Reason,
}

/// Something that cannot be looked at, or not be sent.
#[derive(Debug)]
pub(super) struct Unusable {
    /// The root that it belongs to, if any.
    pub(super) root: Option<usize>,
    /// What.
    pub(super) path: PathBuf,
    /// Why, in a sentence.
    pub(super) error: String,
    /// What to do about it.
    pub(super) hint: Option<&'static str>,
}

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Folders.
    pub(super) roots: Vec<Root>,
    /// Files to send, in the order of their names.
    pub(super) items: Vec<Item>,
    /// What rules leave out.
    pub(super) left_out: Vec<LeftOut>,
    /// What failed already.
    pub(super) unusable: Vec<Unusable>,
}

impl Found {
    /// Bytes of all files to send.
    pub(super) fn bytes(&self) -> u64 {
        self.items.iter().map(|item| item.size).sum()
    }
}

/// What is left out.
#[derive(Debug)]
pub(super) struct Rules {
    exclude: GlobSet,
    takes_hidden: bool,
    source: Option<String>,
}

impl Rules {
    /// From what was typed.
    pub(super) fn new(
        exclude: &[String],
        takes_hidden: bool,
        source: Option<String>,
    ) -> Result<Self, CliError> {
        let mut globs = GlobSetBuilder::new();
        for pattern in exclude {
            // Without a slash a pattern is about names, at any depth.
            let anywhere = if pattern.contains('/') {
                pattern.trim_start_matches('/').to_owned()
            } else {
                format!("**/{pattern}")
            };
            let glob = GlobBuilder::new(&anywhere).literal_separator(true).build();
            globs.add(glob.map_err(|error| {
                CliError::usage(
                    format!("`{pattern}` is not a pattern: {}", error.kind()),
                    "write it as `*.LRV` or `proxies/**`",
                )
            })?);
        }
        let exclude = globs.build().map_err(|error| {
            CliError::usage(format!("the patterns are too much: {error}"), "use fewer")
        })?;
        Ok(Self {
            exclude,
            takes_hidden,
            source,
        })
    }

    fn reason(&self, relative: &Path, name: &OsStr) -> Option<Reason> {
        let text = name.to_string_lossy();
        if is_litter(name) {
            Some(Reason::Litter)
        } else if self.exclude.is_match(relative) {
            Some(Reason::Excluded)
        } else if !self.takes_hidden && text.starts_with('.') {
            Some(Reason::Hidden)
        } else {
            None
        }
    }
}

/// Looks at everything that was named.
pub(super) fn collect(paths: &[PathBuf], rules: &Rules) -> Found {
    let mut found = Found::default();
    // What is named twice, or lies in a folder that is named too, is sent once.
    let mut seen = HashSet::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => folder(path, rules, &mut seen, &mut found),
            Ok(metadata) if metadata.is_file() => {
                file(path, &metadata, rules, &mut seen, &mut found);
            }
            Ok(metadata) => found.unusable.push(Unusable {
                root: None,
                path: path.clone(),
                error: format!("it is {}, not a file", kind(metadata.file_type())),
                hint: Some("only files and folders of files are sent"),
            }),
            Err(error) => found.unusable.push(unusable(None, path, &error)),
        }
    }
    found
}

fn file(
    path: &Path,
    metadata: &std::fs::Metadata,
    rules: &Rules,
    seen: &mut HashSet<PathBuf>,
    found: &mut Found,
) {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !seen.insert(real) {
        return;
    }
    // As it was named: a link's own name is what people know the file by.
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return;
    };
    let known = found
        .roots
        .iter()
        .position(|root| !root.is_whole && root.path == parent);
    let root = known.unwrap_or_else(|| {
        found.roots.push(root(parent.to_owned(), false, rules));
        found.roots.len() - 1
    });
    let relative = name.as_bytes().to_vec();
    push(found, root, path.to_owned(), relative, metadata);
}

fn folder(path: &Path, rules: &Rules, seen: &mut HashSet<PathBuf>, found: &mut Found) {
    let real = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) => {
            found.unusable.push(unusable(None, path, &error));
            return;
        }
    };
    let index = found.roots.len();
    let mut root = root(real.clone(), true, rules);
    path.clone_into(&mut root.path);
    found.roots.push(root);
    let mut walk = WalkDir::new(path)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unusable.push(unwalkable(index, path, &error));
                continue;
            }
        };
        let relative = entry.path().strip_prefix(path).unwrap_or(entry.path());
        let reason = rules
            .reason(relative, entry.file_name())
            .or_else(|| by_kind(&entry));
        if let Some(reason) = reason {
            found.left_out.push(LeftOut {
                path: entry.path().to_owned(),
                reason,
            });
            if entry.file_type().is_dir() {
                walk.skip_current_dir();
            }
            continue;
        }
        if entry.file_type().is_dir() || !seen.insert(real.join(relative)) {
            continue;
        }
        match entry.metadata() {
            Ok(metadata) => {
                let relative = relative.as_os_str().as_bytes().to_vec();
                push(found, index, entry.path().to_owned(), relative, &metadata);
            }
            Err(error) => found.unusable.push(unwalkable(index, entry.path(), &error)),
        }
    }
}

fn root(path: PathBuf, is_whole: bool, rules: &Rules) -> Root {
    let name = path.file_name().map(|name| path::escaped(name.as_bytes()));
    let source = rules
        .source
        .clone()
        .or_else(|| name.clone())
        .unwrap_or_else(|| "/".into());
    Root {
        path,
        is_whole,
        source,
        name,
    }
}

fn push(
    found: &mut Found,
    root: usize,
    path: PathBuf,
    relative: Vec<u8>,
    metadata: &std::fs::Metadata,
) {
    if let Err(error) = path::check(&relative) {
        found.unusable.push(unsendable(root, path, error));
        return;
    }
    let mtime = metadata
        .modified()
        .ok()
        .and_then(|time| jiff::Timestamp::try_from(time).ok());
    let (size, mtime) = (metadata.len(), mtime.map(Into::into));
    found.items.push(Item {
        root,
        path,
        relative,
        size,
        mtime,
    });
}

fn by_kind(entry: &DirEntry) -> Option<Reason> {
    let kind = entry.file_type();
    if kind.is_symlink() {
        Some(Reason::Link)
    } else if kind.is_file() || kind.is_dir() {
        None
    } else {
        Some(Reason::Special)
    }
}

fn kind(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "a device"
    } else {
        "something else"
    }
}

fn unusable(root: Option<usize>, path: &Path, error: &io::Error) -> Unusable {
    let (error, hint) = match error.kind() {
        io::ErrorKind::NotFound => (
            "there is no such file or folder".to_owned(),
            "check the spelling; is the card still plugged in?",
        ),
        kind => (
            kind.to_string(),
            "check its permissions, and the card or disk",
        ),
    };
    Unusable {
        root,
        path: path.to_owned(),
        error,
        hint: Some(hint),
    }
}

fn unwalkable(root: usize, path: &Path, error: &walkdir::Error) -> Unusable {
    let path = error.path().unwrap_or(path);
    match error.io_error() {
        Some(source) => unusable(Some(root), path, source),
        None => Unusable {
            root: Some(root),
            path: path.to_owned(),
            error: "the folder contains itself".to_owned(),
            hint: None,
        },
    }
}

fn unsendable(root: usize, path: PathBuf, error: InvalidPath) -> Unusable {
    Unusable {
        root: Some(root),
        path,
        error: error.to_string(),
        hint: Some("rename it"),
    }
}

/// The name of a file as it travels: escaped where it is not UTF-8.
pub(super) fn filename(item: &Item) -> String {
    let name = item
        .relative
        .rsplit(|byte| *byte == b'/')
        .next()
        .unwrap_or(&item.relative);
    path::escaped(name)
}

/// A path for people and programs.
pub(in crate::commands) fn shown(path: &Path) -> String {
    path::escaped(OsString::from(path).as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join("card").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file.as_bytes()).unwrap();
        }
        directory
    }

    fn found(directory: &tempfile::TempDir, exclude: &[&str], hidden: bool) -> Found {
        let exclude: Vec<String> = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
        let rules = Rules::new(&exclude, hidden, None).unwrap();
        collect(&[directory.path().join("card")], &rules)
    }

    fn names(found: &Found) -> Vec<String> {
        found
            .items
            .iter()
            .map(|item| path::escaped(&item.relative))
            .collect()
    }

    fn reasons(found: &Found) -> Vec<(String, Reason)> {
        let name = |left: &LeftOut| {
            left.path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        };
        found
            .left_out
            .iter()
            .map(|left| (name(left), left.reason))
            .collect()
    }

    #[test]
    fn litter_hidden_and_excluded_are_left_out_by_name() {
        let directory = tree(&[
            "CLIP/A.mp4",
            "CLIP/._A.mp4",
            ".DS_Store",
            ".hidden/x",
            "B.LRV",
            "proxies/a/b.mp4",
            ".Trash-1000/c",
        ]);
        let found = found(&directory, &["*.LRV", "proxies/**"], false);
        assert_eq!(names(&found), ["CLIP/A.mp4"]);
        let mut left = reasons(&found);
        left.sort();
        assert_eq!(
            left,
            [
                (".DS_Store".into(), Reason::Litter),
                (".Trash-1000".into(), Reason::Litter),
                ("._A.mp4".into(), Reason::Litter),
                (".hidden".into(), Reason::Hidden),
                ("B.LRV".into(), Reason::Excluded),
                ("a".into(), Reason::Excluded),
            ]
        );
    }

    #[test]
    fn hidden_files_are_taken_where_wanted_and_litter_never() {
        let directory = tree(&[".hidden/x", ".DS_Store", "a"]);
        assert_eq!(names(&found(&directory, &[], true)), [".hidden/x", "a"]);
    }

    #[test]
    fn links_are_left_out_in_a_folder_and_followed_where_named() {
        let directory = tree(&["a"]);
        let card = directory.path().join("card");
        symlink("a", card.join("link")).unwrap();
        symlink(".", card.join("loop")).unwrap();
        let found = found(&directory, &[], false);
        assert_eq!(names(&found), ["a"]);
        assert_eq!(found.left_out.len(), 2);
        let rules = Rules::new(&[], false, None).unwrap();
        let named = collect(&[card.join("link")], &rules);
        assert_eq!(names(&named), ["link"]);
    }

    #[test]
    fn what_is_named_twice_is_taken_once() {
        let directory = tree(&["CLIP/a", "b"]);
        let card = directory.path().join("card");
        let rules = Rules::new(&[], false, None).unwrap();
        let found = collect(
            &[card.join("b"), card.clone(), card.join("CLIP/a"), card],
            &rules,
        );
        assert_eq!(found.items.len(), 2);
    }

    #[test]
    fn files_named_one_by_one_belong_to_their_folder() {
        let directory = tree(&["a", "b"]);
        let card = directory.path().join("card");
        let rules = Rules::new(&[], false, None).unwrap();
        let found = collect(&[card.join("a"), card.join("b"), card.join("none")], &rules);
        assert_eq!(found.roots.len(), 1);
        assert_eq!(
            (found.roots[0].source.as_str(), found.roots[0].is_whole),
            ("card", false)
        );
        assert_eq!(found.unusable.len(), 1);
        assert_eq!(found.unusable[0].error, "there is no such file or folder");
    }

    #[test]
    fn names_that_are_not_utf8_keep_their_bytes() {
        let directory = tree(&["a"]);
        let name = OsStr::from_bytes(b"clip\xff.mp4");
        fs::write(directory.path().join("card").join(name), b"x").unwrap();
        let found = found(&directory, &[], false);
        let odd = found
            .items
            .iter()
            .find(|item| item.relative.contains(&0xff))
            .unwrap();
        assert_eq!(odd.relative, b"clip\xff.mp4");
        assert_eq!(filename(odd), "clip\\xff.mp4");
    }

    #[test]
    fn a_pattern_that_is_none_is_named() {
        let error = Rules::new(&["a[".into()], false, None).unwrap_err();
        assert!(
            error.to_string().starts_with("`a[` is not a pattern"),
            "{error}"
        );
    }
}
