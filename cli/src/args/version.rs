//! `version`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex version
  heimdex version --json
";

/// Show the version, and the server's
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct VersionArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
