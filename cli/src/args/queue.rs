//! `queue list | resume | cancel`.

use clap::{Args, Subcommand};

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex queue
  heimdex queue resume
  heimdex queue cancel 9b77
";

/// Show, resume and cancel unfinished uploads
///
/// Those that this machine began, and those that the server knows of.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct QueueArgs {
    /// What to do; without it: list.
    #[command(subcommand)]
    pub(crate) command: Option<QueueCommand>,
    /// The output of the list.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// What to do with unfinished uploads.
#[derive(Debug, Subcommand)]
pub(crate) enum QueueCommand {
    List(QueueListArgs),
    Resume(QueueResumeArgs),
    Cancel(QueueCancelArgs),
}

/// List them
#[derive(Debug, Args)]
pub(crate) struct QueueListArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Go on with those of this machine
#[derive(Debug, Args)]
pub(crate) struct QueueResumeArgs {
    /// The first digits of the ids; without any, all
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Give uploads up and free what was sent
#[derive(Debug, Args)]
pub(crate) struct QueueCancelArgs {
    /// The first digits of the ids, four or more
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
