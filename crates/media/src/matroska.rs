//! Matroska and `WebM`: EBML elements in one segment, with pictures and sound in clusters.
//!
//! A segment or a cluster may be of unknown size (a live recording): it then ends where an element
//! begins that cannot be in it, or with the file.

mod clusters;
mod codec;
pub(crate) mod ebml;
mod index;
mod info;
mod layout;
mod probe;
mod tail;
mod tracks;
mod verdict;

use crate::error::MediaError;
use crate::reader::Reader;
use crate::report::{Completeness, Probe};

/// Bytes that the segment says it has and the file has not.
pub(crate) fn missing(reader: &mut Reader<'_>) -> Result<u64, MediaError> {
    Ok(layout::walk(reader)?.missing)
}

/// Judges how complete the file is, and reads what its head says.
pub(crate) fn inspect(reader: &mut Reader<'_>) -> Result<(Completeness, Probe), MediaError> {
    let layout = layout::walk(reader)?;
    let completeness = verdict::judge(&layout);
    let probe = probe::probe(&layout);
    Ok((completeness, probe))
}
