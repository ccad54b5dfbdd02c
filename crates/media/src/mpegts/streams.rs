//! One stream of packets of pictures or sound: its times, its head, and whether its last packet is
//! whole.

use crate::elementary::{self, Picture, Sound};
use crate::fields::Fields;
use crate::report::TrackKind;

/// Bytes of a stream in which its head is looked for.
const MAX_HEAD: usize = 64 * 1024;

/// Times that are kept of a stream.
const MAX_MARKS: usize = 16 * 1024;

/// What the tables say of a stream.
#[derive(Debug, Clone)]
pub(super) struct Format {
    pub(super) kind: TrackKind,
    pub(super) codec: Option<&'static str>,
    pub(super) language: Option<String>,
    pub(super) channels: Option<u32>,
}

/// A time, and where in the file it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) place: u64,
    /// In ticks of 90 kHz, of 33 bits.
    pub(super) time: u64,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) pid: u16,
    pub(super) format: Format,
    pub(super) picture: Option<Picture>,
    pub(super) sound: Option<Sound>,
    pub(super) marks: Vec<Mark>,
    /// Whether the first packet of it that is in the file begins something.
    pub(super) begins_whole: Option<bool>,
    head: Vec<u8>,
    /// So much of `head` was looked at in vain.
    looked: usize,
    last: Option<Last>,
}

/// The packet of pictures or sound that was received last.
#[derive(Debug, Clone, Copy)]
struct Last {
    /// Bytes that it says it has; zero where it does not say.
    length: u64,
    received: u64,
}

impl Stream {
    pub(super) fn new(pid: u16, format: Format) -> Self {
        Self {
            pid,
            format,
            picture: None,
            sound: None,
            marks: Vec::new(),
            begins_whole: None,
            head: Vec::new(),
            looked: 0,
            last: None,
        }
    }

    /// Whether it holds pictures or sound.
    pub(super) fn plays(&self) -> bool {
        matches!(self.format.kind, TrackKind::Video | TrackKind::Audio)
    }

    /// Takes what a packet at `place` carries of it.
    pub(super) fn feed(&mut self, place: u64, begins: bool, payload: &[u8]) {
        self.begins_whole.get_or_insert(begins);
        if !begins {
            if let Some(last) = &mut self.last {
                last.received += payload.len() as u64;
                self.keep(payload);
            }
            return;
        }
        // A new packet: of the one before no more comes. What was looked at in vain is looked at again
        // only once there is twice as much, so that this never costs more than the bytes themselves.
        if self.head.len() >= 2 * self.looked || self.head.len() == MAX_HEAD {
            self.look();
        }
        let Some(header) = Header::parse(payload) else {
            self.last = None;
            return;
        };
        if self.format.kind == TrackKind::Data && self.format.codec.is_none() {
            self.guess(&header);
        }
        if let Some(time) = header.time {
            let mark = Mark { place, time };
            if self.marks.len() == MAX_MARKS {
                self.marks.pop();
            }
            self.marks.push(mark);
        }
        self.last = Some(Last {
            length: header.length,
            received: header.content.len() as u64 + header.extra,
        });
        self.keep(header.content);
    }

    /// What the tables call private and do not describe may still be sound that its packets tell of.
    fn guess(&mut self, header: &Header<'_>) {
        let codec = match (header.stream, header.content) {
            (0xc0..=0xdf, [0xff, second, ..]) if second & 0xf6 == 0xf0 => "aac",
            (0xc0..=0xdf, [0xff, second, ..]) if second & 0xe0 == 0xe0 => "mp2",
            _ => return,
        };
        self.format.kind = TrackKind::Audio;
        self.format.codec = Some(codec);
    }

    fn keep(&mut self, payload: &[u8]) {
        let room = if self.wants_head() {
            MAX_HEAD.saturating_sub(self.head.len())
        } else {
            0
        };
        self.head
            .extend_from_slice(&payload[..payload.len().min(room)]);
    }

