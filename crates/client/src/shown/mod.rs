//! Sizes and times as people read them: the same words in the command line, the daemon's answers and notifications.

pub mod size;
pub mod time;

pub use time::Moment;
