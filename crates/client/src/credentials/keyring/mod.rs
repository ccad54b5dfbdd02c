//! The login of one profile in the system's keyring: by the `keyring` crate, with a limit on every answer.
//!
//! Each call has a thread of its own: one that blocks for ever holds up neither the caller nor the end of the
//! process. Nobody is asked to unlock anything but where a person sits at a terminal, and is told of it.

#[cfg(all(unix, not(target_os = "macos")))]
mod service;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyring::{Entry, Error};
use tokio::sync::oneshot;

use super::error::Detail;
use super::{KeyringError, Session};
use crate::atomic_file;

/// What our entries are called in the keyring.
const SERVICE: &str = "heimdex";
/// How long is waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limits {
    /// For the keyring to answer.
    answer: Duration,
    /// For a person to unlock it.
    unlock: Duration,
}

const LIMITS: Limits = Limits {
    answer: Duration::from_secs(2),
    unlock: Duration::from_mins(1),
};

/// Whether a keyring that is locked may ask to be unlocked.
#[derive(Clone)]
pub enum Unlock {
    /// Nobody is there: it is an error at once.
    Never,
    /// Somebody is. They are told by this before it is waited for them.
    Ask(Arc<dyn Fn() + Send + Sync>),
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "Never",
            Self::Ask(_) => "Ask",
        })
    }
}

/// What a keyring is about to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
}

/// Whether it gives and takes without a question to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Locked,
}

/// The entry of one profile of one configuration file.
#[derive(Debug, Clone)]
pub(super) struct Keyring {
    config_file: PathBuf,
    profile: String,
    unlock: Unlock,
}

impl Keyring {
    pub(super) fn new(config_file: &Path, profile: &str, unlock: Unlock) -> Self {
        Self {
            config_file: config_file.to_owned(),
            profile: profile.to_owned(),
            unlock,
        }
    }

    /// Fails where it would not take a login. One that is locked does where somebody can unlock it.
    pub(super) async fn check(&self) -> Result<(), KeyringError> {
        let user = self.user();
        match within(LIMITS.answer, move || state(&user, Purpose::Write)).await? {
            State::Locked if matches!(self.unlock, Unlock::Never) => Err(KeyringError::Locked),
            State::Locked | State::Open => Ok(()),
        }
    }

    /// The session that it holds, where it holds one.
    pub(super) async fn load(&self) -> Result<Option<Session>, KeyringError> {
        let kept = self
            .call(Purpose::Read, |entry| match entry.get_password() {
                Ok(kept) => Ok(Some(kept)),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            })
            .await?;
        // The parser's message could quote a token.
        kept.map(|kept| serde_json::from_str(&kept).map_err(|_| KeyringError::Malformed))
            .transpose()
    }

    /// Keeps a session in place of an earlier one.
    pub(super) async fn store(&self, session: &Session) -> Result<(), KeyringError> {
        let text = serde_json::to_string(session).map_err(|_| KeyringError::Malformed)?;
        self.call(Purpose::Write, move |entry| entry.set_password(&text))
            .await
    }

    /// Forgets the session, where there is one.
    pub(super) async fn remove(&self) -> Result<(), KeyringError> {
        self.call(Purpose::Read, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }

    async fn call<T: Send + 'static>(
        &self,
        purpose: Purpose,
        work: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let user = self.user();
        let asked = user.clone();
        let state = move || state(&asked, purpose);
        answered(LIMITS, &self.unlock, state, move || {
            Entry::new(SERVICE, &user)
                .and_then(|entry| work(&entry))
                .map_err(refusal)
        })
        .await
    }

    /// Which entry is this profile's: readable in the keyring's own window, and no other configuration's.
    fn user(&self) -> String {
        let path = atomic_file::resolved(&self.config_file);
        format!("{} ({})", self.profile, path.display())
    }
}

/// Asks a keyring that is in this state for something: at once where it is open, and where a person must open it first,
/// as long as a person needs.
async fn answered<T: Send + 'static>(
    limits: Limits,
    unlock: &Unlock,
    state: impl FnOnce() -> Result<State, KeyringError> + Send + 'static,
    work: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let limit = match (within(limits.answer, state).await?, unlock) {
        (State::Open, _) => limits.answer,
        (State::Locked, Unlock::Never) => return Err(KeyringError::Locked),
        (State::Locked, Unlock::Ask(tell)) => {
            tell();
            limits.unlock
        }
    };
    within(limit, work).await
}

