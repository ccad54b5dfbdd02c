//! What can go wrong between this program and the server, in sentences for people.

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use heimdex_api::{ErrorCode, Problem};

use crate::ErrorClass;
use crate::credentials::CredentialsError;

/// Why nobody is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoggedOut {
    /// There are no credentials for this server.
    Never,
    /// The session has ended, or was ended.
    SessionEnded,
    /// The token from the environment is not valid, or not any more.
    TokenRefused,
}

/// Why a call of the API failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The server answered with an error.
    #[error("{}", sentence(*status, problem))]
    Api {
        /// The HTTP status.
        status: u16,
        /// What the server says of it.
        problem: Box<Problem>,
        /// How long to wait before trying again.
        retry_after: Option<Duration>,
    },
    /// No connection, or it broke.
    #[error("cannot reach {server}")]
    Unreachable {
        /// The server.
        server: String,
        /// Why.
        source: reqwest::Error,
    },
    /// No answer in time.
    #[error("{server} did not answer in time")]
    Timeout {
        /// The server.
        server: String,
    },
    /// The server sends to another address.
    #[error("{server} redirects to {location}")]
    Redirected {
        /// The server.
        server: String,
        /// Where to: an origin only.
        location: String,
    },
    /// Nobody is logged in.
    #[error("{}", logged_out(server, *why))]
    NotLoggedIn {
        /// The server.
        server: String,
        /// Why.
        why: LoggedOut,
    },
    /// The answer is not what this API answers.
    #[error("{server} answered something that is not Heimdex: {what}")]
    InvalidReply {
        /// The server.
        server: String,
        /// What was wrong, without quoting it.
        what: String,
    },
    /// The store does not hand out a poster, though the server named one.
    #[error("the store of {server} gives no poster: {what}")]
    Poster {
        /// The server.
        server: String,
        /// Why, without the link.
        what: String,
    },
    /// The server is too old for this.
    #[error("{server} does not have {what}")]
    Unsupported {
        /// The server.
        server: String,
        /// What it lacks.
        what: &'static str,
    },
    /// The server is encrypted, and its store is not.
    #[error("{server} is encrypted, but names an address for the files themselves that is not")]
    PlainStore {
        /// The server.
        server: String,
    },
    /// The request cannot be built.
    #[error("cannot prepare the request: {0}")]
    Request(String),
    /// The credentials cannot be read or written.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

impl HttpError {
    /// The server's stable code, where it sent one that is known.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Api { problem, .. } => ErrorCode::from_code(&problem.code),
            _ => None,
        }
    }

    /// The HTTP status, where the server answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The id under which the server's log tells more.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api { problem, .. } if !problem.request_id.is_empty() => {
                Some(&problem.request_id)
            }
            _ => None,
        }
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            // A 502 to 504 is a proxy in front of a server that is down, or a server that says so itself.
            Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::Api {
                status: 502..=504, ..
            } => ErrorClass::Unreachable,
            // Nobody is let in with this login.
            Self::Api { .. } if self.code() == Some(ErrorCode::AccountDisabled) => {
                ErrorClass::NotLoggedIn
            }
            // Whoever is logged in, their keyring does not say: never somebody else instead.
            Self::NotLoggedIn { .. } | Self::Credentials(CredentialsError::Keyring(_)) => {
                ErrorClass::NotLoggedIn
            }
            Self::Credentials(CredentialsError::Locked { .. }) => ErrorClass::Busy,
            Self::Api { .. }
            | Self::Redirected { .. }
            | Self::InvalidReply { .. }
            | Self::Poster { .. }
            | Self::Unsupported { .. }
            | Self::PlainStore { .. }
            | Self::Request(_)
            | Self::Credentials(_) => ErrorClass::Failed,
        }
    }

    /// Whether the same request may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } => true,
            Self::Api { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502..=504),
            _ => false,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotLoggedIn {
                why: LoggedOut::TokenRefused,
                ..
            } => {
                Some("make another token with `heimdex token create`, and set HEIMDEX_TOKEN".into())
            }
            Self::NotLoggedIn { .. } => {
                Some("run `heimdex login you@example.org`, or set HEIMDEX_TOKEN".into())
            }
            Self::Unreachable { server, source } => Some(unreachable_hint(server, source).into()),
            Self::Timeout { .. } => Some("try again; what was sent is kept".into()),
            Self::Redirected { location, .. } => Some(format!(
                "if you trust that address: `heimdex login --server {location}`"
            )),
            Self::InvalidReply { .. } => Some("check the server's URL".into()),
            Self::Credentials(error) => error.hint(),
            // What is said by a port that expects encryption, in words of nobody's.
            Self::Api {
                status: 400,
                problem,
                ..
            } if problem.detail.starts_with("http://") => Some(NEEDS_TLS.into()),
            Self::Api { retry_after, .. } => self.code().and_then(code_hint).map_or_else(
                || retry_after.map(|wait| format!("try again in {} s", wait.as_secs().max(1))),
                |hint| Some(hint.to_owned()),
            ),
            Self::Unsupported { .. } => {
                Some("it is older than this command: ask who runs it for a newer server".into())
            }
            Self::PlainStore { .. } => Some(
                "footage could be read on the way: ask who runs the server to set `public_url`, `trusted_proxies` or \
                 `s3.public_endpoint`; or accept it with `heimdex login --insecure`"
                    .into(),
            ),
            Self::Poster { .. } | Self::Request(_) => None,
        }
    }
}

