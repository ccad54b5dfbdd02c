//! Paths inside a card or folder as they travel: relative, `/`-separated, readable; the exact bytes beside them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::limits::PATH_MAX;

/// Why a path cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
    /// Nothing there.
    #[error("a path must not be empty")]
    Empty,
    /// More than [`PATH_MAX`] bytes.
    #[error("a path has at most {PATH_MAX} bytes")]
    TooLong,
    /// It begins with `/`, or has a component that is empty, `.` or `..`.
    #[error("a path is relative, without empty, `.` or `..` components")]
    Component,
    /// A zero byte, which no file system takes.
    #[error("a path has no zero byte")]
    Nul,
    /// `path_raw` is not base64, or does not spell `path`.
    #[error("`path_raw` is the base64 of the bytes that `path` shows")]
    Raw,
}

/// Checks a relative path: not empty, not too long, no empty, `.` or `..` component, no zero byte.
///
/// # Errors
/// What is wrong with it.
pub fn check(path: &[u8]) -> Result<(), InvalidPath> {
    if path.is_empty() {
        return Err(InvalidPath::Empty);
    }
    if path.len() > PATH_MAX {
        return Err(InvalidPath::TooLong);
    }
    if path.contains(&0) {
        return Err(InvalidPath::Nul);
    }
    let bad = |part: &[u8]| part.is_empty() || part == b"." || part == b"..";
    if path.split(|byte| *byte == b'/').any(bad) {
        Err(InvalidPath::Component)
    } else {
        Ok(())
    }
}

/// A path as text: UTF-8 as it is, any other byte as `\xff`.
#[must_use]
pub fn escaped(path: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The base64 of a path that is not UTF-8; `None` where the text says it all.
#[must_use]
pub fn raw_of(path: &[u8]) -> Option<String> {
    std::str::from_utf8(path)
        .is_err()
        .then(|| STANDARD.encode(path))
}

/// The exact bytes of a path from its two spellings, checked: `raw` where given, else `text`.
///
/// # Errors
/// What is wrong with it.
pub fn exact(text: &str, raw: Option<&str>) -> Result<Vec<u8>, InvalidPath> {
    let bytes = match raw {
        None => text.as_bytes().to_vec(),
        Some(raw) => {
            let bytes = STANDARD.decode(raw).map_err(|_| InvalidPath::Raw)?;
            if escaped(&bytes) != text {
                return Err(InvalidPath::Raw);
            }
            bytes
        }
    };
    check(&bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_come_back(path in proptest::collection::vec(1u8..=255, 1..60)) {
            prop_assume!(check(&path).is_ok());
            let (text, raw) = (escaped(&path), raw_of(&path));
            prop_assert_eq!(exact(&text, raw.as_deref()), Ok(path));
        }
    }

    #[test]
    fn what_could_leave_the_folder_is_refused() {
        for path in [
            "",
            "/etc/passwd",
            "a/../b",
            "./a",
            "a//b",
            "a/",
            "..",
            "a\0b",
        ] {
            assert!(check(path.as_bytes()).is_err(), "{path:?}");
        }
        assert_eq!(check(b"CLIP/A003.mp4"), Ok(()));
        assert_eq!(check(b"...hidden/.."), Err(InvalidPath::Component));
        assert_eq!(exact("b", Some("YQ==")), Err(InvalidPath::Raw));
    }
}
