//! `edit`.

use clap::Args;

use super::JsonArgs;

const EXAMPLES: &str = "\
Examples:
  heimdex edit 7f3a
  heimdex edit 7f3a --title \"Interview Okonkwo\" --tag paris --untag rushes
  heimdex edit 9b77 --damaged
";

/// Change what is said of a video
///
/// Without a flag it opens title, tags and description in your editor ($VISUAL, else $EDITOR). What somebody else
/// changed meanwhile is never overwritten: it is said instead.
#[derive(Debug, Args)]
#[command(before_long_help = EXAMPLES)]
pub(crate) struct EditArgs {
    /// The first digits of its id, four or more
    pub(crate) id: String,
    /// What to call it; empty: by its file
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// What to say of it; empty: nothing
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Add a tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
    /// Take a tag away; may be given several times
    #[arg(long = "untag", value_name = "TAG")]
    pub(crate) untags: Vec<String>,
    /// Keep it as it is though its container is damaged
    #[arg(long)]
    pub(crate) damaged: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
