//! What the segment says of the content, put into the words of the report.

use super::clusters::Times;
use super::layout::Layout;
use super::tracks::Track;
use crate::report::{MediaDetails, Probe, TrackDetails, TrackKind};
use crate::time::{milliseconds, rate};

const SECOND: u64 = 1_000_000_000;

pub(super) fn probe(layout: &Layout) -> Probe {
    let tracks: &[Track] = layout.tracks.as_deref().unwrap_or_default();
    let all: Vec<TrackDetails> = tracks.iter().map(|track| details(track, layout)).collect();
    let main = |kind| main_track(tracks, kind).map(|index| (&tracks[index], &all[index]));
    let video = main(TrackKind::Video);
    let audio = main(TrackKind::Audio);
    Probe {
        duration_ms: layout.info.milliseconds().or_else(|| played(layout)),
        width: video.and_then(|(track, _)| track.width),
        height: video.and_then(|(track, _)| track.height),
        rotation: video.map(|(track, _)| track.rotation),
        frame_rate: video.and_then(|(_, details)| details.frame_rate),
        video_codec: video.and_then(|(_, details)| details.codec.clone()),
        audio_codec: audio.and_then(|(_, details)| details.codec.clone()),
        camera: layout.tags.camera(),
        captured_at: layout.tags.captured_at().or(layout.info.date),
        extra: MediaDetails {
            hdr: video.and_then(|(track, _)| track.hdr()),
            channels: audio.and_then(|(track, _)| track.channels),
            sample_rate: audio.and_then(|(track, _)| track.sample_rate),
            chapters: layout.chapters.clone(),
            tracks: all.clone(),
            ..MediaDetails::default()
        },
    }
}

/// The track that a player would begin with: the first preferred one, else the first.
fn main_track(tracks: &[Track], kind: TrackKind) -> Option<usize> {
    let of_kind = |track: &Track| track.kind() == kind;
    tracks
        .iter()
        .position(|track| of_kind(track) && track.preferred)
        .or_else(|| tracks.iter().position(of_kind))
}

fn details(track: &Track, layout: &Layout) -> TrackDetails {
    let video = track.kind() == TrackKind::Video;
    TrackDetails {
        kind: track.kind(),
        codec: track.codec.map(str::to_owned),
        format: track.format.clone(),
        duration_ms: None,
        language: track.language.clone(),
        width: track.width,
        height: track.height,
        frame_rate: if video {
            frame_rate(track, layout)
        } else {
            None
        },
        channels: track.channels,
        sample_rate: track.sample_rate,
    }
}

/// As the track says, or as its first blocks follow each other.
fn frame_rate(track: &Track, layout: &Layout) -> Option<f64> {
    if let Some(time) = track.frame_time {
        return rate(1, SECOND, time);
    }
    let times = layout.head.tracks.get(&track.number)?;
    let span = u64::try_from(times.last.checked_sub(times.first)?).ok()?;
    let nanoseconds = span.checked_mul(layout.info.scale)?;
    rate(times.count.checked_sub(1)?, SECOND, nanoseconds)
}

/// From the first block to the end of the last, where the head does not tell.
fn played(layout: &Layout) -> Option<u64> {
    let (head, tail) = (&layout.head.tracks, &layout.tail.tracks);
    let start = head.values().map(|times| times.first).min()?;
    let ends = head.iter().chain(tail);
    let end = ends
        .map(|(number, times)| {
            times
                .last
                .saturating_add(last_length(*number, times, layout))
        })
        .max()?;
    let units = u64::try_from(end.checked_sub(start)?).ok()?;
    milliseconds(units, layout.info.scale, SECOND).filter(|&length| length > 0)
}

/// How long the last block of a track lasts, in units of the segment: as it says, as the track says
/// of all, or as they follow each other.
fn last_length(number: u64, times: &Times, layout: &Layout) -> i64 {
    let mut tracks = layout.tracks.iter().flatten();
    let told = tracks
        .find(|track| track.number == number)
        .and_then(|track| track.frame_time)
        .map(|time| time / layout.info.scale.max(1));
    let length = times.last_length.or(told).or_else(|| {
        let span = times.last.saturating_sub(times.first).unsigned_abs();
        span.checked_div(times.count.saturating_sub(1))
    });
    length
        .and_then(|length| i64::try_from(length).ok())
        .unwrap_or_default()
}
