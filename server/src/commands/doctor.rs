//! `heimdex-server doctor`: whether everything works together, and what to do where it does not.

use std::io::Write as _;

use super::{CommandError, ExitStatus};
use crate::args::DoctorArgs;
use crate::config::Config;
use crate::{doctor, logging};

pub(super) fn run(config: Config, args: &DoctorArgs) -> Result<ExitStatus, CommandError> {
    // What is said here is said once, by the report.
    logging::start("off")?;
    let report = super::runtime()?.block_on(doctor::look(config, args.public_at));
    let mut text = if args.json {
        report.to_json().to_string()
    } else {
        report.to_text()
    };
    if args.json {
        text.push('\n');
    }
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.map_err(CommandError::Output)?;
    Ok(if report.all_well() {
        ExitStatus::Done
    } else {
        ExitStatus::NotSo
    })
}
