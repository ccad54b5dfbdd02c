//! From what was typed, the environment and the configuration to what holds. Nothing else looks outside.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use heimdex_api::Secret;
use heimdex_client::ServerUrl;
use heimdex_client::credentials::CredentialsFile;
use heimdex_client::http::{ApiClient, CredentialSource, Network, Plaintext};
use heimdex_client::paths::Paths;
use heimdex_client::profile::{Config, DEFAULT_PROFILE, Profile};

use crate::args::{ConnectionArgs, GlobalArgs};
use crate::error::CliError;
use crate::printer::Stream;

/// Where a server runs that was started with nothing said.
const LOCAL_SERVER: &str = "http://127.0.0.1:8000";
const WIDTH_DEFAULT: usize = 80;

/// The world around the process, looked at once.
#[derive(Debug)]
pub(crate) struct Environment {
    variables: BTreeMap<OsString, OsString>,
    arguments: Vec<OsString>,
    /// Whether a question can be asked.
    pub(crate) stdin_is_terminal: bool,
    /// What standard output is.
    pub(crate) stdout: Stream,
    /// What standard error is.
    pub(crate) stderr: Stream,
}

impl Environment {
    /// Looks.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub(crate) fn capture() -> Self {
        let stream =
            |is_terminal: bool, width: Option<(terminal_size::Width, terminal_size::Height)>| {
                if is_terminal {
                    Stream::Terminal(width.map_or(WIDTH_DEFAULT, |(width, _)| usize::from(width.0)))
                } else {
                    Stream::Pipe
                }
            };
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        Self {
            variables: std::env::vars_os().collect(),
            arguments: std::env::args_os().skip(1).collect(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout: stream(
                stdout.is_terminal(),
                terminal_size::terminal_size_of(&stdout),
            ),
            stderr: stream(
                stderr.is_terminal(),
                terminal_size::terminal_size_of(&stderr),
            ),
        }
    }

    /// What was typed, as a person would type it again.
    pub(crate) fn typed(&self) -> String {
        let mut typed = String::from("heimdex");
        for argument in &self.arguments {
            typed.push(' ');
            typed.push_str(&quoted(&argument.to_string_lossy()));
        }
        typed
    }

    /// A variable that is set to something.
    fn value(&self, name: &str) -> Option<&OsString> {
        self.variables
            .get(std::ffi::OsStr::new(name))
            .filter(|value| !value.is_empty())
    }

    /// The same as text; what is not UTF-8 counts as not set.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.to_str().map(str::to_owned)
    }

    /// A switch: set to anything but `0`, `false` or `no`.
    fn switch(&self, name: &str) -> bool {
        self.value(name)
            .is_some_and(|value| value != "0" && value != "false" && value != "no")
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:@,+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What holds for this run.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where files lie; `None` without a home.
    pub(crate) paths: Option<Paths>,
    /// The configuration file, which may be named without a home.
    config_file: Option<PathBuf>,
    /// The profile in use.
    pub(crate) profile_name: String,
    /// What the configuration says of it.
    profile: Profile,
    /// The server, where one is known.
    server: Option<ServerUrl>,
    /// How the server is trusted.
    trust: Trust,
    token: Option<Secret>,
    /// Whether a question can be asked.
    pub(crate) can_ask: bool,
}

#[derive(Debug, Clone, Default)]
struct Trust {
    insecure: bool,
    network: Network,
}

impl Settings {
    /// What holds, given what was typed.
    pub(crate) fn resolve(
        global: &GlobalArgs,
        environment: &Environment,
    ) -> Result<Self, CliError> {
        let home = environment.value("HOME").map(Path::new);
        let paths = Paths::discover(home);
        let named = environment.value("HEIMDEX_CONFIG").map(PathBuf::from);
        let config_file =
            named.or_else(|| paths.as_ref().map(|paths| paths.config_file().to_owned()));
        let config = match &config_file {
            Some(path) => Config::load(path)?,
            None => Config::default(),
        };
        let profile_name = global
            .profile
            .clone()
            .or_else(|| environment.text("HEIMDEX_PROFILE"))
            .or(config.profile)
            .unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let profile = config
            .profiles
            .get(&profile_name)
            .cloned()
            .unwrap_or_default();
        let trust = Trust {
            insecure: environment.switch("HEIMDEX_INSECURE"),
            network: Network {
                ca_file: environment.value("HEIMDEX_CA_FILE").map(PathBuf::from),
                proxy: environment.text("HEIMDEX_PROXY"),
            },
        };
        let token = environment.text("HEIMDEX_TOKEN").map(Secret::new);
        let mut settings = Self {
            paths,
            config_file,
            profile_name,
            profile,
            server: None,
            trust,
            token,
            can_ask: environment.stdin_is_terminal,
        };
        settings.server = match environment.text("HEIMDEX_SERVER") {
            Some(text) => Some(settings.parse_server(&text)?),
            None => match settings.profile.server.clone() {
                Some(text) => Some(settings.parse_server(&text)?),
                None => None,
            },
        };
        settings.trust_of_profile();
        Ok(settings)
    }

