//! The embedded store's one clock: times of objects and parts, and the age of what is swept.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::dto::Timestamp;

#[expect(
    clippy::disallowed_methods,
    reason = "signatures are checked against the real time, so the store keeps it too"
)]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// Microseconds since 1970; a clock before that counts as 1970.
pub(super) fn now_us() -> i64 {
    let since = now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

pub(super) fn s3_time(us: i64) -> Timestamp {
    let since = Duration::from_micros(u64::try_from(us).unwrap_or_default());
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH).into()
}
