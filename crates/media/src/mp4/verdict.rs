//! Whether an MP4 or `QuickTime` file is all there, and the sentence if it is not.

use super::atom::FourCc;
use super::layout::{Cut, Layout};
use super::movie::Movie;
use crate::error::MediaError;
use crate::reader::{Reader, Stop};
use crate::report::Completeness;
use crate::sentence::{CUT_SHORT, bytes};

/// Judges what the walk found, and where the samples lie that the index names.
pub(super) fn judge(reader: &mut Reader<'_>, layout: &Layout) -> Result<Completeness, MediaError> {
    if let Some(sentence) = plain_damage(layout) {
        return Ok(Completeness::Damaged { sentence });
    }
    let Some(movie) = &layout.movie else {
        return Ok(Completeness::NotJudged);
    };
    let verdict = samples_verdict(reader, layout, movie);
    Ok(match verdict {
        Ok(Some(sentence)) => Completeness::Damaged { sentence },
        Ok(None) if is_judged(layout, movie) => Completeness::Complete,
        Ok(None) | Err(Stop::Budget) => Completeness::NotJudged,
        Err(Stop::Broken(what)) => Completeness::Damaged {
            sentence: broken(&what),
        },
        Err(Stop::Media(error)) => return Err(error),
    })
}

fn is_judged(layout: &Layout, movie: &Movie) -> bool {
    let elsewhere = movie.tracks.iter().any(|track| track.external);
    !layout.exhausted && !movie.opaque && !elsewhere
}

/// What the boxes of the file alone tell.
fn plain_damage(layout: &Layout) -> Option<String> {
    if let Some(what) = &layout.broken {
        return Some(broken(what));
    }
    let Some(movie) = &layout.movie else {
        return (!layout.exhausted).then(|| index_missing(layout.cut));
    };
    if let Some(cut) = layout.cut {
        return Some(cut_box(cut, layout));
    }
    if layout.fragments.count > 0 && layout.ragged {
        return Some(
            "The file ends in the middle of its last fragment. What comes before can be played."
                .to_owned(),
        );
    }
    if movie.tracks.is_empty() && !movie.opaque {
        return Some(
            "The file's index (moov) names no tracks: there is nothing to play.".to_owned(),
        );
    }
    None
}

/// What the places of the samples tell.
fn samples_verdict(
    reader: &mut Reader<'_>,
    layout: &Layout,
    movie: &Movie,
) -> Result<Option<String>, Stop> {
    let size = reader.size();
    let fragments = &layout.fragments;
    let fragments_end = fragments.end.max(fragments.announced_end);
    if fragments_end > size {
        return Ok(Some(cut_fragment(fragments_end - size)));
    }
    let mut samples_end: Option<u64> = None;
    for track in movie.tracks.iter().filter(|track| !track.external) {
        samples_end = samples_end.max(track.tables.end(reader)?);
    }
    if let Some(end) = samples_end.filter(|&end| end > size) {
        return Ok(Some(format!(
            "The file ends in the middle of its pictures and sound: {} missing. {CUT_SHORT}",
            bytes(end - size)
        )));
    }
    let expects_fragments = movie.extends.is_some() && samples_end.is_none();
    if expects_fragments && fragments.count == 0 && !layout.exhausted {
        let sentence =
            "The file ends right after its index (moov): pictures and sound are missing.";
        return Ok(Some(sentence.to_owned()));
    }
    Ok(None)
}

fn index_missing(cut: Option<Cut>) -> String {
    match cut {
        None => "The file ends in the middle: its index (moov) is missing. \
                 It looks as if the camera lost power while it was writing."
            .to_owned(),
        Some(cut) if &cut.kind == b"moov" => format!(
            "The file ends in the middle of its index (moov): {} missing. {CUT_SHORT}",
            bytes(cut.missing)
        ),
        Some(cut) => format!(
            "The file ends in the middle of {}: {} missing, and its index (moov) too. {CUT_SHORT}",
            part(cut.kind),
            bytes(cut.missing)
        ),
    }
}

fn cut_box(cut: Cut, layout: &Layout) -> String {
    if layout.fragments.count > 0 && matches!(&cut.kind, b"mdat" | b"moof") {
        return cut_fragment(cut.missing);
    }
    let (part, missing) = (part(cut.kind), bytes(cut.missing));
    format!("The file ends in the middle of {part}: {missing} missing. {CUT_SHORT}")
}

fn cut_fragment(missing: u64) -> String {
    format!(
        "The file ends in the middle of its last fragment: at least {} missing. \
         What comes before can be played.",
        bytes(missing)
    )
}

fn broken(what: &str) -> String {
    format!("The file's index (moov) contradicts itself: {what}.")
}

fn part(kind: [u8; 4]) -> String {
    match &kind {
        b"mdat" => "its pictures and sound (mdat)".to_owned(),
        b"moof" => "a fragment (moof)".to_owned(),
        _ => format!("a box ({})", FourCc(kind).to_string().trim()),
    }
}
