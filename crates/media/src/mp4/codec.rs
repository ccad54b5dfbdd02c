//! Formats by the names that ffprobe gives them.

/// How uncompressed sound is stored.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pcm {
    pub(crate) bits: u16,
    pub(crate) float: bool,
    pub(crate) little: bool,
}

/// The codec of a video format.
pub(crate) fn video(format: [u8; 4]) -> Option<&'static str> {
    Some(match &format {
        b"avc1"
        | b"avc2"
        | b"avc3"
        | b"avc4"
        | b"dva1"
        | b"dvav"
        | b"AVin"
        | [b'a', b'i', b'1' | b'5', b'0'..=b'9' | b'p' | b'q'] => "h264",
        b"hvc1" | b"hev1" | b"hvc2" | b"hev2" | b"dvh1" | b"dvhe" => "hevc",
        b"vvc1" | b"vvi1" => "vvc",
        b"av01" | b"dav1" => "av1",
        b"vp08" => "vp8",
        b"vp09" => "vp9",
        b"apcn" | b"apch" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "prores",
        b"aprn" | b"aprh" => "prores_raw",
        b"AVdn" | b"AVdh" => "dnxhd",
        b"CFHD" => "cfhd",
        b"mp4v" | b"DIVX" | b"XVID" | b"xvid" => "mpeg4",
        b"mp1v" => "mpeg1video",
        b"m2v1"
        | b"mp2v"
        | b"AVmp"
        | [b'h', b'd', b'v', b'1'..=b'9' | b'a'..=b'd']
        | [b'x', b'd', b'v', b'1'..=b'9' | b'a'..=b'f']
        | [b'x', b'd', b'5' | b'h', b'0'..=b'9' | b'a'..=b'f' | b'v']
        | [b'm', b'x', b'3' | b'4' | b'5', b'p' | b'n'] => "mpeg2video",
        b"dvc "
        | b"dvcp"
        | b"dvp "
        | b"dvpp"
        | b"dv5n"
        | b"dv5p"
        | b"AVdv"
        | b"AVd1"
        | [b'd', b'v', b'h', b'2'..=b'6' | b'p' | b'q'] => "dvvideo",
        b"jpeg" | b"mjpa" | b"AVDJ" | b"AVRn" | b"mjpg" => "mjpeg",
        b"mjpb" => "mjpegb",
        b"mjp2" => "jpeg2000",
        b"png " | b"MNG " => "png",
        b"s263" | b"h263" | b"H263" => "h263",
        b"icod" => "aic",
        b"Hap1" | b"Hap5" | b"HapY" | b"HapA" | b"HapM" => "hap",
        b"v210" => "v210",
        b"v308" => "v308",
        b"v408" => "v408",
        b"v410" => "v410",
        b"r210" => "r210",
        b"raw " | b"2vuy" | b"yuv2" | b"yuvs" | b"b48r" | b"b64a" => "rawvideo",
        b"rle " => "qtrle",
        b"rpza" => "rpza",
        b"smc " => "smc",
        b"cvid" => "cinepak",
        b"SVQ1" | b"svq1" => "svq1",
        b"SVQ3" => "svq3",
        b"8BPS" => "8bps",
        b"FFV1" => "ffv1",
        b"VC-1" | b"vc-1" => "vc1",
        b"drac" => "dirac",
        _ => return None,
    })
}

/// The codec of a sound format.
pub(crate) fn audio(format: [u8; 4], pcm: Pcm) -> Option<&'static str> {
    Some(match &format {
        b"mp4a" => "aac",
        b"ac-3" | b"AC-3" | b"sac3" => "ac3",
        b"ec-3" | b"EC-3" => "eac3",
        b"ac-4" => "ac4",
        b"alac" => "alac",
        b"Opus" => "opus",
        b"fLaC" => "flac",
        b".mp3" | b"mp3 " | b"ms\0\x55" => "mp3",
        b".mp2" | b"ms\0\x50" => "mp2",
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" | b"DTS " => "dts",
        b"mlpa" => "truehd",
        b"samr" => "amr_nb",
        b"sawb" => "amr_wb",
        b"ulaw" => "pcm_mulaw",
        b"alaw" => "pcm_alaw",
        b"ima4" => "adpcm_ima_qt",
        b"QDM2" => "qdm2",
        b"QDMC" => "qdmc",
        b"MAC3" => "mace3",
        b"MAC6" => "mace6",
        b"raw " => return integers(Pcm { bits: 8, ..pcm }, "pcm_u8"),
        b"sowt" => {
            return integers(
                Pcm {
                    little: true,
                    ..pcm
                },
                "pcm_s8",
            );
        }
        b"twos" | b"NONE" => {
            return integers(
                Pcm {
                    little: false,
                    ..pcm
                },
                "pcm_s8",
            );
        }
        b"in24" => return integers(Pcm { bits: 24, ..pcm }, "pcm_s8"),
        b"in32" => return integers(Pcm { bits: 32, ..pcm }, "pcm_s8"),
        b"fl32" => return floats(Pcm { bits: 32, ..pcm }),
        b"fl64" => return floats(Pcm { bits: 64, ..pcm }),
        b"fpcm" => return floats(pcm),
        b"lpcm" if pcm.float => return floats(pcm),
        b"lpcm" | b"ipcm" => return integers(pcm, "pcm_s8"),
        _ => return None,
    })
}

/// The codec of a text format.
pub(crate) fn text(format: [u8; 4]) -> Option<&'static str> {
    Some(match &format {
        b"tx3g" | b"text" => "mov_text",
        b"wvtt" => "webvtt",
        b"stpp" => "ttml",
        b"c608" => "eia_608",
        b"mp4s" => "dvd_subtitle",
        _ => return None,
    })
}

/// The video codec of an MPEG-4 object type.
pub(crate) fn video_object(object: u8) -> Option<&'static str> {
    Some(match object {
        0x20 => "mpeg4",
        0x21 => "h264",
        0x23 => "hevc",
        0x60..=0x65 => "mpeg2video",
        0x6a => "mpeg1video",
        0x6c => "mjpeg",
        0x6d => "png",
        0x6e => "jpeg2000",
        _ => return None,
    })
}

/// The sound codec of an MPEG-4 object type.
pub(crate) fn audio_object(object: u8) -> Option<&'static str> {
    Some(match object {
        0x40 | 0x66..=0x68 => "aac",
        0x69 | 0x6b => "mp3",
        0xa5 => "ac3",
        0xa6 => "eac3",
        0xa9..=0xac => "dts",
        0xad => "opus",
        0xdd => "vorbis",
        _ => return None,
    })
}

pub(crate) fn integers(pcm: Pcm, of_8_bits: &'static str) -> Option<&'static str> {
    Some(match (pcm.bits, pcm.little) {
        (8, _) => of_8_bits,
        (16, true) => "pcm_s16le",
        (16, false) => "pcm_s16be",
        (24, true) => "pcm_s24le",
        (24, false) => "pcm_s24be",
        (32, true) => "pcm_s32le",
        (32, false) => "pcm_s32be",
        _ => return None,
    })
}

pub(crate) fn floats(pcm: Pcm) -> Option<&'static str> {
    Some(match (pcm.bits, pcm.little) {
        (32, true) => "pcm_f32le",
        (32, false) => "pcm_f32be",
        (64, true) => "pcm_f64le",
        (64, false) => "pcm_f64be",
        _ => return None,
    })
}