fn sentence(status: u16, problem: &Problem) -> String {
    let text = [&problem.detail, &problem.title]
        .into_iter()
        .find(|text| !text.trim().is_empty());
    let mut text = match text {
        Some(text) => text.trim().trim_end_matches('.').to_owned(),
        None => format!("the server answered with status {status}"),
    };
    for field in &problem.errors {
        // Where there is one field only, the detail often is its sentence already.
        let message = field.message.trim().trim_end_matches('.');
        if !text.contains(message) {
            let _ = write!(text, "; {}: {message}", field.field);
        }
    }
    text
}

fn logged_out(server: &str, why: LoggedOut) -> String {
    match why {
        LoggedOut::Never => format!("not logged in to {server}"),
        LoggedOut::SessionEnded => format!("the session at {server} has ended"),
        LoggedOut::TokenRefused => format!("{server} refuses the token in HEIMDEX_TOKEN"),
    }
}

/// For an address without encryption where somebody answers who is no server of ours.
const NEEDS_TLS: &str = "if it is encrypted, its address begins with `https://`";

fn unreachable_hint(server: &str, source: &reqwest::Error) -> &'static str {
    let mut causes = String::new();
    let mut cause = source.source();
    while let Some(error) = cause {
        causes.push_str(&error.to_string());
        cause = error.source();
    }
    if causes.contains("certificate") || causes.contains("UnknownIssuer") {
        "its certificate is not trusted here; name its authority with `heimdex login --ca-file FILE`, or in HEIMDEX_CA_FILE"
    } else if causes.contains("refused") {
        "is the server running there?"
    } else if causes.contains("InvalidContentType") {
        "no encryption is spoken there; without it the address begins with `http://`"
    } else if server.starts_with("http://")
        && (causes.contains("invalid HTTP") || causes.contains("connection closed before"))
    {
        NEEDS_TLS
    } else {
        "check the address and the network; `-v` tells more"
    }
}

/// Hints for what people can do something about; for the rest the server's sentence says it all.
fn code_hint(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::InvalidCredentials => "check the address and the password",
        ErrorCode::InsufficientScope => {
            "make a token with more scopes: `heimdex token create --help`"
        }
        ErrorCode::RegistrationClosed => "ask whoever runs the server for an account",
        ErrorCode::AccountDisabled => "ask whoever runs the server to enable it",
        ErrorCode::EmailTaken => "log in instead: `heimdex login`",
        ErrorCode::QuotaExceeded => {
            "ask for a larger quota; what is deleted counts until it leaves the trash (`heimdex whoami` says how much)"
        }
        ErrorCode::StorageFull => {
            "the operator of the server must make room; what was sent is kept"
        }
        ErrorCode::UploadTakenOver => "the upload goes on there; this one stopped",
        ErrorCode::UploadExpired => "run the same `heimdex upload` again: it starts anew",
        ErrorCode::Internal => "try again; `-v` shows the request id that the operator can look up",
        ErrorCode::Maintenance | ErrorCode::Unavailable => "try again later",
        _ => return None,
    })
}
