//! Where log lines go and which of them: ours as the filter says, those of libraries only as warnings.
//!
//! Below a warning libraries print what must not be in a log: `s3s`, `aws_sigv4`, `aws_smithy_*`, `hyper` and `h2`
//! signed URIs and headers, `sqlx` statements with their parameters. No filter can switch that on.

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, ParseError, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Whose lines may be as detailed as the filter wants.
const OURS: &str = "heimdex";
/// Calls every request that it refuses an error, which anybody could cause; the request's own line tells as much.
const NOISY: &str = "s3s::ops";

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter is none.
    #[error("`log`: the filter cannot be read")]
    Filter(#[from] ParseError),
    /// Somebody else was first.
    #[error("logging was set up before")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Sends everything that `filter` lets through to stderr.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(filter: &str) -> Result<(), LoggingError> {
    let filter: EnvFilter = filter.parse()?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_filter(filter)
        .with_filter(filter_fn(may_be_logged));
    tracing_subscriber::registry().with(lines).try_init()?;
    Ok(())
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    passes(metadata.target(), *metadata.level())
}

fn passes(target: &str, level: Level) -> bool {
    target.starts_with(OURS) || (level <= Level::WARN && target != NOISY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_heard_from_warnings_upwards_only() {
        for (target, level, heard) in [
            ("heimdex_server::jobs", Level::TRACE, true),
            ("heimdex_media", Level::DEBUG, true),
            ("hyper::proto::h1", Level::TRACE, false),
            ("aws_sigv4::http_request", Level::DEBUG, false),
            ("sqlx::query", Level::INFO, false),
            ("sqlx::pool", Level::WARN, true),
            ("s3s::service", Level::ERROR, true),
            ("s3s::ops", Level::ERROR, false),
        ] {
            assert_eq!(passes(target, level), heard, "{target} {level}");
        }
    }
}
