//! How fast bytes may leave this machine: a limit, or a timetable of limits, in the syntax that people know from rclone.
//!
//! `timetable` reads the text and `bucket` counts, both purely; `throttle` holds bytes back before they are handed to a
//! socket, so that what is counted as sent was sent at that rate.

mod bucket;
mod throttle;
mod timetable;

pub use bucket::Bucket;
pub use throttle::Throttle;
pub use timetable::{InvalidTimetable, Limit, Timetable};
