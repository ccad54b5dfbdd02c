//! `upload`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use heimdex_client::bwlimit::Timetable;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex upload interview.mp4
  heimdex upload /media/CARD_A --source \"A cam, day 3\" --tag paris
  heimdex upload /media/CARD_A --dry-run
  heimdex upload interview.mp4 --wait
  heimdex upload /media/CARD_A --bwlimit '08:00,2M 18:00,off'
  find . -name '*.MP4' -print0 | heimdex upload --files-from - -0
  heimdex upload /srv/rushes --quiet --summary /var/lib/rushes/last-night.json
";

/// Send files and folders
///
/// Folders are walked through. Each folder that is named is taken in as a whole, under its --source, and what is left
/// out is said. The second time is free: the same command goes on where it was, or says that there is nothing to do.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that a person types"
)]
pub(crate) struct UploadArgs {
    /// Files and folders
    #[arg(required_unless_present = "files_from", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Send also what this file names, one path a line; `-` is standard input
    ///
    /// Relative paths keep their place below the directory that the command runs in, absolute ones below the folder
    /// that they have in common.
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,
    /// Paths in --files-from end with a zero byte, as `find -print0` writes them
    #[arg(short = '0', long, requires = "files_from")]
    pub(crate) null: bool,
    /// What to call it; for one file only
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// What to say of it; for one file only
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
    /// The card, reel or folder that the files come from; without it the folder's name
    #[arg(long, value_name = "LABEL")]
    pub(crate) source: Option<String>,
    /// Leave out what matches, as `*.LRV` or `proxies/**`; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Take hidden files too
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Send no faster than this, in bytes a second, or by a timetable: `2M`, `off`, `08:00,2M 18:00,off`
    ///
    /// As rclone has it: K, M and G are KiB, MiB and GiB a second, a number alone is KiB. In a timetable each entry holds
    /// from its time on, by this machine's clock; `Mon-08:00,1M` is for one day of the week.
    #[arg(
        long,
        value_name = "RATE",
        default_value = "off",
        hide_default_value = true
    )]
    pub(crate) bwlimit: Timetable,
    /// Say what would be sent, and send nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Wait until the server is done: --wait-for ready
    #[arg(long, conflicts_with = "wait_for")]
    pub(crate) wait: bool,
    /// Wait until the server has come so far
    #[arg(long, value_enum, value_name = "STAGE")]
    pub(crate) wait_for: Option<WaitFor>,
    /// Keep damaged videos as they are
    #[arg(long)]
    pub(crate) damaged: bool,
    /// Send also what is stored already, as a video of its own
    #[arg(long)]
    pub(crate) allow_duplicate: bool,
    /// Ask the store itself, too, and send again what it lost of what is stored already
    #[arg(long, conflicts_with = "allow_duplicate")]
    pub(crate) check_store: bool,
    /// Write what happened into this file as JSON, however it ends: for cron
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) summary: Option<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// How far to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum WaitFor {
    /// All bytes are in the store
    Stored,
    /// They were read back and are equal
    Verified,
    /// They were looked into as well
    Ready,
}
