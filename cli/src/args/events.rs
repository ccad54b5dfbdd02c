//! `events`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex events
  heimdex events --json=id,event,video_id,state
  heimdex events --json --after ID
";

/// Show what happens in the library, as it happens
///
/// It goes on until Ctrl-C, and comes back by itself where the server was away, without leaving anything out. A pipe gets
/// tab-separated columns: time, event, state, progress, name, video. With --json each event is one line: what the server
/// tells, its `id` and `event`.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct EventsArgs {
    /// Begin behind the event of this id, where the server still knows it
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
