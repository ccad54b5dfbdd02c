//! `profile list | use | rm`.

use clap::{Args, Subcommand};

use super::JsonArgs;

/// List, choose and forget profiles: a server and an account each
///
/// `heimdex login --profile NAME` makes one.
#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: ProfileCommand,
}

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    List(ProfileListArgs),
    Use(ProfileUseArgs),
    Rm(ProfileRmArgs),
}

const LIST_EXAMPLES: &str = "\
Examples:
  heimdex profile list
  heimdex profile list --json=name,server
";

/// List profiles
#[derive(Debug, Args)]
#[command(before_long_help = LIST_EXAMPLES)]
pub(crate) struct ProfileListArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const USE_EXAMPLES: &str = "\
Examples:
  heimdex profile use archive
";

/// Use a profile from now on
///
/// `--profile NAME` uses one for a single command, `HEIMDEX_PROFILE` for a shell.
#[derive(Debug, Args)]
#[command(before_long_help = USE_EXAMPLES)]
pub(crate) struct ProfileUseArgs {
    /// The profile's name
    #[arg(value_name = "PROFILE")]
    pub(crate) name: String,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const RM_EXAMPLES: &str = "\
Examples:
  heimdex profile rm archive
  heimdex profile rm archive --yes
";

/// Forget a profile and log out of it
///
/// The session ends on the server too. Where that cannot be reached the profile is forgotten all the same, and that
/// is said. What is stored on the server stays.
#[derive(Debug, Args)]
#[command(before_long_help = RM_EXAMPLES)]
pub(crate) struct ProfileRmArgs {
    /// The profile's name
    #[arg(value_name = "PROFILE")]
    pub(crate) name: String,
    /// Ask nothing
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
