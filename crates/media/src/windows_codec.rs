//! Formats as Windows names them, by ffprobe's names: the `FourCC` of a picture's
//! `BITMAPINFOHEADER`, the number of a sound's `WAVEFORMATEX`. AVI and Matroska carry both.

use crate::fields::Fields;
use crate::mp4::codec::{self, Pcm};

/// What a `BITMAPINFOHEADER` says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bitmap {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) format: [u8; 4],
}

impl Bitmap {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(bytes);
        fields.skip(4)?;
        let width = fields.u32_le()?;
        // A picture whose rows run downwards has a negative height.
        let height = i32::from_le_bytes(fields.array()?).unsigned_abs();
        fields.skip(4)?;
        Some(Self {
            width,
            height,
            format: fields.array()?,
        })
    }
}

/// What a `WAVEFORMATEX` says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wave {
    pub(crate) tag: u16,
    pub(crate) channels: u16,
    pub(crate) rate: u32,
    pub(crate) bits: u16,
}

impl Wave {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        const EXTENSIBLE: u16 = 0xfffe;
        let mut fields = Fields::new(bytes);
        let mut wave = Self {
            tag: fields.u16_le()?,
            channels: fields.u16_le()?,
            rate: fields.u32_le()?,
            bits: 0,
        };
        fields.skip(6)?;
        wave.bits = fields.u16_le().unwrap_or_default();
        if wave.tag == EXTENSIBLE {
            // The extension names the format by a GUID that begins with the number.
            wave.tag = fields
                .skip(8)
                .and_then(|()| fields.u16_le())
                .unwrap_or(EXTENSIBLE);
        }
        Some(wave)
    }

    /// The codec.
    pub(crate) fn codec(&self) -> Option<&'static str> {
        let pcm = Pcm {
            bits: self.bits,
            float: self.tag == 3,
            little: true,
        };
        Some(match self.tag {
            0x0001 => return codec::integers(pcm, "pcm_u8"),
            0x0003 => return codec::floats(pcm),
            0x0002 => "adpcm_ms",
            0x0006 => "pcm_alaw",
            0x0007 => "pcm_mulaw",
            0x0011 => "adpcm_ima_wav",
            0x0050 => "mp2",
            0x0055 => "mp3",
            0x00ff | 0x1600 | 0x706d | 0xa106 => "aac",
            0x0160 => "wmav1",
            0x0161 => "wmav2",
            0x0162 => "wmapro",
            0x2000 => "ac3",
            0x2001 => "dts",
            0x674f..=0x6751 | 0x676f..=0x6771 => "vorbis",
            0x704f => "opus",
            0xf1ac => "flac",
            _ => return None,
        })
    }
}

