//! The verbs of `heimdex-server`, one a file, and how their failures become an exit code.

mod catalog;
mod config;
mod doctor;
mod pictures;
mod serve;
mod signals;
mod user;
mod worker;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};

use crate::args::{ServerArgs, Verb};
use crate::config::{Config, ConfigError, Shown, Sources};
use crate::logging::LoggingError;
use crate::start::StartError;

/// How `heimdex-server` ends; never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It did what it was asked to.
    Done = 0,
    /// It could not.
    Failed = 1,
    /// It was asked in a wrong way: arguments or settings.
    Usage = 2,
    /// It looked, and not all is as it should be.
    NotSo = 3,
    /// Another process has the data directory.
    Busy = 6,
}

/// Why a verb ends early.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no log.
    #[error(transparent)]
    Logging(#[from] LoggingError),
    /// The server does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// No pictures are queued.
    #[error(transparent)]
    Pictures(#[from] pictures::PicturesError),
    /// An account is not as it was wanted.
    #[error(transparent)]
    User(#[from] user::UserError),
    /// The system does not give what every process needs.
    #[error("cannot start")]
    System(#[source] io::Error),
    /// Standard output is gone.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
}

impl CommandError {
    /// The exit code.
    #[must_use]
    pub const fn status(&self) -> ExitStatus {
        match self {
            Self::Config(_) | Self::Logging(_) => ExitStatus::Usage,
            Self::Start(StartError::Busy { .. }) => ExitStatus::Busy,
            Self::User(error) => error.status(),
            Self::Start(_)
            | Self::Listen { .. }
            | Self::Pictures(_)
            | Self::System(_)
            | Self::Output(_) => ExitStatus::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Start(error) => error.hint(),
            Self::Pictures(error) => error.hint(),
            Self::User(error) => error.hint(),
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                Some("another program has this port; pass another `--listen`".to_owned())
            }
            Self::Listen { .. } | Self::Logging(_) | Self::System(_) | Self::Output(_) => None,
        }
    }
}

/// Does what was asked and answers how it went; says on standard error what went wrong.
#[must_use]
pub fn run(args: &ServerArgs, environment: Vec<(OsString, OsString)>) -> ExitStatus {
    match dispatch(args, environment) {
        Ok(status) => status,
        Err(CommandError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitStatus::Done
        }
        Err(error) => {
            report(&error);
            error.status()
        }
    }
}

fn dispatch(
    args: &ServerArgs,
    environment: Vec<(OsString, OsString)>,
) -> Result<ExitStatus, CommandError> {
    let (settings, shown) = settle(&args.verb, environment)?;
    match &args.verb {
        Verb::Serve(serve) => serve::run(settings, serve)?,
        Verb::Worker(_) => worker::run(settings)?,
        Verb::Config(config) => config::run(&shown, config)?,
        Verb::Doctor(doctor) => return doctor::run(settings, doctor),
        Verb::Pictures(pictures) => pictures::run(&settings, pictures)?,
        Verb::User(user) => user::run(&settings, &user.verb)?,
    }
    Ok(ExitStatus::Done)
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::System)
}

/// Puts arguments, environment and file together.
fn settle(
    verb: &Verb,
    environment: Vec<(OsString, OsString)>,
) -> Result<(Config, Vec<Shown>), ConfigError> {
    let (sources, flags) = verb.sources();
    let named = environment
        .iter()
        .find(|(name, value)| name == "HEIMDEX_SERVER_CONFIG" && !value.is_empty())
        .map(|(_, value)| value.into());
    let directories = directories::ProjectDirs::from("", "", "heimdex-server");
    Config::resolve(Sources {
        default_data_dir: directories.map(|directories| directories.data_dir().to_owned()),
        file: sources.config.clone().or(named),
        environment,
        flags,
    })
}

/// Writes a line, or several, to standard output.
fn out(text: &str) -> Result<(), CommandError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")
        .and_then(|()| stdout.flush())
        .map_err(CommandError::Output)
}

/// Writes a line to standard error.
fn talk(text: &str) {
    // Nobody is left to tell where this fails.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// One line of what happened with its causes, one of what to do.
fn report(error: &CommandError) {
    let mut text = format!("error: {error}");
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text.push('\n');
    if let Some(hint) = error.hint() {
        text.push_str("hint: ");
        text.push_str(&hint);
        text.push('\n');
    }
    // Nobody is left to tell where this fails.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
