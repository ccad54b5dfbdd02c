//! The one clock of the command line.

use heimdex_api::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use heimdex_client::shown::Moment;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that looks at the clock"
)]
pub(crate) fn now() -> Timestamp {
    jiff::Timestamp::now().into()
}

/// This moment, in the zone of this machine.
pub(crate) fn moment() -> Moment {
    Moment {
        now: now(),
        zone: TimeZone::system(),
    }
}
