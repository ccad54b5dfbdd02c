//! The heads of pictures and sound themselves, for containers that leave it to them how large the
//! pictures are and how fast the sound is.

mod audio;
mod bits;
mod h264;
mod hevc;
mod mpeg_video;

/// What the head of a stream of pictures says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Picture {
    /// The codec, where this tells more than the container.
    pub(crate) codec: Option<&'static str>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Pictures, and the seconds in which there are so many.
    pub(crate) rate: Option<(u32, u32)>,
}

/// What the head of a packet of sound says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sound {
    /// The codec, where this tells more than the container.
    pub(crate) codec: Option<&'static str>,
    pub(crate) channels: u32,
    /// Samples a second.
    pub(crate) rate: u32,
    /// Samples in a packet.
    pub(crate) samples: u32,
}

/// What the first bytes of a stream of pictures say, where its codec is one whose heads are read.
pub(crate) fn picture(codec: &str, bytes: &[u8]) -> Option<Picture> {
    match codec {
        "h264" => h264::find(bytes),
        "hevc" => hevc::find(bytes),
        "mpeg2video" | "mpeg1video" => mpeg_video::find(bytes),
        _ => None,
    }
}

/// What the first bytes of a stream of sound say, where its codec is one whose heads are read.
pub(crate) fn sound(codec: &str, bytes: &[u8]) -> Option<Sound> {
    match codec {
        "aac" => audio::adts(bytes),
        "mp1" | "mp2" | "mp3" => audio::mpeg(bytes),
        "ac3" | "eac3" => audio::dolby(bytes),
        "dts" => audio::dts(bytes),
        "pcm_bluray" => audio::bluray(bytes),
        _ => None,
    }
}

/// Whether the heads of this codec are read at all.
pub(crate) fn reads(codec: &str) -> bool {
    matches!(
        codec,
        "h264"
            | "hevc"
            | "mpeg2video"
            | "mpeg1video"
            | "aac"
            | "mp1"
            | "mp2"
            | "mp3"
            | "ac3"
            | "eac3"
            | "dts"
            | "pcm_bluray"
    )
}
