//! The one clock of the command line.

use heimdex_api::Timestamp;
use jiff::tz::TimeZone;

/// What time it is, and where: read once a command, passed to whatever speaks of time.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// Now.
    pub(crate) now: Timestamp,
    /// The person's time zone.
    pub(crate) zone: TimeZone,
}

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that looks at the clock"
)]
pub(crate) fn now() -> Timestamp {
    jiff::Timestamp::now().into()
}

impl Moment {
    /// This moment, in the zone of this machine.
    pub(crate) fn now() -> Self {
        Self {
            now: now(),
            zone: TimeZone::system(),
        }
    }

    /// The calendar's view of now.
    pub(crate) fn zoned(&self) -> jiff::ZonedDateTime {
        self.now.to_jiff().to_zoned_datetime(self.zone.clone())
    }
}
