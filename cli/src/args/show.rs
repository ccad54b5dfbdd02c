//! `show`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex show 9b77
  heimdex show 9b77 --json=state,blake3,locations
";

/// Show one video
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct ShowArgs {
    /// The first digits of its id, four or more
    pub(crate) id: String,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
