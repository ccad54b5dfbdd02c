//! Who the requests are made as, and how a login is kept alive: one refresh at a time, in this process and among all.

use heimdex_api::Secret;
use heimdex_api::auth::{AuthResponse, RefreshRequest};
use tokio::sync::Mutex;

use super::call::Call;
use super::{ApiClient, HttpError, LoggedOut};
use crate::credentials::{Credentials, CredentialsError, LockedCredentials, Session};

/// Where the credentials come from.
#[derive(Debug, Clone)]
pub enum CredentialSource {
    /// Nobody: only what needs no login can be called.
    Nobody,
    /// An access token from the environment; never refreshed, never written down.
    Token(Secret),
    /// The login of a profile.
    Profile(Box<Credentials>),
}

/// The credentials of one client, bound to one origin.
pub(super) struct Authority {
    source: CredentialSource,
    origin: String,
    session: Mutex<Option<Session>>,
}

impl Authority {
    pub(super) fn new(source: CredentialSource, origin: String) -> Self {
        let session = Mutex::new(None);
        Self {
            source,
            origin,
            session,
        }
    }

    /// What to send with `Authorization`; `None` where nobody is logged in here.
    pub(super) async fn bearer(&self) -> Result<Option<Secret>, HttpError> {
        match &self.source {
            CredentialSource::Nobody => Ok(None),
            CredentialSource::Token(token) => Ok(Some(token.clone())),
            CredentialSource::Profile(credentials) => {
                let mut session = self.session.lock().await;
                if session.is_none() {
                    *session = self.ours(credentials.load().await?);
                }
                Ok(session.as_ref().map(|session| session.access_token.clone()))
            }
        }
    }

    /// Another access token in place of one that was refused, or why there is none.
    ///
    /// Holds the lock beside the credentials while it asks the server, and looks at the store again first: if another
    /// process was quicker, its token serves. The store keeps the old refresh token until the new one is safely
    /// written; the server repeats the same answer for it until then, so no crash here loses the session.
    pub(super) async fn renewed(
        &self,
        client: &ApiClient,
        refused: &Secret,
    ) -> Result<Result<Secret, LoggedOut>, HttpError> {
        let CredentialSource::Profile(credentials) = &self.source else {
            return Ok(Err(LoggedOut::TokenRefused));
        };
        let mut session = self.session.lock().await;
        if let Some(current) = session.as_ref().filter(|s| s.access_token != *refused) {
            return Ok(Ok(current.access_token.clone()));
        }
        let locked = match credentials.lock().await {
            Ok(locked) => Some(locked),
            // A home that cannot be written: the session then lives in this process.
            Err(CredentialsError::Write { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let Some(stored) = self.ours(credentials.load().await?) else {
            *session = None;
            return Ok(Err(LoggedOut::SessionEnded));
        };
        // The refresh token tells whether the store has moved on; see `kept` for why the access token does not.
        let known = session.as_ref().map(|session| &session.refresh_token);
        if known != Some(&stored.refresh_token) && stored.access_token != *refused {
            let bearer = stored.access_token.clone();
            *session = Some(stored);
            return Ok(Ok(bearer));
        }
        let request = RefreshRequest {
            refresh_token: stored.refresh_token.clone(),
        };
        let reply: AuthResponse = match client
            .send_anonymously(Call::post("/auth/refresh").body(&request)?)
            .await
        {
            Ok(reply) => reply,
            Err(error) if matches!(error.status(), Some(400 | 401 | 403 | 422)) => {
                return Ok(Err(LoggedOut::SessionEnded));
            }
            Err(error) => return Err(error),
        };
        let bearer = reply.access_token.clone();
        *session = Some(kept(locked.as_ref(), &stored, reply).await);
        Ok(Ok(bearer))
    }

    /// A session is never used for another origin than the one it was made at.
    fn ours(&self, session: Option<Session>) -> Option<Session> {
        session.filter(|session| session.origin == self.origin)
    }
}

/// Writes the renewed session down. Where that fails the old refresh token is kept in use: as long as its successor
/// was not presented the server answers it again, and the store still holds it for the next process.
async fn kept(
    locked: Option<&LockedCredentials<'_>>,
    stored: &Session,
    reply: AuthResponse,
) -> Session {
    let renewed = Session {
        origin: stored.origin.clone(),
        access_token: reply.access_token,
        refresh_token: reply.refresh_token,
    };
    let written = match locked {
        Some(locked) => Some(locked.store(&renewed).await),
        None => None,
    };
    if let Some(Ok(())) = written {
        heimdex_api::failpoint!("client.session.stored");
        return renewed;
    }
    if let Some(Err(error)) = written {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the renewed login was not kept"
        );
    }
    Session {
        refresh_token: stored.refresh_token.clone(),
        ..renewed
    }
}