/// The codec of a picture's `FourCC`, in any case.
pub(crate) fn video(format: [u8; 4]) -> Option<&'static str> {
    Some(match &format.map(|byte| byte.to_ascii_uppercase()) {
        b"H264" | b"X264" | b"AVC1" | b"DAVC" | b"VSSH" => "h264",
        b"HEVC" | b"H265" | b"HVC1" | b"X265" => "hevc",
        b"XVID" | b"DIVX" | b"DX50" | b"FMP4" | b"MP4V" | b"MP4S" | b"M4S2" | b"3IV2" | b"RMP4"
        | b"SEDG" => "mpeg4",
        b"MPG4" => "msmpeg4v1",
        b"MP42" | b"DIV2" => "msmpeg4v2",
        b"MP43" | b"DIV3" | b"DIV4" | b"DIV5" | b"DIV6" | b"COL1" => "msmpeg4v3",
        b"MPG1" | [1, 0, 0, 0x10] => "mpeg1video",
        b"MPG2" | b"MPEG" | b"EM2V" | [2, 0, 0, 0x10] => "mpeg2video",
        b"WMV1" => "wmv1",
        b"WMV2" => "wmv2",
        b"WMV3" => "wmv3",
        b"WVC1" => "vc1",
        b"MJPG" | b"JPEG" | b"AVRN" | b"DMB1" | b"IJPG" | b"LJPG" => "mjpeg",
        b"MJ2C" | b"JP2K" | b"LJ2K" | b"MJP2" => "jpeg2000",
        b"DVSD" | b"DVHD" | b"DVSL" | b"DV25" | b"DV50" | b"DVH1" | b"CDVC" | b"CDVH" | b"DVC "
        | b"DVCS" | b"DVCP" | b"DVPP" => "dvvideo",
        b"AV01" => "av1",
        b"VP80" => "vp8",
        b"VP90" => "vp9",
        b"VP60" | b"VP61" | b"VP62" => "vp6",
        b"THEO" => "theora",
        b"FFV1" => "ffv1",
        b"HFYU" => "huffyuv",
        b"FFVH" => "ffvhuff",
        b"LAGS" => "lagarith",
        b"ULRA" | b"ULRG" | b"ULY0" | b"ULY2" | b"ULY4" | b"ULH0" | b"ULH2" | b"ULH4" => "utvideo",
        b"MAGY" | b"M8RG" | b"M8RA" | b"M8Y0" | b"M8Y2" | b"M8Y4" => "magicyuv",
        b"CFHD" => "cfhd",
        b"AVDN" | b"AVDH" => "dnxhd",
        b"APCN" | b"APCH" | b"APCS" | b"APCO" | b"AP4H" | b"AP4X" => "prores",
        b"CVID" => "cinepak",
        b"IV31" | b"IV32" => "indeo3",
        b"IV41" => "indeo4",
        b"IV50" => "indeo5",
        b"MSVC" | b"CRAM" | b"WHAM" => "msvideo1",
        b"TSCC" => "tscc",
        b"ZMBV" => "zmbv",
        b"CSCD" => "cscd",
        b"MPNG" | b"PNG1" => "png",
        b"H263" | b"X263" | b"U263" => "h263",
        b"I263" => "h263i",
        b"FLV1" => "flv1",
        b"V210" => "v210",
        [0, 0, 0, 0]
        | b"DIB "
        | b"RGB "
        | b"I420"
        | b"IYUV"
        | b"YV12"
        | b"YUY2"
        | b"YUYV"
        | b"UYVY"
        | b"Y422"
        | b"NV12"
        | b"NV21"
        | b"P010"
        | b"Y800"
        | b"GREY"
        | b"HDYC"
        | b"Y42B"
        | b"BGR\x18" => "rawvideo",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_named_by_its_number_and_its_bits() {
        let wave = |tag: u16, bits: u16, rest: &[u8]| {
            let mut bytes = tag.to_le_bytes().to_vec();
            bytes.extend([2, 0, 0x80, 0xbb, 0, 0, 0, 0, 0, 0, 4, 0]);
            bytes.extend(bits.to_le_bytes());
            bytes.extend(rest);
            Wave::parse(&bytes).and_then(|wave| wave.codec())
        };
        assert_eq!(wave(1, 16, &[]), Some("pcm_s16le"));
        assert_eq!(wave(1, 8, &[]), Some("pcm_u8"));
        assert_eq!(wave(3, 32, &[]), Some("pcm_f32le"));
        assert_eq!(wave(0x55, 0, &[]), Some("mp3"));
        let extension = [22, 0, 24, 0, 3, 0, 0, 0, 1, 0];
        assert_eq!(wave(0xfffe, 24, &extension), Some("pcm_s24le"));
        assert_eq!(wave(0xfffe, 24, &[]), None);
        assert!(Wave::parse(&[1, 0, 2]).is_none());
    }

    #[test]
    fn a_picture_may_stand_on_its_head() {
        let mut bytes = vec![40, 0, 0, 0, 64, 1, 0, 0];
        bytes.extend((-240_i32).to_le_bytes());
        bytes.extend(*b"\x01\0\x18\0xvid");
        let bitmap = Bitmap::parse(&bytes).unwrap();
        assert_eq!((bitmap.width, bitmap.height), (320, 240));
        assert_eq!(video(bitmap.format), Some("mpeg4"));
    }
}
