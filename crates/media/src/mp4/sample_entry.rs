//! A track's sample description, the first entry of `stsd`: format, picture size, kind of sound.

use super::atom::boxes_in;
use super::codec::{self, Pcm};
use super::timecode;
use crate::fields::Fields;
use crate::report::{Hdr, TrackKind};
use crate::time::hertz;
use crate::timecode::TimecodeFormat;

/// What the first sample description of a track says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SampleEntry {
    pub(super) format: [u8; 4],
    pub(super) codec: Option<&'static str>,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) channels: Option<u32>,
    pub(super) sample_rate: Option<u32>,
    pub(super) hdr: Option<Hdr>,
    pub(super) timecode: Option<TimecodeFormat>,
}

impl SampleEntry {
    /// Reads the body of `stsd`, as far as it is at hand.
    pub(super) fn parse(stsd: &[u8], kind: TrackKind) -> Option<Self> {
        let mut fields = Fields::new(stsd);
        let version = fields.u8()?;
        fields.skip(3 + 4 + 4)?;
        let format = fields.array()?;
        fields.skip(8)?;
        let body = fields.rest();
        let mut entry = Self {
            format,
            ..Self::default()
        };
        // What is too short keeps its format, which is worth having by itself.
        match kind {
            TrackKind::Video => drop(entry.read_video(body)),
            TrackKind::Audio => drop(entry.read_audio(body, version)),
            TrackKind::Timecode => entry.timecode = timecode::parse_format(body),
            TrackKind::Text => entry.codec = codec::text(format),
            TrackKind::Data => {}
        }
        Some(entry)
    }

    fn read_video(&mut self, body: &[u8]) -> Option<()> {
        self.codec = codec::video(self.format);
        let mut fields = Fields::new(body);
        fields.skip(16)?;
        self.width = Some(u32::from(fields.u16()?)).filter(|&width| width > 0);
        self.height = Some(u32::from(fields.u16()?)).filter(|&height| height > 0);
        fields.skip(50)?;
        for (kind, content) in boxes_in(fields.rest()) {
            match &kind {
                b"esds" => {
                    self.codec = elementary_stream(content)
                        .and_then(|stream| codec::video_object(stream.object))
                        .or(self.codec);
                }
                b"sinf" => self.codec = protected(content).and_then(codec::video),
                b"colr" => self.hdr = self.hdr.or(color(content)),
                b"dvcC" | b"dvvC" | b"dvwC" => self.hdr = Some(Hdr::DolbyVision),
                _ => {}
            }
        }
        Some(())
    }

    fn read_audio(&mut self, body: &[u8], stsd_version: u8) -> Option<()> {
        let mut pcm = Pcm::default();
        self.codec = codec::audio(self.format, pcm);
        let mut fields = Fields::new(body);
        let version = fields.u16()?;
        fields.skip(6)?;
        self.channels = Some(fields.u16()?.into()).filter(|&channels| channels > 0);
        pcm.bits = fields.u16()?;
        fields.skip(4)?;
        self.sample_rate = Some(fields.u32()? >> 16).filter(|&rate| rate > 0);
        match version {
            1 if stsd_version == 0 => fields.skip(16)?,
            2 => self.read_audio_v2(&mut fields, &mut pcm)?,
            _ => {}
        }
        self.codec = codec::audio(self.format, pcm);
        self.read_audio_boxes(fields.rest(), pcm);
        Some(())
    }

    /// The longer form of `QuickTime`, for rates and channels that the short one cannot say.
    fn read_audio_v2(&mut self, fields: &mut Fields<'_>, pcm: &mut Pcm) -> Option<()> {
        fields.skip(4)?;
        self.sample_rate = hertz(f64::from_bits(fields.u64()?));
        self.channels = Some(fields.u32()?).filter(|channels| (1..=1024).contains(channels));
        fields.skip(4)?;
        pcm.bits = u16::try_from(fields.u32()?).ok()?;
        let flags = fields.u32()?;
        pcm.float = flags & 1 != 0;
        pcm.little = flags & 2 == 0;
        fields.skip(8)
    }

    fn read_audio_boxes(&mut self, bytes: &[u8], mut pcm: Pcm) {
        for (kind, content) in boxes_in(bytes) {
            match &kind {
                b"esds" => self.read_stream(content),
                // QuickTime wraps what belongs to the codec once more.
                b"wave" => {
                    for (kind, content) in boxes_in(content) {
                        match &kind {
                            b"esds" => self.read_stream(content),
                            b"enda" => {
                                pcm.little = content.get(1) == Some(&1);
                                self.codec = codec::audio(self.format, pcm);
                            }
                            _ => {}
                        }
                    }
                }
                b"pcmC" => {
                    if let [_, _, _, _, flags, bits, ..] = content {
                        pcm.little = flags & 1 != 0;
                        pcm.bits = u16::from(*bits);
                        self.codec = codec::audio(self.format, pcm);
                    }
                }
                b"sinf" => {
                    self.codec = protected(content).and_then(|format| codec::audio(format, pcm));
                }
                b"dac3" => self.channels = dolby_channels(content, 10).or(self.channels),
                b"dec3" => self.channels = dolby_channels(content, 28).or(self.channels),
                b"dOps" => self.channels = content.get(1).map(|&count| count.into()),
                _ => {}
            }
        }
    }

