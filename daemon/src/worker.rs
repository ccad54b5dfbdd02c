//! Brings the files of one turn, by the same engine as `heimdex upload`, and says how each of them ended.
//!
//! It decides nothing but what a failure means: the queue decides what follows.

mod ending;
mod prepare;
mod turn;

pub use ending::away_by;
pub use turn::{Turn, WatchLimits, Worker};
