//! What the packets say of the content, put into the words of the report.

use super::scan::Seen;
use super::streams::Stream;
use super::timeline::{self, extent, span, step};
use crate::report::{Probe, TrackDetails, TrackKind};
use crate::time::{milliseconds, rate};

/// Times near the beginning and the end among which the first and the last are.
const NEAR: usize = 128;

pub(super) fn probe(seen: &Seen) -> Probe {
    Probe {
        duration_ms: duration(seen),
        ..Probe::of_tracks(seen.streams.iter().map(details).collect())
    }
}

fn details(stream: &Stream) -> TrackDetails {
    let format = &stream.format;
    let opus = format.codec == Some("opus");
    TrackDetails {
        kind: format.kind,
        codec: format.codec.map(str::to_owned),
        format: None,
        duration_ms: None,
        language: format.language.clone(),
        width: stream.picture.map(|picture| picture.width),
        height: stream.picture.map(|picture| picture.height),
        frame_rate: frame_rate(stream),
        channels: stream.sound.map(|sound| sound.channels).or(format.channels),
        // Opus always plays at this rate.
        sample_rate: stream
            .sound
            .map(|sound| sound.rate)
            .or(opus.then_some(48_000)),
    }
}

/// As the head of the pictures says, or as they follow each other.
fn frame_rate(stream: &Stream) -> Option<f64> {
    if stream.format.kind != TrackKind::Video {
        return None;
    }
    let told = stream.picture.and_then(|picture| picture.rate);
    told.and_then(|(pictures, seconds)| rate(1, pictures.into(), seconds.into()))
        .or_else(|| timeline::rate(&stream.marks))
}

/// From the first time of any picture or sound to the end of the last.
fn duration(seen: &Seen) -> Option<u64> {
    let reference = &seen.streams[seen.reference?];
    let (first, last) = (reference.marks.first()?.time, seen.marks.last()?.time);
    let playing = || seen.streams.iter().filter(|stream| stream.plays());
    let earlier = playing()
        .map(|stream| {
            let times = stream.marks.iter().take(NEAR).map(|mark| mark.time);
            extent(first, times).0
        })
        .min()?;
    let later = playing()
        .filter_map(|stream| {
            let end = stream.marks.last()?;
            let times = stream.marks.iter().rev().take(NEAR).map(|mark| mark.time);
            let (_, most) = extent(end.time, times);
            let length = i64::try_from(stream.last_length()).ok()?;
            let after = step(last, end.time).saturating_add(most);
            (after.abs() <= 900_000).then_some(after.saturating_add(length))
        })
        .max()?;
    let ticks = span(&seen.marks).checked_add_signed(later.saturating_sub(earlier))?;
    milliseconds(ticks, 1, 90_000).filter(|&length| length > 0)
}
