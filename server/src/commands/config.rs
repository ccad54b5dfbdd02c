//! `heimdex-server config`: what holds, and where it comes from.

use std::io::Write;

use super::CommandError;
use crate::args::ConfigArgs;
use crate::config::Shown;

pub(super) fn run(shown: &[Shown], args: &ConfigArgs) -> Result<(), CommandError> {
    let mut text = if args.json {
        format!("{:#}", Shown::to_json(shown))
    } else {
        let lines: Vec<String> = shown.iter().map(Shown::line).collect();
        lines.join("\n")
    };
    text.push('\n');
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(CommandError::Output)
}
