//! The codecs of Matroska by ffprobe's names.

use crate::mp4::codec::{self, Pcm};
use crate::windows_codec::{self, Bitmap, Wave};

/// The codec of a `CodecID`; where that only says whose names are used, its private bytes tell.
pub(super) fn of(id: &str, private: &[u8], bits: u16) -> Option<&'static str> {
    let pcm = Pcm {
        bits,
        float: false,
        little: true,
    };
    // Some say the profile of AAC in the name.
    if id.starts_with("A_AAC") {
        return Some("aac");
    }
    Some(match id {
        "V_MS/VFW/FOURCC" => return windows_codec::video(Bitmap::parse(private)?.format),
        "A_MS/ACM" => return Wave::parse(private)?.codec(),
        "V_QUICKTIME" => return codec::video(*private.get(4..8)?.first_chunk()?),
        "A_PCM/INT/LIT" => return codec::integers(pcm, "pcm_u8"),
        "A_PCM/INT/BIG" => {
            return codec::integers(
                Pcm {
                    little: false,
                    ..pcm
                },
                "pcm_u8",
            );
        }
        "A_PCM/FLOAT/IEEE" => return codec::floats(pcm),
        "V_MPEG4/ISO/AVC" => "h264",
        "V_MPEGH/ISO/HEVC" => "hevc",
        "V_MPEGI/ISO/VVC" => "vvc",
        "V_MPEG4/ISO/SP" | "V_MPEG4/ISO/ASP" | "V_MPEG4/ISO/AP" => "mpeg4",
        "V_MPEG4/MS/V3" => "msmpeg4v3",
        "V_MPEG1" => "mpeg1video",
        "V_MPEG2" => "mpeg2video",
        "V_AV1" => "av1",
        "V_VP8" => "vp8",
        "V_VP9" => "vp9",
        "V_THEORA" => "theora",
        "V_DIRAC" => "dirac",
        "V_FFV1" => "ffv1",
        "V_MJPEG" => "mjpeg",
        "V_PRORES" => "prores",
        "V_SNOW" => "snow",
        "V_UNCOMPRESSED" => "rawvideo",
        "A_AC3" => "ac3",
        "A_EAC3" => "eac3",
        "A_AC4" => "ac4",
        "A_ALAC" => "alac",
        "A_DTS" => "dts",
        "A_FLAC" => "flac",
        "A_MLP" => "mlp",
        "A_MPEG/L1" => "mp1",
        "A_MPEG/L2" => "mp2",
        "A_MPEG/L3" => "mp3",
        "A_OPUS" | "A_OPUS/EXPERIMENTAL" => "opus",
        "A_TRUEHD" => "truehd",
        "A_TTA1" => "tta",
        "A_VORBIS" => "vorbis",
        "A_WAVPACK4" => "wavpack",
        "S_TEXT/UTF8" => "subrip",
        "S_TEXT/ASCII" => "text",
        "S_TEXT/ASS" | "S_TEXT/SSA" | "S_ASS" | "S_SSA" => "ass",
        "S_TEXT/WEBVTT" | "D_WEBVTT/SUBTITLES" | "D_WEBVTT/CAPTIONS" => "webvtt",
        "S_VOBSUB" => "dvd_subtitle",
        "S_DVBSUB" => "dvb_subtitle",
        "S_HDMV/PGS" => "hdmv_pgs_subtitle",
        "S_HDMV/TEXTST" => "hdmv_text_subtitle",
        _ => return None,
    })
}
