//! `safe-to-wipe`.

use std::path::PathBuf;

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex safe-to-wipe /media/CARD_A
  heimdex safe-to-wipe /media/CARD_A --wait --for 2h
  heimdex safe-to-wipe /media/CARD_A --receipt card-a.json
  heimdex safe-to-wipe /media/CARD_A --reread && echo yes
";

/// Tell whether a card may be wiped
///
/// Reads every file under the folder again, now, and asks the server for it. The exit code is 0 only if each one is
/// stored, was read back and verified there, and is equal by BLAKE3 to what is on the card at this moment. Whatever else
/// is found makes it 3: a file that is missing, new, changed, trashed or not verified, a folder that cannot be read,
/// a link, something that is mounted inside, or no file at all. What the rules of a watch leave out, which you wrote or
/// accepted, is excused, counted and named, and so is litter of operating systems (.DS_Store, ._*, Thumbs.db and their
/// kind). Checksum files on the card (ASC MHL, MHL, md5sum and its kind) are checked in the same read: where they and the
/// card disagree it is 3 as well. Where the server cannot be asked there is no verdict, and no yes.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(crate) struct SafeToWipeArgs {
    /// The folder of the card
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Wait while files of the card are on their way, until the answer is known
    #[arg(long)]
    pub(crate) wait: bool,
    /// With --wait: no longer than this, as `30m`, `2h` or `1d`
    #[arg(long = "for", value_name = "LENGTH", requires = "wait")]
    pub(crate) length: Option<String>,
    /// Have the server read and hash what is stored once more, for this answer
    #[arg(long)]
    pub(crate) reread: bool,
    /// Take copies that the server may have read back from its memory, not from its disk
    #[arg(long)]
    pub(crate) accept_cached: bool,
    /// Leave checksum files on the card aside
    #[arg(long)]
    pub(crate) without_manifests: bool,
    /// Write down what was proven, as JSON and beside it as ASC MHL (.mhl); only where the answer is yes
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
