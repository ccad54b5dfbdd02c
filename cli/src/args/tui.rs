//! `tui`.

use clap::{Args, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  heimdex
  heimdex tui
  heimdex tui --profile archive
  heimdex tui --posters half-blocks
";

/// Open the library in this terminal
///
/// What `heimdex` alone does, too. `?` shows the keys. `tui.toml`, beside the configuration, holds a theme and keys of
/// one's own.
#[derive(Debug, Default, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct TuiArgs {
    /// How posters are shown; without it what `tui.toml` says, else the best way that the terminal has
    #[arg(long, value_name = "HOW", value_enum)]
    pub(crate) posters: Option<Posters>,
}

/// How posters are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Posters {
    /// The best way that the terminal has, which it is asked for
    Auto,
    /// By the graphics protocol of kitty
    Kitty,
    /// By that of iTerm2
    Iterm2,
    /// As sixels
    Sixel,
    /// As characters, each of two coloured halves
    HalfBlocks,
    /// Not at all
    Off,
}
