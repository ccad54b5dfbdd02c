//! What a media container says of itself: kind, completeness, duration, tracks.
//!
//! Everything is judged from the bytes, never from a name, through positioned reads of bounded
//! number and size: [`inspect()`] looks at the head, the index and the fragments of a file, never at
//! the whole of it. There is no network and no clock here, and no length field is trusted.

#![forbid(unsafe_code)]

mod avi;
mod container;
mod elementary;
mod error;
mod fields;
mod inspect;
mod matroska;
mod mp4;
mod mpegts;
mod mxf;
mod names;
mod reader;
mod report;
mod sentence;
mod sniff;
mod source;
mod text;
mod time;
mod timecode;
mod windows_codec;

pub use crate::container::Container;
pub use crate::error::MediaError;
pub use crate::inspect::{announced_size, inspect};
pub use crate::names::{looks_like_video_name, mime_type_for_extension};
pub use crate::reader::{READ_BUDGET, READ_LIMIT};
pub use crate::report::{
    Chapter, Completeness, Hdr, MediaDetails, Probe, Report, TrackDetails, TrackKind,
};
pub use crate::sniff::{SNIFF_LEN, sniff};
pub use crate::source::{FileSource, ReadAt};
