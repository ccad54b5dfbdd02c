//! What points to places: `SeekHead` to the parts of the segment, `Cues` to the clusters.

use super::ebml::{elements_in, id, unsigned};

const MAX_ENTRIES: usize = 64;

/// What `SeekHead` lists: the name of an element, and where it lies in the segment.
pub(super) fn seek_entries(bytes: &[u8]) -> Vec<(u32, u64)> {
    elements_in(bytes)
        .filter(|(id, _)| *id == 0x4dbb)
        .take(MAX_ENTRIES)
        .filter_map(|(_, seek)| {
            let name = elements_in(seek).find(|(id, _)| *id == 0x53ab)?.1;
            let place = elements_in(seek).find(|(id, _)| *id == 0x53ac)?.1;
            let name = u32::try_from(unsigned(name)).ok()?;
            Some((name, unsigned(place)))
        })
        .filter(|(name, _)| *name != id::VOID)
        .collect()
}

/// Where the last cluster lies that `Cues` list, counted from where the segment begins.
pub(super) fn last_cluster(bytes: &[u8]) -> Option<u64> {
    elements_in(bytes)
        .filter(|(id, _)| *id == 0xbb)
        .flat_map(|(_, point)| elements_in(point))
        .filter(|(id, _)| *id == 0xb7)
        .flat_map(|(_, positions)| elements_in(positions))
        .filter(|(id, _)| *id == 0xf1)
        .map(|(_, place)| unsigned(place))
        .max()
}
