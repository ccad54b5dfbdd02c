//! `rm`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex rm 9b77
  heimdex rm 9b77 1c09 --yes
  heimdex rm --undo 9b77
";

/// Put videos into the trash, or take them out of it
///
/// The trash keeps them for 30 days; `heimdex list --state deleted` shows them. A video that is on its way is stopped.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct RmArgs {
    /// The first digits of their ids, four or more
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Take them out of the trash
    #[arg(long)]
    pub(crate) undo: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
