//! One triplet of key, length and value.

use crate::reader::{Reader, Stop};

/// What every key begins with.
const PREFIX: [u8; 4] = [0x06, 0x0e, 0x2b, 0x34];

/// The key, and the longest length that is read.
const HEAD: u64 = 16 + 9;

/// A universal label.
pub(super) type Label = [u8; 16];

/// A triplet, be its value longer than the source. Positions count from the start of the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Klv {
    pub(super) key: Label,
    pub(super) body: u64,
    pub(super) end: u64,
}

/// What lies where a triplet is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    Klv(Klv),
    /// The source ends within its head.
    Cut,
    /// These bytes begin no triplet.
    Nothing,
}

/// What a key names, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Partition,
    Primer,
    /// A set of the metadata, by its number.
    Set(u8),
    IndexSegment,
    RandomIndex,
    Essence,
    Other,
}

/// Looks for a triplet at `at`, which must lie before the end of the source.
pub(super) fn find(reader: &mut Reader<'_>, at: u64, ahead: u64) -> Result<Found, Stop> {
    reader.count_box()?;
    reader.prefetch(at, HEAD, ahead.max(HEAD))?;
    let head = reader.bytes(at, reader.size(), 25)?;
    let known = head.len().min(PREFIX.len());
    if head[..known] != PREFIX[..known] {
        return Ok(Found::Nothing);
    }
    let Some((key, rest)) = head.split_first_chunk::<16>() else {
        return Ok(Found::Cut);
    };
    let Some((&first, rest)) = rest.split_first() else {
        return Ok(Found::Cut);
    };
    let more = usize::from(first & 0x7f);
    let (length, taken) = match first {
        0..=0x7f => (u64::from(first), 0),
        0x81..=0x88 => {
            let Some(digits) = rest.get(..more) else {
                return Ok(Found::Cut);
            };
            let length = digits
                .iter()
                .fold(0, |value, &byte| value << 8 | u64::from(byte));
            (length, more as u64)
        }
        _ => return Ok(Found::Nothing),
    };
    let body = at + 17 + taken;
    let end = body.saturating_add(length).min(i64::MAX as u64);
    Ok(Found::Klv(Klv {
        key: *key,
        body,
        end,
    }))
}

impl Klv {
    /// Its value's first bytes, at most `limit`, none past the end of the source.
    pub(super) fn bytes(&self, reader: &mut Reader<'_>, limit: usize) -> Result<Vec<u8>, Stop> {
        reader.bytes(self.body, self.end.min(reader.size()), limit)
    }

    pub(super) fn kind(&self) -> Kind {
        let key = &self.key;
        // The eighth byte is the version of the registry.
        match (key[4], key[5], &key[8..14]) {
            (0x02, _, [0x0d, 0x01, 0x02, 0x01, 0x01, kind]) => match (kind, key[14]) {
                (2..=4, _) => Kind::Partition,
                (5, _) => Kind::Primer,
                (0x10, _) => Kind::IndexSegment,
                (0x11, _) => Kind::RandomIndex,
                _ => Kind::Other,
            },
            (0x02, 0x53, [0x0d, 0x01, 0x01, 0x01, 0x01, 0x01]) => Kind::Set(key[14]),
            // Pictures and sound, what the system notes of them, and what is encrypted of them.
            (_, _, [0x0d, 0x01, 0x03, 0x01, ..]) => Kind::Essence,
            _ => Kind::Other,
        }
    }
}

/// The items of a local set: a tag of two bytes, a length of two bytes, a value.
pub(super) fn items_in(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut fields = crate::fields::Fields::new(bytes);
    std::iter::from_fn(move || {
        let tag = fields.u16()?;
        let length = fields.u16()?;
        Some((tag, fields.take(length.into())?))
    })
}
