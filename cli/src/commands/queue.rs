//! `heimdex queue`: what the daemon is to send, and unfinished uploads, this machine's and those that the server knows of.

mod cancel;
mod list;
mod move_item;
mod named;
mod resume;
mod retry;
mod send;
mod waiting;

use std::collections::HashMap;
use std::path::PathBuf;

use heimdex_api::VideoId;
use heimdex_api::limits::ID_PREFIX_MIN;
use heimdex_api::upload::{OpenUpload, OpenUploadsQuery};
use heimdex_client::ApiClient;
use heimdex_client::journal::JournaledUpload;
use heimdex_client::transfer::TransferContext;

use super::Context;
use crate::args::{QueueArgs, QueueCommand};
use crate::error::CliError;
use crate::exit::ExitStatus;
use named::Named;

pub(super) async fn run(context: &Context<'_>, args: QueueArgs) -> Result<ExitStatus, CliError> {
    match args.command {
        None => list::run(context, &args.json).await,
        Some(QueueCommand::List(args)) => list::run(context, &args.json).await,
        Some(QueueCommand::Send(args)) => send::run(context, &args).await,
        Some(QueueCommand::Resume(args)) => resume::run(context, &args).await,
        Some(QueueCommand::Retry(args)) => retry::run(context, &args).await,
        Some(QueueCommand::Move(args)) => move_item::run(context, &args).await,
        Some(QueueCommand::Cancel(args)) => cancel::run(context, &args).await,
    }
}

/// An unfinished upload, as either side knows it.
struct Entry {
    video_id: VideoId,
    here: Option<JournaledUpload>,
    there: Option<OpenUpload>,
}

/// Everything that both sides know of, the server's order first.
async fn entries(transfers: &TransferContext) -> Result<Vec<Entry>, CliError> {
    let open = open_uploads(transfers.api()).await?;
    let mut here: HashMap<VideoId, JournaledUpload> = journaled(transfers)?
        .into_iter()
        .filter_map(|upload| Some((upload.answered.as_ref()?.video_id, upload)))
        .collect();
    let mut entries: Vec<Entry> = open
        .into_iter()
        .map(|there| Entry {
            video_id: there.video_id,
            here: here.remove(&there.video_id),
            there: Some(there),
        })
        .collect();
    let mut rest: Vec<_> = here.into_iter().collect();
    rest.sort_by_key(|(_, upload)| upload.started_at);
    entries.extend(rest.into_iter().map(|(video_id, here)| Entry {
        video_id,
        here: Some(here),
        there: None,
    }));
    Ok(entries)
}

/// What this machine began and did not end.
fn journaled(transfers: &TransferContext) -> Result<Vec<JournaledUpload>, CliError> {
    Ok(transfers
        .journal()
        .unfinished_uploads(transfers.profile())?)
}

async fn open_uploads(client: &ApiClient) -> Result<Vec<OpenUpload>, CliError> {
    let mut uploads = Vec::new();
    let mut query = OpenUploadsQuery::default();
    loop {
        let page = client.open_uploads(&query).await?;
        uploads.extend(page.uploads);
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return Ok(uploads),
        }
    }
}

/// The one whose id begins with what was typed.
fn chosen<'e>(entries: &'e [Entry], given: &str) -> Result<&'e Entry, CliError> {
    let digits = given.replace('-', "").to_lowercase();
    if digits.len() < ID_PREFIX_MIN {
        let hint = format!("type at least {ID_PREFIX_MIN} digits of the id");
        return Err(CliError::usage(format!("`{given}` is too short"), hint));
    }
    let begins = |entry: &&Entry| {
        entry
            .video_id
            .as_uuid()
            .simple()
            .to_string()
            .starts_with(&digits)
    };
    let found: Vec<&Entry> = entries.iter().filter(begins).collect();
    match found.as_slice() {
        [entry] => Ok(entry),
        [] => Err(CliError::NoSuchUpload(given.to_owned())),
        several => Err(CliError::Ambiguous {
            given: given.to_owned(),
            candidates: several
                .iter()
                .map(|entry| entry.video_id.to_string())
                .collect(),
        }),
    }
}

/// The uploads that were named, by their ids or by the files that this machine began with, each once.
fn meant<'e>(entries: &'e [Entry], given: &[PathBuf]) -> Result<Vec<&'e Entry>, CliError> {
    let mut meant: Vec<&Entry> = Vec::new();
    for typed in given {
        let found = match Named::of(typed)? {
            Named::Digits(digits) => vec![chosen(entries, &digits)?],
            Named::Item(item) => return Err(CliError::NoSuchUpload(item.to_string())),
            Named::File(path) => entries
                .iter()
                .filter(|entry| {
                    entry
                        .here
                        .as_ref()
                        .is_some_and(|here| here.shown_path == path)
                })
                .collect(),
        };
        if found.is_empty() {
            return Err(CliError::NotUnfinished(typed.clone()));
        }
        let is_new = |entry: &&Entry| meant.iter().all(|known| known.video_id != entry.video_id);
        let new: Vec<&Entry> = found.into_iter().filter(is_new).collect();
        meant.extend(new);
    }
    Ok(meant)
}
