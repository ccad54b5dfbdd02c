//! Passwords: Argon2id in a bounded pool of blocking threads, the same work whether the account exists or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use heimdex_api::{ErrorCode, Secret, limits};
use tokio::sync::Semaphore;

use crate::random::Random;
use crate::web::ApiError;

/// OWASP's recommendation for Argon2id (2023): 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// As many wait for a thread; who comes later is sent away at once, so that a flood cannot pile up.
const QUEUE: usize = 64;
const COME_BACK: Duration = Duration::from_secs(2);

/// Hashes passwords and compares them. Clones share the pool.
#[derive(Debug, Clone)]
pub struct Hasher(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    argon2: Argon2<'static>,
    threads: Semaphore,
    queue: Semaphore,
    done: AtomicU64,
    /// Of a password that nobody has; compared with where there is no account.
    dummy: String,
    random: Random,
}

impl Hasher {
    /// A pool that hashes at most `at_once` passwords at a time.
    ///
    /// # Errors
    /// Only if the fixed parameters were wrong.
    pub fn new(at_once: usize, random: Random) -> Result<Self, argon2::password_hash::Error> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
            .map_err(|_| argon2::password_hash::Error::ParamsInvalid)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = hash(&argon2, &random.bytes::<32>(), random.bytes())?;
        Ok(Self(Arc::new(Inner {
            argon2,
            threads: Semaphore::new(at_once),
            queue: Semaphore::new(at_once + QUEUE),
            done: AtomicU64::new(0),
            dummy,
            random,
        })))
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// `unavailable` while too many wait.
    pub async fn hash(&self, password: Secret) -> Result<String, ApiError> {
        let salt = self.0.random.bytes();
        self.run(move |inner| hash(&inner.argon2, password.expose().as_bytes(), salt))
            .await?
            .map_err(ApiError::internal)
    }

    /// Whether the password is the one that was hashed. Without a hash the same work is done, and the answer is no.
    ///
    /// # Errors
    /// `unavailable` while too many wait.
    pub async fn verify(&self, password: Secret, known: Option<String>) -> Result<bool, ApiError> {
        self.run(move |inner| {
            let text = known.as_deref().unwrap_or(&inner.dummy);
            let fits = inner
                .argon2
                .verify_password(password.expose().as_bytes(), text)
                .is_ok();
            fits && known.is_some()
        })
        .await
    }

    /// How many hashes were computed; a test counts them instead of measuring time.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    async fn run<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> T + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        let _place = self.0.queue.try_acquire().map_err(|_| too_many())?;
        let thread = self.0.threads.acquire().await.map_err(ApiError::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            inner.done.fetch_add(1, Ordering::Relaxed);
            work(&inner)
        })
        .await
        .map_err(ApiError::internal);
        drop(thread);
        done
    }
}

/// Refuses a new password that is too short or too long.
///
/// # Errors
/// `validation_failed`, naming `field`.
pub fn check_new(password: &Secret, field: &str) -> Result<(), ApiError> {
    let text = password.expose();
    if text.chars().count() < limits::PASSWORD_MIN {
        let message = format!("It needs at least {} characters.", limits::PASSWORD_MIN);
        return Err(ApiError::field(field, message));
    }
    check_length(password, field)
}

/// Refuses a password that is too long to be hashed, also where it cannot be right.
///
/// # Errors
/// `validation_failed`, naming `field`.
pub fn check_length(password: &Secret, field: &str) -> Result<(), ApiError> {
    if password.expose().len() <= limits::PASSWORD_MAX {
        return Ok(());
    }
    let message = format!("It may have at most {} bytes.", limits::PASSWORD_MAX);
    Err(ApiError::field(field, message))
}

fn hash(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: [u8; 16],
) -> Result<String, argon2::password_hash::Error> {
    let hash = argon2.hash_password_with_salt(password, &salt)?;
    Ok(hash.to_string())
}

fn too_many() -> ApiError {
    ApiError::new(
        ErrorCode::Unavailable,
        "Too many people log in right now; try again shortly.",
    )
    .with_retry_after(COME_BACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone_and_the_work_is_always_done() {
        let hasher = Hasher::new(1, Random).unwrap();
        let hash = hasher.hash(Secret::new("correct horse")).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let verify = |text: &str, known: Option<&str>| {
            let (text, known) = (Secret::new(text), known.map(str::to_owned));
            let hasher = hasher.clone();
            async move { hasher.verify(text, known).await.unwrap() }
        };
        assert!(verify("correct horse", Some(&hash)).await);
        assert!(!verify("correct horsf", Some(&hash)).await);
        assert!(!verify("correct horse", None).await);
        assert!(!verify("correct horse", Some("not a hash")).await);
        assert_eq!(hasher.done(), 5);
    }

    #[test]
    fn short_and_long_passwords_are_refused() {
        let check = |text: &str| check_new(&Secret::new(text), "password").is_ok();
        assert!(!check("1234567"));
        assert!(check("12345678"));
        assert!(check("äöüäöüäö"));
        assert!(check(&"x".repeat(1024)));
        assert!(!check(&"x".repeat(1025)));
    }
}
