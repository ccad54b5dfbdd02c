//! `why`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex why /media/CARD_A/CLIP/A003C020.mp4
  heimdex why q17
  heimdex why 7f3a
";

/// Tell why a file is sent, waits, or is left out
///
/// The rules and observations that led there, in words.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct WhyArgs {
    /// The file, its place in the queue (`q17`), or the first digits of its video's id
    #[arg(value_name = "FILE|ID")]
    pub(crate) subject: std::path::PathBuf,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
