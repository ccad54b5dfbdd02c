//! Remembers for a moment that a session lives, so that not every request asks the database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use heimdex_api::{SessionId, Timestamp, UserId};

use crate::catalog::SessionRow;

/// What another process ended (a replica by a logout, an operator's command) is noticed after this long.
const TTL: Duration = Duration::from_secs(1);
const ENTRIES_MAX: usize = 10_000;

/// Sessions that were alive a moment ago.
#[derive(Debug, Default)]
pub struct SessionCache(Mutex<HashMap<SessionId, Entry>>);

#[derive(Debug)]
struct Entry {
    session: SessionRow,
    seen_at: Timestamp,
}

impl SessionCache {
    /// The session, if it was alive within the last second.
    pub fn get(&self, id: SessionId, now: Timestamp) -> Option<SessionRow> {
        let entries = self.lock();
        let entry = entries.get(&id)?;
        is_fresh(entry, now).then(|| entry.session.clone())
    }

    /// Remembers a session that is alive.
    pub fn put(&self, session: SessionRow, now: Timestamp) {
        let mut entries = self.lock();
        if entries.len() >= ENTRIES_MAX {
            entries.retain(|_, entry| is_fresh(entry, now));
        }
        if entries.len() >= ENTRIES_MAX {
            entries.clear();
        }
        let seen_at = now;
        entries.insert(session.session_id, Entry { session, seen_at });
    }

    /// Forgets a session that has ended.
    pub fn forget(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    /// Forgets all sessions of an account.
    pub fn forget_user(&self, user: UserId) {
        self.lock().retain(|_, entry| entry.session.user_id != user);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock that was set back makes an entry old, not eternal.
fn is_fresh(entry: &Entry, now: Timestamp) -> bool {
    entry.seen_at <= now && now.since(entry.seen_at) < TTL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_believed_for_a_second_and_not_after_it_ended() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000).unwrap();
        let id = SessionId::new(uuid::Uuid::from_u128(1));
        let user_id = UserId::new(uuid::Uuid::from_u128(2));
        let session = SessionRow {
            session_id: id,
            user_id,
            library_id: user_id.as_uuid().into(),
            by_password: true,
            created_at: at(0),
            last_seen_at: at(0),
            revoked_at: None,
            disabled_at: None,
        };
        let cache = SessionCache::default();
        cache.put(session.clone(), at(100));
        assert_eq!(cache.get(id, at(100)), Some(session.clone()));
        assert_eq!(cache.get(id, at(101)), None);
        assert_eq!(cache.get(id, at(99)), None);
        cache.forget(id);
        assert_eq!(cache.get(id, at(100)), None);
        cache.put(session, at(100));
        cache.forget_user(user_id);
        assert_eq!(cache.get(id, at(100)), None);
    }
}
