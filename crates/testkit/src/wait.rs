//! Waiting for a condition with a limit, and saying what was last seen where it did not come.

use std::fmt::Debug;
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// An answer of one look: it is so, or what was seen instead.
pub trait Condition {
    /// What waiting gives once it is so.
    type Value;

    /// The value, or what was seen.
    ///
    /// # Errors
    /// What was seen, for the message that ends the waiting.
    fn check(self) -> Result<Self::Value, String>;
}

impl Condition for bool {
    type Value = ();

    fn check(self) -> Result<(), String> {
        if self {
            Ok(())
        } else {
            Err("it is not so".into())
        }
    }
}

impl<T> Condition for Option<T> {
    type Value = T;

    fn check(self) -> Result<T, String> {
        self.ok_or_else(|| "nothing".into())
    }
}

impl<T, E: Debug> Condition for Result<T, E> {
    type Value = T;

    fn check(self) -> Result<T, String> {
        self.map_err(|seen| format!("{seen:?}"))
    }
}

/// Looks again and again until the condition holds; panics after `limit` with what was last seen.
pub fn wait_until<C: Condition>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> C,
) -> C::Value {
    let mut pauses = Pauses::new(what, limit);
    loop {
        match look().check() {
            Ok(value) => return value,
            Err(seen) => std::thread::sleep(pauses.after(&seen)),
        }
    }
}

/// [`wait_until`] for looks that are asynchronous.
pub async fn wait_until_async<C: Condition>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> C,
) -> C::Value {
    let mut pauses = Pauses::new(what, limit);
    loop {
        match look().await.check() {
            Ok(value) => return value,
            Err(seen) => tokio::time::sleep(pauses.after(&seen)).await,
        }
    }
}

struct Pauses<'a> {
    what: &'a str,
    limit: Duration,
    started: Instant,
    pause: Duration,
}

impl<'a> Pauses<'a> {
    fn new(what: &'a str, limit: Duration) -> Self {
        Self {
            what,
            limit,
            started: Instant::now(),
            pause: FIRST_PAUSE,
        }
    }

    fn after(&mut self, seen: &str) -> Duration {
        let waited = self.started.elapsed();
        assert!(
            waited < self.limit,
            "waited {:.1} s for: {}\nlast seen: {seen}",
            waited.as_secs_f64(),
            self.what
        );
        let pause = self.pause.min(self.limit.saturating_sub(waited));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::wait_until;

    #[test]
    fn waiting_ends_with_the_value_of_the_first_look_that_finds_it() {
        let mut looks = 0;
        let found = wait_until("the third look", Duration::from_mins(1), || {
            looks += 1;
            (looks == 3).then_some("found")
        });
        assert_eq!((found, looks), ("found", 3));
    }

    #[test]
    fn a_condition_that_never_comes_is_named_with_what_was_seen() {
        let waited = std::panic::catch_unwind(|| {
            wait_until("the impossible", Duration::from_millis(5), || {
                Err::<(), _>("a wall")
            });
        });
        let message = waited.unwrap_err().downcast::<String>().unwrap();
        assert!(
            message.contains("the impossible") && message.contains("a wall"),
            "{message}"
        );
    }
}
