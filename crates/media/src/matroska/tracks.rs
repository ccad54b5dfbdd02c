//! `Tracks`: what each track holds.

use super::codec;
use super::ebml::{elements_in, float, unsigned};
use crate::report::{Hdr, TrackKind};
use crate::text::tidy;
use crate::time::hertz;

const MAX_TRACKS: usize = 256;

/// One track.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub(super) number: u64,
    /// 1 pictures, 2 sound, 17 subtitles, 33 metadata.
    kind: u64,
    /// Whether a player would begin with it.
    pub(super) preferred: bool,
    pub(super) format: Option<String>,
    pub(super) codec: Option<&'static str>,
    pub(super) language: Option<String>,
    /// Nanoseconds a picture or a packet of sound.
    pub(super) frame_time: Option<u64>,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    /// Clockwise, in degrees.
    pub(super) rotation: u16,
    pub(super) channels: Option<u32>,
    pub(super) sample_rate: Option<u32>,
    bits: u16,
    transfer: u64,
    dolby_vision: bool,
}

/// The tracks of `Tracks`.
pub(super) fn parse(bytes: &[u8]) -> Vec<Track> {
    elements_in(bytes)
        .filter(|(id, _)| *id == 0xae)
        .take(MAX_TRACKS)
        .map(|(_, entry)| Track::parse(entry))
        .collect()
}

impl Track {
    fn parse(entry: &[u8]) -> Self {
        let mut track = Self {
            preferred: true,
            ..Self::default()
        };
        let (mut codec_id, mut private) = (&[][..], &[][..]);
        for (id, value) in elements_in(entry) {
            match id {
                0xd7 => track.number = unsigned(value),
                0x83 => track.kind = unsigned(value),
                0x88 => track.preferred = unsigned(value) != 0,
                0x86 => codec_id = value,
                0x63a2 => private = value,
                0x22_b59c => track.language = language(value),
                0x23_e383 => track.frame_time = Some(unsigned(value)).filter(|&time| time > 0),
                0xe0 => track.read_video(value),
                0xe1 => track.read_audio(value),
                0x41e4 => track.dolby_vision |= is_dolby_vision(value),
                _ => {}
            }
        }
        let end = codec_id
            .iter()
            .position(|&byte| byte == 0)
            .unwrap_or(codec_id.len());
        track.format = tidy(&codec_id[..end]);
        let name = track.format.as_deref().unwrap_or_default();
        track.codec = codec::of(name, private, track.bits);
        track
    }

    fn read_video(&mut self, video: &[u8]) {
        let length = |value| u32::try_from(unsigned(value)).ok().filter(|&it| it > 0);
        for (id, value) in elements_in(video) {
            match id {
                0xb0 => self.width = length(value),
                0xba => self.height = length(value),
                0x55b0 => {
                    let transfer = elements_in(value).find(|(id, _)| *id == 0x55ba);
                    self.transfer = transfer.map_or(0, |(_, value)| unsigned(value));
                }
                0x7670 => {
                    let roll = elements_in(value).find(|(id, _)| *id == 0x7675);
                    self.rotation = roll.and_then(|(_, value)| float(value)).map_or(0, rotation);
                }
                _ => {}
            }
        }
    }

    fn read_audio(&mut self, audio: &[u8]) {
        // What is left out has these values.
        (self.channels, self.sample_rate) = (Some(1), Some(8000));
        for (id, value) in elements_in(audio) {
            match id {
                0x9f => self.channels = u32::try_from(unsigned(value)).ok(),
                0xb5 => self.sample_rate = float(value).and_then(hertz),
                0x6264 => self.bits = u16::try_from(unsigned(value)).unwrap_or_default(),
                _ => {}
            }
        }
    }

    pub(super) fn kind(&self) -> TrackKind {
        match self.kind {
            1 => TrackKind::Video,
            2 => TrackKind::Audio,
            17 => TrackKind::Text,
            _ => TrackKind::Data,
        }
    }

    pub(super) fn hdr(&self) -> Option<Hdr> {
        match self.transfer {
            _ if self.dolby_vision => Some(Hdr::DolbyVision),
            16 => Some(Hdr::Pq),
            18 => Some(Hdr::Hlg),
            _ => None,
        }
    }
}

fn is_dolby_vision(mapping: &[u8]) -> bool {
    const KINDS: [u64; 3] = [0x6476_6343, 0x6476_7643, 0x6476_7743];
    elements_in(mapping).any(|(id, value)| id == 0x41e7 && KINDS.contains(&unsigned(value)))
}

/// The roll of a picture counts against the clock.
fn rotation(roll: f64) -> u16 {
    let quarters = (-roll / 90.0).round();
    if !quarters.is_finite() || (quarters * 90.0 + roll).abs() > 1.0 {
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a remainder by four is 0, 1, 2 or 3"
    )]
    let turns = quarters.rem_euclid(4.0) as u16;
    turns % 4 * 90
}

fn language(value: &[u8]) -> Option<String> {
    tidy(value).filter(|text| text.len() == 3 && text != "und")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_turns_against_the_clock() {
        for (roll, degrees) in [
            (0.0, 0),
            (90.0, 270),
            (-90.0, 90),
            (180.0, 180),
            (-180.0, 180),
            (270.0, 90),
            (45.0, 0),
            (f64::NAN, 0),
            (f64::MAX, 0),
        ] {
            assert_eq!(rotation(roll), degrees, "{roll}");
        }
    }
}
