//! `rm`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex rm 9b77
  heimdex rm 9b77 1c09 --yes
";

/// Put videos into the trash
///
/// The trash keeps them for 30 days. A video that is on its way is stopped.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct RmArgs {
    /// The first digits of their ids, four or more
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
