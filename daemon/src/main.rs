//! `heimdexd`: everything is in the library, so that its parts can be tested and documented.

use std::process::ExitCode;

fn main() -> ExitCode {
    heimdex_daemon::main()
}
