//! `token create | list | revoke`.

use clap::{Args, Subcommand, ValueEnum};
use heimdex_api::Scope;

use super::JsonArgs;

/// Make, list and revoke access tokens for scripts
///
/// A token stands for the account, within its scopes, until it ends or is revoked. It is given to a script in
/// `HEIMDEX_TOKEN`.
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    Create(TokenCreateArgs),
    List(TokenListArgs),
    Revoke(TokenRevokeArgs),
}

const CREATE_EXAMPLES: &str = "\
Examples:
  heimdex token create backup --scope upload --expires 90d
  HEIMDEX_TOKEN=$(heimdex token create nas --scope upload) heimdex upload /volume1/video
";

/// Make a token and print it: the only time that it is shown
#[derive(Debug, Args)]
#[command(before_long_help = CREATE_EXAMPLES)]
pub(crate) struct TokenCreateArgs {
    /// What the token is for, in your words
    pub(crate) name: String,
    /// What the token permits; may be given several times
    #[arg(long = "scope", value_enum, required = true, value_name = "SCOPE")]
    pub(crate) scopes: Vec<ScopeName>,
    /// How long it holds, as 12h, 90d or 52w; without it until it is revoked
    #[arg(long, value_name = "TIME")]
    pub(crate) expires: Option<String>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// What a token permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeName {
    /// Look at everything, and download
    Read,
    /// Send files, and nothing else
    Upload,
    /// Both, and changes
    Write,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Upload => Self::Upload,
            ScopeName::Write => Self::Write,
        }
    }
}

const LIST_EXAMPLES: &str = "\
Examples:
  heimdex token list
  heimdex token list --json=name,last_used_at
";

/// List the tokens
#[derive(Debug, Args)]
#[command(before_long_help = LIST_EXAMPLES)]
pub(crate) struct TokenListArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const REVOKE_EXAMPLES: &str = "\
Examples:
  heimdex token revoke backup
  heimdex token revoke 5d20c1 --yes
";

/// End a token at once
#[derive(Debug, Args)]
#[command(before_long_help = REVOKE_EXAMPLES)]
pub(crate) struct TokenRevokeArgs {
    /// Its name, or the first digits of its id
    pub(crate) token: String,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
