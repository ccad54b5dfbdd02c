//! `list`.

use clap::{Args, ValueEnum};

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex list
  heimdex list okonkwo --since monday
  heimdex list --state failed --json=title,error_text
  heimdex list --source \"A cam, day 3\" --sort size --limit 10
  heimdex list --camera fx6 --min-duration 10m --captured-since 2026-11-20
  heimdex list --json --limit 50 --cursor CURSOR
  heimdex list --follow --state uploading
";

/// List videos
///
/// In a terminal it shows the newest 50 and says how many more there are; in a pipe, and as JSON, it prints all of
/// them. A pipe gets tab-separated columns: title, state, seconds, bytes, time of capture, source, id. There and in JSON
/// states are the API's words: `validating` for stored, `processing` for verified, `indexed` for ready; --state takes
/// both.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct ListArgs {
    /// Text within title or file name
    pub(crate) text: Option<String>,
    /// In this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<StateFilter>,
    /// Whose id begins with these digits, four at least
    #[arg(long, value_name = "DIGITS")]
    pub(crate) id: Option<String>,
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
    /// Videos, or files that are none
    #[arg(long, value_enum)]
    pub(crate) kind: Option<KindFilter>,
    /// Shot with a camera whose name holds this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) camera: Option<String>,
    /// At least so long: `90s`, `5m`, `1h30m`, 1:30:00
    #[arg(long, value_name = "LENGTH")]
    pub(crate) min_duration: Option<String>,
    /// At most so long
    #[arg(long, value_name = "LENGTH")]
    pub(crate) max_duration: Option<String>,
    /// Sorted by this
    #[arg(long, value_enum, value_name = "KEY", default_value = "arrived")]
    pub(crate) sort: SortKey,
    /// In this order; without it the one that is named with --sort
    #[arg(long, value_enum, value_name = "ORDER")]
    pub(crate) order: Option<OrderArg>,
    /// The other way round
    #[arg(long, conflicts_with = "order")]
    pub(crate) reverse: bool,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) limit: Option<u64>,
    /// The page that `next_cursor` or `prev_cursor` of an earlier one names, with the same filters
    ///
    /// One page of --limit videos, at most 500, else 50.
    #[arg(long, value_name = "CURSOR", conflicts_with = "follow")]
    pub(crate) cursor: Option<String>,
    /// Go on showing it as it changes, until Ctrl-C
    ///
    /// A terminal shows the first 20 videos, or --limit. A pipe gets a line, and --json one object a line, for each of the
    /// first 50, or --limit, and again for each that has changed; of one that is deleted with the state `deleted`.
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// How many there may be.
fn at_least_one(text: &str) -> Result<u64, &'static str> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("it must be a whole number, 1 at least"),
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindFilter {
    /// A video
    Video,
    /// Any other file
    File,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderArg {
    /// The oldest, smallest or shortest first; from A to Z
    Asc,
    /// The newest, largest or longest first; from Z to A
    Desc,
}

/// Where a video stands, in people's words and in the API's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateFilter {
    /// On its way
    #[value(aliases = ["sent", "sending"])]
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
