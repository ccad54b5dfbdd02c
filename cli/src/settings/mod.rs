//! From what was typed, the environment and the configuration to what holds. Nothing else looks outside.
//!
//! What cannot be used (an address, a proxy) is an error where it is needed, so that `config show` and `profile rm`
//! still work then.

mod caches;
mod environment;
mod known;
mod shown;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use heimdex_api::Secret;
use heimdex_api::names::nearest;
use heimdex_client::ServerUrl;
use heimdex_client::control::SocketPlace;
use heimdex_client::credentials::{Credentials, Store, Unlock};
use heimdex_client::http::{ApiClient, CredentialSource, Network, Plaintext, ProxyUrl};
use heimdex_client::paths::Paths;
use heimdex_client::profile::{Config, DEFAULT_PROFILE, Profile};

use crate::args::{ConnectionArgs, GlobalArgs};
use crate::error::CliError;

pub(crate) use environment::{Environment, quoted};
pub(crate) use known::{Known, Source};
pub(crate) use shown::Shown;

/// Where a server runs that was started with nothing said.
const LOCAL_SERVER: &str = "http://127.0.0.1:8000";

/// What holds for this run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where files lie; `None` without a home.
    pub(crate) paths: Option<Paths>,
    /// The configuration file, which may be named without a home.
    config_file: Option<Known<PathBuf>>,
    /// All that it says.
    pub(crate) config: Config,
    /// The profile in use.
    pub(crate) profile_name: String,
    profile_source: Source,
    /// What the configuration says of it.
    profile: Profile,
    /// The server, where one is known: as it was written.
    server: Option<Known<String>>,
    /// How the server is trusted.
    trust: Trust,
    /// Where the login is to be kept, where that was typed.
    store: Option<Store>,
    token: Option<Secret>,
    /// `HEIMDEX_TOKEN` is set to nothing: nobody is logged in, whatever is kept.
    is_nobody: bool,
    unlock: Unlock,
    /// What to log, for `config show` alone.
    log: Option<Known<String>>,
    /// Where temporary files go.
    temporary: PathBuf,
    /// Whether a question can be asked.
    pub(crate) can_ask: bool,
    /// Whether the terminal is one that tmux or screen makes, inside of another.
    pub(crate) is_nested: bool,
}

/// How a server is trusted, and reached.
#[derive(Debug, Clone, Default)]
struct Trust {
    insecure: Option<Source>,
    ca_file: Option<Known<PathBuf>>,
    /// As it was written: it may hold a password.
    proxy: Option<Known<Secret>>,
}

impl Settings {
    /// Which configuration file holds, whatever it says.
    pub(crate) fn find_config_file(environment: &Environment) -> Option<Known<PathBuf>> {
        let named = environment.value("HEIMDEX_CONFIG").map(PathBuf::from);
        let named = named.map(|path| Known::new(path, Source::Variable("HEIMDEX_CONFIG")));
        named.or_else(|| {
            let paths = Paths::discover(home(environment))?;
            Some(Known::new(paths.config_file().to_owned(), Source::Default))
        })
    }

