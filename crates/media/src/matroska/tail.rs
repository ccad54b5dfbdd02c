//! Finds the last clusters of a file that has no index of them: by their names, from the end.

use super::clusters::begins_cluster;
use super::ebml::id;
use crate::reader::{MAX_WINDOW, Reader, Stop};

/// As far from the end clusters are looked for.
const MAX_TAIL: u64 = 16 * 1024 * 1024;

/// A cluster is recognised by this many bytes.
const HEAD: u64 = 96;

/// Where a cluster begins between `from` and `limit`: the first one in the last piece of the file
/// that has any.
pub(super) fn last_cluster(
    reader: &mut Reader<'_>,
    from: u64,
    limit: u64,
) -> Result<Option<u64>, Stop> {
    let from = from.max(limit.saturating_sub(MAX_TAIL));
    let mut end = limit;
    while end > from {
        let start = from.max(end.saturating_sub(MAX_WINDOW as u64 - HEAD));
        // With the head of a cluster that begins just before the end of this piece.
        let piece = reader.bytes(start, limit.min(end.saturating_add(HEAD)), MAX_WINDOW)?;
        let name = id::CLUSTER.to_be_bytes();
        let mut places = piece
            .windows(name.len())
            .enumerate()
            .filter(|(_, window)| *window == name);
        let found = places.find(|(place, _)| begins_cluster(&piece[*place..]));
        if let Some((place, _)) = found {
            return Ok(Some(start + place as u64));
        }
        end = start;
    }
    Ok(None)
}
