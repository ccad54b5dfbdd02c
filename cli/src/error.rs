//! Why a command ended early: one sentence, one hint, one exit code.

use std::io;
use std::path::PathBuf;

use heimdex_api::VideoId;
use heimdex_client::ErrorClass;
use heimdex_client::control::ControlError;
use heimdex_client::credentials::CredentialsError;
use heimdex_client::http::{HttpError, InvalidProxy, InvalidServerUrl, NetworkError};
use heimdex_client::journal::JournalError;
use heimdex_client::profile::ConfigError;
use heimdex_client::reason;
use heimdex_client::transfer::TransferError;
use heimdex_client::watch::RuleError;
use heimdex_client::wipe::{PaperError, WipeError};

use crate::exit::ExitStatus;

/// What ends a command early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// What was typed cannot be meant.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to type instead.
        hint: Option<String>,
    },
    /// There is no server to speak to.
    #[error("no server is known")]
    NoServer,
    /// There is no place to keep a login.
    #[error("there is no home directory to keep the login in")]
    NoHome,
    /// A question cannot be asked.
    #[error("cannot ask for {what}: standard input is not a terminal")]
    NoTerminal {
        /// What would have been asked for.
        what: &'static str,
        /// The flag that answers it.
        flag: &'static str,
    },
    /// The answer to a question cannot be read.
    #[error("cannot read {what}")]
    Input {
        /// What was asked for.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The person said no.
    #[error("nothing was changed")]
    Declined,
    /// No video has this id.
    #[error("no video has the id `{0}`")]
    NoSuchVideo(String),
    /// The video was deleted, and can be had back.
    #[error("`{given}` is in the trash")]
    InTrash {
        /// What was typed.
        given: String,
        /// Which it is.
        video: VideoId,
    },
    /// No unfinished upload has this id.
    #[error("no unfinished upload has the id `{0}`")]
    NoSuchUpload(String),
    /// A file is not in the daemon's queue.
    #[error("`{}` is not in the queue", .0.display())]
    NotQueued(PathBuf),
    /// A file is neither in the daemon's queue nor did its upload begin and not end.
    #[error("no upload of `{}` is unfinished", .0.display())]
    NotUnfinished(PathBuf),
    /// No ingest has this id.
    #[error("no ingest has the id `{0}`")]
    NoSuchIngest(String),
    /// Nothing was taken in under this label.
    #[error("nothing was taken in under the label `{0}`")]
    NoSuchSource(String),
    /// Several videos have such an id.
    #[error("`{given}` is the beginning of several ids: {}", candidates.join(", "))]
    Ambiguous {
        /// What was typed.
        given: String,
        /// What it may mean, named.
        candidates: Vec<String>,
    },
    /// No watch is this.
    #[error("no watch is `{0}`")]
    NoSuchWatch(String),
    /// A file, or what a line of rules says, cannot be meant.
    #[error("{0}")]
    Rule(#[from] RuleError),
    /// The daemon cannot be asked.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The daemon's program, or its service, cannot be used.
    #[error("{message}")]
    Daemon {
        /// What happened.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The configuration has no such profile.
    #[error("there is no profile `{name}`")]
    NoSuchProfile {
        /// What was typed.
        name: String,
        /// What was meant, perhaps.
        nearest: Option<String>,
    },
    /// A path cannot be looked at.
    #[error("cannot use `{}`: {}", path.display(), reason(source))]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else changed the same.
    #[error("somebody else changed `{name}` meanwhile: {}", changes.join("; "))]
    ChangedMeanwhile {
        /// What they changed.
        name: String,
        /// How.
        changes: Vec<String>,
    },
    /// The text to edit cannot be written or read.
    #[error("cannot keep the text to edit: {0}")]
    Draft(#[source] io::Error),
    /// The editor cannot be used.
    #[error("cannot edit with `{editor}`: {source}")]
    Editor {
        /// As it is called.
        editor: String,
        /// Why.
        source: io::Error,
    },
    /// The summary of a run cannot be written.
    #[error("cannot write the summary `{}`: {}", path.display(), reason(source))]
    Summary {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The server cannot be called.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The network cannot be set up.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The credentials cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A transfer failed.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// A card cannot be judged.
    #[error(transparent)]
    Wipe(#[from] WipeError),
    /// A receipt cannot be used.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The server's address cannot be used.
    #[error(transparent)]
    ServerUrl(#[from] InvalidServerUrl),
    /// The proxy's address cannot be used.
    #[error(transparent)]
    Proxy(#[from] InvalidProxy),
    /// Standard output cannot be written.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    /// The terminal cannot be drawn on, or read.
    #[error("cannot use the terminal: {0}")]
    Terminal(#[source] io::Error),
    /// A poster cannot be made into what the terminal shows.
    #[error("a poster cannot be shown: {0}")]
    Poster(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The process cannot start its threads.
    #[error("cannot start")]
    Runtime(#[source] io::Error),
}

impl CliError {
    /// Wrong usage, with what to type instead.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// Whether the reader of our output went away: then there is nothing to say, and nothing failed.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit code that goes with it.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Output(_) if self.is_closed_pipe() => ExitStatus::Done,
            Self::Usage { .. }
            | Self::NoTerminal { .. }
            | Self::NoServer
            | Self::Ambiguous { .. }
            | Self::NoSuchProfile { .. }
            | Self::Proxy(_)
            | Self::Rule(_)
            | Self::ServerUrl(_) => ExitStatus::Usage,
            Self::Http(error) => error.class().into(),
            Self::Control(error) => error.class().into(),
            Self::Transfer(error) => error.class().into(),
            Self::Wipe(error) => error.class().into(),
            Self::Credentials(CredentialsError::Locked { .. }) => ExitStatus::Busy,
            Self::Credentials(CredentialsError::Keyring(_)) => ExitStatus::NotLoggedIn,
            Self::NoHome
            | Self::Input { .. }
            | Self::Declined
            | Self::NoSuchVideo(_)
            | Self::InTrash { .. }
            | Self::NoSuchUpload(_)
            | Self::NotQueued(_)
            | Self::NotUnfinished(_)
            | Self::NoSuchIngest(_)
            | Self::NoSuchSource(_)
            | Self::NoSuchWatch(_)
            | Self::Daemon { .. }
            | Self::Path { .. }
            | Self::Summary { .. }
            | Self::ChangedMeanwhile { .. }
            | Self::Draft(_)
            | Self::Editor { .. }
            | Self::Network(_)
            | Self::Config(_)
            | Self::Journal(_)
            | Self::Paper(_)
            | Self::Credentials(_)
            | Self::Output(_)
            | Self::Terminal(_)
            | Self::Poster(_)
            | Self::Runtime(_) => ExitStatus::Failed,
        }
    }

    /// What kind of failure it is.
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            Self::Http(error) => error.class(),
            Self::Control(error) => error.class(),
            Self::Transfer(error) => error.class(),
            Self::Wipe(error) => error.class(),
            Self::Credentials(CredentialsError::Locked { .. }) => ErrorClass::Busy,
            Self::Credentials(CredentialsError::Keyring(_)) => ErrorClass::NotLoggedIn,
            _ => ErrorClass::Failed,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } | Self::Daemon { hint, .. } => hint.clone(),
            Self::NoServer => Some(
                "run `heimdex login you@example.org --server https://films.example.org`, or set \
                 HEIMDEX_SERVER"
                    .into(),
            ),
            Self::NoHome => Some("set HOME, or use HEIMDEX_SERVER and HEIMDEX_TOKEN".into()),
            Self::NoTerminal { flag, .. } => Some(format!("use {flag}")),
            Self::InTrash { video, .. } => Some(format!(
                "`heimdex rm --undo {}` brings it back",
                video.short()
            )),
            Self::NoSuchVideo(_) => Some("`heimdex list` shows the ids".into()),
            Self::NoSuchUpload(_) => Some("`heimdex queue` shows the ids".into()),
            Self::NotQueued(path) | Self::NotUnfinished(path) => Some(format!(
                "`heimdex why {}` says where it stands; `heimdex queue` shows what waits",
                path.display()
            )),
            Self::NoSuchIngest(_) => Some("`heimdex ingests` shows the ids".into()),
            Self::NoSuchSource(_) => Some("`heimdex ingests` shows the labels".into()),
            Self::NoSuchWatch(_) => Some("`heimdex watch list` shows folders and ids".into()),
            Self::Rule(error) => Some(error.hint().into()),
            Self::Control(error) => error.hint(),
            Self::Ambiguous { .. } => Some("type more digits".into()),
            Self::ChangedMeanwhile { .. } => {
                Some("nothing was overwritten; run the same again to change it all the same".into())
            }
            Self::Draft(_) => Some("is there room in the temporary directory (TMPDIR)?".into()),
            Self::Editor { .. } => {
                Some("set VISUAL or EDITOR, or use --title, --description, --tag or --untag".into())
            }
            Self::Summary { .. } => Some("name a file in a folder that exists and is yours".into()),
            Self::Http(error) => error.hint(),
            Self::Config(error) => error.hint(),
            Self::Journal(error) => error.hint(),
            Self::Transfer(error) => error.hint(),
            Self::Wipe(error) => error.hint(),
            Self::Paper(error) => error.hint().map(str::to_owned),
            Self::Credentials(error) => error.hint(),
            Self::ServerUrl(error) => error.hint(),
            Self::Proxy(error) => Some(error.hint().into()),
            Self::Network(error) => error.hint().map(str::to_owned),
            Self::NoSuchProfile { nearest, .. } => Some(match nearest {
                Some(name) => format!("did you mean `{name}`?"),
                None => "`heimdex profile list` shows them".into(),
            }),
            Self::Input { .. }
            | Self::Declined
            | Self::Path { .. }
            | Self::Output(_)
            | Self::Terminal(_)
            | Self::Poster(_)
            | Self::Runtime(_) => None,
        }
    }

    /// The id under which the server's log tells more.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Http(error) => error.request_id(),
            _ => None,
        }
    }
}
