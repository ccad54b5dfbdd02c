//! MP4, `QuickTime` and 3GP: one family of nested boxes, with the index in `moov`.

mod atom;
mod chapters;
pub(crate) mod codec;
mod fragment_index;
mod fragments;
mod layout;
mod metadata;
mod movie;
mod probe;
mod sample_entry;
mod samples;
mod sniff;
mod timecode;
mod track;
mod verdict;

use crate::error::MediaError;
use crate::reader::Reader;
use crate::report::{Completeness, Probe};

pub(crate) use self::sniff::sniff;

/// Bytes that the last box says it has and the file has not.
pub(crate) fn missing(reader: &mut Reader<'_>) -> Result<u64, MediaError> {
    Ok(layout::walk(reader)?.cut.map_or(0, |cut| cut.missing))
}

/// Judges how complete the file is, and reads what its index says.
pub(crate) fn inspect(reader: &mut Reader<'_>) -> Result<(Completeness, Probe), MediaError> {
    let layout = layout::walk(reader)?;
    let completeness = verdict::judge(reader, &layout)?;
    let probe = match &layout.movie {
        Some(movie) => probe::probe(reader, movie, &layout)?,
        None => Probe::default(),
    };
    Ok((completeness, probe))
}
