//! `tui`.

use clap::Args;

const EXAMPLES: &str = "\
Examples:
  heimdex
  heimdex tui
  heimdex tui --profile archive
";

/// Open the library in this terminal
///
/// What `heimdex` alone does, too. `?` shows the keys. `tui.toml`, beside the configuration, holds a theme and keys of
/// one's own.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct TuiArgs {}
