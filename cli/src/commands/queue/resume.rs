//! `heimdex queue resume`: goes on with what this machine began.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heimdex_api::Timestamp;
use heimdex_api::upload::InitUploadRequest;
use heimdex_client::control::{ControlClient, LocalPath, SendRequest};
use heimdex_client::ingest::{self, announce};
use heimdex_client::journal::JournaledUpload;
use heimdex_client::platform;
use heimdex_client::transfer::{TransferContext, UploadJob, UploadOptions, UploadOutcome, upload};
use serde_json::json;

use super::{Entry, entries, journaled, meant, waiting};
use crate::args::QueueResumeArgs;
use crate::commands::transfer::{Tally, ends_the_run, is_interrupted};
use crate::commands::upload::shown;
use crate::commands::{Context, control, transfer};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::events::{self, Events};
use crate::output::json::Selection;
use crate::output::progress::{Board, Direction};
use crate::output::size;
use crate::output::text::{clean, count, grouped};

pub(super) async fn run(
    context: &Context<'_>,
    args: &QueueResumeArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &events::FIELDS)?;
    let events = Events::new(context.printer, selection.clone());
    let transfers = transfer::context(context, context.settings.client()?)?;
    let uploads = wanted(&transfers, &args.files).await?;
    if uploads.is_empty() {
        context
            .printer
            .talk("No upload of this machine is unfinished.");
    }
    if let Some(client) = control::daemon(context).await?
        && !uploads.is_empty()
    {
        return hand_over(context, &client, selection, &uploads).await;
    }
    let interrupt = Interrupt::listen(context.printer).map_err(CliError::Runtime)?;
    let (files, bytes) = (
        uploads.len() as u64,
        uploads.iter().map(|u| u.stamp.size).sum(),
    );
    let board = Board::new(context.printer, &events, Direction::Up, files, bytes);
    let mut tally = Tally::default();
    tokio::select! {
        result = all(context, &transfers, &uploads, &interrupt, &board, &events, &mut tally) => result?,
        () = interrupt.hard().cancelled() => {}
    }
    board.clear();
    let is_stopped = interrupt.soft().is_cancelled();
    if is_stopped {
        let stored = count(tally.done + tally.already, "file", "files");
        let typed = &context.typed;
        context.printer.warn_plain(&format!(
            "Stopped. {stored} stored. `{typed}` goes on from here."
        ));
    }
    let summary = json!({
        "files": files, "bytes": bytes, "stored": tally.done, "already_stored": tally.already,
        "failed": tally.failed, "not_tried": tally.not_tried, "sent_bytes": tally.moved,
        "interrupted": is_stopped,
    });
    events.tell("summary", None, summary)?;
    Ok(tally.status(is_stopped))
}

/// The daemon goes on with them, before all others.
async fn hand_over(
    context: &Context<'_>,
    client: &ControlClient,
    selection: Option<Selection>,
    uploads: &[JournaledUpload],
) -> Result<ExitStatus, CliError> {
    let paths = uploads.iter().map(|upload| upload.shown_path.as_path());
    let request = SendRequest {
        paths: paths.map(LocalPath::from).collect(),
        profile: Some(context.settings.profile_name.clone()),
        ..SendRequest::default()
    };
    let changed = client.send_now(&request).await?;
    waiting::tell(context, selection.as_ref(), &changed, |files| {
        format!("The daemon goes on with {files}. `heimdex status` shows how far it is.")
    })
}

/// Those that were named, or all that the server has answered for.
async fn wanted(
    transfers: &TransferContext,
    given: &[PathBuf],
) -> Result<Vec<JournaledUpload>, CliError> {
    if given.is_empty() {
        let mut uploads = journaled(transfers)?;
        uploads.retain(|upload| upload.answered.is_some());
        return Ok(uploads);
    }
    let here = |entry: &Entry| {
        entry.here.clone().ok_or_else(|| {
            CliError::usage(
                format!("`{}` was begun on another machine", entry.video_id.short()),
                "run `heimdex upload` with the same file here: it goes on with what is stored",
            )
        })
    };
    let entries = entries(transfers).await?;
    meant(&entries, given)?.into_iter().map(here).collect()
}

