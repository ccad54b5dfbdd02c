//! Who is told what happens: the open event streams, what they may cost, and what ends them. What is told is in the
//! catalog's log, how it is told in the route.

mod keeper;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heimdex_api::{SessionId, Timestamp, TokenId, UserId};
use tokio_util::sync::CancellationToken;

use crate::auth::caller::{Caller, Credential};
use crate::config::HttpSettings;

pub use keeper::start;

/// The open streams of this process. Clones are the same.
#[derive(Debug, Clone)]
pub struct Streams(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    per_account: usize,
    /// Of all connections, streams leave half to those who ask and go.
    together: usize,
    ending: CancellationToken,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    streams: BTreeMap<u64, Stream>,
}

#[derive(Debug)]
struct Stream {
    user: UserId,
    credential: Credential,
    holds_until: Option<Timestamp>,
    ended: CancellationToken,
}

/// Why there is no room for another stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// The account has so many already.
    OfAccount(usize),
    /// All accounts together have.
    OfServer,
    /// The server is about to stop.
    Ending,
}

/// The place of one stream; it is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    streams: Streams,
    number: u64,
    ended: CancellationToken,
}

impl Streams {
    /// None yet, within these limits.
    #[must_use]
    pub fn new(settings: &HttpSettings) -> Self {
        Self(Arc::new(Inner {
            per_account: settings.streams_per_account.get(),
            together: (settings.max_connections.get() / 2).max(1),
            ending: CancellationToken::new(),
            open: Mutex::default(),
        }))
    }

    /// Takes a place for a caller.
    ///
    /// # Errors
    /// [`NoRoom`].
    pub fn enter(&self, caller: &Caller) -> Result<Place, NoRoom> {
        let ended = self.0.ending.child_token();
        let mut open = self.open();
        if ended.is_cancelled() {
            return Err(NoRoom::Ending);
        }
        if open.streams.len() >= self.0.together {
            return Err(NoRoom::OfServer);
        }
        let own = open
            .streams
            .values()
            .filter(|stream| stream.user == caller.user_id);
        if own.count() >= self.0.per_account {
            return Err(NoRoom::OfAccount(self.0.per_account));
        }
        let number = open.next;
        open.next += 1;
        let stream = Stream {
            user: caller.user_id,
            credential: caller.credential.clone(),
            holds_until: caller.holds_until,
            ended: ended.clone(),
        };
        open.streams.insert(number, stream);
        Ok(Place {
            streams: self.clone(),
            number,
            ended,
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open().streams.len()
    }

    /// Ends all of them, and takes no more.
    fn end(&self) {
        self.0.ending.cancel();
    }

    /// Ends those whose credential does not hold any more, and tells by which others streams are held.
    fn expire(&self, now: Timestamp) -> (Vec<SessionId>, Vec<TokenId>) {
        let (mut sessions, mut tokens) = (Vec::new(), Vec::new());
        for stream in self.open().streams.values() {
            if stream.holds_until.is_some_and(|until| until <= now) {
                stream.ended.cancel();
                continue;
            }
            match stream.credential {
                Credential::Session { id, .. } => sessions.push(id),
                Credential::Token { id, .. } => tokens.push(id),
            }
        }
        sessions.sort_unstable();
        sessions.dedup();
        tokens.sort_unstable();
        tokens.dedup();
        (sessions, tokens)
    }

    /// Ends those whose credential this is.
    fn end_where(&self, has_ended: impl Fn(&Credential) -> bool) {
        for stream in self.open().streams.values() {
            if has_ended(&stream.credential) {
                stream.ended.cancel();
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Cancelled when the stream is to end.
    #[must_use]
    pub const fn ended(&self) -> &CancellationToken {
        &self.ended
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.streams.open().streams.remove(&self.number);
    }
}
