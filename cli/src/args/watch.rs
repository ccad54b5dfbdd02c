//! `watch add | list | edit | rm`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use heimdex_client::watch::{Parallel, RescanEvery};

use super::JsonArgs;

/// Watch folders, so that the daemon sends every finished video in them
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: WatchCommand,
}

/// What to do with watches.
#[derive(Debug, Subcommand)]
pub(crate) enum WatchCommand {
    Add(WatchAddArgs),
    #[command(visible_alias = "ls")]
    List(WatchListArgs),
    Edit(WatchEditArgs),
    Rm(WatchRmArgs),
}

const ADD_EXAMPLES: &str = "\
Examples:
  heimdex watch add ~/Videos
  heimdex watch add /media/CARD_A --source \"A cam\" --tag paris
  heimdex watch add /srv/exports --existing skip --settle 2m --exclude 'proxies/'
  heimdex watch add /srv/rushes --bwlimit \"08:00,2M 18:00,off\"
";

/// Watch a folder
///
/// The usual rules (what editors, cameras, browsers and downloaders leave) are written into the watch and printed: from
/// then on they are yours, and `heimdex status` counts what they leave out.
#[derive(Debug, Args)]
#[command(before_long_help = ADD_EXAMPLES)]
pub(crate) struct WatchAddArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// What becomes of files that are there already
    #[arg(long, value_enum, value_name = "WHAT", default_value = "upload")]
    pub(crate) existing: ExistingChoice,
    /// What it takes, and what it does with it.
    #[command(flatten)]
    pub(crate) rules: WatchRuleArgs,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

/// What a watch takes, and what it does with it.
#[derive(Debug, Args)]
pub(crate) struct WatchRuleArgs {
    /// The label of what comes from it; without it the folder's name
    #[arg(long, value_name = "LABEL")]
    pub(crate) source: Option<String>,
    /// A tag for every video; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
    /// What titles are made of
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) title_from: Option<TitleChoice>,
    /// Take only what matches, as `*.mp4`; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave out what matches, in the syntax of .gitignore; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Leave out smaller files, as `100K` or `5M`
    #[arg(long, value_name = "SIZE")]
    pub(crate) min_size: Option<String>,
    /// How long a file must be still before it is sent, as `10s` or `2m`
    #[arg(long, value_name = "LENGTH")]
    pub(crate) settle: Option<String>,
    /// What becomes of a file here once it is proven to be stored
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) after_verified: Option<AfterChoice>,
    /// Look again and again instead of waiting for the system to tell of changes
    #[arg(long)]
    pub(crate) poll: bool,
    /// How fast, as `2M` or `08:00,2M 18:00,off`
    #[arg(long, value_name = "RATE")]
    pub(crate) bwlimit: Option<String>,
    /// Send so many of its files, or groups of small ones, at once, at most
    #[arg(long, value_name = "N")]
    pub(crate) parallel: Option<Parallel>,
    /// Look through all of it so often, as `30m` or `6h`, whatever the system tells
    #[arg(long, value_name = "LENGTH")]
    pub(crate) rescan: Option<RescanEvery>,
}

/// What becomes of files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExistingChoice {
    /// They are sent too
    Upload,
    /// They are left alone until they change
    Skip,
}

/// What titles are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TitleChoice {
    /// The file's name
    Name,
    /// The folder that it lies in, and its name
    Folder,
    /// All folders below the watch, and its name
    Path,
}

/// What becomes of a file once it is proven to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AfterChoice {
    /// It stays
    Keep,
    /// It goes to the trash of this machine
    Trash,
}

const LIST_EXAMPLES: &str = "\
Examples:
  heimdex watch list
  heimdex watch list --json=id,path,exclude
";

/// List the folders under watch
#[derive(Debug, Args)]
#[command(before_long_help = LIST_EXAMPLES)]
pub(crate) struct WatchListArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const EDIT_EXAMPLES: &str = "\
Examples:
  heimdex watch edit ~/Videos --tag paris --exclude '*.wav'
  heimdex watch edit w3 --no-tags --settle 30s
  heimdex watch edit w3 --parallel 1 --rescan 15m
  heimdex watch edit w3 --ignore-file rules.txt
";

/// Change what a watch takes, or what it does with it
///
/// What is not named stays as it is.
#[derive(Debug, Args)]
#[command(before_long_help = EDIT_EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that a person types"
)]
pub(crate) struct WatchEditArgs {
    /// Its folder or its id
    #[arg(value_name = "DIR|ID")]
    pub(crate) watch: String,
    /// What it takes, and what it does with it.
    #[command(flatten)]
    pub(crate) rules: WatchRuleArgs,
    /// Take away all tags, before those that are named
    #[arg(long)]
    pub(crate) no_tags: bool,
    /// Take away all --include, before those that are named
    #[arg(long)]
    pub(crate) no_include: bool,
    /// Take away all --exclude, before those that are named
    #[arg(long)]
    pub(crate) no_exclude: bool,
    /// Let the system tell of changes where it can
    #[arg(long, conflicts_with = "poll")]
    pub(crate) no_poll: bool,
    /// Send as fast as it goes
    #[arg(long, conflicts_with = "bwlimit")]
    pub(crate) no_bwlimit: bool,
    /// Send as many of its files at once as the daemon does without being told
    #[arg(long, conflicts_with = "parallel")]
    pub(crate) no_parallel: bool,
    /// Look through it as often as the daemon does without being told
    #[arg(long, conflicts_with = "rescan")]
    pub(crate) no_rescan: bool,
    /// Take this file's rules instead of those that `watch add` wrote; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore_file: Option<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const RM_EXAMPLES: &str = "\
Examples:
  heimdex watch rm ~/Videos
  heimdex watch rm w3 --yes
";

/// Watch a folder no more
///
/// What is stored stays, here and at the server; what waits in the queue is not sent any more.
#[derive(Debug, Args)]
#[command(before_long_help = RM_EXAMPLES)]
pub(crate) struct WatchRmArgs {
    /// Their folders or ids
    #[arg(required = true, value_name = "DIR|ID")]
    pub(crate) watches: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
