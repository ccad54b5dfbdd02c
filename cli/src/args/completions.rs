//! `completions`.

use clap::Args;
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  source <(heimdex completions bash)          # in ~/.bashrc
  source <(heimdex completions zsh)           # in ~/.zshrc, after compinit
  heimdex completions fish | source           # in ~/.config/fish/config.fish
";

/// Print what makes a shell complete ids, tags, sources and profiles
///
/// What is offered comes from the server, which has 0.3 s to answer, and is kept for a minute. A locked keyring is
/// left locked: then there is nothing to offer but what is known already.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
