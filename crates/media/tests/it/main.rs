//! The crate against files that ffmpeg wrote, files built by hand, and files that lie.

#![expect(clippy::unwrap_used, reason = "test support")]

mod agreement;
mod avi;
mod boxes;
mod budget;
mod corpus;
mod crafted;
mod damage;
mod ffmpeg;
mod hostile;
mod matroska;
mod mpegts;
mod mutations;
mod mxf;
mod real_files;
mod sources;
