//! `pause` and `resume`.

use clap::Args;

use super::JsonArgs;

const PAUSE_EXAMPLES: &str = "\
Examples:
  heimdex pause
  heimdex pause --for 2h
  heimdex pause --watch /media/CARD_A
";

/// Send nothing for a while
///
/// What is in flight arrives; files are still noticed and queued. A pause outlives the daemon.
#[derive(Debug, Args)]
#[command(before_long_help = PAUSE_EXAMPLES)]
pub(crate) struct PauseArgs {
    /// Only what comes from this watch: its folder or its id
    #[arg(long, value_name = "DIR|ID")]
    pub(crate) watch: Option<String>,
    /// For so long, as `30m`, `2h` or `1d`; without it until `heimdex resume`
    #[arg(long = "for", value_name = "LENGTH")]
    pub(crate) length: Option<String>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const RESUME_EXAMPLES: &str = "\
Examples:
  heimdex resume
  heimdex resume --watch w3
";

/// Go on after a pause
#[derive(Debug, Args)]
#[command(before_long_help = RESUME_EXAMPLES)]
pub(crate) struct ResumeArgs {
    /// Only with this watch: its folder or its id; without it with everything
    #[arg(long, value_name = "DIR|ID")]
    pub(crate) watch: Option<String>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
