//! BLAKE3 hashes of files and of their parts, and how the parts' make the file's.
//!
//! A part is a subtree of the file's BLAKE3 tree because part sizes are powers of two of at least 1 KiB: its
//! chaining value is taken with the part's offset and not finalised as a root. See the BLAKE3 paper, section 2.1,
//! and `blake3::hazmat`.

use std::fmt;
use std::str::FromStr;

use blake3::hazmat::{HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// 32 bytes of BLAKE3: a file's hash, or a part's chaining value. Lower-case hex on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Blake3([u8; 32]);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a BLAKE3 hash is 64 hexadecimal digits")]
pub struct InvalidHash;

impl Blake3 {
    /// The hash of an empty file.
    #[must_use]
    pub fn of_nothing() -> Self {
        blake3::hash(b"").into()
    }

    /// Wraps 32 bytes that are known to be a hash.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for rows and joins.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the bytes of a row.
    ///
    /// # Errors
    /// [`InvalidHash`] unless there are 32 of them.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, InvalidHash> {
        bytes.try_into().map(Self).map_err(|_| InvalidHash)
    }
}

impl From<blake3::Hash> for Blake3 {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash.into())
    }
}

impl fmt::Display for Blake3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for Blake3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Blake3 {
    type Err = InvalidHash;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        blake3::Hash::from_hex(text)
            .map(Into::into)
            .map_err(|_| InvalidHash)
    }
}

impl Serialize for Blake3 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Blake3 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Takes one part's value while its bytes pass by.
///
/// Of a file of several parts the value is the part's chaining value; of a file of one part it is the file's own
/// hash, which a chaining value can never become. A stream that does not know yet whether there will be a second
/// part asks for [`root`](Self::root) and [`subtree`](Self::subtree) both.
#[derive(Clone)]
pub struct PartHasher(blake3::Hasher);

impl PartHasher {
    /// Begins a part that starts at `offset` bytes into the file.
    ///
    /// `offset` must be a multiple of the part size, which is a power of two of at least 1 KiB
    /// ([`PartSize`](crate::plan::PartSize) holds no other).
    #[must_use]
    pub fn at(offset: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(offset);
        Self(hasher)
    }

    /// Takes the next bytes of the part.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The chaining value of this part, one of several; `None` where no byte was taken, as no tree has an empty leaf
    /// beside others.
    #[must_use]
    pub fn subtree(&self) -> Option<Blake3> {
        (self.0.count() > 0).then(|| Blake3(self.0.finalize_non_root()))
    }

    /// The hash of the whole file, if this part is all of it. Only meaningful for a part at offset 0.
    #[must_use]
    pub fn root(&self) -> Blake3 {
        self.0.finalize().into()
    }
}

/// Joins the values of all parts, in order, to the file's hash.
///
/// No part is the empty file, one part's value is the file's hash already, two and more are joined left-balanced:
/// the left subtree holds the largest power of two of parts below their number.
#[must_use]
pub fn root_of_parts(values: &[Blake3]) -> Blake3 {
    match values {
        [] => Blake3::of_nothing(),
        [only] => *only,
        several => {
            let (left, right) = split(several);
            merge_subtrees_root(&join(left), &join(right), Mode::Hash).into()
        }
    }
}

fn split(values: &[Blake3]) -> (&[Blake3], &[Blake3]) {
    values.split_at(values.len().next_power_of_two() / 2)
}

fn join(values: &[Blake3]) -> [u8; 32] {
    match values {
        [only] => only.0,
        several => {
            let (left, right) = split(several);
            merge_subtrees_non_root(&join(left), &join(right), Mode::Hash)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(bytes: &[u8], part_size: usize) -> Vec<Blake3> {
        let single = bytes.len() <= part_size;
        bytes
            .chunks(part_size)
            .enumerate()
            .map(|(index, chunk)| {
                let mut hasher = PartHasher::at((index * part_size) as u64);
                hasher.update(chunk);
                if single {
                    hasher.root()
                } else {
                    hasher.subtree().unwrap()
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn parts_join_to_the_hash_of_the_whole(
            length in 0usize..200_000,
            shift in 10u32..16,
            seed in any::<u8>(),
        ) {
            let bytes: Vec<u8> = (0..length).map(|i| ((i * 31) ^ (i >> 8)).to_le_bytes()[0] ^ seed).collect();
            let joined = root_of_parts(&values(&bytes, 1 << shift));
            prop_assert_eq!(joined, Blake3::from(blake3::hash(&bytes)));
        }

        #[test]
        fn hex_comes_back(bytes in any::<[u8; 32]>()) {
            let hash = Blake3::new(bytes);
            prop_assert_eq!(hash.to_string().parse::<Blake3>(), Ok(hash));
        }
    }

    #[test]
    fn a_swapped_pair_of_parts_is_another_file() {
        let mut parts = values(&[7; 5000], 1024);
        let before = root_of_parts(&parts);
        parts.swap(0, 1);
        assert_ne!(root_of_parts(&parts), before);
    }

    #[test]
    fn no_byte_has_no_subtree() {
        assert_eq!(PartHasher::at(1024).subtree(), None);
        assert_eq!(PartHasher::at(0).root(), Blake3::of_nothing());
    }
}