    /// Looks for the head of the stream in what was received of it.
    pub(super) fn look(&mut self) {
        if !self.wants_head() || self.head.is_empty() {
            return;
        }
        let codec = self.format.codec.unwrap_or_default();
        match self.format.kind {
            TrackKind::Video => self.picture = elementary::picture(codec, &self.head),
            _ => self.sound = elementary::sound(codec, &self.head),
        }
        let of_picture = self.picture.and_then(|picture| picture.codec);
        let of_sound = self.sound.and_then(|sound| sound.codec);
        self.format.codec = of_picture.or(of_sound).or(self.format.codec);
        self.looked = self.head.len();
        if self.head.len() == MAX_HEAD {
            // The head may still come, with the next pictures.
            self.head.clear();
            self.looked = 0;
        }
    }

    /// Whether its head is read and was not found yet.
    pub(super) fn wants_head(&self) -> bool {
        self.plays()
            && self.picture.is_none()
            && self.sound.is_none()
            && self.format.codec.is_some_and(elementary::reads)
    }

    /// Forgets the packet that was received last: what comes next is from somewhere else.
    pub(super) fn interrupt(&mut self) {
        self.last = None;
    }

    /// How many bytes of its last packet are missing, where that says how many it has.
    pub(super) fn missing(&self) -> u64 {
        let last = self.last.filter(|last| last.length > 0);
        last.map_or(0, |last| last.length.saturating_sub(last.received))
    }

    /// How long what has the last time lasts, in ticks.
    pub(super) fn last_length(&self) -> u64 {
        let of_sound = self
            .sound
            .map(|sound| u64::from(sound.samples) * 90_000 / u64::from(sound.rate.max(1)));
        of_sound.or_else(|| self.spacing()).unwrap_or_default()
    }

    /// Ticks from picture to picture: as its head says, or as they follow each other.
    pub(super) fn spacing(&self) -> Option<u64> {
        if self.format.kind != TrackKind::Video {
            return None;
        }
        let told = self.picture.and_then(|picture| picture.rate);
        told.and_then(|(pictures, seconds)| {
            (u64::from(seconds) * 90_000).checked_div(pictures.into())
        })
        .filter(|&ticks| ticks > 0)
        .or_else(|| super::timeline::spacing(&self.marks).map(|(_, ticks)| ticks))
    }
}

/// The header of a packet of pictures or sound (PES).
struct Header<'a> {
    stream: u8,
    /// Bytes of the packet after its length field; zero where it does not say.
    length: u64,
    time: Option<u64>,
    /// Bytes between the length field and the content.
    extra: u64,
    content: &'a [u8],
}

impl<'a> Header<'a> {
    fn parse(payload: &'a [u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        if fields.array()? != [0, 0, 1] {
            return None;
        }
        let stream = fields.u8()?;
        let length = u64::from(fields.u16()?);
        let plain = matches!(stream, 0xbc | 0xbe | 0xbf | 0xf0..=0xf2 | 0xf8 | 0xff);
        if plain {
            return Some(Self {
                stream,
                length,
                time: None,
                extra: 0,
                content: fields.rest(),
            });
        }
        fields.skip(1)?;
        let flags = fields.u8()?;
        let header = usize::from(fields.u8()?);
        let optional = fields.take(header)?;
        let time = (flags & 0x80 != 0).then(|| timestamp(optional)).flatten();
        Some(Self {
            stream,
            length,
            time,
            extra: 3 + header as u64,
            content: fields.rest(),
        })
    }
}

/// 33 bits in five bytes, with bits between them that are always set.
fn timestamp(bytes: &[u8]) -> Option<u64> {
    let bytes: [u8; 5] = *bytes.first_chunk()?;
    let [high, _, middle, _, low] = bytes.map(|byte| u64::from(byte >> 1 & 0x7f));
    let [_, upper, _, lower, _] = bytes.map(u64::from);
    Some((high & 7) << 30 | upper << 22 | middle << 15 | lower << 7 | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_put_together_from_its_pieces() {
        assert_eq!(timestamp(&[0x21, 0, 1, 0, 1]), Some(0));
        assert_eq!(
            timestamp(&[0x2f, 0xff, 0xff, 0xff, 0xff]),
            Some((1 << 33) - 1)
        );
        assert_eq!(timestamp(&[0x21, 0x00, 0x07, 0xd8, 0x61]), Some(126_000));
        assert_eq!(timestamp(&[0x21]), None);
    }
}
