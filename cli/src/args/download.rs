//! `download`.

use std::path::PathBuf;

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex download 7f3a
  heimdex download 7f3a -o interview.mp4
  heimdex download 7f3a 1c09 --to /media/backup
  heimdex download 7f3a -o - | mpv -
";

/// Get videos back
///
/// What arrives is checked part by part and as a whole before it gets its name. A download that was stopped goes on
/// where it was. A file that is there already, with the same bytes, is left as it is; one with other bytes is kept
/// unless --force is given.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct DownloadArgs {
    /// The first digits of their ids, four or more
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// The file to write, `-` for standard output; for one video only
    #[arg(short, long, value_name = "FILE", conflicts_with = "to")]
    pub(crate) output: Option<PathBuf>,
    /// The folder to write to; without it the current one
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    /// Replace files that have other bytes
    #[arg(long)]
    pub(crate) force: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
