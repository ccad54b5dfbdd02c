//! `ingests`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex ingests
  heimdex ingests --source \"A cam, day 3\"
  heimdex ingests 4c1d
  heimdex ingests 4c1d --json=is_whole,missing
";

/// Tell whether a card or folder arrived whole
///
/// Without an ID it lists what was taken in. With one it says how many files were on the card, how many are stored and
/// verified, and names what is missing, also what was deleted or failed since. Its exit code is 3 unless all of it is
/// there.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct IngestsArgs {
    /// The first digits of its id, four or more
    pub(crate) id: Option<String>,
    /// Those of this card, reel or folder
    #[arg(long, value_name = "LABEL", conflicts_with = "id")]
    pub(crate) source: Option<String>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