    fn read_stream(&mut self, esds: &[u8]) {
        let Some(stream) = elementary_stream(esds) else {
            return;
        };
        self.codec = codec::audio_object(stream.object).or(self.codec);
        if self.codec == Some("aac") {
            let (rate, channels) = aac_config(stream.config);
            self.sample_rate = rate.or(self.sample_rate);
            self.channels = channels.or(self.channels);
        }
    }
}

/// What an MPEG-4 elementary stream descriptor says.
struct ElementaryStream<'a> {
    object: u8,
    config: &'a [u8],
}

fn elementary_stream(esds: &[u8]) -> Option<ElementaryStream<'_>> {
    let mut fields = Fields::new(esds.get(4..)?);
    let mut tag = descriptor(&mut fields)?;
    if tag == 3 {
        fields.skip(2)?;
        let flags = fields.u8()?;
        if flags & 0x80 != 0 {
            fields.skip(2)?;
        }
        if flags & 0x40 != 0 {
            let length = fields.u8()?;
            fields.skip(length.into())?;
        }
        if flags & 0x20 != 0 {
            fields.skip(2)?;
        }
        tag = descriptor(&mut fields)?;
    }
    if tag != 4 {
        return None;
    }
    let object = fields.u8()?;
    let config = (|| {
        fields.skip(12)?;
        (descriptor(&mut fields)? == 5).then(|| fields.rest())
    })();
    Some(ElementaryStream {
        object,
        config: config.unwrap_or_default(),
    })
}

/// The tag of a descriptor; its length, in up to four bytes of seven bits, is passed over.
fn descriptor(fields: &mut Fields<'_>) -> Option<u8> {
    let tag = fields.u8()?;
    for _ in 0..4 {
        if fields.u8()? & 0x80 == 0 {
            break;
        }
    }
    Some(tag)
}

/// Rate and channels of an AAC stream, from its `AudioSpecificConfig`.
fn aac_config(config: &[u8]) -> (Option<u32>, Option<u32>) {
    const RATES: [u32; 13] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ];
    const CHANNELS: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 8];
    let mut bits = Bits::new(config);
    let parsed = (|| {
        let read_rate = |bits: &mut Bits| match bits.take(4)? {
            15 => bits.take(24),
            index => RATES.get(usize::try_from(index).ok()?).copied(),
        };
        let object = bits.take(5)?;
        if object == 31 {
            bits.take(6)?;
        }
        let rate = read_rate(&mut bits)?;
        let channels = *CHANNELS.get(usize::try_from(bits.take(4)?).ok()?)?;
        // Spectral band replication doubles the rate, and tells the one that is heard.
        let heard = if matches!(object, 5 | 29) {
            read_rate(&mut bits)?
        } else {
            rate
        };
        // Parametric stereo makes two channels of one.
        let channels = if object == 29 && channels == 1 {
            2
        } else {
            channels
        };
        Some((heard, channels))
    })();
    match parsed {
        Some((rate, channels)) => (
            Some(rate).filter(|&rate| rate > 0),
            Some(channels).filter(|&channels| channels > 0),
        ),
        None => (None, None),
    }
}

/// Channels of AC-3 and E-AC-3, whose mode and low-frequency bit begin at bit `at`.
fn dolby_channels(content: &[u8], at: u32) -> Option<u32> {
    const MODES: [u32; 8] = [2, 1, 2, 3, 3, 4, 4, 5];
    let mut bits = Bits::new(content);
    bits.take(at)?;
    let mode = usize::try_from(bits.take(3)?).ok()?;
    Some(MODES.get(mode)? + bits.take(1)?)
}

/// Bits taken one after another, the highest first, from the first eight bytes.
struct Bits {
    value: u64,
    left: u32,
}

impl Bits {
    fn new(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(8)];
        let value = bytes
            .iter()
            .fold(0, |value, &byte| value << 8 | u64::from(byte));
        Self {
            value,
            left: bytes.iter().map(|_| 8).sum(),
        }
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        self.left = self.left.checked_sub(count)?;
        let mask = 1_u64.checked_shl(count)? - 1;
        u32::try_from(self.value >> self.left & mask).ok()
    }
}

/// The format that protection hides (`frma`).
fn protected(sinf: &[u8]) -> Option<[u8; 4]> {
    let (_, content) = boxes_in(sinf).find(|(kind, _)| kind == b"frma")?;
    content.first_chunk().copied()
}

/// The transfer function of `colr`, where it is one of a high dynamic range.
fn color(colr: &[u8]) -> Option<Hdr> {
    let mut fields = Fields::new(colr);
    if !matches!(&fields.array()?, b"nclx" | b"nclc") {
        return None;
    }
    fields.skip(2)?;
    match fields.u16()? {
        16 => Some(Hdr::Pq),
        18 => Some(Hdr::Hlg),
        _ => None,
    }
}
