//! `heimdex queue`: what the daemon is to send, and unfinished uploads, this machine's and those that the server knows of.

mod cancel;
mod list;
mod move_item;
mod resume;
mod retry;
mod send;
mod waiting;

use std::collections::HashMap;

use heimdex_api::VideoId;
use heimdex_api::limits::ID_PREFIX_MIN;
use heimdex_api::upload::{OpenUpload, OpenUploadsQuery};
use heimdex_client::ApiClient;
use heimdex_client::control::{InvalidId, ItemId};
use heimdex_client::journal::JournaledUpload;
use heimdex_client::transfer::TransferContext;

use super::Context;
use crate::args::{QueueArgs, QueueCommand};
use crate::error::CliError;
use crate::exit::ExitStatus;

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

/// A place in the queue that was typed.
fn item(given: &str) -> Result<ItemId, CliError> {
    given.parse().map_err(|error: InvalidId| {
        CliError::usage(error.to_string(), "`heimdex queue` shows the ids")
    })
}
