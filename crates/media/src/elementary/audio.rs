//! Packets of sound: AAC in ADTS, MPEG audio, AC-3 and its successor, DTS, and the PCM of Blu-ray.

use super::Sound;
use super::bits::Bits;

/// How far into the bytes the head of a packet is looked for.
const MAX_SEARCH: usize = 8 * 1024;

const AAC_RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
    7350,
];

/// The first head of a packet that `parse` takes, which begins with the bits of `sync` under `mask`.
fn search(
    bytes: &[u8],
    sync: u16,
    mask: u16,
    parse: fn(&mut Bits<'_>) -> Option<Sound>,
) -> Option<Sound> {
    let bytes = &bytes[..bytes.len().min(MAX_SEARCH)];
    bytes
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| u16::from_be_bytes([pair[0], pair[1]]) & mask == sync)
        .find_map(|(at, _)| parse(&mut Bits::new(&bytes[at..])))
}

pub(super) fn adts(bytes: &[u8]) -> Option<Sound> {
    search(bytes, 0xfff0, 0xfff6, |bits| {
        bits.skip(16 + 2)?;
        let rate = *AAC_RATES.get(usize::try_from(bits.number(4)?).ok()?)?;
        bits.skip(1)?;
        let channels = match bits.number(3)? {
            7 => 8,
            channels => channels,
        };
        Some(Sound {
            codec: None,
            channels,
            rate,
            samples: 1024,
        })
    })
}

pub(super) fn mpeg(bytes: &[u8]) -> Option<Sound> {
    const RATES: [u32; 3] = [44_100, 48_000, 32_000];
    search(bytes, 0xffe0, 0xffe0, |bits| {
        bits.skip(11)?;
        let halvings = match bits.number(2)? {
            3 => 0,
            2 => 1,
            0 => 2,
            _ => return None,
        };
        let (codec, samples) = match (bits.number(2)?, halvings) {
            (3, _) => ("mp1", 384),
            (2, _) => ("mp2", 1152),
            (1, 0) => ("mp3", 1152),
            (1, _) => ("mp3", 576),
            _ => return None,
        };
        bits.skip(1)?;
        let bitrate = bits.number(4)?;
        let rate = *RATES.get(usize::try_from(bits.number(2)?).ok()?)? >> halvings;
        bits.skip(2)?;
        let mono = bits.number(2)? == 3;
        (bitrate != 15).then_some(Sound {
            codec: Some(codec),
            channels: if mono { 1 } else { 2 },
            rate,
            samples,
        })
    })
}

pub(super) fn dolby(bytes: &[u8]) -> Option<Sound> {
    const RATES: [u32; 3] = [48_000, 44_100, 32_000];
    const CHANNELS: [u32; 8] = [2, 1, 2, 3, 3, 4, 4, 5];
    search(bytes, 0x0b77, 0xffff, |bits| {
        let mut identity = Bits::new(bits.all());
        identity.skip(40)?;
        let later = identity.number(5)? > 10;
        bits.skip(16)?;
        let index = |code: u32| usize::try_from(code).ok();
        if later {
            bits.skip(2 + 3 + 11)?;
            let (rate, blocks) = match bits.number(2)? {
                3 => (*RATES.get(index(bits.number(2)?)?)? / 2, 6),
                code => {
                    let blocks = [1, 2, 3, 6][index(bits.number(2)?)?];
                    (*RATES.get(index(code)?)?, blocks)
                }
            };
            let mode = index(bits.number(3)?)?;
            let low = u32::from(bits.bit()?);
            return Some(Sound {
                codec: Some("eac3"),
                channels: CHANNELS[mode] + low,
                rate,
                samples: blocks * 256,
            });
        }
        bits.skip(16)?;
        let rate = *RATES.get(index(bits.number(2)?)?)?;
        bits.skip(6 + 5 + 3)?;
        let mode = bits.number(3)?;
        if mode & 1 != 0 && mode != 1 {
            bits.skip(2)?;
        }
        if mode & 4 != 0 {
            bits.skip(2)?;
        }
        if mode == 2 {
            bits.skip(2)?;
        }
        let low = u32::from(bits.bit()?);
        Some(Sound {
            codec: Some("ac3"),
            channels: CHANNELS[index(mode)?] + low,
            rate,
            samples: 1536,
        })
    })
}

pub(super) fn dts(bytes: &[u8]) -> Option<Sound> {
    const RATES: [u32; 16] = [
        0, 8000, 16_000, 32_000, 0, 0, 11_025, 22_050, 44_100, 0, 0, 12_000, 24_000, 48_000,
        96_000, 192_000,
    ];
    const CHANNELS: [u32; 16] = [1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8];
    search(bytes, 0x7ffe, 0xffff, |bits| {
        bits.skip(16)?;
        if bits.number(16)? != 0x8001 {
            return None;
        }
        bits.skip(1 + 5 + 1)?;
        let blocks = bits.number(7)? + 1;
        bits.skip(14)?;
        let mode = usize::try_from(bits.number(6)?).ok()?;
        let rate = RATES[usize::try_from(bits.number(4)?).ok()?];
        bits.skip(5 + 5 + 3 + 1 + 1)?;
        let low = u32::from(bits.number(2)? != 0);
        (rate > 0).then_some(Sound {
            codec: None,
            channels: CHANNELS.get(mode)? + low,
            rate,
            samples: blocks * 32,
        })
    })
}

pub(super) fn bluray(bytes: &[u8]) -> Option<Sound> {
    const CHANNELS: [u32; 16] = [0, 1, 0, 2, 3, 3, 4, 4, 5, 6, 7, 8, 0, 0, 0, 0];
    let mut bits = Bits::new(bytes);
    bits.skip(16)?;
    let channels = CHANNELS[usize::try_from(bits.number(4)?).ok()?];
    let rate = match bits.number(4)? {
        1 => 48_000,
        4 => 96_000,
        5 => 192_000,
        _ => return None,
    };
    (channels > 0).then_some(Sound {
        codec: None,
        channels,
        rate,
        // A packet of it lasts five milliseconds.
        samples: rate / 200,
    })
}
