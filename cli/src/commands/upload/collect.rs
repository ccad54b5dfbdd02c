//! What an upload takes and what it leaves out, from the paths that were named. Looks, and opens only what is called as
//! litter is.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::FileType;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use heimdex_api::path::{self, InvalidPath};
use heimdex_client::litter::is_litter;
use heimdex_client::reason;
use walkdir::{DirEntry, WalkDir};

use super::found::{Found, Item, LeftOut, Reason, Root, Unusable};
use super::listed::{Bases, Listed};
use crate::error::CliError;

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

    fn reason(&self, relative: &Path, entry: &DirEntry) -> Option<Reason> {
        let text = entry.file_name().to_string_lossy();
        // What cannot be looked at is no litter: it says so when it is to be sent.
        if is_litter(entry.path()).unwrap_or(false) || is_closed(entry) {
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

/// What was typed, and what a list names beside it.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Arguments.
    pub(super) paths: Vec<PathBuf>,
    /// Of `--files-from`.
    pub(super) listed: Listed,
}

/// Looks at everything that was named.
pub(super) fn collect(named: &Named, rules: &Rules) -> Found {
    let mut found = Found::default();
    // What is named twice, or lies in a folder that is named too, is sent once.
    let mut seen = HashSet::new();
    for path in &named.paths {
        look(path, None, rules, &mut seen, &mut found);
    }
    let bases = named.listed.bases();
    for path in named.listed.paths() {
        look(path, Some(&bases), rules, &mut seen, &mut found);
    }
    found
}

fn look(
    path: &Path,
    bases: Option<&Bases>,
    rules: &Rules,
    seen: &mut HashSet<PathBuf>,
    found: &mut Found,
) {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => folder(path, rules, seen, found),
        Ok(metadata) if metadata.is_file() => {
            // As it was named: a link's own name is what people know the file by.
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let base = match bases {
                Some(bases) => bases.of(path, &absolute),
                None => absolute.parent().map(Path::to_owned),
            };
            let Some(base) = base else { return };
            let relative = absolute.strip_prefix(&base).unwrap_or(&absolute);
            if bases.is_some() && rules.exclude.is_match(relative) {
                found.left_out.push(LeftOut {
                    path: path.to_owned(),
                    reason: Reason::Excluded,
                });
                return;
            }
            let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            if seen.insert(real) {
                let root = root_of(&base, rules, found);
                let relative = relative.as_os_str().as_bytes().to_vec();
                push(found, root, path.to_owned(), relative, &metadata);
            }
        }
        Ok(metadata) => found.unusable.push(Unusable {
            root: None,
            path: path.to_owned(),
            error: format!("it is {}, not a file", kind(metadata.file_type())),
            hint: Some("only files and folders of files are sent"),
        }),
        Err(error) => found.unusable.push(unusable(None, path, &error)),
    }
}

/// The root of files that were named one by one.
fn root_of(base: &Path, rules: &Rules, found: &mut Found) -> usize {
    let known = found
        .roots
        .iter()
        .position(|root| !root.is_whole && root.path == base);
    known.unwrap_or_else(|| {
        found.roots.push(root(base.to_owned(), false, rules));
        found.roots.len() - 1
    })
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
        let reason = rules.reason(relative, &entry).or_else(|| by_kind(&entry));
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
    let own = match path.file_name() {
        Some(name) => Some(name.to_owned()),
        // As of `/media/A/..`.
        None => fs::canonicalize(&path)
            .ok()
            .and_then(|real| real.file_name().map(OsStr::to_owned)),
    };
    let name = own.map(|name| path::escaped(name.as_bytes()));
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

/// Of what a check of the file system saved, only who may look into it can send anything: on most disks that is root alone,
/// and there is nothing in it.
fn is_closed(entry: &DirEntry) -> bool {
    entry.file_name() == "lost+found"
        && entry.file_type().is_dir()
        && fs::read_dir(entry.path())
            .is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
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
        io::ErrorKind::NotFound if path == Path::new("-") => (
            "standard input cannot be uploaded yet".to_owned(),
            "write it to a file, and upload that",
        ),
        io::ErrorKind::NotFound => (
            "there is no such file or folder".to_owned(),
            "check the spelling; is the card still plugged in?",
        ),
        io::ErrorKind::InvalidInput => (
            "no path has a zero byte in it".to_owned(),
            "-0 (--null) reads lists as `find -print0` writes them",
        ),
        _ => (
            reason(error).into_owned(),
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

#[cfg(test)]
mod tests;
