//! What is named on the command line: a file of the queue by its id or its path, an upload by the digits of its id or
//! the path of its file.

use std::path::{Path, PathBuf};

use heimdex_client::control::ItemId;

use super::waiting::Waiting;
use crate::commands::{Context, transfer};
use crate::error::CliError;

/// What was typed may mean one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A place in the queue.
    Item(ItemId),
    /// The beginning of a video's id.
    Digits(String),
    /// A file, as it is from everywhere; it need not be there any more.
    File(PathBuf),
}

impl Named {
    /// A file that is there is meant before an id that looks like its name.
    pub(super) fn of(given: &Path) -> Result<Self, CliError> {
        let is_there = fs_err::symlink_metadata(given).is_ok();
        if let Some(text) = given.to_str().filter(|_| !is_there) {
            if let Ok(item) = text.parse() {
                return Ok(Self::Item(item));
            }
            if text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') {
                return Ok(Self::Digits(text.to_owned()));
            }
        }
        Ok(Self::File(transfer::absolute_file(given)?))
    }
}

/// The files of the queue that were named, each once.
pub(super) async fn items(
    context: &Context<'_>,
    given: &[PathBuf],
) -> Result<Vec<ItemId>, CliError> {
    let mut waiting = None;
    let mut items = Vec::new();
    for typed in given {
        match Named::of(typed)? {
            Named::Item(item) => items.push(item),
            Named::Digits(_) => return Err(CliError::NotQueued(typed.clone())),
            Named::File(path) => {
                let waiting = match &mut waiting {
                    Some(waiting) => waiting,
                    none => none.insert(Waiting::find(context).await?),
                };
                let found = waiting.at(&path, &context.settings.profile_name);
                if found.is_empty() {
                    return Err(CliError::NotQueued(typed.clone()));
                }
                items.extend(found);
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    items.retain(|item| seen.insert(*item));
    Ok(items)
}

/// The one file of the queue that was named.
pub(super) async fn item(context: &Context<'_>, given: &Path) -> Result<ItemId, CliError> {
    let items = items(context, &[given.to_owned()]).await?;
    match items[..] {
        [item] => Ok(item),
        // It waits for several profiles, none of them the one in use.
        _ => Err(CliError::Ambiguous {
            given: given.display().to_string(),
            candidates: items.iter().map(ItemId::to_string).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_file_where_one_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let of = |name: &str| Named::of(&directory.path().join(name)).unwrap();
        let real = directory.path().canonicalize().unwrap();
        fs_err::write(directory.path().join("q17"), "").unwrap();
        assert_eq!(of("q17"), Named::File(real.join("q17")));
        assert_eq!(of("gone.mp4"), Named::File(real.join("gone.mp4")));
        let of = |text: &str| Named::of(Path::new(text)).unwrap();
        assert_eq!(of("q17"), Named::Item(ItemId(17)));
        assert_eq!(of("9b77-01"), Named::Digits("9b77-01".into()));
        assert!(matches!(of("q17.mp4"), Named::File(_)));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_is_a_file() {
        use std::os::unix::ffi::OsStrExt as _;
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9.mp4"));
        let Named::File(path) = Named::of(odd).unwrap() else {
            panic!("it is a file");
        };
        assert_eq!(path.file_name(), odd.file_name());
    }
}