/// Runs a call that may block for ever on a thread of its own.
async fn within<T: Send + 'static>(
    limit: Duration,
    call: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let (done, answer) = oneshot::channel();
    let thread = std::thread::Builder::new().name("keyring".into());
    thread
        .spawn(move || {
            // Nobody waits for the answer any more where it comes too late.
            let _ = done.send(call());
        })
        .map_err(|error| KeyringError::Absent(Detail(error.to_string())))?;
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(KeyringError::Refused(Detail(
            "the library that speaks to it gave up".into(),
        ))),
        Err(_) => Err(KeyringError::Silent { limit }),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn state(user: &str, purpose: Purpose) -> Result<State, KeyringError> {
    service::state(user, purpose)
}

/// The keyrings of other systems are opened by the login to them, and ask by themselves where they are not.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn state(_user: &str, _purpose: Purpose) -> Result<State, KeyringError> {
    match Entry::store_status() {
        Ok(()) => Ok(State::Open),
        Err(error) => Err(KeyringError::Absent(Detail(error.to_string()))),
    }
}

/// Errors of the library as text only: some of its variants carry the secret.
fn refusal(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(source) => KeyringError::NotUnlocked(Detail(source.to_string())),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            KeyringError::Malformed
        }
        Error::Ambiguous(_) => {
            KeyringError::Refused(Detail("it has several entries for this profile".into()))
        }
        other => KeyringError::Refused(Detail(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn a_call_that_blocks_for_ever_is_left_behind() {
        let (never, blocked) = std::sync::mpsc::channel::<()>();
        let begun = Instant::now();
        let answer = within(Duration::from_millis(50), move || {
            let _ = blocked.recv();
            Ok(())
        })
        .await;
        assert!(matches!(answer, Err(KeyringError::Silent { .. })));
        assert!(begun.elapsed() < LIMITS.answer);
        drop(never);
    }

    /// A locked keyring that gives its secret once a person has unlocked it, and how long that takes.
    async fn asked(
        limits: Limits,
        unlock_after: Option<Duration>,
    ) -> Result<&'static str, KeyringError> {
        let (unlocked, waits) = std::sync::mpsc::channel::<()>();
        let told = Arc::new(tokio::sync::Notify::new());
        let tell = Arc::clone(&told);
        let unlock = Unlock::Ask(Arc::new(move || tell.notify_one()));
        let work = move || {
            // It fails where nobody will unlock it any more.
            waits.recv().map_err(|_| KeyringError::Locked)?;
            Ok("secret")
        };
        let person = async {
            told.notified().await;
            if let Some(time) = unlock_after {
                tokio::time::sleep(time).await;
                unlocked.send(()).unwrap();
            }
        };
        let answer = answered(limits, &unlock, || Ok(State::Locked), work);
        tokio::join!(answer, person).0
    }

    #[tokio::test]
    async fn a_person_has_longer_to_unlock_than_a_keyring_to_answer() {
        let answer = Duration::from_secs(1);
        let unlock = Duration::from_mins(1);
        let late = answer + Duration::from_millis(100);
        let limits = Limits { answer, unlock };
        assert_eq!(asked(limits, Some(late)).await.unwrap(), "secret");
        let unlock = Duration::from_millis(100);
        let limits = Limits { answer, unlock };
        match asked(limits, None).await {
            Err(KeyringError::Silent { limit }) => assert_eq!(limit, unlock),
            other => panic!("{other:?}"),
        }
        assert_eq!((LIMITS.answer.as_secs(), LIMITS.unlock.as_secs()), (2, 60));
    }

    #[tokio::test]
    async fn where_nobody_sits_nothing_is_asked_of_a_locked_keyring() {
        let work = || -> Result<(), KeyringError> { panic!("it would open a window") };
        let answer = answered(LIMITS, &Unlock::Never, || Ok(State::Locked), work).await;
        assert!(matches!(answer, Err(KeyringError::Locked)));
        let open = answered(LIMITS, &Unlock::Never, || Ok(State::Open), || Ok(7)).await;
        assert_eq!(open.unwrap(), 7);
    }

    #[test]
    fn no_error_carries_what_the_keyring_held() {
        let secret = b"hdx_secret\xff".to_vec();
        for error in [
            Error::BadEncoding(secret.clone()),
            Error::BadDataFormat(secret, "hdx_secret".into()),
        ] {
            let error = refusal(error);
            assert!(!format!("{error:?} {error}").contains("hdx"), "{error:?}");
        }
    }

    #[test]
    fn each_profile_of_each_configuration_has_its_own_entry() {
        let keyring = |path: &str, profile| Keyring::new(Path::new(path), profile, Unlock::Never);
        let user = keyring("/no/such/a.toml", "work").user();
        assert_eq!(user, "work (/no/such/a.toml)");
        assert_ne!(user, keyring("/no/such/b.toml", "work").user());
        assert_ne!(user, keyring("/no/such/a.toml", "home").user());
    }
}
