//! What the metadata say of the content, put into the words of the report.

use super::descriptor::Descriptor;
use super::labels;
use super::metadata::{Metadata, Rate, Set, set};
use crate::report::{MediaDetails, Probe, TrackDetails, TrackKind};
use crate::time::rate;
use crate::timecode::TimecodeFormat;

/// More tracks than this are not of one film.
const MAX_TRACKS: usize = 256;

/// What the definition of a track ends with (bytes 8 to 13) where it holds pictures or sound.
const ESSENCE: [u8; 4] = [0x01, 0x03, 0x02, 0x02];

pub(super) fn probe(metadata: &Metadata) -> Probe {
    let descriptors = descriptors(metadata);
    let tracks: Vec<TrackDetails> = descriptors
        .iter()
        .map(|(package, descriptor)| details(package, descriptor, metadata))
        .collect();
    let of_tracks = tracks.iter().filter_map(|track| track.duration_ms).max();
    let duration = of_material(metadata)
        .or(of_tracks)
        .or_else(|| of_index(metadata));
    let mut pictures = descriptors.iter().map(|(_, set)| &set.described);
    let hdr = pictures
        .find(|it| it.is_picture())
        .and_then(Descriptor::hdr);
    let probe = Probe::of_tracks(tracks);
    Probe {
        duration_ms: duration,
        captured_at: captured_at(metadata),
        extra: MediaDetails {
            timecode: timecode(metadata),
            hdr,
            ..probe.extra
        },
        ..probe
    }
}

/// The descriptors of pictures and sound, with the package that they describe.
fn descriptors(metadata: &Metadata) -> Vec<(&Set, &Set)> {
    let mut found = Vec::new();
    for package in metadata.of_number(set::SOURCE_PACKAGE) {
        let Some(descriptor) = metadata.get(package.descriptor) else {
            continue;
        };
        let parts = descriptor
            .parts
            .iter()
            .filter_map(|part| metadata.get(Some(*part)));
        for part in std::iter::once(descriptor).chain(parts) {
            if found.len() == MAX_TRACKS {
                return found;
            }
            if part.described.is_picture() || part.described.is_sound() {
                found.push((package, part));
            }
        }
    }
    found
}

fn details(package: &Set, descriptor: &Set, metadata: &Metadata) -> TrackDetails {
    let described = &descriptor.described;
    let picture = described.is_picture();
    let track = own_track(package, descriptor, metadata);
    let edit_rate = track
        .and_then(|track| track.edit_rate)
        .or(described.sample_rate);
    let codec = if picture {
        labels::video(described.coding, described.container)
    } else {
        labels::audio(described.sound_coding, described.bits)
    };
    let frames = edit_rate.filter(|_| picture);
    TrackDetails {
        kind: if picture {
            TrackKind::Video
        } else {
            TrackKind::Audio
        },
        codec: codec.map(str::to_owned),
        format: None,
        duration_ms: track
            .and_then(|track| played(track, metadata))
            .or_else(|| described.sample_rate?.milliseconds(described.duration?)),
        language: None,
        width: described.width().filter(|_| picture),
        height: described.height().filter(|_| picture),
        frame_rate: frames
            .and_then(|Rate { units, seconds }| rate(1, units.into(), seconds.into())),
        channels: described.channels.filter(|_| !picture),
        sample_rate: described.hertz().filter(|_| !picture),
    }
}

/// The track of the package that a descriptor names, or its only one of pictures or sound.
fn own_track<'a>(package: &'a Set, descriptor: &Set, metadata: &'a Metadata) -> Option<&'a Set> {
    let mut tracks = package
        .parts
        .iter()
        .filter_map(|part| metadata.get(Some(*part)));
    match descriptor.described.linked_track {
        Some(id) => tracks.find(|track| track.track_id == Some(id)),
        None => tracks.find(|track| is_essence(track, metadata)),
    }
}

/// Whether a track holds pictures or sound.
fn is_essence(track: &Set, metadata: &Metadata) -> bool {
    let definition = metadata
        .get(track.sequence)
        .and_then(|sequence| sequence.definition);
    definition.is_some_and(|label| label[8..12] == ESSENCE && matches!(label[12], 1 | 2))
}

/// How long a track plays.
fn played(track: &Set, metadata: &Metadata) -> Option<u64> {
    let sequence = metadata.get(track.sequence)?;
    let units = sequence.duration.filter(|&units| units > 0)?;
    track.edit_rate?.milliseconds(units)
}

/// How long the film plays that the file is: its longest track of pictures or sound.
fn of_material(metadata: &Metadata) -> Option<u64> {
    metadata
        .of_number(set::MATERIAL_PACKAGE)
        .flat_map(|package| &package.parts)
        .filter_map(|part| metadata.get(Some(*part)))
        .filter(|track| is_essence(track, metadata))
        .filter_map(|track| played(track, metadata))
        .max()
}

/// How long the index reaches, where the metadata were written before anybody knew.
fn of_index(metadata: &Metadata) -> Option<u64> {
    let (units, rate) = metadata.indexed?;
    rate.milliseconds(units)
}

fn captured_at(metadata: &Metadata) -> Option<jiff::Timestamp> {
    let source = metadata.of_number(set::SOURCE_PACKAGE);
    let all = source.chain(metadata.of_number(set::MATERIAL_PACKAGE));
    all.filter_map(|package| package.created).min()
}

fn timecode(metadata: &Metadata) -> Option<String> {
    let mut codes = metadata.of_number(set::TIMECODE);
    let code = codes.find_map(|set| set.timecode)?;
    let format = TimecodeFormat {
        drop_frame: code.drop_frame,
        frames: u8::try_from(code.frames)
            .ok()
            .filter(|&frames| frames > 0)?,
    };
    Some(format.show(u32::try_from(code.start).ok()?))
}
