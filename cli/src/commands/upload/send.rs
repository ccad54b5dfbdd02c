//! Sends the files, a few at once, and waits for the server where that is wanted.

use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::channel::mpsc;
use futures::{StreamExt as _, future};
use heimdex_api::upload::InitUploadRequest;
use heimdex_client::ingest::{self, Ingest};
use heimdex_client::transfer::{
    Ended, Many, Told, TransferContext, UploadJob, UploadOptions, UploadOutcome, Way, upload_many,
};
use heimdex_client::{ErrorClass, HttpError};

use super::found::{Found, Item, shown};
use super::wait::{self, Awaited, Waited};
use super::{stage, tell};
use crate::args::{UploadArgs, WaitFor};
use crate::commands::Context;
use crate::commands::transfer::{Tally, is_interrupted};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::output::events::Events;
use crate::output::progress::{Board, Direction, FileProgress};
use crate::output::text::count;

/// How often a log is told how far it is.
const LINE_EVERY: Duration = Duration::from_secs(30);
/// With more files than this a person is not told of each that went well.
const EACH_TOLD: usize = 100;

/// One run of the command.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) args: &'a UploadArgs,
    pub(super) found: &'a Found,
    pub(super) ingests: &'a [Ingest],
    pub(super) transfers: &'a TransferContext,
    pub(super) events: &'a Events,
    pub(super) interrupt: &'a Interrupt,
}

/// The files of a run, as whoever sends them asks for them and tells of them.
struct Card<'a> {
    run: &'a Run<'a>,
    board: &'a Board,
    begun: Mutex<HashMap<usize, Arc<FileProgress>>>,
    /// Room for all: telling never waits.
    endings: Mutex<mpsc::Sender<Ending>>,
}

/// How a file ended, and how much of it was safe by then.
struct Ending {
    file: usize,
    ended: Ended,
    safe: u64,
}

impl<'a> Run<'a> {
    /// Sends everything. Failures of single files are told and counted, and do not end the run.
    pub(super) async fn all(&self, tally: &mut Tally) -> Result<(), CliError> {
        let files = self.found.items.len();
        let printer = self.context.printer;
        let bytes = self.found.bytes();
        let board = Board::new(printer, self.events, Direction::Up, files as u64, bytes);
        let (endings, mut ended) = mpsc::channel(files);
        // Room for all: a check that is slow never holds up an upload.
        let (mut stored, waiting) = mpsc::channel(files);
        let card = Card {
            run: self,
            board: &board,
            begun: Mutex::default(),
            endings: Mutex::new(endings),
        };
        let tally = RefCell::new(tally);
        let sending = async move {
            // Dropped when it is done: that ends the count.
            let card = card;
            upload_many(self.transfers, &card, self.interrupt.soft()).await;
            Ok(())
        };
        let counting = async {
            while let Some(ending) = ended.next().await {
                if let Some(video) = self.count(ending, &mut tally.borrow_mut())? {
                    // It fails only where the other side has failed, which ends both.
                    let _ = stored.try_send(video);
                }
            }
            board.clear();
            drop(stored);
            Ok(())
        };
        let checking = async {
            let told = |item: &Item, waited: Result<Waited, &HttpError>| {
                self.count_checked(item, waited, &mut tally.borrow_mut())
            };
            let waits = wait::all(self.transfers.api(), stage(self.args), waiting, told);
            let soft = self.interrupt.soft();
            soft.run_until_cancelled(waits).await.unwrap_or(Ok(()))
        };
        tokio::select! {
            result = future::try_join3(sending, counting, checking) => result.map(drop),
            never = self.lines(&board) => match never {},
            () = self.interrupt.hard().cancelled() => {
                board.clear();
                Ok(())
            }
        }
    }

    /// What the server is to know of a file.
    fn init(&self, item: &Item) -> InitUploadRequest {
        let args = self.args;
        InitUploadRequest {
            title: args.title.clone(),
            description: args.description.clone(),
            tags: (!args.tags.is_empty()).then(|| args.tags.clone()),
            damaged: args.damaged.then_some(true),
            ..ingest::announce(&item.relative, item.mtime, self.ingests[item.root].id)
        }
    }

