//! `safe-to-wipe`.

use std::path::PathBuf;

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex safe-to-wipe /media/CARD_A
  heimdex safe-to-wipe /media/CARD_A --receipt card-a.json
  heimdex safe-to-wipe /media/CARD_A --reread && echo yes
";

/// Tell whether a card may be wiped
///
/// Reads every file under the folder again, now, and asks the server for it. The exit code is 0 only if each one is
/// stored, was read back and verified there, and is equal by BLAKE3 to what is on the card at this moment. Whatever else
/// is found makes it 3: a file that is missing, new, changed, trashed or not verified, a folder that cannot be read,
/// a link, something that is mounted inside, or no file at all. Litter of operating systems (.DS_Store, ._*, Thumbs.db
/// and their kind) is excused, counted and named. Where the server cannot be asked there is no verdict, and no yes.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct SafeToWipeArgs {
    /// The folder of the card
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Have the server read and hash what is stored once more, for this answer
    #[arg(long)]
    pub(crate) reread: bool,
    /// Take copies that the server may have read back from its memory, not from its disk
    #[arg(long)]
    pub(crate) accept_cached: bool,
    /// Write down what was proven, as JSON; only where the answer is yes
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
