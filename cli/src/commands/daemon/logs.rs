//! `heimdex daemon logs`: the system's journal where it runs as a service, else its own files.

mod line;

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use fs_err::File;
use tokio::io::{AsyncBufReadExt as _, BufReader as AsyncBufReader};
use tokio::process::Command;

use super::systemd::{Found, Systemd};
use super::unit::UNIT;
use crate::args::DaemonLogsArgs;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::json::Selection;

const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Full files that the daemon keeps, the newest first.
const KEPT: u32 = 4;

pub(super) async fn run(
    context: &Context<'_>,
    args: &DaemonLogsArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &line::FIELDS)?;
    if let Found::Here(systemd) = Systemd::find(context).await?
        && systemd.is_installed()
    {
        return of_journal(context, args, selection.as_ref()).await;
    }
    let paths = context.settings.paths.as_ref().ok_or(CliError::NoHome)?;
    let directory = paths.logs_dir();
    let present = directory.join("heimdexd.log");
    let mut files: Vec<PathBuf> = (1..=KEPT)
        .rev()
        .map(|number| directory.join(format!("heimdexd.{number}.log")))
        .collect();
    files.push(present.clone());
    files.retain(|file| file.is_file());
    if files.is_empty() {
        context
            .printer
            .talk("The daemon has logged nothing yet. `heimdex daemon start` starts it.");
        return Ok(ExitStatus::Done);
    }
    let wanted = usize::try_from(args.lines).unwrap_or(usize::MAX);
    for line in last_lines(&files, wanted)? {
        print(context, selection.as_ref(), &line)?;
    }
    if args.follow {
        return follow(context, &present, selection.as_ref()).await;
    }
    Ok(ExitStatus::Done)
}

/// Prints a line as it is, or its parts.
fn print(context: &Context<'_>, selection: Option<&Selection>, line: &str) -> Result<(), CliError> {
    match selection {
        // One object a line, in a terminal too: the lines do not end where they are followed.
        Some(selection) => {
            let line = selection.pick(&line::Line::of_file(line));
            context.printer.json(&line.to_string())
        }
        None => context.printer.data(line),
    }
}

async fn of_journal(
    context: &Context<'_>,
    args: &DaemonLogsArgs,
    selection: Option<&Selection>,
) -> Result<ExitStatus, CliError> {
    let mut command = Command::new("journalctl");
    command
        .args(["--user", "--unit", UNIT, "--no-pager", "--lines"])
        .arg(args.lines.to_string())
        .stdin(Stdio::null());
    if args.follow {
        command.arg("--follow");
    }
    let fail = |error: std::io::Error| CliError::Daemon {
        message: format!("cannot run `journalctl`: {error}"),
        hint: None,
    };
    let status = match selection {
        None => command.status().await.map_err(fail)?,
        Some(selection) => {
            command
                .args(["--output=json", "--output-fields=MESSAGE"])
                .stdout(Stdio::piped())
                .kill_on_drop(true);
            let mut running = command.spawn().map_err(fail)?;
            if let Some(entries) = running.stdout.take() {
                let mut entries = AsyncBufReader::new(entries).lines();
                while let Some(entry) = entries.next_line().await.map_err(fail)? {
                    if let Some(line) = line::of_journal(&entry) {
                        context.printer.json(&selection.pick(&line).to_string())?;
                    }
                }
            }
            running.wait().await.map_err(fail)?
        }
    };
    Ok(if status.success() {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}

/// The last lines of all files, in order.
fn last_lines(files: &[PathBuf], wanted: usize) -> Result<VecDeque<String>, CliError> {
    let mut last = VecDeque::new();
    for file in files {
        let lines = BufReader::new(open(file)?).split(b'\n');
        for line in lines {
            let line = line.map_err(|source| unreadable(file, source))?;
            last.push_back(String::from_utf8_lossy(&line).into_owned());
            if last.len() > wanted {
                last.pop_front();
            }
        }
    }
    Ok(last)
}

/// What is written from now on, until Ctrl-C; a file that was put aside is left for the new one.
async fn follow(
    context: &Context<'_>,
    path: &Path,
    selection: Option<&Selection>,
) -> Result<ExitStatus, CliError> {
    let interrupt = Interrupt::listen_quietly().map_err(CliError::Runtime)?;
    let mut file = open(path)?;
    let mut at = file
        .seek(SeekFrom::End(0))
        .map_err(|source| unreadable(path, source))?;
    let mut pending = String::new();
    let mut due = tokio::time::interval(LOOK_AGAIN);
    while interrupt
        .soft()
        .run_until_cancelled(due.tick())
        .await
        .is_some()
    {
        let mut bytes = Vec::new();
        let read = file.read_to_end(&mut bytes);
        at += read.map_err(|source| unreadable(path, source))? as u64;
        pending.push_str(&String::from_utf8_lossy(&bytes));
        while let Some((line, rest)) = pending.split_once('\n') {
            print(context, selection, line)?;
            pending = rest.to_owned();
        }
        if fs_err::metadata(path).is_ok_and(|present| present.len() < at) {
            file = open(path)?;
            at = 0;
        }
    }
    Ok(ExitStatus::Interrupted)
}

fn open(path: &Path) -> Result<File, CliError> {
    File::open(path).map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: std::io::Error) -> CliError {
    CliError::Path {
        path: path.to_owned(),
        source,
    }
}
