//! The exit codes, which scripts rely on.

use std::process::ExitCode;

/// How a run ended; documented in `heimdex(1)` and never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// All was done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// What was typed cannot be meant.
    Usage = 2,
    /// Some of it was done; or it was checked and is not so.
    PartlyFailed = 3,
    /// Nobody is logged in.
    NotLoggedIn = 4,
    /// The server or the store cannot be reached.
    Unreachable = 5,
    /// Another process works on it.
    Busy = 6,
    /// Ctrl-C, or the end of the session.
    Interrupted = 130,
}

impl ExitStatus {
    /// One word for programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::PartlyFailed => "partly_failed",
            Self::NotLoggedIn => "not_logged_in",
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Each exit code and what it means, for the manual.
pub const EXIT_CODES: [(u8, &str); 8] = [
    (ExitStatus::Done as u8, "done"),
    (ExitStatus::Failed as u8, "failed"),
    (ExitStatus::Usage as u8, "wrong usage"),
    (
        ExitStatus::PartlyFailed as u8,
        "partly failed, or checked and not so",
    ),
    (ExitStatus::NotLoggedIn as u8, "not logged in"),
    (
        ExitStatus::Unreachable as u8,
        "the server cannot be reached",
    ),
    (ExitStatus::Busy as u8, "busy: another process works on it"),
    (ExitStatus::Interrupted as u8, "interrupted"),
];

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

impl From<heimdex_client::ErrorClass> for ExitStatus {
    fn from(class: heimdex_client::ErrorClass) -> Self {
        use heimdex_client::ErrorClass;
        match class {
            ErrorClass::Failed => Self::Failed,
            ErrorClass::NotLoggedIn => Self::NotLoggedIn,
            ErrorClass::Unreachable => Self::Unreachable,
            ErrorClass::Busy => Self::Busy,
            ErrorClass::Interrupted => Self::Interrupted,
        }
    }
}
