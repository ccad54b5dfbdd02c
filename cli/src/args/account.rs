//! `register`, `login`, `logout`, `whoami`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use heimdex_client::credentials::Store;

use super::JsonArgs;

const REGISTER_EXAMPLES: &str = "\
Examples:
  heimdex register you@example.org
  heimdex register you@example.org --server https://films.example.org
  heimdex register you@example.org --password-stdin <password.txt
";

/// Make an account and log in
#[derive(Debug, Args)]
#[command(before_long_help = REGISTER_EXAMPLES)]
pub(crate) struct RegisterArgs {
    /// The e-mail address of the new account
    pub(crate) email: String,
    /// What to call you
    #[arg(long, value_name = "NAME")]
    pub(crate) display_name: Option<String>,
    /// Read the password from standard input: its first line
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
    /// The server.
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

const LOGIN_EXAMPLES: &str = "\
Examples:
  heimdex login you@example.org --server https://films.example.org
  heimdex login you@example.org --password-stdin <password.txt
  heimdex login you@example.org --profile archive --server https://archive.example.org
  heimdex login you@example.org --store file
";

/// Log in
///
/// The server is remembered in the profile, and where the login is kept: in the system's keyring where one answers,
/// else in a file that only you can read.
#[derive(Debug, Args)]
#[command(before_long_help = LOGIN_EXAMPLES)]
pub(crate) struct LoginArgs {
    /// The e-mail address of the account
    pub(crate) email: String,
    /// Read the password from standard input: its first line
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
    /// The server.
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// Which server, and how it is trusted: remembered in the profile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server, remembered in the profile")]
pub(crate) struct ConnectionArgs {
    /// The server's URL; without it the profile's, else `http://127.0.0.1:8000`
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Accept a server beyond this machine without encryption
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Trust the certificates in this PEM file too
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Go through this proxy; without it, what `HTTPS_PROXY` says
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// Where the login is kept; without it as before, else in the keyring where one answers
    #[arg(long, value_enum, value_name = "WHERE")]
    pub(crate) store: Option<StoreChoice>,
}

/// Where a login is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreChoice {
    /// The keyring of the desktop or the system
    Keyring,
    /// A file beside the configuration that only you can read
    File,
}

impl From<StoreChoice> for Store {
    fn from(choice: StoreChoice) -> Self {
        match choice {
            StoreChoice::Keyring => Self::Keyring,
            StoreChoice::File => Self::File,
        }
    }
}

const LOGOUT_EXAMPLES: &str = "\
Examples:
  heimdex logout
  heimdex logout --profile archive
  heimdex logout --json=session
";

/// Log out
///
/// Ends the session on the server and forgets it here, in the keyring or the file. Where the server cannot be reached it is forgotten here all
/// the same, and that is said.
#[derive(Debug, Args)]
#[command(before_long_help = LOGOUT_EXAMPLES)]
pub(crate) struct LogoutArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const WHOAMI_EXAMPLES: &str = "\
Examples:
  heimdex whoami
  heimdex whoami --json=usage
";

/// Show who is logged in where, and what is stored
#[derive(Debug, Args)]
#[command(before_long_help = WHOAMI_EXAMPLES)]
pub(crate) struct WhoamiArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
