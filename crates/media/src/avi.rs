//! AVI: RIFF chunks in little-endian, a head (`hdrl`), pictures and sound (`movi`), an index.
//!
//! Files over a gibibyte are several RIFF chunks one after another (`OpenDML`), listed by an index of
//! indexes in the head.

mod chunk;
mod head;
mod layout;
mod probe;
mod verdict;

use crate::error::MediaError;
use crate::reader::Reader;
use crate::report::{Completeness, Probe};

/// Bytes that the last RIFF chunk says it has and the file has not.
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