    /// What holds, given what was typed.
    pub(crate) fn resolve(
        global: &GlobalArgs,
        environment: &Environment,
        unlock: Unlock,
    ) -> Result<Self, CliError> {
        let config_file = Self::find_config_file(environment);
        let config = match &config_file {
            Some(path) => Config::load(&path.value)?,
            None => Config::default(),
        };
        let profile = profile_in_use(global, environment, &config);
        let of_profile = config.profiles.get(&profile.value).cloned();
        let text = |name: &'static str| {
            let value = environment.text(name)?;
            Some(Known::new(value, Source::Variable(name)))
        };
        let trust = Trust {
            insecure: environment
                .switch("HEIMDEX_INSECURE")
                .then_some(Source::Variable("HEIMDEX_INSECURE")),
            ca_file: environment
                .value("HEIMDEX_CA_FILE")
                .map(|path| Known::new(PathBuf::from(path), Source::Variable("HEIMDEX_CA_FILE"))),
            proxy: text("HEIMDEX_PROXY").map(|text| Known {
                value: Secret::new(text.value),
                source: text.source,
            }),
        };
        let mut settings = Self {
            paths: Paths::discover(home(environment)),
            config_file,
            config,
            profile_name: profile.value,
            profile_source: profile.source,
            profile: of_profile.unwrap_or_default(),
            server: None,
            trust,
            store: None,
            token: environment.text("HEIMDEX_TOKEN").map(Secret::new),
            is_nobody: environment.is_empty("HEIMDEX_TOKEN"),
            unlock,
            log: text("HEIMDEX_LOG"),
            temporary: environment
                .value("TMPDIR")
                .map_or_else(|| "/tmp".into(), PathBuf::from),
            can_ask: environment.stdin_is_terminal,
            is_nested: is_nested(environment),
        };
        let of_profile = settings.profile.server.clone();
        settings.server = text("HEIMDEX_SERVER")
            .or_else(|| of_profile.map(|text| Known::new(text, Source::Profile)));
        settings.trust_of_profile();
        Ok(settings)
    }

    /// The same for a login or a registration, whose flags name another server or another trust.
    pub(crate) fn with_connection(mut self, connection: &ConnectionArgs) -> Result<Self, CliError> {
        if connection.insecure {
            self.trust.insecure = Some(Source::Flag("--insecure"));
        }
        if let Some(ca_file) = &connection.ca_file {
            let path = std::path::absolute(ca_file).map_err(|source| CliError::Path {
                path: ca_file.clone(),
                source,
            })?;
            self.trust.ca_file = Some(Known::new(path, Source::Flag("--ca-file")));
        }
        if let Some(proxy) = &connection.proxy {
            if ProxyUrl::parse(proxy)?.has_password() {
                return Err(CliError::usage(
                    "a password in --proxy could be read by everybody on this machine",
                    "set HEIMDEX_PROXY to that address instead",
                ));
            }
            let source = Source::Flag("--proxy");
            self.trust.proxy = Some(Known::new(Secret::new(proxy), source));
        }
        if let Some(text) = &connection.server {
            self.server = Some(Known::new(text.clone(), Source::Flag("--server")));
            self.trust_of_profile();
        } else if self.server.is_none() {
            self.server = Some(Known::new(LOCAL_SERVER.into(), Source::Default));
        }
        self.store = connection.store.map(Store::from);
        self.server()?;
        Ok(self)
    }

    /// What one profile alone says, without what the environment names instead.
    pub(crate) fn only_profile(&self, name: &str) -> Self {
        let profile = self.config.profiles.get(name).cloned().unwrap_or_default();
        let server = profile.server.clone();
        let mut settings = Self {
            profile_name: name.to_owned(),
            profile,
            server: server.map(|text| Known::new(text, Source::Profile)),
            token: None,
            is_nobody: false,
            ..self.clone()
        };
        settings.trust_of_profile();
        settings
    }

    /// Fails where a profile was named for this run that the configuration does not have.
    pub(crate) fn has_profile(&self) -> Result<(), CliError> {
        let is_named = matches!(self.profile_source, Source::Flag(_) | Source::Variable(_));
        let (name, profiles) = (&self.profile_name, &self.config.profiles);
        if !is_named || name == DEFAULT_PROFILE || profiles.contains_key(name) {
            return Ok(());
        }
        Err(CliError::NoSuchProfile {
            name: name.clone(),
            nearest: nearest(name, profiles.keys().map(String::as_str)).map(str::to_owned),
        })
    }

    /// Where the name of the profile came from.
    pub(crate) fn profile_source(&self) -> Source {
        self.profile_source
    }

    /// What the profile says of trust holds for its own server only.
    fn trust_of_profile(&mut self) {
        let trust = &mut self.trust;
        trust.insecure.take_if(|source| *source == Source::Profile);
        trust
            .ca_file
            .take_if(|known| known.source == Source::Profile);
        trust.proxy.take_if(|known| known.source == Source::Profile);
        let origin = |text: &String| {
            let url = ServerUrl::parse(text, Plaintext::Accepted).ok()?;
            Some(url.origin())
        };
        let of_profile = self.profile.server.as_ref().and_then(origin);
        let server = self.server.as_ref();
        if of_profile.is_none() || of_profile != server.and_then(|known| origin(&known.value)) {
            return;
        }
        let Trust {
            insecure,
            ca_file,
            proxy,
        } = &mut self.trust;
        if self.profile.insecure {
            insecure.get_or_insert(Source::Profile);
        }
        if let (None, Some(path)) = (&ca_file, &self.profile.ca_file) {
            *ca_file = Some(Known::new(path.clone(), Source::Profile));
        }
        if let (None, Some(text)) = (&proxy, &self.profile.proxy) {
            *proxy = Some(Known::new(Secret::new(text), Source::Profile));
        }
    }

    /// The server, which must be known by now.
    pub(crate) fn server(&self) -> Result<ServerUrl, CliError> {
        let known = self.server.as_ref().ok_or(CliError::NoServer)?;
        Ok(ServerUrl::parse(&known.value, self.plaintext())?)
    }

    fn plaintext(&self) -> Plaintext {
        match self.trust.insecure {
            Some(_) => Plaintext::Accepted,
            None => Plaintext::LoopbackOnly,
        }
    }

    /// Whether a token from the environment is used instead of a login.
    pub(crate) fn uses_token(&self) -> bool {
        self.token.is_some()
    }

    /// The login of the profile in use, where there is a place for one.
    pub(crate) fn credentials(&self) -> Option<Credentials> {
        self.credentials_of(&self.profile_name)
    }

    /// The login of any profile.
    pub(crate) fn credentials_of(&self, name: &str) -> Option<Credentials> {
        let config_file = self.config_file()?;
        let store = self
            .config
            .profiles
            .get(name)
            .and_then(|profile| profile.store);
        let unlock = self.unlock.clone();
        Some(Credentials::new(
            config_file,
            name,
            store.unwrap_or_default(),
            unlock,
        ))
    }

    /// Where a new login is to be kept: as it was typed, or as the profile remembers it, if either says so.
    pub(crate) fn store(&self) -> Option<Known<Store>> {
        let typed = self
            .store
            .map(|store| Known::new(store, Source::Flag("--store")));
        typed.or_else(|| Some(Known::new(self.profile.store?, Source::Profile)))
    }

    /// The configuration file, where there is a place for one.
    pub(crate) fn config_file(&self) -> Option<&Path> {
        self.config_file.as_ref().map(|known| known.value.as_path())
    }

    /// The configuration file, where it is not the usual one.
    pub(crate) fn named_config_file(&self) -> Option<&Path> {
        let known = self.config_file.as_ref()?;
        (known.source != Source::Default).then_some(known.value.as_path())
    }

    /// What the profile keeps of this server, and of a login at it. No password: that of a proxy is left out.
    pub(crate) fn profile_to_remember(
        &self,
        email: &str,
        store: Store,
    ) -> Result<Profile, CliError> {
        let server = self.server()?;
        let proxy = self.proxy()?.filter(|proxy| !proxy.has_password());
        Ok(Profile {
            insecure: self.trust.insecure.is_some() && !server.is_encrypted(),
            server: Some(server.to_string()),
            email: Some(email.to_owned()),
            store: Some(store),
            ca_file: self.trust.ca_file.as_ref().map(|known| known.value.clone()),
            proxy: proxy.map(|proxy| proxy.to_string()),
        })
    }

    /// The proxy, where one is named.
    pub(crate) fn proxy(&self) -> Result<Option<ProxyUrl>, CliError> {
        let known = self.trust.proxy.as_ref();
        let parsed = known.map(|known| ProxyUrl::parse(known.value.expose()));
        Ok(parsed.transpose()?)
    }

    fn network(&self) -> Result<Network, CliError> {
        Ok(Network {
            ca_file: self.trust.ca_file.as_ref().map(|known| known.value.clone()),
            proxy: self.proxy()?,
            plaintext: self.plaintext(),
        })
    }

    /// Where the daemon listens, where there is a home.
    pub(crate) fn socket(&self) -> Option<SocketPlace> {
        Some(SocketPlace::find(self.paths.as_ref()?, &self.temporary))
    }

    /// A client of the server that is logged in as the settings say.
    pub(crate) fn client(&self) -> Result<ApiClient, CliError> {
        let source = match (&self.token, self.credentials()) {
            (Some(token), _) => CredentialSource::Token(token.clone()),
            (None, _) if self.is_nobody => CredentialSource::Nobody,
            (None, Some(credentials)) => CredentialSource::Profile(Box::new(credentials)),
            (None, None) => CredentialSource::Nobody,
        };
        self.client_as(source)
    }

    /// A client of the server that is nobody yet.
    pub(crate) fn anonymous_client(&self) -> Result<ApiClient, CliError> {
        self.client_as(CredentialSource::Nobody)
    }

    /// A client of the server with these credentials.
    pub(crate) fn client_as(&self, source: CredentialSource) -> Result<ApiClient, CliError> {
        Ok(ApiClient::new(self.server()?, &self.network()?, source)?)
    }
}

/// Whether tmux or screen stands between, here or on the other side of ssh.
fn is_nested(environment: &Environment) -> bool {
    let term = environment.text("TERM").unwrap_or_default();
    let is_theirs = ["screen", "tmux"].iter().any(|name| term.starts_with(name));
    is_theirs
        || ["TMUX", "STY"]
            .iter()
            .any(|name| environment.text(name).is_some())
}

/// The home directory as the environment names it.
fn home(environment: &Environment) -> Option<&Path> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    environment.value(name).map(Path::new)
}

fn profile_in_use(
    global: &GlobalArgs,
    environment: &Environment,
    config: &Config,
) -> Known<String> {
    let known = |name: &Option<String>, source| Some(Known::new(name.clone()?, source));
    known(&global.profile, Source::Flag("--profile"))
        .or_else(|| {
            let named = environment.text("HEIMDEX_PROFILE");
            known(&named, Source::Variable("HEIMDEX_PROFILE"))
        })
        .or_else(|| known(&config.profile, Source::File))
        .unwrap_or_else(|| Known::new(DEFAULT_PROFILE.into(), Source::Default))
}
