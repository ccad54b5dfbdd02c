//! What a look at a source found: the types that server and client read.

use jiff::Timestamp;
use serde::Serialize;

use crate::container::Container;
use crate::reader::Ended;

/// What one look at a source found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What its first bytes say it is.
    pub container: Container,
    /// Whether all of it is there.
    pub completeness: Completeness,
    /// What it says of its content.
    pub probe: Probe,
}

/// Whether a container is all there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// The index is there where the file says it has one, everything that it names lies within the
    /// file, and the last part is whole.
    ///
    /// What was written as it came, without an index and without a length (fragments, a live
    /// recording, a transport stream), cannot be told from a whole one where it ends exactly
    /// between two of its parts.
    Complete,
    /// Something is missing or contradicts itself.
    Damaged {
        /// What is wrong, for a person.
        sentence: String,
    },
    /// The container was recognised, but how complete it is was not judged: there is more of it
    /// than one look reads.
    NotJudged,
}

impl Completeness {
    /// Damaged by what `damage` says; without any it is complete, if all of it was judged.
    pub(crate) fn judged(damage: Option<String>, ended: &Ended) -> Self {
        match damage {
            Some(sentence) => Self::Damaged { sentence },
            None if *ended == Ended::Exhausted => Self::NotJudged,
            None => Self::Complete,
        }
    }
}

/// What a container says of its content. Each field is `None` where it says nothing (or nothing
/// believable).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Probe {
    /// How long it plays.
    pub duration_ms: Option<u64>,
    /// Width in pixels as stored, before `rotation`.
    pub width: Option<u32>,
    /// Height in pixels as stored, before `rotation`.
    pub height: Option<u32>,
    /// By how many degrees the picture is turned clockwise to be seen upright: 0, 90, 180 or 270.
    pub rotation: Option<u16>,
    /// Pictures a second, on average.
    pub frame_rate: Option<f64>,
    /// The codec of the first video track, by ffprobe's name.
    pub video_codec: Option<String>,
    /// The codec of the first audio track, by ffprobe's name.
    pub audio_codec: Option<String>,
    /// Make and model of the camera.
    pub camera: Option<String>,
    /// When it was recorded.
    pub captured_at: Option<Timestamp>,
    /// What else was found.
    pub extra: MediaDetails,
}

impl Probe {
    /// What the first of each kind of `tracks` tells, where pictures are never turned.
    pub(crate) fn of_tracks(tracks: Vec<TrackDetails>) -> Self {
        let first = |kind| tracks.iter().find(|track| track.kind == kind);
        let video = first(TrackKind::Video);
        let audio = first(TrackKind::Audio);
        Self {
            width: video.and_then(|track| track.width),
            height: video.and_then(|track| track.height),
            rotation: video.map(|_| 0),
            frame_rate: video.and_then(|track| track.frame_rate),
            video_codec: video.and_then(|track| track.codec.clone()),
            audio_codec: audio.and_then(|track| track.codec.clone()),
            extra: MediaDetails {
                channels: audio.and_then(|track| track.channels),
                sample_rate: audio.and_then(|track| track.sample_rate),
                tracks,
                ..MediaDetails::default()
            },
            ..Self::default()
        }
    }
}

/// What else a container says. Written to the catalog as JSON and shown as it is: fields are
/// added, never renamed; those that are absent say nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MediaDetails {
    /// The major brand of an MP4 or `QuickTime` file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Whether the index is spread over the file in fragments.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fragmented: bool,
    /// The time code of the first picture, as `01:00:00:00` (`01:00:00;00` where frames are dropped).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timecode: Option<String>,
    /// How the picture holds more than the usual range of brightness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hdr: Option<Hdr>,
    /// Channels of the first audio track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u32>,
    /// Samples a second of the first audio track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Where chapters begin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chapters: Vec<Chapter>,
    /// Every track, in the order of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackDetails>,
}

/// A way of holding more than the usual range of brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hdr {
    /// The perceptual quantizer (HDR10 and its like).
    Pq,
    /// Hybrid log-gamma.
    Hlg,
    /// Dolby Vision, whatever lies below it.
    DolbyVision,
}

/// Where a chapter begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chapter {
    /// Its beginning.
    pub start_ms: u64,
    /// Its title, where it is in the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackDetails {
    /// What it holds.
    pub kind: TrackKind,
    /// Its codec by ffprobe's name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
    /// The four characters that name its format in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// How long it plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Its language, as the three letters of ISO 639-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Width in pixels as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Pictures a second, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_rate: Option<f64>,
    /// Channels of sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u32>,
    /// Samples of sound a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
}

/// What a track holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Subtitles, captions or text.
    Text,
    /// Time code.
    Timecode,
    /// Anything else: positions, motion, the camera's own notes.
    Data,
}
