//! The tables that name the streams: the list of programs (PAT), and each program's own (PMT).

use std::collections::BTreeMap;

use super::streams::{Format, Stream};
use crate::fields::Fields;
use crate::report::TrackKind;

const MAX_SECTION: usize = 4096;
const MAX_PROGRAMS: usize = 64;
const MAX_STREAMS: usize = 256;

const PROGRAM_LIST: u8 = 0;
const PROGRAM: u8 = 2;

/// Puts tables together that are spread over packets.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// What was received of the tables, by their packets.
    pending: BTreeMap<u16, Vec<u8>>,
    programs: Vec<u16>,
    /// The streams in the order that the programs name them.
    pub(super) streams: Vec<Stream>,
}

impl Tables {
    /// Whether packets with this number carry a table.
    pub(super) fn has(&self, pid: u16) -> bool {
        pid == 0 || self.programs.contains(&pid)
    }

    /// Takes what a packet carries of a table.
    pub(super) fn feed(&mut self, pid: u16, begins: bool, payload: &[u8]) {
        let mut rest = payload;
        if begins {
            // What was pending ends before the place that the first byte tells.
            let Some((&skip, after)) = payload.split_first() else {
                return;
            };
            let Some(table) = after.get(usize::from(skip)..) else {
                return;
            };
            self.pending.insert(pid, Vec::new());
            rest = table;
        }
        let Some(pending) = self.pending.get_mut(&pid) else {
            return;
        };
        let room = MAX_SECTION.saturating_sub(pending.len());
        pending.extend_from_slice(&rest[..rest.len().min(room)]);
        let Some(section) = whole_section(pending) else {
            return;
        };
        let section = section.to_vec();
        self.pending.remove(&pid);
        self.read(pid, &section);
    }

    fn read(&mut self, pid: u16, section: &[u8]) -> Option<()> {
        let (&table, body) = section.split_first()?;
        // After the length and before the checksum.
        let body = body.get(2..body.len().checked_sub(4)?)?;
        match table {
            PROGRAM_LIST if pid == 0 => self.read_programs(body),
            PROGRAM if pid != 0 => self.read_program(body),
            _ => None,
        }
    }

    fn read_programs(&mut self, body: &[u8]) -> Option<()> {
        for entry in body.get(5..)?.chunks_exact(4) {
            let number = u16::from_be_bytes([entry[0], entry[1]]);
            let pid = u16::from_be_bytes([entry[2] & 0x1f, entry[3]]);
            let room = self.programs.len() < MAX_PROGRAMS;
            // Program 0 is about the network.
            if number != 0 && room && !self.programs.contains(&pid) {
                self.programs.push(pid);
            }
        }
        Some(())
    }

    fn read_program(&mut self, body: &[u8]) -> Option<()> {
        let mut fields = Fields::new(body);
        fields.skip(5 + 2)?;
        let length = usize::from(fields.u16()? & 0x0fff);
        let blu_ray = descriptors(fields.take(length)?).any(|it| it == (5, &b"HDMV"[..]));
        while let Some(kind) = fields.u8() {
            let pid = fields.u16()? & 0x1fff;
            let length = usize::from(fields.u16()? & 0x0fff);
            let described = fields.take(length)?;
            let known = self.streams.iter().any(|stream| stream.pid == pid);
            if !known && self.streams.len() < MAX_STREAMS {
                self.streams
                    .push(Stream::new(pid, format(kind, described, blu_ray)));
            }
        }
        Some(())
    }
}

/// The bytes of a section, once all of it is there.
fn whole_section(bytes: &[u8]) -> Option<&[u8]> {
    let length = u16::from_be_bytes([*bytes.get(1)?, *bytes.get(2)?]) & 0x0fff;
    bytes.get(..usize::from(length) + 3)
}

fn descriptors(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut fields = Fields::new(bytes);
    std::iter::from_fn(move || {
        let tag = fields.u8()?;
        let length = fields.u8()?;
        let value = fields.take(length.into())?;
        // A registration names the format by four characters; more may follow.
        Some((
            tag,
            if tag == 5 {
                &value[..value.len().min(4)]
            } else {
                value
            },
        ))
    })
}

/// What a stream holds: by its type, and where that is private by its descriptors.
fn format(kind: u8, described: &[u8], blu_ray: bool) -> Format {
    use TrackKind::{Audio, Data, Text, Video};
    let (kind, codec) = match kind {
        0x01 => (Video, "mpeg1video"),
        0x03 | 0x04 => (Audio, "mp2"),
        0x0f => (Audio, "aac"),
        0x10 => (Video, "mpeg4"),
        0x11 => (Audio, "aac_latm"),
        0x1b => (Video, "h264"),
        0x21 => (Video, "jpeg2000"),
        0x24 => (Video, "hevc"),
        0x33 => (Video, "vvc"),
        0x42 => (Video, "cavs"),
        0x80 if blu_ray => (Audio, "pcm_bluray"),
        0x02 | 0x80 => (Video, "mpeg2video"),
        0x81 => (Audio, "ac3"),
        0x82 | 0x85 | 0x86 | 0x8a if blu_ray || kind == 0x8a => (Audio, "dts"),
        0x83 if blu_ray => (Audio, "truehd"),
        0x84 | 0x87 | 0xa1 => (Audio, "eac3"),
        0x90 if blu_ray => (Text, "hdmv_pgs_subtitle"),
        0xd1 => (Video, "dirac"),
        0xea => (Video, "vc1"),
        _ => private(described).unwrap_or((Data, "")),
    };
    let language = descriptors(described)
        .find(|(tag, _)| *tag == 0x0a)
        .and_then(|(_, value)| crate::text::tidy(value.get(..3)?))
        .filter(|text| text != "und");
    Format {
        kind,
        codec: Some(codec).filter(|codec| !codec.is_empty()),
        language,
        channels: opus_channels(described),
    }
}

fn private(described: &[u8]) -> Option<(TrackKind, &'static str)> {
    use TrackKind::{Audio, Data, Text, Video};
    descriptors(described).find_map(|(tag, value)| {
        Some(match (tag, value) {
            (0x05, b"Opus") => (Audio, "opus"),
            (0x05, b"AC-3") | (0x6a, _) => (Audio, "ac3"),
            (0x05, b"EAC3") | (0x7a, _) => (Audio, "eac3"),
            (0x05, b"DTS1" | b"DTS2" | b"DTS3") | (0x7b, _) => (Audio, "dts"),
            (0x05, b"BSSD") => (Audio, "s302m"),
            (0x05, b"HEVC") => (Video, "hevc"),
            (0x05, b"AV01") => (Video, "av1"),
            (0x05, b"VC-1") => (Video, "vc1"),
            (0x05, b"drac") => (Video, "dirac"),
            (0x05, b"KLVA") => (Data, "klv"),
            (0x56, _) => (Text, "dvb_teletext"),
            (0x59, _) => (Text, "dvb_subtitle"),
            (0x7c, _) => (Audio, "aac"),
            _ => return None,
        })
    })
}

/// The channels of Opus, which its extension descriptor tells.
fn opus_channels(described: &[u8]) -> Option<u32> {
    let (_, value) = descriptors(described).find(|(tag, _)| *tag == 0x7f)?;
    match *value.get(..2)? {
        [0x80, channels @ 1..=8] => Some(channels.into()),
        [0x80, 0] => Some(2),
        _ => None,
    }
}
