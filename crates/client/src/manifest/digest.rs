//! Checksums of the kinds that checksum files have, all taken in one read.

use std::fmt::{self, Write as _};

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh32::Xxh32;
use xxhash_rust::xxh64::Xxh64;

/// The digits of C4 ids.
const C4_DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Digits behind the `c4`.
const C4_LENGTH: usize = 88;

/// A kind of checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The one that Heimdex itself goes by.
    Blake3,
    /// SHA-512, written as a C4 id.
    C4,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// XXH3 with 128 bits.
    Xxh128,
    /// XXH3 with 64 bits.
    Xxh3,
    /// XXH32, which older lists of media have.
    Xxh32,
    /// XXH64.
    Xxh64,
}

impl Kind {
    /// Its name, as ASC MHL spells it where that has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blake3 => "blake3",
            Self::C4 => "c4",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Xxh128 => "xxh128",
            Self::Xxh3 => "xxh3",
            Self::Xxh32 => "xxh32",
            Self::Xxh64 => "xxh64",
        }
    }

    /// Bytes of such a checksum.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::Xxh32 => 4,
            Self::Xxh3 | Self::Xxh64 => 8,
            Self::Md5 | Self::Xxh128 => 16,
            Self::Sha1 => 20,
            Self::Blake3 | Self::Sha256 => 32,
            Self::C4 | Self::Sha512 => 64,
        }
    }
}

/// A checksum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest {
    kind: Kind,
    bytes: Box<[u8]>,
}

impl Digest {
    /// One of these bytes; `None` where it has another length.
    #[must_use]
    pub fn new(kind: Kind, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == kind.length()).then(|| Self {
            kind,
            bytes: bytes.into(),
        })
    }

    /// Reads one as checksum files write it.
    #[must_use]
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        if kind == Kind::C4 {
            return Self::new(kind, &of_c4(text.as_bytes())?);
        }
        let text = text.as_bytes();
        if text.len() != 2 * kind.length() {
            return None;
        }
        let digit = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        let bytes: Option<Vec<u8>> = text
            .chunks_exact(2)
            .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
            .collect();
        Self::new(kind, &bytes?)
    }

    /// The same with its bytes in the order in which a machine of the usual kind has them in memory.
    #[must_use]
    pub(super) fn reversed(mut self) -> Self {
        self.bytes.reverse();
        self
    }

    /// Of which kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Kind::C4 {
            return f.write_str(&to_c4(&self.bytes));
        }
        let mut text = String::with_capacity(2 * self.bytes.len());
        for byte in &self.bytes {
            write!(text, "{byte:02x}")?;
        }
        f.write_str(&text)
    }
}

/// The number that the digits of a C4 id spell, in 64 bytes.
fn of_c4(text: &[u8]) -> Option<[u8; 64]> {
    let digits = text.strip_prefix(b"c4")?;
    if digits.len() != C4_LENGTH {
        return None;
    }
    let mut bytes = [0_u8; 64];
    for digit in digits {
        let value = C4_DIGITS.iter().position(|known| known == digit)?;
        let mut carry = u32::try_from(value).ok()?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    Some(bytes)
}

fn to_c4(bytes: &[u8]) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![C4_DIGITS[0]; C4_LENGTH];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_usize;
        for byte in &mut number {
            rest = rest << 8 | usize::from(*byte);
            *byte = (rest / 58).to_le_bytes()[0];
            rest %= 58;
        }
        *digit = C4_DIGITS[rest];
    }
    digits.into_iter().fold("c4".to_owned(), |mut text, digit| {
        text.push(char::from(digit));
        text
    })
}

/// Takes several checksums of the same bytes.
#[derive(Debug, Default)]
pub struct Hashers {
    each: Vec<Hasher>,
}

enum Hasher {
    C4(Sha512),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    Xxh128(Box<Xxh3>),
    Xxh3(Box<Xxh3>),
    Xxh32(Xxh32),
    Xxh64(Xxh64),
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().name())
    }
}

impl Hashers {
    /// Of these kinds; BLAKE3 is taken by those that lean on it, in its own way.
    #[must_use]
    pub fn new(kinds: impl IntoIterator<Item = Kind>) -> Self {
        let each = kinds.into_iter().filter_map(Hasher::new).collect();
        Self { each }
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        for hasher in &mut self.each {
            match hasher {
                Hasher::C4(hasher) | Hasher::Sha512(hasher) => hasher.update(bytes),
                Hasher::Md5(hasher) => hasher.update(bytes),
                Hasher::Sha1(hasher) => hasher.update(bytes),
                Hasher::Sha256(hasher) => hasher.update(bytes),
                Hasher::Xxh128(hasher) | Hasher::Xxh3(hasher) => hasher.update(bytes),
                Hasher::Xxh32(hasher) => hasher.update(bytes),
                Hasher::Xxh64(hasher) => hasher.update(bytes),
            }
        }
    }

