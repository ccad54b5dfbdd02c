//! The checksum that a store verifies for each part, in the spelling S3 headers use.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Which checksum the store verifies for each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartChecksum {
    /// CRC-32C, signed as `x-amz-checksum-crc32c`.
    Crc32c,
    /// MD5, signed as `Content-MD5`, for stores that ignore the newer checksums.
    Md5,
}

impl PartChecksum {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crc32c => "crc32c",
            Self::Md5 => "md5",
        }
    }

    /// Reads [`as_str`](Self::as_str) back.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "crc32c" => Some(Self::Crc32c),
            "md5" => Some(Self::Md5),
            _ => None,
        }
    }

    /// The request header that carries the value to the store.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Md5 => "content-md5",
        }
    }

    /// Bytes of a value.
    #[must_use]
    pub const fn byte_length(self) -> usize {
        match self {
            Self::Crc32c => 4,
            Self::Md5 => 16,
        }
    }

    /// Reads a value of this algorithm: standard base64 as S3 headers carry it, or lower-case hex.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Checksum> {
        let bytes = if text.ends_with('=') {
            STANDARD.decode(text).ok()?
        } else {
            from_hex(text)?
        };
        (bytes.len() == self.byte_length()).then(|| Checksum::from_bytes(&bytes))
    }
}

/// The value of a part's checksum: standard base64 of its big-endian bytes, as S3 headers carry it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checksum(String);

impl Checksum {
    /// From the bytes of any of the algorithms.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(STANDARD.encode(bytes))
    }

    /// From a CRC-32C.
    #[must_use]
    pub fn from_crc32c(crc: u32) -> Self {
        Self::from_bytes(&crc.to_be_bytes())
    }

    /// As sent; check with [`PartChecksum::parse`] before trusting it.
    #[must_use]
    pub fn unchecked(text: String) -> Self {
        Self(text)
    }

    /// Which algorithm it is of, as its length tells; `None` where it is of neither.
    #[must_use]
    pub fn algorithm(&self) -> Option<PartChecksum> {
        let bytes = STANDARD.decode(&self.0).ok()?.len();
        let known = [PartChecksum::Crc32c, PartChecksum::Md5];
        known
            .into_iter()
            .find(|algorithm| algorithm.byte_length() == bytes)
    }

    /// The base64 text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| {
            let text = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(text, 16).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_checksum_are_one_value() {
        let base64 = PartChecksum::Crc32c.parse("4waSgw==").unwrap();
        assert_eq!(PartChecksum::Crc32c.parse("e3069283"), Some(base64.clone()));
        assert_eq!(base64, Checksum::from_crc32c(0xe306_9283));
        assert_eq!(PartChecksum::Md5.parse("4waSgw=="), None);
        assert_eq!(base64.algorithm(), Some(PartChecksum::Crc32c));
        assert_eq!(
            Checksum::from_bytes(&[7; 16]).algorithm(),
            Some(PartChecksum::Md5)
        );
        assert_eq!(Checksum::unchecked("?".to_owned()).algorithm(), None);
        for bad in ["", "zz", "4waSgw", "é", "+1+1+1+1"] {
            assert_eq!(PartChecksum::Crc32c.parse(bad), None, "{bad}");
        }
    }
}