    /// Counts and tells; what is to be waited for comes back.
    fn count(
        &self,
        ending: Ending,
        tally: &mut Tally,
    ) -> Result<Option<(&'a Item, Awaited)>, CliError> {
        let Ending { file, ended, safe } = ending;
        let (item, printer) = (&self.found.items[file], self.context.printer);
        match ended {
            Ended::Stored(outcome) => {
                match &outcome {
                    UploadOutcome::Stored { sent_bytes, .. } => {
                        tally.done += 1;
                        tally.moved += sent_bytes;
                    }
                    UploadOutcome::AlreadyStored { .. } => tally.already += 1,
                }
                let is_told = self.found.items.len() <= EACH_TOLD || printer.is_verbose();
                tell::stored(printer, self.events, item, &outcome, is_told)?;
                let waits = stage(self.args) > WaitFor::Stored;
                return Ok(waits.then(|| (item, awaited(&outcome))));
            }
            Ended::Failed(error) if is_interrupted(&error) && safe > 0 => tally.partly += 1,
            Ended::Failed(error) if !is_interrupted(&error) => {
                tally.fail(error.class());
                tell::failed(printer, self.events, item, &error)?;
            }
            Ended::Failed(_) | Ended::NotTried => tally.not_tried += 1,
        }
        Ok(None)
    }

    /// A video that was stored and then failed is a failure after all.
    fn count_checked(
        &self,
        item: &Item,
        waited: Result<Waited, &HttpError>,
        tally: &mut Tally,
    ) -> Result<(), CliError> {
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
                tell::unchecked(printer, self.events, item, error)
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

impl Card<'_> {
    fn begun(&self) -> MutexGuard<'_, HashMap<usize, Arc<FileProgress>>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, file: usize, way: Way) -> FileProgress {
        let item = &self.run.found.items[file];
        let name = shown(&item.path);
        match way {
            Way::Alone => self.board.file(&name, item.size),
            Way::Together => self.board.small(&name, item.size),
        }
    }
}

impl Many for Card<'_> {
    fn sizes(&self) -> Vec<u64> {
        let items = self.run.found.items.iter();
        items.map(|item| item.size).collect()
    }

    fn job(&self, file: usize) -> UploadJob {
        let (run, item) = (self.run, &self.run.found.items[file]);
        let options = UploadOptions {
            allow_duplicate: run.args.allow_duplicate,
            ask_store: run.args.check_store,
            ..UploadOptions::default()
        };
        UploadJob {
            path: item.path.clone(),
            below: run.found.below(item),
            init: run.init(item),
            options,
            failed_before: run.ingests[item.root].failed.get(&item.relative).copied(),
        }
    }

    fn begin(&self, file: usize, way: Way) -> Told {
        let progress = Arc::new(self.show(file, way));
        if let Some(earlier) = self.begun().insert(file, Arc::clone(&progress)) {
            earlier.forget();
        }
        Box::new(move |step| progress.tell(step))
    }

    fn waits(&self, files: usize) {
        let files = count(files as u64, "file is", "files are");
        let printer = self.run.context.printer;
        printer.talk(&format!(
            "{files} being sent by another heimdex on this machine; waiting for it"
        ));
    }

    fn end(&self, file: usize, ended: Ended) {
        let progress = self.begun().remove(&file);
        let is_done = matches!(ended, Ended::Stored(_));
        // What is stored already is over before it has begun.
        let progress =
            progress.or_else(|| is_done.then(|| Arc::new(self.show(file, Way::Together))));
        let safe = progress.as_ref().map_or(0, |progress| progress.safe());
        if let Some(progress) = progress {
            progress.end(is_done);
        }
        let ending = Ending { file, ended, safe };
        let mut endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        // It fails only where whoever counts has failed, which ends this as well.
        let _ = endings.try_send(ending);
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
