//! `heimdexd`: will watch folders and get every finished video off the machine. So far it only says so.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

const WHAT_IT_WILL_DO: &str = "\
heimdexd does not watch anything yet. It will watch folders, wait until a file is really finished, queue it and
upload it. Until then `heimdex upload DIR` takes in a folder, and does nothing where nothing is new.";

/// Watches folders and uploads every finished video. Not there yet: this version only says what it will do.
#[derive(Debug, Parser)]
#[command(name = "heimdexd", version)]
struct Args {}

fn main() -> ExitCode {
    let Args {} = Args::parse();
    // A reader that went away has read what it wanted.
    let _ = writeln!(io::stdout(), "{WHAT_IT_WILL_DO}");
    ExitCode::SUCCESS
}
