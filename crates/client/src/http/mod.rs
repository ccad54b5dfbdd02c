//! Typed calls of the Heimdex API: one method a route, one refresh of the login at a time across processes.
//!
//! Nothing is tried again here but what a refreshed login allows: the transfer engine decides about retries.

mod account;
mod authority;
mod batch;
mod call;
mod error;
pub mod events;
mod ingests;
mod pictures;
mod proxy;
mod server_url;
#[cfg(test)]
mod tests;
mod uploads;
mod videos;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use heimdex_api::PresignedUrl;
use heimdex_api::ops::HealthResponse;
use reqwest::redirect::Policy;
use tokio::sync::OnceCell;

pub use authority::CredentialSource;
pub use error::{HttpError, LoggedOut};
pub use proxy::{InvalidProxy, ProxyUrl};
pub use server_url::{InvalidServerUrl, Plaintext, ServerUrl};
pub use uploads::InitReply;

use authority::Authority;

const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// How the way to a server, and to its store, is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The proxy to go through; without one, what the environment says. This machine is reached without any.
    pub proxy: Option<ProxyUrl>,
    /// Whether a server that is itself reached encrypted may name a store that is not.
    pub plaintext: Plaintext,
}

/// Why no client can be built.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The certificates cannot be read.
    #[error("cannot read the certificates in `{}`", path.display())]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The proxy's address cannot be used.
    #[error("the proxy `{0}` cannot be used")]
    Proxy(ProxyUrl),
    /// The libraries below refuse.
    #[error("cannot set up the network")]
    Client(#[source] reqwest::Error),
}

/// A server, as one account or nobody. Clones share connections, the login and what is known of the server.
#[derive(Clone)]
pub struct ApiClient {
    inner: Arc<Inner>,
}

struct Inner {
    server: ServerUrl,
    api: reqwest::Client,
    store: reqwest::Client,
    plaintext: Plaintext,
    authority: Authority,
    health: OnceCell<HealthResponse>,
}

impl NetworkError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::CaFile { .. } => Some("name a file of PEM certificates with --ca-file"),
            Self::Proxy(_) => Some("write it as http://proxy.example.org:3128"),
            Self::Client(_) => None,
        }
    }
}

impl std::fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiClient")
            .field("server", &self.inner.server)
            .finish_non_exhaustive()
    }
}

impl ApiClient {
    /// A client of this server, logged in as `credentials` say.
    pub fn new(
        server: ServerUrl,
        network: &Network,
        credentials: CredentialSource,
    ) -> Result<Self, NetworkError> {
        let proxied = if server.is_loopback() {
            Proxied::Never
        } else {
            Proxied::Configured
        };
        let api = build(network, proxied)?;
        let store = build(network, proxied)?;
        let authority = Authority::new(credentials, server.origin());
        Ok(Self {
            inner: Arc::new(Inner {
                server,
                api,
                store,
                plaintext: network.plaintext,
                authority,
                health: OnceCell::new(),
            }),
        })
    }

    /// The server's address.
    #[must_use]
    pub fn server(&self) -> &ServerUrl {
        &self.inner.server
    }

    /// The client for presigned URLs: trusted and proxied as the API is, without `Authorization`, without redirects,
    /// without a limit on the whole transfer.
    #[must_use]
    pub fn store(&self) -> &reqwest::Client {
        &self.inner.store
    }

    /// What the server says of itself, asked once.
    pub async fn health(&self) -> Result<&HealthResponse, HttpError> {
        self.inner
            .health
            .get_or_try_init(|| self.send_anonymously(call::Call::get("/health")))
            .await
    }

    /// Whether the server has an extension of [`heimdex_api::ops::feature`].
    pub async fn has(&self, feature: &str) -> Result<bool, HttpError> {
        let health = self.health().await?;
        Ok(health.features.iter().any(|known| known == feature))
    }

    /// Fails where bytes would go in the clear to a store, though the server itself is talked to encrypted.
    fn check_store(&self, url: &PresignedUrl) -> Result<(), HttpError> {
        let Inner {
            server, plaintext, ..
        } = &*self.inner;
        let url = url::Url::parse(url.expose());
        if server.is_encrypted()
            && *plaintext == Plaintext::LoopbackOnly
            && url.is_ok_and(|url| url.scheme() == "http")
        {
            let server = server.to_string();
            return Err(HttpError::PlainStore { server });
        }
        Ok(())
    }

    /// Fails with a sentence where the server lacks an extension.
    async fn need(&self, feature: &str, what: &'static str) -> Result<(), HttpError> {
        if self.has(feature).await? {
            Ok(())
        } else {
            Err(HttpError::Unsupported {
                server: self.inner.server.to_string(),
                what,
            })
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Proxied {
    Never,
    Configured,
}

fn build(network: &Network, proxied: Proxied) -> Result<reqwest::Client, NetworkError> {
    let mut extra = Vec::new();
    if let Some(path) = &network.ca_file {
        let fail = |source: Box<dyn std::error::Error + Send + Sync>| NetworkError::CaFile {
            path: path.clone(),
            source,
        };
        let pem = fs_err::read(path).map_err(|error| fail(error.into()))?;
        extra = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| fail(error.into()))?;
        if extra.is_empty() {
            return Err(fail("there is no PEM certificate in it".into()));
        }
    }
    let builder = || -> Result<reqwest::ClientBuilder, NetworkError> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("heimdex/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .tcp_keepalive(Duration::from_secs(30))
            .referer(false);
        Ok(match (proxied, &network.proxy) {
            (Proxied::Never, _) => builder.no_proxy(),
            (Proxied::Configured, None) => builder,
            (Proxied::Configured, Some(proxy)) => {
                // The library's error could quote the password.
                let all = reqwest::Proxy::all(proxy.expose());
                builder.proxy(all.map_err(|_| NetworkError::Proxy(proxy.clone()))?)
            }
        })
    };
    let system = builder()?.tls_certs_merge(extra.clone()).build();
    // A bare machine may have no certificates at all. Its own server is reached without encryption, so this is no
    // reason to refuse; whatever is encrypted then fails with a sentence about certificates.
    system.or_else(|_| {
        builder()?
            .tls_certs_only(extra)
            .build()
            .map_err(NetworkError::Client)
    })
}
