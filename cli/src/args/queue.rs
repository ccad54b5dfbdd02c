//! `queue list | send | resume | retry | cancel | move`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex queue
  heimdex queue send interview.mp4
  heimdex queue send --force A003C007.mp4
  heimdex queue retry
  heimdex queue cancel q17 interview.mp4
  heimdex queue move q17 --first
";

/// Show and change what waits to be sent
///
/// The daemon's queue, and unfinished uploads: those that this machine began, and those that the server knows of. The
/// queue's files have ids as `q17`, uploads the first digits of their video's id; a file may be named by its path as well.
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

/// What to do with what waits.
#[derive(Debug, Subcommand)]
pub(crate) enum QueueCommand {
    List(QueueListArgs),
    Send(QueueSendArgs),
    Resume(QueueResumeArgs),
    Retry(QueueRetryArgs),
    Cancel(QueueCancelArgs),
    Move(QueueMoveArgs),
}

/// List it
#[derive(Debug, Args)]
pub(crate) struct QueueListArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Let the daemon send files before all others
///
/// They need not lie in a watch. A file that is still written waits until it is finished, unless --force is given.
#[derive(Debug, Args)]
pub(crate) struct QueueSendArgs {
    /// Files, or ids of the queue
    #[arg(required = true, value_name = "FILE|ID")]
    pub(crate) files: Vec<PathBuf>,
    /// Send them as they are now: still written, cut off, or left out by a rule; marked as damaged where they are
    #[arg(long)]
    pub(crate) force: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Go on with unfinished uploads of this machine
///
/// The daemon does that by itself with what it began. Where it runs, it is told to; else they are sent here and now.
#[derive(Debug, Args)]
pub(crate) struct QueueResumeArgs {
    /// Files, or the first digits of uploads' ids; without any, all
    #[arg(value_name = "FILE|ID")]
    pub(crate) files: Vec<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Try failed files again at once
#[derive(Debug, Args)]
pub(crate) struct QueueRetryArgs {
    /// Files, or ids of the queue; without any, all that failed
    #[arg(value_name = "FILE|ID")]
    pub(crate) files: Vec<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Take files out of the queue, or give uploads up and free what was sent
#[derive(Debug, Args)]
pub(crate) struct QueueCancelArgs {
    /// Files, ids of the queue, or the first digits of uploads' ids, four or more
    #[arg(required = true, value_name = "FILE|ID")]
    pub(crate) files: Vec<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Give a file another place in the queue
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("place").required(true))]
pub(crate) struct QueueMoveArgs {
    /// The file, or its id in the queue
    #[arg(value_name = "FILE|ID")]
    pub(crate) file: PathBuf,
    /// Before all others
    #[arg(long, group = "place")]
    pub(crate) first: bool,
    /// Behind all others
    #[arg(long, group = "place")]
    pub(crate) last: bool,
    /// Right before this one
    #[arg(long, value_name = "FILE|ID", group = "place")]
    pub(crate) before: Option<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
