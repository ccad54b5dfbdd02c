//! `--files-from`: the paths that a list names, and where on a card they belong.
//!
//! A list has no folder of its own. Relative paths keep their place below the directory that the command runs in, as
//! `tar -T` has it; the others keep it below the deepest folder that holds all of them.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use crate::error::CliError;

/// What stands between two paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// One path a line.
    Newline,
    /// As `find -print0` writes them: any name is possible.
    Nul,
}

/// The paths of a list, and the directory that relative ones are meant from.
#[derive(Debug, Default)]
pub(super) struct Listed {
    paths: Vec<PathBuf>,
    here: PathBuf,
}

/// The folders that listed files keep their place in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bases {
    here: PathBuf,
    common: Option<PathBuf>,
}

impl Listed {
    /// Reads a list: a file, or standard input where it is called `-`. Blocks until it ends.
    pub(super) fn read(from: &Path, separator: Separator) -> Result<Self, CliError> {
        let fail = |source| CliError::Path {
            path: from.to_owned(),
            source,
        };
        let bytes = if from == Path::new("-") {
            let mut bytes = Vec::new();
            io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|source| CliError::Input {
                    what: "the list of files",
                    source,
                })?;
            bytes
        } else {
            fs_err::read(from).map_err(fail)?
        };
        Ok(Self {
            paths: split(&bytes, separator),
            here: std::path::absolute(".").unwrap_or_default(),
        })
    }

    /// The paths, as they were written.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Where they belong.
    pub(super) fn bases(&self) -> Bases {
        let mut common: Option<PathBuf> = None;
        for path in self.paths.iter().filter(|path| !is_below(path)) {
            let absolute = self.here.join(path);
            let parent = absolute.parent().unwrap_or(&absolute);
            common = Some(match common {
                None => parent.to_owned(),
                Some(common) => shared(&common, parent),
            });
        }
        Bases {
            here: self.here.clone(),
            common,
        }
    }
}

impl Bases {
    /// The folder that a file belongs to, as it was written and as an absolute path. Where that cannot be, as after
    /// a `..` that leads out of it, its own directory.
    pub(super) fn of(&self, written: &Path, absolute: &Path) -> Option<PathBuf> {
        let base = if is_below(written) {
            Some(&self.here)
        } else {
            self.common.as_ref()
        };
        let inside = |base: &&PathBuf| {
            absolute
                .strip_prefix(base)
                .is_ok_and(|rest| is_below(rest) && !rest.as_os_str().is_empty())
        };
        base.filter(inside)
            .cloned()
            .or_else(|| absolute.parent().map(Path::to_owned))
    }
}

/// Whether a path goes down from where it is meant, and nowhere else.
fn is_below(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn shared(one: &Path, other: &Path) -> PathBuf {
    let pairs = one.components().zip(other.components());
    pairs
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one)
        .collect()
}

/// The paths between separators; a blank line names nothing.
fn split(bytes: &[u8], separator: Separator) -> Vec<PathBuf> {
    let end = match separator {
        Separator::Newline => b'\n',
        Separator::Nul => 0,
    };
    bytes
        .split(|byte| *byte == end)
        .filter(|path| !path.is_empty())
        .map(|path| PathBuf::from(OsStr::from_bytes(path)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(paths: &[&str]) -> Listed {
        Listed {
            paths: paths.iter().map(PathBuf::from).collect(),
            here: "/home/ana".into(),
        }
    }

    fn places(paths: &[&str]) -> Vec<(String, String)> {
        let listed = listed(paths);
        let bases = listed.bases();
        let place = |path: &PathBuf| {
            let absolute = listed.here.join(path);
            let base = bases.of(path, &absolute).unwrap();
            let within = absolute.strip_prefix(&base).unwrap();
            (base.display().to_string(), within.display().to_string())
        };
        listed.paths.iter().map(place).collect()
    }

    #[test]
    fn any_name_is_one_path() {
        let names = |bytes: &[u8], separator| -> Vec<String> {
            let paths = split(bytes, separator);
            paths
                .iter()
                .map(|path| path.to_string_lossy().into_owned())
                .collect()
        };
        assert_eq!(names(b"a b\n\n c\n", Separator::Newline), ["a b", " c"]);
        assert_eq!(names(b"a\nb\0c", Separator::Nul), ["a\nb", "c"]);
        assert_eq!(
            split(b"clip\xff.mp4\n", Separator::Newline)[0]
                .as_os_str()
                .as_bytes(),
            b"clip\xff.mp4"
        );
        assert!(split(b"", Separator::Newline).is_empty());
    }

    #[test]
    fn relative_paths_keep_their_place_below_the_directory_of_the_command() {
        assert_eq!(
            places(&["CLIP/a.mp4", "./b.mp4"]),
            [
                ("/home/ana".into(), "CLIP/a.mp4".into()),
                ("/home/ana".into(), "b.mp4".into())
            ]
        );
    }

    #[test]
    fn absolute_paths_keep_their_place_below_what_they_have_in_common() {
        assert_eq!(
            places(&["/media/A/CLIP/1.mp4", "/media/A/SUB/1.mp4", "x.mp4"]),
            [
                ("/media/A".into(), "CLIP/1.mp4".into()),
                ("/media/A".into(), "SUB/1.mp4".into()),
                ("/home/ana".into(), "x.mp4".into()),
            ]
        );
        assert_eq!(
            places(&["/media/A/1.mp4"]),
            [("/media/A".into(), "1.mp4".into())]
        );
    }

    #[test]
    fn a_path_that_climbs_out_belongs_to_its_own_directory() {
        let listed = listed(&["../ben/a.mp4"]);
        let base = listed.bases().of(
            Path::new("../ben/a.mp4"),
            Path::new("/home/ana/../ben/a.mp4"),
        );
        assert_eq!(base, Some("/home/ana/../ben".into()));
    }
}
