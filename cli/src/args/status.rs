//! `status`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex status
  heimdex status --follow
  heimdex status --json=queue,pace
";

/// Show what the daemon does: watches, queue, rate, what failed
///
/// Where the daemon does not run, watches and queue come from the journal, and that is said.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct StatusArgs {
    /// Go on showing it as it changes; with --json one line each time
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
