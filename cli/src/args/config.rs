//! `config show | path`.

use clap::{Args, Subcommand};

use super::JsonArgs;

/// Show what holds, and where it comes from
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// What to show.
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// What to show of the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    Show(ConfigShowArgs),
    Path(ConfigPathArgs),
}

const SHOW_EXAMPLES: &str = "\
Examples:
  heimdex config show
  heimdex config show --profile archive
  heimdex config show --json
";

/// Show each value and where it comes from
#[derive(Debug, Args)]
#[command(before_long_help = SHOW_EXAMPLES)]
pub(crate) struct ConfigShowArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const PATH_EXAMPLES: &str = "\
Examples:
  heimdex config path
  $EDITOR \"$(heimdex config path)\"
";

/// Print the path of the configuration file
#[derive(Debug, Args)]
#[command(before_long_help = PATH_EXAMPLES)]
pub(crate) struct ConfigPathArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
