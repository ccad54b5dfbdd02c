//! Where files go: each profile's server and login, as the configuration says, made once and kept until it says
//! something else.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use heimdex_api::upload::LookupRequest;
use heimdex_api::{Secret, Timestamp};
use heimdex_client::ServerUrl;
use heimdex_client::bwlimit::Throttle;
use heimdex_client::credentials::{Credentials, Unlock};
use heimdex_client::http::{ApiClient, CredentialSource, Network, Plaintext, ProxyUrl};
use heimdex_client::journal::Journal;
use heimdex_client::profile::{Config, DEFAULT_PROFILE, Profile};
use heimdex_client::transfer::{Patience, TransferContext, account_name};

use crate::queue::{Away, Kind};
use crate::worker::away_by;

/// A transfer that fails so often in a row is handed back: the queue is more patient than it, and says when it goes on.
const PATIENCE: Patience = Patience {
    base: std::time::Duration::from_millis(500),
    cap: std::time::Duration::from_secs(15),
    outage: std::time::Duration::ZERO,
    rounds: 6,
};

/// What the environment says in place of the configuration, of the profile in use.
#[derive(Debug, Clone, Default)]
pub struct FromEnvironment {
    /// `HEIMDEX_PROFILE`.
    pub profile: Option<String>,
    /// `HEIMDEX_SERVER`.
    pub server: Option<String>,
    /// `HEIMDEX_TOKEN`.
    pub token: Option<Secret>,
}

/// What all accounts share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// `config.toml`; the logins lie beside it.
    pub config_file: PathBuf,
    /// The journal.
    pub journal: Journal,
    /// What holds back everything that is sent.
    pub throttle: Throttle,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// Where files go.
#[derive(Debug)]
pub struct Accounts {
    shared: Shared,
    environment: FromEnvironment,
    made: Mutex<BTreeMap<String, (Profile, TransferContext)>>,
}

impl Accounts {
    /// As the configuration says, and in its place the environment.
    #[must_use]
    pub fn new(shared: Shared, environment: FromEnvironment) -> Self {
        Self {
            shared,
            environment,
            made: Mutex::default(),
        }
    }

    /// The profile in use, and every one with its server, as far as the configuration can be read.
    #[must_use]
    pub fn profiles(&self) -> (String, Vec<(String, Option<String>)>) {
        let config = Config::load(&self.shared.config_file).unwrap_or_default();
        let in_use = self.in_use(&config);
        let mut profiles: BTreeMap<String, Option<String>> = config
            .profiles
            .into_iter()
            .map(|(name, profile)| (name, profile.server))
            .collect();
        if let Some(server) = &self.environment.server {
            profiles.insert(in_use.clone(), Some(server.clone()));
        }
        (in_use, profiles.into_iter().collect())
    }

    /// The transfers of a profile.
    ///
    /// # Errors
    /// Why nothing can go there, as a server that is away would say it.
    pub fn context(&self, name: &str) -> Result<TransferContext, Away> {
        let config = Config::load(&self.shared.config_file)
            .map_err(|error| away(Kind::LoggedOut, error.to_string(), error.hint()))?;
        let is_in_use = self.in_use(&config) == name;
        let mut profile = config.profiles.get(name).cloned().unwrap_or_default();
        if let Some(server) = self.environment.server.as_ref().filter(|_| is_in_use) {
            profile.server = Some(server.clone());
        }
        let mut made = self.made();
        if let Some((known, context)) = made.get(name).filter(|(known, _)| *known == profile) {
            // Which login it has is looked up by each request.
            debug_assert_eq!(known, &profile);
            return Ok(context.clone());
        }
        let context = self.make(name, &profile, is_in_use)?;
        made.insert(name.to_owned(), (profile, context.clone()));
        Ok(context)
    }

    /// How the journal calls the account of a profile; `None` where it has no server.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<String> {
        let context = self.context(name).ok()?;
        Some(context.profile().to_owned())
    }

    /// The file that declares watches.
    #[must_use]
    pub fn watches_file(&self) -> PathBuf {
        self.shared.config_file.with_file_name("watches.toml")
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.shared.now)()
    }

    /// The files whose change may mean another login, server or watch: they lie in one folder.
    #[must_use]
    pub fn files(&self) -> [PathBuf; 3] {
        let credentials = Credentials::new(
            &self.shared.config_file,
            DEFAULT_PROFILE,
            heimdex_client::credentials::Store::File,
            Unlock::Never,
        );
        let beside = credentials.file().to_owned();
        [self.shared.config_file.clone(), beside, self.watches_file()]
    }

    fn in_use(&self, config: &Config) -> String {
        let named = self.environment.profile.clone();
        named
            .or_else(|| config.profile.clone())
            .unwrap_or_else(|| DEFAULT_PROFILE.to_owned())
    }

    fn make(
        &self,
        name: &str,
        profile: &Profile,
        is_in_use: bool,
    ) -> Result<TransferContext, Away> {
        let Some(server) = &profile.server else {
            let text = format!("the profile `{name}` names no server");
            return Err(away(Kind::LoggedOut, text, Some(login(name))));
        };
        let plaintext = if profile.insecure {
            Plaintext::Accepted
        } else {
            Plaintext::LoopbackOnly
        };
        let unusable = |text: String| away(Kind::LoggedOut, text, Some(login(name)));
        let server =
            ServerUrl::parse(server, plaintext).map_err(|error| unusable(error.to_string()))?;
        let proxy = profile.proxy.as_deref().map(ProxyUrl::parse).transpose();
        let network = Network {
            ca_file: profile.ca_file.clone(),
            proxy: proxy.map_err(|error| unusable(error.to_string()))?,
            plaintext,
        };
        let token = self.environment.token.clone().filter(|_| is_in_use);
        let (source, login) = match token {
            Some(token) => (CredentialSource::Token(token), "token"),
            None => (
                CredentialSource::Profile(Box::new(self.login(name, profile))),
                name,
            ),
        };
        let client = ApiClient::new(server.clone(), &network, source);
        let client = client.map_err(|error| {
            let hint = error.hint().map(str::to_owned);
            away(Kind::Offline, error.to_string(), hint)
        })?;
        let Shared {
            journal,
            throttle,
            now,
            ..
        } = &self.shared;
        let account = account_name(login, &server);
        let context = TransferContext::new(client, journal.clone(), account, *now);
        Ok(context
            .with_patience(PATIENCE)
            .with_throttle(throttle.clone()))
    }

    fn login(&self, name: &str, profile: &Profile) -> Credentials {
        let store = profile.store.unwrap_or_default();
        Credentials::new(&self.shared.config_file, name, store, Unlock::Never)
    }

    fn made(&self) -> MutexGuard<'_, BTreeMap<String, (Profile, TransferContext)>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks a server whether it works again, as an account.
///
/// # Errors
/// Why it does not.
pub async fn ask(context: &TransferContext) -> Result<(), Away> {
    let nothing = LookupRequest {
        files: Vec::new(),
        check: None,
    };
    // Whatever else it says, it speaks.
    let failed = context.api().lookup(&nothing).await.err();
    failed.as_ref().and_then(away_by).map_or(Ok(()), Err)
}

fn login(name: &str) -> String {
    format!("run `heimdex login --profile {name}`")
}

fn away(kind: Kind, why: String, hint: Option<String>) -> Away {
    Away {
        kind,
        why,
        hint,
        retry_after: None,
    }
}
