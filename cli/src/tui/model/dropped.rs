//! What a file manager drops on a terminal: paths, as text.

use std::path::PathBuf;

/// The path that a file manager dropped: quoted, escaped, or as a `file:` URL.
pub(super) fn dropped(text: &str) -> Option<PathBuf> {
    let line = text.trim().lines().next()?.trim();
    let unquoted = line
        .strip_prefix('\'')
        .and_then(|line| line.strip_suffix('\''));
    let unquoted = unquoted.or_else(|| line.strip_prefix('"')?.strip_suffix('"'));
    let path = match (unquoted, line.strip_prefix("file://")) {
        (Some(path), _) => PathBuf::from(path),
        (None, Some(_)) => url::Url::parse(line).ok()?.to_file_path().ok()?,
        (None, None) => PathBuf::from(line.replace("\\ ", " ").replace("\\'", "'")),
    };
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_manager_drops_is_a_path() {
        let path = |text: &str| dropped(text).map(|path| path.display().to_string());
        for (text, expected) in [
            ("/a/b c.mp4", "/a/b c.mp4"),
            ("'/a/b c.mp4' ", "/a/b c.mp4"),
            ("\"/a/b c.mp4\"\n", "/a/b c.mp4"),
            ("/a/b\\ c.mp4", "/a/b c.mp4"),
            ("file:///a/b%20c.mp4\r\nfile:///d", "/a/b c.mp4"),
        ] {
            assert_eq!(path(text).as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!(path("some words"), None);
        assert_eq!(path(""), None);
    }
}
