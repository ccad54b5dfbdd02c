//! `list`.

use clap::{Args, ValueEnum};

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex list
  heimdex list okonkwo --since monday
  heimdex list --state failed --json=title,error_text
  heimdex list --source \"A cam, day 3\" --sort size --limit 10
";

/// List videos
///
/// In a terminal it shows the newest 50 and says how many more there are; in a pipe, and as JSON, it prints all of
/// them. A pipe gets tab-separated columns: title, state, seconds, bytes, time of capture, source, id.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct ListArgs {
    /// Text within title or file name
    pub(crate) text: Option<String>,
    /// In this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<StateFilter>,
    /// From this card, reel or folder
    #[arg(long, value_name = "LABEL")]
    pub(crate) source: Option<String>,
    /// With this tag
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Arrived since then: `monday`, `2h`, `3d`, 2026-11-20
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Arrived before then
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Shot since then
    #[arg(long, value_name = "TIME")]
    pub(crate) captured_since: Option<String>,
    /// Shot before then
    #[arg(long, value_name = "TIME")]
    pub(crate) captured_until: Option<String>,
    /// In this order
    #[arg(long, value_enum, value_name = "KEY", default_value = "arrived")]
    pub(crate) sort: SortKey,
    /// The other way round
    #[arg(long)]
    pub(crate) reverse: bool,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// Where a video stands, in people's words and in the API's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateFilter {
    /// On its way
    Uploading,
    /// Stored, being read back
    #[value(alias = "validating")]
    Stored,
    /// Read back and equal, being looked into
    #[value(alias = "processing")]
    Verified,
    /// Done
    #[value(alias = "indexed")]
    Ready,
    /// Stopped, with a sentence why
    Failed,
    /// In the trash
    Deleted,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortKey {
    /// Newest first
    Arrived,
    /// Shot last first
    Captured,
    /// From A to Z
    Title,
    /// Largest first
    Size,
    /// Longest first
    Length,
}
