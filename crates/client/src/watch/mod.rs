//! What a watch is told to do: its rules, how they are read, and what they say of a name.
//!
//! Nothing here looks at a file but `declared`: the daemon and `safe-to-wipe` do, and ask.

pub mod declared;
mod limits;
mod matcher;
mod rules;

pub use limits::{NotWithin, Parallel, RescanEvery};
pub use matcher::{InTree, Left, Matcher, RULES_FILE, RULES_FILE_MOST, RuleError, Verdict};
pub use rules::{AfterVerified, DEFAULT_RULES, Existing, Rules, SETTLE_DEFAULT, TitleFrom};
