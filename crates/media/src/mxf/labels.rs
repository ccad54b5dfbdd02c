//! Universal labels of codings and of essence containers, by ffprobe's names of codecs.

use super::klv::Label;
use crate::mp4::codec::{self, Pcm};

/// The codec of a picture: by its coding, else by the container that it lies in.
pub(super) fn video(coding: Option<Label>, container: Option<Label>) -> Option<&'static str> {
    coding
        .and_then(of_coding)
        .or_else(|| container.and_then(of_container))
}

fn of_coding(label: Label) -> Option<&'static str> {
    Some(match &label[8..15] {
        [0x04, 0x01, 0x02, 0x01, 0x01, 0x02, 0x02] => "v210",
        [0x04, 0x01, 0x02, 0x01, ..] => "rawvideo",
        [0x04, 0x01, 0x02, 0x02, 0x01, family, _] => match family {
            0x01..=0x0f => "mpeg2video",
            0x10..=0x1f => "mpeg1video",
            0x20..=0x2f => "mpeg4",
            0x30..=0x3f => "h264",
            0x40..=0x4f => "hevc",
            _ => return None,
        },
        [0x04, 0x01, 0x02, 0x02, 0x02, ..] => "dvvideo",
        [0x04, 0x01, 0x02, 0x02, 0x03, family, _] => match family {
            0x01 => "jpeg2000",
            0x02 => "dnxhd",
            0x06 => "prores",
            0x09 => "ffv1",
            _ => return None,
        },
        [0x04, 0x01, 0x02, 0x02, 0x04, ..] => "vc1",
        [0x04, 0x01, 0x02, 0x02, 0x71, ..] => "dnxhd",
        _ => return None,
    })
}

fn of_container(label: Label) -> Option<&'static str> {
    let [0x0d, 0x01, 0x03, 0x01, 0x02, family, _, _] = label[8..16] else {
        return None;
    };
    Some(match family {
        0x01 | 0x04 => "mpeg2video",
        0x02 => "dvvideo",
        0x05 => "rawvideo",
        0x0c => "jpeg2000",
        0x10 => "h264",
        0x11 => "dnxhd",
        0x12 => "vc1",
        0x1c => "prores",
        0x23 => "ffv1",
        _ => return None,
    })
}

/// The codec of sound: by its coding; what has none is not compressed.
pub(super) fn audio(coding: Option<Label>, bits: Option<u32>) -> Option<&'static str> {
    let bits = u16::try_from(bits.unwrap_or(16)).unwrap_or_default();
    let little = |little| Pcm {
        // What is between is stored in whole bytes.
        bits: bits.next_multiple_of(8),
        float: false,
        little,
    };
    let Some(label) = coding.filter(|label| label.iter().any(|&byte| byte != 0)) else {
        return codec::integers(little(true), "pcm_u8");
    };
    Some(match &label[8..15] {
        [0x04, 0x02, 0x02, 0x01, 0x7e, ..] => return codec::integers(little(false), "pcm_u8"),
        [0x04, 0x02, 0x02, 0x01, ..] => return codec::integers(little(true), "pcm_u8"),
        [0x04, 0x02, 0x02, 0x02, 0x03, 0x01, 0x01] => "pcm_alaw",
        [0x04, 0x02, 0x02, 0x02, 0x03, 0x02, 0x01] => "ac3",
        [0x04, 0x02, 0x02, 0x02, 0x03, 0x02, 0x1c] => "dolby_e",
        [0x04, 0x02, 0x02, 0x02, 0x03, 0x02, ..] => "mp2",
        [0x04, 0x02, 0x02, 0x02, 0x03, 0x03 | 0x04, ..] => "aac",
        _ => return None,
    })
}
