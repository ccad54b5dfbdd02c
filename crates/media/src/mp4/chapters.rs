//! Where chapters begin: as Nero listed them in the index, or by the times of `QuickTime`'s
//! chapter track (whose titles lie in the media data and are not read).

use super::atom::Atom;
use super::movie::Movie;
use super::samples;
use crate::fields::Fields;
use crate::reader::{Reader, Stop};
use crate::report::{Chapter, TrackKind};
use crate::text::tidy;

const MAX_CHAPTERS: usize = 1000;
const MAX_LIST: usize = 256 * 1024;
const TICKS_A_MS: u64 = 10_000;

/// The chapters that user data list (`chpl`).
pub(super) fn listed(reader: &mut Reader<'_>, udta: &Atom) -> Result<Vec<Chapter>, Stop> {
    let mut children = udta.children(0);
    while let Some(atom) = children.next(reader)? {
        if &atom.kind == b"chpl" {
            let bytes = atom.read(reader, MAX_LIST)?;
            return Ok(parse(&bytes).unwrap_or_default());
        }
    }
    Ok(Vec::new())
}

/// The chapters of the track that the first picture or sound refers to.
pub(super) fn of_track(reader: &mut Reader<'_>, movie: &Movie) -> Result<Vec<Chapter>, Stop> {
    let ids = movie.tracks.iter().flat_map(|track| &track.chapters);
    let mut tracks = ids.filter_map(|id| {
        movie
            .tracks
            .iter()
            .find(|track| track.id == *id && track.kind() == TrackKind::Text)
    });
    let Some(track) = tracks.next() else {
        return Ok(Vec::new());
    };
    let Some(times) = &track.tables.times else {
        return Ok(Vec::new());
    };
    let scale = u64::from(track.timescale.max(1));
    let starts = samples::start_times(reader, times, MAX_CHAPTERS)?;
    Ok(starts
        .into_iter()
        .map(|start| Chapter {
            start_ms: start.saturating_mul(1000) / scale,
            title: None,
        })
        .collect())
}

fn parse(chpl: &[u8]) -> Option<Vec<Chapter>> {
    let mut fields = Fields::new(chpl);
    let version = fields.u8()?;
    fields.skip(3)?;
    if version > 0 {
        fields.skip(4)?;
    }
    let count = fields.u8()?;
    let mut chapters = Vec::new();
    for _ in 0..count {
        let start_ms = fields.u64()? / TICKS_A_MS;
        let length = fields.u8()?;
        let title = tidy(fields.take(length.into())?);
        chapters.push(Chapter { start_ms, title });
    }
    Some(chapters)
}
