//! The throw-away S3 store of a test run: where it is, and a bucket of one's own in it.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::environment;
use crate::server::TestServerBuilder;

/// A bucket of one's own on the SeaweedFS of the test run. It comes into being with its first object, and the store
/// is thrown away with the run.
#[derive(Debug, Clone)]
pub struct FreshBucket {
    authority: String,
    access_key: String,
    secret_key: String,
    name: String,
}

/// A bucket on the store that `cargo xtask test` started.
///
/// Without a store the half of a test that needs it is left out, and says so; in CI that is an error, because a half that
/// is left out in silence is how two stores drift apart.
pub fn fresh_bucket() -> Option<FreshBucket> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let Some(url) = environment::outer_text("HEIMDEX_TEST_S3_URL") else {
        environment::left_out("HEIMDEX_TEST_S3_URL is not set (see `cargo xtask s3`)");
        return None;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("test-{}-{number}", std::process::id());
    let (access_key, secret_key, authority) =
        parts(&url).unwrap_or_else(|| panic!("HEIMDEX_TEST_S3_URL is not http://key:secret@host"));
    Some(FreshBucket {
        authority: authority.to_owned(),
        access_key: access_key.to_owned(),
        secret_key: secret_key.to_owned(),
        name,
    })
}

impl FreshBucket {
    /// Host and port of the store, as a proxy wants them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The store's address.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// The port of the store.
    pub fn port(&self) -> &str {
        let (_, port) = self.authority.rsplit_once(':').expect("a port");
        port
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key to it.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The secret of the key to it.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// A server that keeps its objects here.
    pub fn configure(&self, builder: TestServerBuilder) -> TestServerBuilder {
        builder
            .env("HEIMDEX_SERVER_S3_ENDPOINT", self.endpoint())
            .env("HEIMDEX_SERVER_S3_BUCKET", &self.name)
            .env("HEIMDEX_SERVER_S3_ACCESS_KEY", &self.access_key)
            .env("HEIMDEX_SERVER_S3_SECRET_KEY", &self.secret_key)
    }
}

/// Key, secret, host and port of `http://key:secret@host:port`.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (user, authority) = url.strip_prefix("http://")?.split_once('@')?;
    let (access_key, secret_key) = user.split_once(':')?;
    Some((access_key, secret_key, authority.trim_end_matches('/')))
}
