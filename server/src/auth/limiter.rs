//! How often somebody may try: so many times in ten minutes, from one address and at one account.
//!
//! Kept in memory, one process at a time: replicas each allow as much, which is what a bound against guessing needs.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use heimdex_api::{ErrorCode, Timestamp};
use sha2::{Digest, Sha256};

use crate::config::AuthSettings;
use crate::web::ApiError;
use crate::web::network::limit_key;

const WINDOW: Duration = Duration::from_mins(10);
/// Who is remembered at most. When all of them are still held back, strangers are too.
const KEYS_MAX: usize = 100_000;

/// The two limits together.
#[derive(Debug)]
pub struct Limiter {
    addresses: Mutex<Buckets<IpAddr>>,
    accounts: Mutex<Buckets<[u8; 32]>>,
}

impl Limiter {
    /// Nobody has tried yet.
    #[must_use]
    pub fn new(settings: &AuthSettings) -> Self {
        Self {
            addresses: Mutex::new(Buckets::new(settings.attempts_per_address)),
            accounts: Mutex::new(Buckets::new(settings.attempts_per_account)),
        }
    }

    /// Counts one attempt, before any work is done for it. `account` is remembered as a hash.
    ///
    /// # Errors
    /// `rate_limited`, with the time to wait.
    pub fn attempt(&self, address: IpAddr, account: &str, now: Timestamp) -> Result<(), ApiError> {
        let account = Sha256::digest(account).into();
        let by_address = take(&self.addresses, limit_key(address), now);
        let by_account = by_address.and_then(|()| take(&self.accounts, account, now));
        by_account.map_err(|wait| {
            ApiError::new(
                ErrorCode::RateLimited,
                "There were too many attempts from this address or at this account.",
            )
            .with_retry_after(wait)
        })
    }
}

fn take<K: Hash + Eq>(buckets: &Mutex<Buckets<K>>, key: K, now: Timestamp) -> Result<(), Duration> {
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    buckets.take(key, now)
}

/// Token buckets by the "virtual scheduling" form of the leaky bucket: one time a key says it all.
#[derive(Debug)]
struct Buckets<K> {
    /// Between two attempts, in the long run; `None` for no limit.
    interval: Option<Duration>,
    /// When each key's bucket will be full again.
    full_at: HashMap<K, Timestamp>,
}

impl<K: Hash + Eq> Buckets<K> {
    fn new(per_window: u32) -> Self {
        Self {
            interval: (per_window > 0).then(|| WINDOW / per_window),
            full_at: HashMap::new(),
        }
    }

    /// Takes one attempt, or says how long to wait for it.
    fn take(&mut self, key: K, now: Timestamp) -> Result<(), Duration> {
        let Some(interval) = self.interval else {
            return Ok(());
        };
        if self.full_at.len() >= KEYS_MAX && !self.full_at.contains_key(&key) {
            self.full_at.retain(|_, full_at| *full_at > now);
            if self.full_at.len() >= KEYS_MAX {
                return Err(interval);
            }
        }
        // A clock that was set back must not lock anybody out for longer than a whole window.
        let latest = now.saturating_add(WINDOW);
        let full_at = self
            .full_at
            .get(&key)
            .map_or(now, |at| (*at).clamp(now, latest));
        let next = full_at.saturating_add(interval);
        let over = next.since(latest);
        if over.is_zero() {
            self.full_at.insert(key, next);
            return Ok(());
        }
        Err(over)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).unwrap()
    }

    #[test]
    fn a_burst_passes_and_the_next_one_waits_its_turn() {
        let mut buckets = Buckets::new(10);
        for _ in 0..10 {
            assert_eq!(buckets.take("a", at(0)), Ok(()));
        }
        assert_eq!(buckets.take("a", at(0)), Err(Duration::from_mins(1)));
        assert_eq!(buckets.take("a", at(59)), Err(Duration::from_secs(1)));
        assert_eq!(buckets.take("a", at(60)), Ok(()));
        assert_eq!(buckets.take("b", at(60)), Ok(()));
    }

    #[test]
    fn zero_is_no_limit() {
        let mut buckets = Buckets::new(0);
        assert!((0..1_000).all(|_| buckets.take("a", at(0)).is_ok()));
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out_for_long() {
        let mut buckets = Buckets::new(10);
        assert_eq!(buckets.take("a", at(1_000_000)), Ok(()));
        let wait = buckets.take("a", at(0)).unwrap_err();
        assert!(wait <= WINDOW, "{wait:?}");
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_in_a_window(gaps in proptest::collection::vec(0i64..120, 1..200)) {
            let mut buckets = Buckets::new(5);
            let (mut now, mut taken) = (0, Vec::new());
            for gap in gaps {
                now += gap;
                if buckets.take("a", at(now)).is_ok() {
                    taken.push(now);
                }
            }
            for (index, start) in taken.iter().enumerate() {
                let inside = taken[index..].iter().filter(|time| **time < start + 600).count();
                // A full bucket and what runs in while it empties.
                prop_assert!(inside <= 10, "{inside}");
            }
        }
    }
}
