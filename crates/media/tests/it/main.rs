//! The crate against files that ffmpeg wrote, files built by hand, and files that lie.

#![expect(clippy::unwrap_used, reason = "test support")]

mod boxes;
mod budget;
mod crafted;
mod damage;
mod ffmpeg;
mod hostile;
mod real_files;
mod sources;
