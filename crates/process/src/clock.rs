//! The one place of a process that looks at the time.
//!
//! Everything that decides takes a [`Timestamp`]; whatever is to be tried at any time gets it from the [`Clock`] they were given.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use heimdex_api::Timestamp;

/// What time it is: the system's, or in tests whatever was set.
#[derive(Clone)]
pub enum Clock {
    /// The system's.
    System,
    /// Stands still until it is moved.
    Manual(ManualClock),
}

impl Clock {
    /// The time.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that the others take the time from"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => jiff::Timestamp::now().into(),
            Self::Manual(clock) => clock.now(),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "Clock::System",
            Self::Manual(_) => "Clock::Manual",
        })
    }
}

/// A clock for tests. Clones show the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.as_micros())))
    }

    /// Puts it forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().saturating_add(by));
    }

    /// Puts it anywhere, backwards too.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_micros(), Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        let micros = self.0.load(Ordering::SeqCst);
        Timestamp::from_micros(micros).unwrap_or_else(|| jiff::Timestamp::UNIX_EPOCH.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved() {
        let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let manual = ManualClock::new(start);
        let clock = Clock::Manual(manual.clone());
        assert_eq!(clock.now(), start);
        manual.advance(Duration::from_mins(1));
        assert_eq!(clock.now().to_string(), "2026-11-23T10:01:00Z");
        manual.set(start);
        assert_eq!(clock.now(), start);
    }
}
