//! The list of fragments at the end of a file (`mfra`): where the last ones begin.
//!
//! A file that ends with it has lost nothing at its end, so the fragments between need no look:
//! a day of recording is tens of thousands of them, each a request to a store.

use super::atom::{self, Atom};
use crate::fields::Fields;
use crate::reader::{Reader, Stop, lenient};

/// Bytes of the box that ends the list and tells how long it is (`mfro`).
const TRAILER: u64 = 16;
const HEAD_OF_TABLE: usize = 16;

/// Where the last fragment begins of the track whose list goes least far; `None` where the file
/// does not end with a list of its fragments.
pub(super) fn last_fragments(reader: &mut Reader<'_>) -> Result<Option<u64>, Stop> {
    let Some(mfra) = lenient(find(reader))?.flatten() else {
        return Ok(None);
    };
    lenient(earliest_of_last(reader, &mfra)).map(Option::flatten)
}

fn find(reader: &mut Reader<'_>) -> Result<Option<Atom>, Stop> {
    let size = reader.size();
    let Some(at) = size.checked_sub(TRAILER) else {
        return Ok(None);
    };
    let trailer: [u8; 16] = reader.array(at)?;
    let (words, _) = trailer.as_chunks::<4>();
    let [length_of_trailer, kind, _, length] = words else {
        return Ok(None);
    };
    if kind != b"mfro" || u64::from(u32::from_be_bytes(*length_of_trailer)) != TRAILER {
        return Ok(None);
    }
    let length = u64::from(u32::from_be_bytes(*length)).max(TRAILER);
    let Some(start) = size.checked_sub(length) else {
        return Ok(None);
    };
    let header = atom::header(reader, start, size)?;
    Ok(header
        .filter(|header| &header.kind == b"mfra" && header.end == Some(size))
        .map(|header| Atom {
            kind: header.kind,
            start,
            body: header.body,
            end: size,
        }))
}

fn earliest_of_last(reader: &mut Reader<'_>, mfra: &Atom) -> Result<Option<u64>, Stop> {
    let mut earliest: Option<u64> = None;
    let mut children = mfra.children(0);
    while let Some(atom) = children.next(reader)? {
        if &atom.kind == b"tfra"
            && let Some(offset) = last_entry(reader, &atom)?
        {
            earliest = Some(earliest.map_or(offset, |known| known.min(offset)));
        }
    }
    Ok(earliest)
}

/// Where the fragment begins that the last entry of a table names. Entries are equally long.
fn last_entry(reader: &mut Reader<'_>, tfra: &Atom) -> Result<Option<u64>, Stop> {
    let head = tfra.read(reader, HEAD_OF_TABLE)?;
    let parsed = (|| {
        let mut fields = Fields::new(&head);
        let version = fields.u8()?;
        fields.skip(3 + 4)?;
        let widths = fields.u32()?;
        Some((version, widths, u64::from(fields.u32()?)))
    })();
    let (version, widths, count) = parsed.ok_or_else(|| tfra.broken("is too short"))?;
    let numbers: u32 = [4, 2, 0]
        .iter()
        .map(|shift| (widths >> shift & 3) + 1)
        .sum();
    let times = if version == 1 { 16 } else { 8 };
    let Some(before) = count.checked_sub(1) else {
        return Ok(None);
    };
    let at = tfra.body + HEAD_OF_TABLE as u64 + before * u64::from(times + numbers);
    if at + u64::from(times) > tfra.end {
        return Err(tfra.broken("counts more entries than it holds"));
    }
    let entry = reader.bytes(at, tfra.end, 16)?;
    let mut fields = Fields::new(&entry);
    Ok(fields.wide(version).and_then(|_| fields.wide(version)))
}
