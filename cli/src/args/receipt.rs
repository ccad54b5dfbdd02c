//! `receipt verify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::JsonArgs;

/// Check what `safe-to-wipe --receipt` wrote
#[derive(Debug, Args)]
pub(crate) struct ReceiptArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: ReceiptCommand,
}

/// What to do with receipts.
#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
    Verify(ReceiptVerifyArgs),
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  heimdex receipt verify card-a.json
  heimdex receipt verify card-a.json --reread
  heimdex receipt verify card-a.mhl --json=safe,findings
";

/// Tell whether everything on a receipt is still stored and verified
///
/// Asks the server, and through it its store, for every file that the receipt names, by size and BLAKE3. The exit code is
/// 0 if each is there now and verified, 3 if one is not, which is named with the reason, 4 if nobody is logged in, 5 if
/// the server cannot be reached. A receipt that was cut off or changed since it was written is refused. FILE may be the
/// JSON, or the .mhl that was written beside it; MHL files of other programs have no BLAKE3 that could be asked for.
#[derive(Debug, Args)]
#[command(before_long_help = VERIFY_EXAMPLES)]
pub(crate) struct ReceiptVerifyArgs {
    /// The receipt
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Have the server read and hash what is stored once more, for this answer
    #[arg(long)]
    pub(crate) reread: bool,
    /// Take copies that the server may have read back from its memory, not from its disk
    #[arg(long)]
    pub(crate) accept_cached: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
