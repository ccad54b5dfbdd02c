//! What the index says of the content, put into the words of the report.

use jiff::Timestamp;

use super::atom::FourCc;
use super::layout::Layout;
use super::movie::Movie;
use super::track::Track;
use super::{chapters, timecode};
use crate::error::MediaError;
use crate::reader::{Reader, or_default};
use crate::report::{Chapter, MediaDetails, Probe, TrackDetails, TrackKind};

/// Seconds between the epochs of `QuickTime` (1904) and Unix (1970).
const EPOCHS_APART: u64 = 2_082_844_800;

/// What one look tells of the content.
pub(super) fn probe(
    reader: &mut Reader<'_>,
    movie: &Movie,
    layout: &Layout,
) -> Result<Probe, MediaError> {
    let tracks: Vec<TrackDetails> = movie
        .tracks
        .iter()
        .map(|track| details(track, movie, layout))
        .collect();
    let main = |kind| main_track(movie, kind).map(|index| (&movie.tracks[index], &tracks[index]));
    let video = main(TrackKind::Video);
    let audio = main(TrackKind::Audio);
    let captured_at = movie
        .tags
        .captured_at()
        .or_else(|| created_at(movie.created));
    Ok(Probe {
        duration_ms: duration(movie, layout, &tracks),
        width: video.and_then(|(_, details)| details.width),
        height: video.and_then(|(_, details)| details.height),
        rotation: video.map(|(track, _)| track.rotation),
        frame_rate: video.and_then(|(_, details)| details.frame_rate),
        video_codec: video.and_then(|(_, details)| details.codec.clone()),
        audio_codec: audio.and_then(|(_, details)| details.codec.clone()),
        camera: movie.tags.camera(),
        captured_at,
        extra: MediaDetails {
            brand: layout
                .brand
                .map(|brand| FourCc(brand).to_string().trim().to_owned()),
            fragmented: layout.fragments.count > 0,
            timecode: first_timecode(reader, movie)?,
            hdr: video.and_then(|(track, _)| track.entry.as_ref()?.hdr),
            channels: audio.and_then(|(_, details)| details.channels),
            sample_rate: audio.and_then(|(_, details)| details.sample_rate),
            chapters: all_chapters(reader, movie)?,
            tracks,
        },
    })
}

fn first_timecode(reader: &mut Reader<'_>, movie: &Movie) -> Result<Option<String>, MediaError> {
    let mut tracks = movie
        .tracks
        .iter()
        .filter(|track| track.kind() == TrackKind::Timecode);
    match tracks.next() {
        Some(track) => or_default(timecode::read(reader, track)),
        None => Ok(None),
    }
}

fn all_chapters(reader: &mut Reader<'_>, movie: &Movie) -> Result<Vec<Chapter>, MediaError> {
    if movie.chapters.is_empty() {
        return or_default(chapters::of_track(reader, movie));
    }
    Ok(movie.chapters.clone())
}

/// The track that a player would begin with: the first one that is switched on, else the first.
fn main_track(movie: &Movie, kind: TrackKind) -> Option<usize> {
    let of_kind = |track: &Track| track.kind() == kind;
    movie
        .tracks
        .iter()
        .position(|track| of_kind(track) && track.enabled)
        .or_else(|| movie.tracks.iter().position(of_kind))
}

fn details(track: &Track, movie: &Movie, layout: &Layout) -> TrackDetails {
    let entry = track.entry.as_ref();
    let video = track.kind() == TrackKind::Video;
    let shown = |length: u32| (video && length > 0).then_some(length);
    TrackDetails {
        kind: track.kind(),
        codec: entry.and_then(|entry| entry.codec).map(str::to_owned),
        format: entry.map(|entry| FourCc(entry.format).to_string().trim().to_owned()),
        duration_ms: track_duration(track, movie, layout),
        language: track.language.clone(),
        width: entry.and_then(|entry| entry.width).or(shown(track.shown.0)),
        height: entry
            .and_then(|entry| entry.height)
            .or(shown(track.shown.1)),
        frame_rate: if video {
            frame_rate(track, layout)
        } else {
            None
        },
        channels: entry.and_then(|entry| entry.channels),
        sample_rate: entry.and_then(|entry| entry.sample_rate),
    }
}

/// Of a fragmented file the index tells the duration rarely, the fragments always.
fn duration(movie: &Movie, layout: &Layout, tracks: &[TrackDetails]) -> Option<u64> {
    let of_tracks = tracks.iter().filter_map(|track| track.duration_ms).max();
    let announced = movie.extends.as_ref().and_then(|extends| extends.duration);
    let of_movie = |duration: Option<u64>| milliseconds(duration?, movie.timescale);
    if layout.fragments.count > 0 && !layout.exhausted {
        return of_tracks.or(of_movie(announced));
    }
    of_movie(announced)
        .or(of_movie(movie.duration))
        .or(of_tracks)
}

fn track_duration(track: &Track, movie: &Movie, layout: &Layout) -> Option<u64> {
    let own = track
        .duration
        .and_then(|duration| milliseconds(duration, track.timescale));
    let Some(fragments) = layout.fragments.track(track.id) else {
        let presented = track
            .presented
            .and_then(|duration| milliseconds(duration, movie.timescale));
        return presented.or(own);
    };
    milliseconds(fragments.span(track.timing.duration), track.timescale)
        .max(own)
        .filter(|&duration| duration > 0)
}

fn frame_rate(track: &Track, layout: &Layout) -> Option<f64> {
    let (mut samples, mut duration) = (track.timing.samples, track.timing.duration);
    if let Some(fragments) = layout.fragments.track(track.id) {
        samples = samples.saturating_add(fragments.samples);
        duration = duration.saturating_add(fragments.duration);
    }
    if samples == 0 || duration == 0 || track.timescale == 0 {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate is rounded to thousandths anyway"
    )]
    let rate = samples as f64 * f64::from(track.timescale) / duration as f64;
    Some((rate * 1000.0).round() / 1000.0)
}

/// Rounded to the nearest; `None` where there is no scale.
fn milliseconds(duration: u64, timescale: u32) -> Option<u64> {
    let scale = u128::from(timescale);
    let rounded = (u128::from(duration) * 1000 + scale / 2).checked_div(scale)?;
    u64::try_from(rounded).ok()
}

/// The creation time of the index. Zero stands for none; what would lie before 1970 was written
/// by the clock of Unix, as in ffmpeg.
fn created_at(seconds: u64) -> Option<Timestamp> {
    let seconds = seconds.checked_sub(EPOCHS_APART).unwrap_or(seconds);
    if seconds == 0 {
        return None;
    }
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}
