//! The pack that begins a partition, and the index of the partitions at the end of the file.

use super::klv::{self, Found, Kind, Klv};
use crate::fields::Fields;
use crate::reader::{Reader, Stop};

const MAX_PACK: usize = 4096;

/// A random index of more partitions than this is not looked for.
const MAX_INDEX: u64 = 1024 * 1024;

/// What a pack says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Partition {
    pub(super) footer: bool,
    /// Its metadata are final.
    pub(super) closed: bool,
    pub(super) complete: bool,
    /// Where the footer begins; zero where that was not known when this was written.
    pub(super) footer_at: u64,
    /// Bytes of metadata and of index that follow the pack.
    pub(super) header_bytes: u64,
    pub(super) index_bytes: u64,
    /// Where what follows the pack begins.
    pub(super) end: u64,
}

impl Partition {
    /// Reads the pack of a triplet that is one, where all of it is there.
    pub(super) fn read(reader: &mut Reader<'_>, klv: &Klv) -> Result<Option<Self>, Stop> {
        if klv.kind() != Kind::Partition || klv.end > reader.size() {
            return Ok(None);
        }
        let bytes = klv.bytes(reader, MAX_PACK)?;
        Ok(Self::parse(klv, &bytes))
    }

    fn parse(klv: &Klv, bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(bytes);
        // Versions, grid, this and the previous partition.
        fields.skip(2 + 2 + 4 + 8 + 8)?;
        Some(Self {
            footer: klv.key[13] == 4,
            closed: matches!(klv.key[14], 2 | 4),
            complete: matches!(klv.key[14], 3 | 4),
            footer_at: fields.u64()?,
            header_bytes: fields.u64()?,
            index_bytes: fields.u64()?,
            end: klv.end,
        })
    }
}

/// Where the last partition begins, as the random index at the very end of the file says.
pub(super) fn last_partition(reader: &mut Reader<'_>) -> Result<Option<u64>, Stop> {
    let size = reader.size();
    let Some(tail) = size.checked_sub(4) else {
        return Ok(None);
    };
    let length = u64::from(u32::from_be_bytes(reader.array(tail)?));
    if !(17 + 4..=MAX_INDEX.min(size)).contains(&length) {
        return Ok(None);
    }
    let Found::Klv(index) = klv::find(reader, size - length, length)? else {
        return Ok(None);
    };
    if index.kind() != Kind::RandomIndex || index.end != size {
        return Ok(None);
    }
    // Entries of a stream's number and a place; the last is that of the footer.
    let entries = (size - 4).saturating_sub(index.body) / 12;
    let Some(last) = entries.checked_sub(1) else {
        return Ok(None);
    };
    let place = u64::from_be_bytes(reader.array(index.body + last * 12 + 4)?);
    Ok(Some(place).filter(|place| *place < size))
}
