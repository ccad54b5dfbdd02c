//! The keys of an external store, for requests and for URLs.
//!
//! Keys of the AWS chain end after some hours. The client of the store asks for new ones by itself; URLs are signed
//! without waiting, with the keys that were seen last, so these are renewed ahead of their end.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_s3::config::{Credentials, ProvideCredentials as _, Region, SharedCredentialsProvider};
use heimdex_process::lifecycle::Lifecycle;
use tokio::time::sleep;

use super::{ExternalSettings, StoreKeys, http_client};

/// How long before their end keys are renewed.
const AHEAD: Duration = Duration::from_mins(10);
/// How long after a failure the next attempt comes, and the shortest time between two.
const PAUSE: Duration = Duration::from_mins(1);

/// There are no keys.
#[derive(Debug, thiserror::Error)]
#[error("there are no keys for the object store")]
pub struct CredentialsError(#[source] Box<dyn Error + Send + Sync>);

/// Keys that are there, and where new ones come from.
#[derive(Debug, Clone)]
pub struct StoreCredentials {
    provider: SharedCredentialsProvider,
    seen: Arc<RwLock<Credentials>>,
}

impl StoreCredentials {
    /// Finds the keys that the settings name.
    ///
    /// # Errors
    /// Nothing of the AWS chain has any.
    pub async fn find(settings: &ExternalSettings) -> Result<Self, CredentialsError> {
        let provider = match &settings.keys {
            StoreKeys::Given {
                access_key,
                secret_key,
            } => SharedCredentialsProvider::new(Credentials::new(
                access_key,
                secret_key.expose(),
                None,
                None,
                "heimdex",
            )),
            StoreKeys::AwsChain => {
                let config = ProviderConfig::default()
                    .with_http_client(http_client())
                    .with_region(Some(Region::new(settings.region.clone())));
                let chain = DefaultCredentialsChain::builder().configure(config);
                SharedCredentialsProvider::new(chain.build().await)
            }
        };
        let found = provider.provide_credentials().await;
        let found = found.map_err(|error| CredentialsError(Box::new(error)))?;
        Ok(Self {
            provider,
            seen: Arc::new(RwLock::new(found)),
        })
    }

    /// For the store's client, which renews them by itself.
    pub(super) fn provider(&self) -> SharedCredentialsProvider {
        self.provider.clone()
    }

    /// The keys that were seen last.
    pub(crate) fn current(&self) -> Credentials {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    /// Renews keys that end, again and again until the lifecycle's soft stop.
    pub fn keep_fresh(&self, lifecycle: &Lifecycle) {
        if self.current().expiry().is_none() {
            return;
        }
        let (this, soft) = (self.clone(), lifecycle.soft().clone());
        let renewals = async move {
            loop {
                let pause = until_renewal(this.current().expiry(), now());
                if soft.run_until_cancelled(sleep(pause)).await.is_none() {
                    return;
                }
                this.renew().await;
            }
        };
        drop(lifecycle.spawn("store keys", renewals));
    }

    async fn renew(&self) {
        match self.provider.provide_credentials().await {
            Ok(fresh) => *self.seen.write().unwrap_or_else(PoisonError::into_inner) = fresh,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn Error,
                    "cannot renew the keys of the object store"
                );
            }
        }
    }
}

/// How long until keys of this end are to be renewed.
fn until_renewal(end: Option<SystemTime>, now: SystemTime) -> Duration {
    let left = end.and_then(|end| end.duration_since(now).ok());
    left.unwrap_or_default().saturating_sub(AHEAD).max(PAUSE)
}

#[expect(
    clippy::disallowed_methods,
    reason = "keys end by the real time, whatever the server's clock is set to in a test"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_renewed_ahead_of_their_end_and_never_in_a_rush() {
        let now = SystemTime::UNIX_EPOCH;
        for (left, expected) in [(3600, 3000), (700, 100), (600, 60), (10, 60)] {
            let end = now + Duration::from_secs(left);
            let pause = until_renewal(Some(end), now);
            assert_eq!(pause, Duration::from_secs(expected), "{left}");
        }
        // Over already.
        let later = now + Duration::from_hours(1);
        assert_eq!(until_renewal(Some(now), later), PAUSE);
    }
}
