//! What a path that is typed may become: the names of the folder that it leads into.

use std::path::{Path, PathBuf};

use super::moving::from_home;
use super::session::Session;

/// Names that are looked at.
const LOOKED_AT: usize = 10_000;
/// Names that are shown.
const SHOWN: usize = 100;

/// The texts that a typed one may become, in order.
pub(super) async fn complete(session: &Session, text: &str) -> Vec<String> {
    // Up to the last slash it is typed already, and stays as it was typed.
    let (folder, name) = text.rfind('/').map_or(("", text), |slash| {
        let (folder, name) = text.split_at(slash + 1);
        (folder, name)
    });
    let path = if folder.is_empty() {
        PathBuf::from(".")
    } else {
        from_home(session, PathBuf::from(folder))
    };
    let (folder, name) = (folder.to_owned(), name.to_owned());
    let looking = move || names(&path, &name);
    let names = tokio::task::spawn_blocking(looking).await;
    let names = names.unwrap_or_default().into_iter();
    names.map(|name| format!("{folder}{name}")).collect()
}

/// Names that begin so; folders end with a slash. A folder that cannot be read has none.
fn names(folder: &Path, begin: &str) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(folder) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for entry in entries.take(LOOKED_AT).flatten() {
        // What cannot be typed is found in the browser.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let is_hidden = name.starts_with('.') && !begin.starts_with('.');
        if is_hidden || !name.starts_with(begin) || name.chars().any(char::is_control) {
            continue;
        }
        let is_folder = fs_err::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
        names.push(if is_folder { format!("{name}/") } else { name });
    }
    names.sort_unstable();
    names.truncate(SHOWN);
    names
}