async fn all(
    context: &Context<'_>,
    transfers: &TransferContext,
    uploads: &[JournaledUpload],
    interrupt: &Interrupt,
    board: &Board,
    events: &Events,
    tally: &mut Tally,
) -> Result<(), CliError> {
    let mut is_over = false;
    for journaled in uploads {
        if is_over || interrupt.soft().is_cancelled() {
            tally.not_tried += 1;
            continue;
        }
        let path = shown(&journaled.shown_path);
        let progress = Arc::new(board.file(&path, journaled.stamp.size));
        let told = Arc::clone(&progress);
        let tell = move |step| told.tell(step);
        let job = job(transfers, journaled)?;
        let result = upload(transfers, &job, tell, interrupt.soft()).await;
        progress.end(result.is_ok());
        match result {
            Ok(outcome) => {
                if let UploadOutcome::Stored { sent_bytes, .. } = outcome {
                    tally.done += 1;
                    tally.moved += sent_bytes;
                } else {
                    tally.already += 1;
                }
                let video = outcome.video_id();
                let size = size::bytes(journaled.stamp.size);
                context.printer.talk(&format!(
                    "{}: stored, {size} ({})",
                    clean(&path),
                    video.short()
                ));
                events.tell("stored", Some(&path), json!({ "video_id": video }))?;
            }
            Err(error) if is_interrupted(&error) => tally.partly += 1,
            Err(error) => {
                is_over = ends_the_run(&error);
                tally.fail(error.class());
                let (mut text, hint) = (error.to_string(), error.hint());
                events.failed(&path, &text, hint.as_deref())?;
                if !text.contains(path.as_str()) {
                    text = format!("{path}: {text}");
                }
                context.printer.item_failure(&text, &error, hint.as_deref());
            }
        }
    }
    if tally.not_tried > 0 && !interrupt.soft().is_cancelled() {
        context
            .printer
            .talk(&format!("{} not tried.", grouped(tally.not_tried)));
    }
    Ok(())
}

/// Title and tags were told when the upload was begun, and stay. Its place is told again, in case it begins anew.
fn job(transfers: &TransferContext, journaled: &JournaledUpload) -> Result<UploadJob, CliError> {
    let name = journaled.shown_path.file_name().map(platform::bytes_of);
    let place = match journaled.ingest_id {
        Some(ingest) => ingest::path_within(transfers.journal(), ingest, &journaled.file)?
            .map(|relative| (ingest, relative)),
        None => None,
    };
    let below = place
        .as_ref()
        .and_then(|(_, relative)| folder_above(&journaled.shown_path, relative));
    let init = match place {
        Some((ingest, relative)) => {
            let mtime = Timestamp::from_micros(journaled.stamp.mtime);
            announce(&relative, mtime, Some(ingest))
        }
        None => InitUploadRequest {
            filename: ingest::filename(name.unwrap_or_default()),
            ..InitUploadRequest::default()
        },
    };
    Ok(UploadJob {
        path: journaled.shown_path.clone(),
        below,
        init,
        options: UploadOptions::default(),
        failed_before: None,
    })
}

/// The folder that was looked through, where the file lies deeper in it: nobody named that file itself.
fn folder_above(path: &Path, relative: &[u8]) -> Option<PathBuf> {
    let names = relative.split(|byte| *byte == b'/').count();
    let above = path.ancestors().nth(names).filter(|_| names > 1);
    above.map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_deeper_was_found_by_looking_through_a_folder() {
        let above = |path: &str, relative: &str| folder_above(path.as_ref(), relative.as_bytes());
        assert_eq!(above("/card/a/b.mp4", "a/b.mp4"), Some("/card".into()));
        assert_eq!(above("/card/b.mp4", "b.mp4"), None);
        assert_eq!(above("b.mp4", "x/y/b.mp4"), None);
    }
}
