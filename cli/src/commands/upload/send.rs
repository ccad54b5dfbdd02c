//! Sends the files, a few at once, and waits for the server where that is wanted.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc;
use futures::{StreamExt as _, future, stream};
use heimdex_api::IngestId;
use heimdex_api::path;
use heimdex_api::upload::InitUploadRequest;
use heimdex_client::transfer::{
    TransferContext, TransferError, UploadJob, UploadOptions, UploadOutcome, upload,
};
use heimdex_client::{ErrorClass, HttpError};
use tokio_util::sync::CancellationToken;

use super::collect::{Found, Item, filename, shown};
use super::wait::{self, Awaited, Waited};
use super::{stage, tell};
use crate::args::{UploadArgs, WaitFor};
use crate::commands::Context;
use crate::commands::transfer::{Tally, ends_the_run, is_interrupted};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::output::events::Events;
use crate::output::progress::{Board, Direction};

/// Files at once: small ones keep the line busy together, large ones share what may be in flight.
const FILES_AT_ONCE: usize = 3;
/// Videos whose state is asked for at once.
const WAITS_AT_ONCE: usize = 8;
/// How often a log is told how far it is.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// One run of the command.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) args: &'a UploadArgs,
    pub(super) found: &'a Found,
    pub(super) ingests: &'a [Option<IngestId>],
    pub(super) transfers: &'a TransferContext,
    pub(super) events: &'a Events,
    pub(super) interrupt: &'a Interrupt,
    /// Cancelled by a failure that every other file would meet as well.
    pub(super) over: CancellationToken,
}

/// What became of one file.
enum Sent<'a> {
    Stored(&'a Item, UploadOutcome),
    Failed(&'a Item, TransferError),
    /// Interrupted after some of it was safe.
    Partly,
    NotTried,
}

/// How far the server came with one video.
type Checked<'a> = (&'a Item, Result<Waited, HttpError>);

impl<'a> Run<'a> {
    /// Sends everything. Failures of single files are told and counted, and do not end the run.
    pub(super) async fn all(&self, tally: &mut Tally) -> Result<(), CliError> {
        let files = self.found.items.len();
        let printer = self.context.printer;
        let bytes = self.found.bytes();
        let board = Board::new(printer, self.events, Direction::Up, files as u64, bytes);
        // Room for all: a check that is slow never holds up an upload.
        let (mut stored, waiting) = mpsc::channel(files);
        let tally = RefCell::new(tally);
        let sending = async {
            let mut sending = stream::iter(&self.found.items)
                .map(|item| self.one(item, &board))
                .buffer_unordered(FILES_AT_ONCE);
            while let Some(sent) = sending.next().await {
                if let Some(video) = self.count(sent, &mut tally.borrow_mut())? {
                    // It fails only where the other side has failed, which ends both.
                    let _ = stored.try_send(video);
                }
            }
            board.clear();
            drop(stored);
            Ok(())
        };
        let checking = async {
            let mut checking = waiting
                .map(|(item, video)| self.wait(item, video))
                .buffer_unordered(WAITS_AT_ONCE);
            while let Some(checked) = checking.next().await {
                self.count_checked(checked, &mut tally.borrow_mut())?;
            }
            Ok(())
        };
        tokio::select! {
            result = future::try_join(sending, checking) => result.map(drop),
            never = self.lines(&board) => match never {},
            () = self.interrupt.hard().cancelled() => {
                board.clear();
                Ok(())
            }
        }
    }

