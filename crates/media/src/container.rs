//! The containers that Heimdex knows by their bytes, and what they are called.

/// A media container, recognised by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// ISO base media (`.mp4`, `.m4v`, `.m4a`), fragmented or not.
    Mp4,
    /// `QuickTime` (`.mov`), with or without an `ftyp` box.
    QuickTime,
    /// 3GPP and 3GPP2 (`.3gp`, `.3g2`).
    ThreeGp,
    /// Matroska (`.mkv`).
    Matroska,
    /// The part of Matroska that browsers play (`.webm`).
    WebM,
    /// Audio Video Interleave (`.avi`).
    Avi,
    /// MPEG transport stream, with packets of 188, 192 (`.mts`, `.m2ts`) or 204 bytes.
    MpegTs,
    /// Material Exchange Format (`.mxf`).
    Mxf,
}

impl Container {
    /// The name people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "MP4",
            Self::QuickTime => "QuickTime",
            Self::ThreeGp => "3GP",
            Self::Matroska => "Matroska",
            Self::WebM => "WebM",
            Self::Avi => "AVI",
            Self::MpegTs => "MPEG-TS",
            Self::Mxf => "MXF",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::QuickTime => "video/quicktime",
            Self::ThreeGp => "video/3gpp",
            Self::Matroska => "video/x-matroska",
            Self::WebM => "video/webm",
            Self::Avi => "video/x-msvideo",
            Self::MpegTs => "video/mp2t",
            Self::Mxf => "application/mxf",
        }
    }
}
