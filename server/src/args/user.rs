//! `heimdex-server user …`. The comments are the help.

use std::str::FromStr;

use clap::{Args, Subcommand};

use super::SourceArgs;
use crate::config::ByteCount;

/// `heimdex-server user`
#[derive(Debug, Args)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: UserVerb,
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// Make an account.
    ///
    /// Also where registration is closed. The password is asked for in a terminal.
    Add(UserAddArgs),
    /// Give an account a new password.
    ///
    /// All of its logins end; its access tokens hold on.
    Passwd(UserPasswdArgs),
    /// Forbid an account everything.
    ///
    /// All of its logins and access tokens end for good, within a second also on a running server. Its videos are kept.
    /// Links that were handed out before hold until they expire: parts for an hour, downloads for as long as was asked.
    Disable(UserNameArgs),
    /// Permit an account to log in again.
    Enable(UserNameArgs),
    /// List the accounts, and what each of them holds.
    List(UserListArgs),
    /// Say how much an account may hold, or print it.
    ///
    /// What is stored, what is in the trash and what is on its way count. What an account holds already is kept, whatever
    /// the quota.
    Quota(UserQuotaArgs),
}

/// `heimdex-server user add`
#[derive(Debug, Args)]
pub struct UserAddArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// The address to log in with.
    #[arg(value_name = "EMAIL", value_hint = clap::ValueHint::EmailAddress)]
    pub email: String,
    /// What to call the person.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// How much the account may hold, as `500 GiB`; without, there is no limit.
    #[arg(long, value_name = "SIZE")]
    pub quota: Option<ByteCount>,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    pub password_stdin: bool,
}

/// `heimdex-server user passwd`
#[derive(Debug, Args)]
pub struct UserPasswdArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// The address of the account.
    #[arg(value_name = "EMAIL", value_hint = clap::ValueHint::EmailAddress)]
    pub email: String,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    pub password_stdin: bool,
}

/// `heimdex-server user disable` and `enable`
#[derive(Debug, Args)]
pub struct UserNameArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// The address of the account.
    #[arg(value_name = "EMAIL", value_hint = clap::ValueHint::EmailAddress)]
    pub email: String,
}

/// `heimdex-server user list`
#[derive(Debug, Args)]
pub struct UserListArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// Print one JSON object instead.
    #[arg(long)]
    pub json: bool,
}

/// `heimdex-server user quota`
#[derive(Debug, Args)]
pub struct UserQuotaArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// The address of the account.
    #[arg(value_name = "EMAIL", value_hint = clap::ValueHint::EmailAddress)]
    pub email: String,
    /// How much it may hold, as `500 GiB`, or `none` for no limit; without, what it may hold now is printed.
    #[arg(value_name = "SIZE")]
    pub quota: Option<Quota>,
}

/// How much an account may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// As much as there is room for.
    None,
    /// So much.
    Bytes(ByteCount),
}

impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::None);
        }
        text.parse()
            .map(Self::Bytes)
            .map_err(|error| format!("{error}, or none"))
    }
}

impl UserVerb {
    /// Where settings come from.
    #[must_use]
    pub const fn sources(&self) -> &SourceArgs {
        match self {
            Self::Add(args) => &args.sources,
            Self::Passwd(args) => &args.sources,
            Self::Disable(args) | Self::Enable(args) => &args.sources,
            Self::List(args) => &args.sources,
            Self::Quota(args) => &args.sources,
        }
    }
}
