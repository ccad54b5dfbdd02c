//! `heimdex upload`: looks at what was named, says what it leaves out, and sends the rest.

mod collect;
mod found;
pub(crate) mod ingest;
mod listed;
mod send;
mod summary;
mod tell;
mod wait;

use std::path::PathBuf;

use heimdex_client::bwlimit::Throttle;

use super::Context;
use super::transfer;
use crate::args::{UploadArgs, WaitFor};
use crate::clock;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::events::{self, Events};
use crate::output::json::Selection;
use collect::{Named, Rules};
pub(crate) use found::{Found, shown};
use listed::{Listed, Separator};
use summary::{Report, Summary};

pub(super) async fn run(context: &Context<'_>, args: UploadArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &events::FIELDS)?;
    let events = Events::new(context.printer, selection);
    let Some(path) = &args.summary else {
        return whole(context, &args, &events, &mut Report::default()).await;
    };
    let (summary, events) = (Summary::begin(path)?, events.keeping());
    let mut report = Report::default();
    let result = whole(context, &args, &events, &mut report).await;
    match (summary.write(context, &events, &report, &result), result) {
        (Err(unwritten), Err(error)) => {
            context.printer.error(&unwritten);
            Err(error)
        }
        (Err(unwritten), Ok(ExitStatus::Done)) => Err(unwritten),
        (Err(unwritten), Ok(status)) => {
            context.printer.error(&unwritten);
            Ok(status)
        }
        (Ok(()), result) => result,
    }
}

/// All of it; what is known by then is in the report, however it ends.
async fn whole(
    context: &Context<'_>,
    args: &UploadArgs,
    events: &Events,
    report: &mut Report,
) -> Result<ExitStatus, CliError> {
    let rules = Rules::new(&args.exclude, args.hidden, args.source.clone())?;
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let looking = look(args, rules);
    let Some(found) = interrupt.soft().run_until_cancelled(looking).await else {
        report.is_interrupted = true;
        return Ok(ExitStatus::Interrupted);
    };
    let named;
    (report.found, named) = found?;
    let found = &report.found;
    check(args, found)?;
    tell::found(context.printer, events, found, named)?;
    let tally = &mut report.tally;
    for unusable in &found.unusable {
        tell::unusable(context.printer, events, unusable)?;
        tally.fail(heimdex_client::ErrorClass::Failed);
    }
    if args.dry_run {
        return tell::dry_run(context.printer, events, found, tally);
    }
    if found.items.is_empty() && found.roots.iter().all(|root| !root.is_whole) {
        tell::summary(context, args, events, found, tally, false)?;
        return Ok(tally.status(false));
    }
    let client = context.settings.client()?;
    let throttle = Throttle::new(args.bwlimit.clone(), clock::now);
    let transfers = transfer::context(context, client)?.with_throttle(throttle);
    report.ingests = ingest::begin(&transfers, found).await?;
    let run = send::Run {
        context,
        args,
        found,
        ingests: &report.ingests,
        transfers: &transfers,
        events,
        interrupt: &interrupt,
    };
    run.all(tally).await?;
    report.is_interrupted = interrupt.soft().is_cancelled();
    if !report.is_interrupted && tally.not_tried == 0 {
        let all_came = tally.failed == found.unusable.len() as u64;
        ingest::finish(&transfers, found, &report.ingests, all_came).await?;
    }
    if let Some(why) = transfers.journal_trouble() {
        context.printer.warn(&format!(
            "the journal could not be written: {why}. An upload that is interrupted still goes on, from what the server \
             has"
        ));
    }
    tell::summary(context, args, events, found, tally, report.is_interrupted)?;
    Ok(tally.status(report.is_interrupted))
}

/// Looks at everything that was named; the number of names comes with it.
async fn look(args: &UploadArgs, rules: Rules) -> Result<(Found, usize), CliError> {
    let (paths, files_from) = (args.paths.clone(), args.files_from.clone());
    let separator = if args.null {
        Separator::Nul
    } else {
        Separator::Newline
    };
    let looking = move || -> Result<_, CliError> {
        let listed = match &files_from {
            Some(list) => Listed::read(list, separator)?,
            None => Listed::default(),
        };
        let names = paths.len() + listed.paths().len();
        Ok((collect::collect(&Named { paths, listed }, &rules), names))
    };
    tokio::task::spawn_blocking(looking)
        .await
        .map_err(|error| CliError::Runtime(error.into()))?
}

/// What there is to upload at these paths, by the rules that hold where none was typed.
pub(crate) fn look_at(paths: Vec<PathBuf>) -> Result<Found, CliError> {
    let rules = Rules::new(&[], false, None)?;
    Ok(collect::collect(
        &Named {
            paths,
            listed: Listed::default(),
        },
        &rules,
    ))
}

/// How far to wait for each file.
fn stage(args: &UploadArgs) -> WaitFor {
    args.wait_for.unwrap_or(if args.wait {
        WaitFor::Ready
    } else {
        WaitFor::Stored
    })
}

/// What is about one file cannot be said of many.
fn check(args: &UploadArgs, found: &Found) -> Result<(), CliError> {
    let of_one = [
        ("--title", &args.title),
        ("--description", &args.description),
    ];
    let flag = of_one
        .iter()
        .find(|(_, value)| value.is_some())
        .map(|(flag, _)| flag);
    match flag {
        Some(flag) if found.items.len() > 1 => Err(CliError::usage(
            format!(
                "{flag} is for one file, and these are {}",
                found.items.len()
            ),
            "send that file alone, or tag them all with --tag",
        )),
        _ => Ok(()),
    }
}