    /// The same for a login or a registration, whose flags name another server or another trust.
    pub(crate) fn with_connection(mut self, connection: &ConnectionArgs) -> Result<Self, CliError> {
        self.trust.insecure |= connection.insecure;
        if let Some(ca_file) = &connection.ca_file {
            let path = std::path::absolute(ca_file).map_err(|source| CliError::Path {
                path: ca_file.clone(),
                source,
            })?;
            self.trust.network.ca_file = Some(path);
        }
        if let Some(proxy) = &connection.proxy {
            self.trust.network.proxy = Some(proxy.clone());
        }
        if let Some(text) = &connection.server {
            self.server = Some(self.parse_server(text)?);
            self.trust_of_profile();
        } else if self.server.is_none() {
            self.server = Some(self.parse_server(LOCAL_SERVER)?);
        }
        Ok(self)
    }

    /// What the profile says of trust holds for its own server only.
    fn trust_of_profile(&mut self) {
        let Some(known) = &self.profile.server else {
            return;
        };
        let same = ServerUrl::parse(known, Plaintext::Accepted)
            .ok()
            .map(|url| url.origin())
            == self.server.as_ref().map(ServerUrl::origin);
        if !same {
            return;
        }
        self.trust.insecure |= self.profile.insecure;
        let network = &mut self.trust.network;
        network.ca_file = network
            .ca_file
            .take()
            .or_else(|| self.profile.ca_file.clone());
        network.proxy = network.proxy.take().or_else(|| self.profile.proxy.clone());
    }

    fn parse_server(&self, text: &str) -> Result<ServerUrl, CliError> {
        let of_profile = self.profile.insecure && self.profile.server.as_deref() == Some(text);
        let plaintext = if self.trust.insecure || of_profile {
            Plaintext::Accepted
        } else {
            Plaintext::LoopbackOnly
        };
        Ok(ServerUrl::parse(text, plaintext)?)
    }

    /// The server, which must be known by now.
    pub(crate) fn server(&self) -> Result<&ServerUrl, CliError> {
        self.server.as_ref().ok_or(CliError::NoServer)
    }

    /// Whether a token from the environment is used instead of a login.
    pub(crate) fn uses_token(&self) -> bool {
        self.token.is_some()
    }

    /// The credentials file, where there is a place for one.
    pub(crate) fn credentials_file(&self) -> Option<CredentialsFile> {
        self.config_file.as_deref().map(CredentialsFile::beside)
    }

    /// The configuration file, where there is a place for one.
    pub(crate) fn config_file(&self) -> Option<&Path> {
        self.config_file.as_deref()
    }

    /// What the profile keeps of this server.
    pub(crate) fn profile_to_remember(&self) -> Result<Profile, CliError> {
        Ok(Profile {
            server: Some(self.server()?.to_string()),
            insecure: self.trust.insecure && !self.server()?.is_encrypted(),
            ca_file: self.trust.network.ca_file.clone(),
            proxy: self.trust.network.proxy.clone(),
        })
    }

    /// A client of the server that is logged in as the settings say.
    pub(crate) fn client(&self) -> Result<ApiClient, CliError> {
        let source = match (&self.token, self.credentials_file()) {
            (Some(token), _) => CredentialSource::Token(token.clone()),
            (None, Some(file)) => CredentialSource::Profile {
                file,
                profile: self.profile_name.clone(),
            },
            (None, None) => CredentialSource::Nobody,
        };
        Ok(ApiClient::new(
            self.server()?.clone(),
            &self.trust.network,
            source,
        )?)
    }

    /// A client of the server that is nobody yet.
    pub(crate) fn anonymous_client(&self) -> Result<ApiClient, CliError> {
        let source = CredentialSource::Nobody;
        Ok(ApiClient::new(
            self.server()?.clone(),
            &self.trust.network,
            source,
        )?)
    }
}
