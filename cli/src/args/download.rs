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
  heimdex download --source \"A cam, day 3\" --to /media/backup/CARD_A
";

/// Get videos back
///
/// What arrives is checked part by part and as a whole before it gets its name. A download that was stopped goes on
/// where it was. A file that is there already, with the same bytes, is left as it is; one with other bytes is kept
/// unless --force is given.
///
/// --source and --ingest bring a whole card or folder back below --to, with its folders, names and times. Nothing that
/// is there is replaced: of two contents at one path the second becomes `name~1c09e2d4.ext`, is named, and the exit code
/// is 3.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct DownloadArgs {
    /// The first digits of their ids, four or more
    #[arg(value_name = "ID", required_unless_present_any = ["source", "ingest"], conflicts_with_all = ["source", "ingest"])]
    pub(crate) ids: Vec<String>,
    /// All that was taken in under this label, as the tree that it was
    #[arg(long, value_name = "LABEL", requires = "to", conflicts_with_all = ["ingest", "output", "force"])]
    pub(crate) source: Option<String>,
    /// All of one run over a card or folder, by the first digits of its id
    #[arg(long, value_name = "ID", requires = "to", conflicts_with_all = ["output", "force"])]
    pub(crate) ingest: Option<String>,
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
