//! What the head of an AVI says of the content, put into the words of the report.

use super::head::{Head, Stream};
use super::layout::Layout;
use crate::report::{Probe, TrackDetails, TrackKind};
use crate::text::moment;
use crate::time::{milliseconds, rate};
use crate::windows_codec;

pub(super) fn probe(layout: &Layout) -> Probe {
    let Some(head) = &layout.head else {
        return Probe::default();
    };
    let tracks: Vec<TrackDetails> = (0_u8..)
        .zip(&head.streams)
        .map(|(number, stream)| details(number, stream, head, layout))
        .collect();
    let of_tracks = tracks.iter().filter_map(|track| track.duration_ms).max();
    Probe {
        duration_ms: of_tracks.or_else(|| of_file(head, layout)),
        captured_at: layout.captured.as_deref().and_then(moment),
        ..Probe::of_tracks(tracks)
    }
}

fn details(number: u8, stream: &Stream, head: &Head, layout: &Layout) -> TrackDetails {
    let kind = match &stream.kind {
        // Digital video with its sound in one stream, as tapes have it, is a picture first.
        b"vids" | b"iavs" => TrackKind::Video,
        b"auds" => TrackKind::Audio,
        b"txts" => TrackKind::Text,
        _ => TrackKind::Data,
    };
    let of_bitmap = stream
        .bitmap
        .and_then(|bitmap| windows_codec::video(bitmap.format));
    let of_handler = || windows_codec::video(stream.handler).filter(|_| stream.handler != [0; 4]);
    let codec = match kind {
        TrackKind::Video => of_bitmap.or_else(of_handler),
        TrackKind::Audio => stream.wave.and_then(|wave| wave.codec()),
        TrackKind::Text | TrackKind::Timecode | TrackKind::Data => None,
    };
    let frames = (kind == TrackKind::Video)
        .then(|| rate(1, stream.rate.into(), stream.scale.into()))
        .flatten();
    let shown = |length: u32| (length > 0).then_some(length);
    TrackDetails {
        kind,
        codec: codec.map(str::to_owned),
        format: stream
            .bitmap
            .and_then(|bitmap| crate::text::tidy(&bitmap.format)),
        duration_ms: duration(number, stream, layout),
        language: None,
        width: stream.bitmap.and_then(|bitmap| shown(bitmap.width)),
        height: stream.bitmap.and_then(|bitmap| shown(bitmap.height)),
        frame_rate: frames.or_else(|| of_frame_time(kind, head)),
        channels: stream.wave.and_then(|wave| shown(wave.channels.into())),
        sample_rate: stream.wave.and_then(|wave| shown(wave.rate)),
    }
}

fn of_frame_time(kind: TrackKind, head: &Head) -> Option<f64> {
    (kind == TrackKind::Video)
        .then(|| rate(1, 1_000_000, head.frame_time.into()))
        .flatten()
}

/// A file that was not closed does not know its length: its chunks were counted.
fn duration(number: u8, stream: &Stream, layout: &Layout) -> Option<u64> {
    let length = if layout.open {
        let counted = layout.counted.get(&number).copied().unwrap_or_default();
        match u64::from(stream.sample_size) {
            0 => counted.chunks,
            size => counted.bytes / size,
        }
    } else {
        stream.length.into()
    };
    milliseconds(length, stream.scale.into(), stream.rate.into()).filter(|&length| length > 0)
}

fn of_file(head: &Head, layout: &Layout) -> Option<u64> {
    if layout.open {
        return None;
    }
    let frames = head.all_frames.unwrap_or(head.frames);
    milliseconds(frames.into(), head.frame_time.into(), 1_000_000).filter(|&length| length > 0)
}