    async fn one(&self, item: &'a Item, board: &Board) -> Sent<'a> {
        if self.interrupt.soft().is_cancelled() || self.over.is_cancelled() {
            return Sent::NotTried;
        }
        let progress = Arc::new(board.file(&shown(&item.path), item.size));
        let told = Arc::clone(&progress);
        let options = UploadOptions {
            allow_duplicate: self.args.allow_duplicate,
            ..UploadOptions::default()
        };
        let job = UploadJob {
            path: item.path.clone(),
            init: self.init(item),
            options,
        };
        let tell = move |step| told.tell(step);
        let result = upload(self.transfers, &job, tell, self.interrupt.soft()).await;
        progress.end(result.is_ok());
        match result {
            Ok(outcome) => Sent::Stored(item, outcome),
            Err(error) if is_interrupted(&error) && progress.safe() == 0 => Sent::NotTried,
            Err(error) if is_interrupted(&error) => Sent::Partly,
            Err(error) => Sent::Failed(item, error),
        }
    }

    /// What the server is to know of a file.
    fn init(&self, item: &Item) -> InitUploadRequest {
        let args = self.args;
        InitUploadRequest {
            filename: filename(item),
            mime_type: Some(mime_type(item).to_owned()),
            title: args.title.clone(),
            description: args.description.clone(),
            tags: (!args.tags.is_empty()).then(|| args.tags.clone()),
            ingest_id: self.ingests[item.root],
            path: Some(path::escaped(&item.relative)),
            path_raw: path::raw_of(&item.relative),
            mtime: item.mtime,
            damaged: args.damaged.then_some(true),
            ..InitUploadRequest::default()
        }
    }

    /// Counts and tells; what is to be waited for comes back.
    fn count(
        &self,
        sent: Sent<'a>,
        tally: &mut Tally,
    ) -> Result<Option<(&'a Item, Awaited)>, CliError> {
        match sent {
            Sent::Stored(item, outcome) => {
                match &outcome {
                    UploadOutcome::Stored { sent_bytes, .. } => {
                        tally.done += 1;
                        tally.moved += sent_bytes;
                    }
                    UploadOutcome::AlreadyStored { .. } => tally.already += 1,
                }
                tell::stored(self.context.printer, self.events, item, &outcome)?;
                let waits = stage(self.args) > WaitFor::Stored;
                Ok(waits.then(|| (item, awaited(&outcome))))
            }
            Sent::Failed(item, error) => {
                tally.fail(error.class());
                if ends_the_run(&error) {
                    self.over.cancel();
                }
                tell::failed(self.context.printer, self.events, item, &error)?;
                Ok(None)
            }
            Sent::Partly => {
                tally.partly += 1;
                Ok(None)
            }
            Sent::NotTried => {
                tally.not_tried += 1;
                Ok(None)
            }
        }
    }

    async fn wait(&self, item: &'a Item, awaited: Awaited) -> Option<Checked<'a>> {
        let waited = wait::until(self.transfers.api(), awaited, stage(self.args));
        let waited = self.interrupt.soft().run_until_cancelled(waited).await?;
        Some((item, waited))
    }

    /// A video that was stored and then failed is a failure after all.
    fn count_checked(
        &self,
        checked: Option<Checked<'a>>,
        tally: &mut Tally,
    ) -> Result<(), CliError> {
        let Some((item, waited)) = checked else {
            return Ok(());
        };
        let printer = self.context.printer;
        match waited {
            Ok(Waited::There(seen)) => tell::checked(printer, self.events, item, &seen),
            Ok(Waited::Failed(seen)) => {
                tally.take_back();
                tally.fail(ErrorClass::Failed);
                tell::rejected(printer, self.events, item, &seen)
            }
            Err(error) => {
                tally.take_back();
                tally.fail(error.class());
                tell::unchecked(printer, self.events, item, &error)
            }
        }
    }

    /// Tells a log now and then how far it is.
    async fn lines(&self, board: &Board) -> Infallible {
        let mut every = tokio::time::interval(LINE_EVERY);
        every.tick().await;
        loop {
            every.tick().await;
            if !self.context.printer.draws() {
                self.context.printer.talk(&board.line());
            }
        }
    }
}

fn awaited(outcome: &UploadOutcome) -> Awaited {
    match outcome {
        UploadOutcome::Stored {
            video_id,
            blake3,
            size,
            ..
        }
        | UploadOutcome::AlreadyStored {
            video_id,
            blake3,
            size,
        } => Awaited {
            video_id: *video_id,
            blake3: *blake3,
            size: *size,
        },
    }
}

/// By the name's ending: what a server without parts wants to know. Others look into the file.
fn mime_type(item: &Item) -> &'static str {
    let ending = item
        .relative
        .rsplit(|byte| *byte == b'.')
        .next()
        .unwrap_or_default();
    match ending.to_ascii_lowercase().as_slice() {
        b"mp4" | b"m4v" => "video/mp4",
        b"mov" | b"qt" => "video/quicktime",
        b"avi" => "video/x-msvideo",
        b"mkv" => "video/x-matroska",
        b"webm" => "video/webm",
        _ => "application/octet-stream",
    }
}