    /// What they come to.
    #[must_use]
    pub fn finish(self) -> Vec<Digest> {
        let finish = |hasher: Hasher| {
            let kind = hasher.kind();
            match hasher {
                Hasher::C4(hasher) | Hasher::Sha512(hasher) => {
                    Digest::new(kind, &hasher.finalize())
                }
                Hasher::Md5(hasher) => Digest::new(kind, &hasher.finalize()),
                Hasher::Sha1(hasher) => Digest::new(kind, &hasher.finalize()),
                Hasher::Sha256(hasher) => Digest::new(kind, &hasher.finalize()),
                Hasher::Xxh128(hasher) => Digest::new(kind, &hasher.digest128().to_be_bytes()),
                Hasher::Xxh3(hasher) => Digest::new(kind, &hasher.digest().to_be_bytes()),
                Hasher::Xxh32(hasher) => Digest::new(kind, &hasher.digest().to_be_bytes()),
                Hasher::Xxh64(hasher) => Digest::new(kind, &hasher.digest().to_be_bytes()),
            }
        };
        self.each.into_iter().filter_map(finish).collect()
    }
}

impl Hasher {
    fn new(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Blake3 => return None,
            Kind::C4 => Self::C4(Sha512::new()),
            Kind::Md5 => Self::Md5(Md5::new()),
            Kind::Sha1 => Self::Sha1(Sha1::new()),
            Kind::Sha256 => Self::Sha256(Sha256::new()),
            Kind::Sha512 => Self::Sha512(Sha512::new()),
            Kind::Xxh128 => Self::Xxh128(Box::new(Xxh3::new())),
            Kind::Xxh3 => Self::Xxh3(Box::new(Xxh3::new())),
            Kind::Xxh32 => Self::Xxh32(Xxh32::new(0)),
            Kind::Xxh64 => Self::Xxh64(Xxh64::new(0)),
        })
    }

    fn kind(&self) -> Kind {
        match self {
            Self::C4(_) => Kind::C4,
            Self::Md5(_) => Kind::Md5,
            Self::Sha1(_) => Kind::Sha1,
            Self::Sha256(_) => Kind::Sha256,
            Self::Sha512(_) => Kind::Sha512,
            Self::Xxh128(_) => Kind::Xxh128,
            Self::Xxh3(_) => Kind::Xxh3,
            Self::Xxh32(_) => Kind::Xxh32,
            Self::Xxh64(_) => Kind::Xxh64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the programs that people have say of the same bytes.
    #[test]
    fn checksums_are_those_of_other_programs() {
        let kinds = [
            (
                Kind::C4,
                "c447Fm3BJZQ62765jMZJH4m28hrDM7Szbj9CUmj4F4gnvyDYXYz4WfnK2nYRhFvRgYEectEXYBYWLDpLo6XGNAfKdt",
            ),
            (Kind::Md5, "b1946ac92492d2347c6235b4d2611184"),
            (Kind::Sha1, "f572d396fae9206628714fb2ce00f72e94f2258f"),
            (
                Kind::Sha256,
                "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
            ),
            (Kind::Xxh128, "6bba86c7e069f56d5a10b435f1c8e49c"),
            (Kind::Xxh32, "946b5bf9"),
            (Kind::Xxh64, "e4c191d091bd8853"),
        ];
        let mut hashers = Hashers::new(kinds.map(|(kind, _)| kind));
        hashers.update(b"hel");
        hashers.update(b"lo\n");
        for (digest, (kind, text)) in hashers.finish().into_iter().zip(kinds) {
            assert_eq!(digest.kind(), kind);
            if kind != Kind::C4 {
                assert_eq!(digest.to_string(), text);
            }
            assert_eq!(Digest::parse(kind, &digest.to_string()), Some(digest));
        }
    }

    #[test]
    fn a_c4_id_is_read_as_it_is_written() {
        for bytes in [[0; 64], [255; 64], [7; 64]] {
            let digest = Digest::new(Kind::C4, &bytes).unwrap();
            let text = digest.to_string();
            assert_eq!(text.len(), 90);
            assert_eq!(Digest::parse(Kind::C4, &text), Some(digest));
        }
        // More than 512 bits, a digit that is none, and too short.
        let most = format!("c4{}", "z".repeat(88));
        for text in [most.as_str(), &most.replace('z', "0"), "c4", "", "c41"] {
            assert_eq!(Digest::parse(Kind::C4, text), None);
        }
        for text in [
            "",
            "b1946ac92492d2347c6235b4d261118",
            "b1946ac92492d2347c6235b4d261118g",
        ] {
            assert_eq!(Digest::parse(Kind::Md5, text), None, "{text}");
        }
    }
}
