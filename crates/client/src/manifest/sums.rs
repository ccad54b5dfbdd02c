//! What `md5sum`, `sha256sum`, `xxhsum`, `b3sum` and their kind write: a line a file.

use std::io::{BufRead, Read as _};

use super::{At, Digest, Kind, LISTED_MOST, Listed, ManifestError, PIECE_MOST, relative};

/// What the name of a checksum file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumsName {
    /// Of which kinds its checksums may be; their length decides.
    pub kinds: Vec<Kind>,
    /// The file that a checksum without a name belongs to.
    pub about: Option<Vec<u8>>,
}

/// Endings of names, and what is in such files.
const ENDINGS: [(&str, &[Kind]); 17] = [
    ("md5", &[Kind::Md5]),
    ("md5sum", &[Kind::Md5]),
    ("sha1", &[Kind::Sha1]),
    ("sha1sum", &[Kind::Sha1]),
    ("sha256", &[Kind::Sha256]),
    ("sha256sum", &[Kind::Sha256]),
    ("sha512", &[Kind::Sha512]),
    ("sha512sum", &[Kind::Sha512]),
    ("b3", &[Kind::Blake3]),
    ("b3sum", &[Kind::Blake3]),
    ("blake3", &[Kind::Blake3]),
    ("xxh32", &[Kind::Xxh32]),
    ("xxh64", &[Kind::Xxh64]),
    ("xxh128", &[Kind::Xxh128]),
    ("xxh3", &[Kind::Xxh3, Kind::Xxh128]),
    ("xxh", &[Kind::Xxh64, Kind::Xxh128]),
    ("xxhsum", &[Kind::Xxh64, Kind::Xxh128]),
];
/// Whole names, in any case and with `.txt` or without.
const NAMES: [(&str, &[Kind]); 6] = [
    ("md5sums", &[Kind::Md5]),
    ("sha1sums", &[Kind::Sha1]),
    ("sha256sums", &[Kind::Sha256]),
    ("sha512sums", &[Kind::Sha512]),
    ("b3sums", &[Kind::Blake3]),
    ("xxhsums", &[Kind::Xxh64, Kind::Xxh128]),
];

/// Whether a file of this name is a checksum file of lines.
#[must_use]
pub fn sums_name(name: &[u8]) -> Option<SumsName> {
    let lower = name.to_ascii_lowercase();
    let whole = lower.strip_suffix(b".txt").unwrap_or(&lower);
    if let Some((_, kinds)) = NAMES.iter().find(|(known, _)| known.as_bytes() == whole) {
        return Some(SumsName {
            kinds: kinds.to_vec(),
            about: None,
        });
    }
    let dot = lower.iter().rposition(|byte| *byte == b'.')?;
    let ending = &lower[dot + 1..];
    let (_, kinds) = ENDINGS
        .iter()
        .find(|(known, _)| known.as_bytes() == ending)?;
    Some(SumsName {
        kinds: kinds.to_vec(),
        about: Some(name[..dot].to_vec()).filter(|about| !about.is_empty()),
    })
}

/// Reads the lines of a checksum file; names are below its folder.
///
/// # Errors
/// A line is none, or there are more than can be believed.
pub fn parse_sums(mut reader: impl BufRead, name: &SumsName) -> Result<Vec<Listed>, ManifestError> {
    let mut listed = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        let at = At::Line(number);
        line.clear();
        let most = PIECE_MOST as u64 + 1;
        let read = reader.by_ref().take(most).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if line.len() > PIECE_MOST {
            return Err(ManifestError::TooLong { at });
        }
        if listed.len() >= LISTED_MOST {
            return Err(ManifestError::TooMany);
        }
        let text = trimmed(&line, number);
        if !text.is_empty() && text[0] != b'#' && text[0] != b';' {
            listed.push(of_line(text, name, at)?);
        }
    }
    Ok(listed)
}

/// A line without its end, and without what some editors put at the beginning of a file.
fn trimmed(line: &[u8], number: u64) -> &[u8] {
    let mut text = line.strip_suffix(b"\n").unwrap_or(line);
    text = text.strip_suffix(b"\r").unwrap_or(text);
    if number == 1 {
        text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    }
    text
}

fn of_line(text: &[u8], name: &SumsName, at: At) -> Result<Listed, ManifestError> {
    // A backslash first says that the name has some of its own.
    let (is_escaped, text) = match text.strip_prefix(b"\\") {
        Some(text) => (true, text),
        None => (false, text),
    };
    let no_line = || ManifestError::Wrong {
        at,
        what: "it is no checksum and name".to_owned(),
    };
    let (digest, path) = tagged(text)
        .or_else(|| plain(text, name))
        .ok_or_else(no_line)?;
    let path = match path {
        Some(path) if is_escaped => unescaped(path).ok_or_else(no_line)?,
        // Made on Windows, perhaps: elsewhere such a name would be escaped.
        Some(path) if !path.contains(&b'/') => path
            .iter()
            .map(|byte| if *byte == b'\\' { b'/' } else { *byte })
            .collect(),
        Some(path) => path.to_vec(),
        None => name.about.clone().ok_or_else(no_line)?,
    };
    Ok(Listed {
        path: relative(&path, at)?,
        size: None,
        digests: vec![digest],
        previous: None,
        unknown: None,
    })
}

/// `MD5 (name) = checksum`.
fn tagged(text: &[u8]) -> Option<(Digest, Option<&[u8]>)> {
    let open = text.windows(2).position(|pair| pair == b" (")?;
    let close = text.windows(4).rposition(|four| four == b") = ")?;
    let path = text.get(open + 2..close)?;
    let kind = match text[..open].to_ascii_uppercase().as_slice() {
        b"MD5" => Kind::Md5,
        b"SHA1" => Kind::Sha1,
        b"SHA256" | b"SHA2-256" => Kind::Sha256,
        b"SHA512" | b"SHA2-512" => Kind::Sha512,
        b"BLAKE3" => Kind::Blake3,
        b"XXH64" => Kind::Xxh64,
        b"XXH3" | b"XXH3_64" => Kind::Xxh3,
        b"XXH128" | b"XXH3_128" => Kind::Xxh128,
        _ => return None,
    };
    Some((digest(&[kind], &text[close + 4..])?, Some(path)))
}

/// `checksum  name`, `checksum *name`, or a checksum alone.
fn plain<'a>(text: &'a [u8], name: &SumsName) -> Option<(Digest, Option<&'a [u8]>)> {
    let (text, kinds) = match text.strip_prefix(b"XXH3_") {
        Some(text) => (text, &[Kind::Xxh3][..]),
        None => (text, &name.kinds[..]),
    };
    let end = text.iter().position(u8::is_ascii_whitespace);
    let Some(end) = end else {
        return Some((digest(kinds, text)?, None));
    };
    let rest = &text[end..];
    let ([b' ' | b'\t', b' ' | b'*', path @ ..] | [b' ' | b'\t', path @ ..]) = rest else {
        return None;
    };
    let path = Some(path).filter(|path| !path.trim_ascii().is_empty());
    Some((digest(kinds, &text[..end])?, path))
}

/// A checksum of the kind that has its length.
fn digest(kinds: &[Kind], text: &[u8]) -> Option<Digest> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    kinds.iter().find_map(|kind| Digest::parse(*kind, text))
}

/// As `md5sum` writes names with a line end or a backslash in them.
fn unescaped(path: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = path.iter();
    let mut plain = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        plain.push(match (byte, byte == &b'\\') {
            (byte, false) => *byte,
            (_, true) => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
        });
    }
    Some(plain)
}
