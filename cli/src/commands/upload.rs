//! `heimdex upload`: looks at what was named, says what it leaves out, and sends the rest.

mod collect;
mod ingest;
mod same_card;
mod send;
mod tell;
mod wait;

use tokio_util::sync::CancellationToken;

use super::Context;
use super::transfer::{self, Tally};
use crate::args::{UploadArgs, WaitFor};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::events::{self, Events};
use crate::output::json::Selection;
pub(super) use collect::shown;
use collect::{Found, Rules};

pub(super) async fn run(context: &Context<'_>, args: UploadArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &events::FIELDS)?;
    let events = Events::new(context.printer, selection);
    let rules = Rules::new(&args.exclude, args.hidden, args.source.clone())?;
    let paths = args.paths.clone();
    let found = tokio::task::spawn_blocking(move || collect::collect(&paths, &rules))
        .await
        .map_err(|error| CliError::Runtime(error.into()))?;
    check(&args, &found)?;
    tell::found(context.printer, &events, &found, args.paths.len())?;
    let mut tally = Tally::default();
    for unusable in &found.unusable {
        tell::unusable(context.printer, &events, unusable)?;
        tally.fail(heimdex_client::ErrorClass::Failed);
    }
    if args.dry_run {
        return tell::dry_run(context.printer, &events, &found, &tally);
    }
    if found.items.is_empty() && found.roots.iter().all(|root| !root.is_whole) {
        tell::summary(context, &events, &found, &tally, false)?;
        return Ok(tally.status(false));
    }
    let client = context.settings.client()?;
    let transfers = transfer::context(context, client)?;
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let ingests = ingest::begin(&transfers, &found).await?;
    let run = send::Run {
        context,
        args: &args,
        found: &found,
        ingests: &ingests,
        transfers: &transfers,
        events: &events,
        interrupt: &interrupt,
        over: CancellationToken::new(),
    };
    run.all(&mut tally).await?;
    let is_interrupted = interrupt.soft().is_cancelled();
    if !is_interrupted && tally.not_tried == 0 {
        ingest::finish(&transfers, &found, &ingests).await?;
    }
    tell::summary(context, &events, &found, &tally, is_interrupted)?;
    Ok(tally.status(is_interrupted))
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
