//! What kind of failure an error is, for exit codes and for deciding whether to try again later.

/// The kinds of failure that callers treat differently; each has an exit code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// Anything that has no class of its own.
    Failed,
    /// Nobody is logged in, or the session has ended.
    NotLoggedIn,
    /// The server, or the store, could not be reached.
    Unreachable,
    /// Another process works on it.
    Busy,
    /// A person, or the end of the process, stopped it.
    Interrupted,
}
