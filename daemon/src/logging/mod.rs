//! Where log lines go: to the system's journal, to a terminal, or to files that are kept small.
//!
//! Libraries below print URIs, and signed ones grant access: of theirs only warnings are ever heard.

mod one_line;
mod rotating;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, ParseError, filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::args::LogTo;
use crate::environment::Environment;
use one_line::OneLine;
use rotating::RotatingFile;

/// Whose lines may be as detailed as the filter wants.
const OURS: &str = "heimdex";

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoggingError {
    /// The filter is none.
    #[error("the log's filter cannot be read")]
    Filter(#[from] ParseError),
    /// The files cannot be written.
    #[error("cannot write the log in `{}`", directory.display())]
    Files {
        /// Where.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else was first.
    #[error("logging was set up before")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

impl LoggingError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Filter(_) => Some("write it as `info` or `heimdex_daemon=debug`".into()),
            Self::Files { directory, .. } => {
                Some(format!("make `{}` writable", directory.display()))
            }
            Self::Twice(_) => None,
        }
    }
}

/// Starts logging; `files` is where the files go.
pub(crate) fn start(
    filter: &str,
    to: LogTo,
    files: PathBuf,
    environment: &Environment,
) -> Result<(), LoggingError> {
    let filter: EnvFilter = filter.parse()?;
    let lines = match Place::choose(to, environment) {
        Place::Journal => tracing_subscriber::fmt::layer()
            .with_writer(|| OneLine(io::stderr()))
            .with_ansi(false)
            // The journal knows the time.
            .without_time()
            .boxed(),
        Place::Stderr => tracing_subscriber::fmt::layer()
            .with_writer(|| OneLine(io::stderr()))
            .with_ansi(false)
            .with_timer(Utc)
            .boxed(),
        Place::Files => {
            let file = RotatingFile::open(files.clone(), rotating::Limits::default()).map_err(
                |source| LoggingError::Files {
                    directory: files,
                    source,
                },
            )?;
            tracing_subscriber::fmt::layer()
                .with_writer(std::sync::Mutex::new(OneLine(file)))
                .with_ansi(false)
                .with_timer(Utc)
                .boxed()
        }
    };
    let lines = lines
        .with_filter(filter)
        .with_filter(filter_fn(may_be_logged));
    tracing_subscriber::registry().with(lines).try_init()?;
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Journal,
    Stderr,
    Files,
}

impl Place {
    fn choose(to: LogTo, environment: &Environment) -> Self {
        let is_journal = is_journal(environment.text("JOURNAL_STREAM"));
        match to {
            LogTo::Auto | LogTo::Stderr if is_journal => Self::Journal,
            LogTo::Stderr => Self::Stderr,
            LogTo::Auto if io::stderr().is_terminal() => Self::Stderr,
            LogTo::Auto | LogTo::Files => Self::Files,
        }
    }
}

/// Whether standard error is the stream that systemd connected to its journal: device and inode tell.
fn is_journal(stream: Option<&str>) -> bool {
    let Some((device, inode)) = stream.and_then(|stream| stream.split_once(':')) else {
        return false;
    };
    rustix::fs::fstat(io::stderr()).is_ok_and(|stderr| {
        device.parse() == Ok(stderr.st_dev) && inode.parse() == Ok(stderr.st_ino)
    })
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with(OURS) || *metadata.level() <= Level::WARN
}

/// The time of a line.
struct Utc;

impl tracing_subscriber::fmt::time::FormatTime for Utc {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        write!(writer, "{}", heimdex_process::clock::Clock::System.now())
    }
}
