//! Uploads: a run of files by the engine that `heimdex upload` uses too. Small ones go in groups, and each can be
//! stopped by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use heimdex_api::upload::InitUploadRequest;
use heimdex_client::ErrorClass;
use heimdex_client::ingest::{self, Ingest};
use heimdex_client::transfer::{
    Ended, Many, Told, UploadJob, UploadOptions, UploadOutcome, Way, upload_many,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Incoming;
use super::batch::Batch;
use super::moving::teller;
use super::session::Session;
use crate::commands::transfer::is_interrupted;
use crate::error::CliError;
use crate::output::text::count;
use crate::tui::model::{Answer, Moved, Msg, Sending, Trouble};

/// How a file ended.
type Ending = (u64, Result<Moved, Trouble>);

/// The files of one run.
struct Run<'a> {
    session: &'a Session,
    files: Vec<Going>,
    /// Room for all: telling never waits.
    endings: mpsc::Sender<Ending>,
    /// What ended the run for all files that were not tried by then.
    ended_by: Mutex<Option<Trouble>>,
}

/// A file of a run.
struct Going {
    transfer: u64,
    file: usize,
    batch: Arc<Batch>,
    ingests: Arc<[Ingest]>,
    stop: CancellationToken,
}

/// Sends files, and answers for each as it ends.
pub(super) async fn send(session: &Session, files: Vec<Sending>) {
    let (endings, mut ended) = mpsc::channel(files.len().max(1));
    let stops: Vec<_> = files
        .iter()
        .map(|file| session.begin(file.transfer))
        .collect();
    let sending = async {
        // Dropped when it is done: that ends the telling.
        let endings = endings;
        let files = begun(session, files.into_iter().zip(stops), &endings).await;
        let run = Run {
            session,
            files,
            endings,
            ended_by: Mutex::default(),
        };
        run.all().await;
    };
    let telling = async {
        while let Some((transfer, result)) = ended.recv().await {
            session.ended(transfer);
            let answer = Msg::Answer(Answer::Moved(transfer, result));
            let _ = session.queue.send(Incoming::Msg(answer)).await;
        }
    };
    // Large, as all that an upload does is in it.
    let both = Box::pin(futures::future::join(sending, telling));
    session.moving(both).await;
}

/// The files of which the uploads are begun; for the others is answered.
async fn begun(
    session: &Session,
    files: impl Iterator<Item = (Sending, CancellationToken)>,
    endings: &mpsc::Sender<Ending>,
) -> Vec<Going> {
    let mut uploads = BTreeMap::new();
    let mut going = Vec::new();
    for (sending, stop) in files {
        let Sending {
            transfer,
            batch: number,
            file,
        } = sending;
        let Some(batch) = session.batch(number) else {
            let _ = endings.try_send((transfer, Ok(Moved::Stopped)));
            continue;
        };
        let ingests = if let Some(ingests) = uploads.get(&number) {
            ingests
        } else {
            let beginning = batch.ingests(session);
            let Some(ingests) = stop.run_until_cancelled(beginning).await else {
                let _ = endings.try_send((transfer, Ok(Moved::Stopped)));
                continue;
            };
            &*uploads.entry(number).or_insert(ingests)
        };
        match ingests {
            Ok(ingests) => going.push(Going {
                transfer,
                file,
                ingests: Arc::clone(ingests),
                batch,
                stop,
            }),
            Err(trouble) => {
                let _ = endings.try_send((transfer, Err(trouble.clone())));
            }
        }
    }
    going
}

impl Run<'_> {
    async fn all(&self) {
        match self.session.transfers().await {
            Ok(transfers) => upload_many(transfers, self, &self.session.stopping()).await,
            Err(error) => {
                let trouble = Trouble::from(error);
                for going in &self.files {
                    self.tell(going, Err(trouble.clone()));
                }
            }
        }
    }

    fn tell(&self, going: &Going, result: Result<Moved, Trouble>) {
        // It fails only where nobody listens any more.
        let _ = self.endings.try_send((going.transfer, result));
    }

    /// What it means for a file that it was not stored.
    fn failed(&self, error: CliError) -> Trouble {
        let trouble = Trouble::from(error);
        if matches!(
            trouble.class,
            ErrorClass::NotLoggedIn | ErrorClass::Unreachable
        ) {
            let mut ended_by = self.ended_by.lock().unwrap_or_else(PoisonError::into_inner);
            ended_by.get_or_insert_with(|| trouble.clone());
        }
        trouble
    }

    fn not_tried(&self, going: &Going) -> Result<Moved, Trouble> {
        let ended_by = self.ended_by.lock().unwrap_or_else(PoisonError::into_inner);
        match &*ended_by {
            Some(trouble) if !going.stop.is_cancelled() => Err(trouble.clone()),
            _ => Ok(Moved::Stopped),
        }
    }
}

impl Many for Run<'_> {
    fn sizes(&self) -> Vec<u64> {
        let files = self.files.iter();
        files
            .map(|going| going.batch.found.items[going.file].size)
            .collect()
    }

    fn job(&self, file: usize) -> UploadJob {
        let going = &self.files[file];
        let (texts, item) = (&going.batch.texts, &going.batch.found.items[going.file]);
        let ingest = &going.ingests[item.root];
        UploadJob {
            path: item.path.clone(),
            below: going.batch.found.below(item),
            init: InitUploadRequest {
                title: texts.title.clone(),
                description: texts.description.clone(),
                tags: (!texts.tags.is_empty()).then(|| texts.tags.clone()),
                ..ingest::announce(&item.relative, item.mtime, ingest.id)
            },
            options: UploadOptions::default(),
            failed_before: ingest.failed.get(&item.relative).copied(),
        }
    }

    fn begin(&self, file: usize, _: Way) -> Told {
        Box::new(teller(self.session, self.files[file].transfer))
    }

    fn stop(&self, file: usize) -> Option<CancellationToken> {
        Some(self.files[file].stop.clone())
    }

    fn waits(&self, files: usize) {
        let files = count(files as u64, "file is", "files are");
        let text = format!("{files} being sent by another heimdex on this machine; waiting for it");
        let _ = self.session.queue.try_send(Incoming::Msg(Msg::Said(text)));
    }

    fn end(&self, file: usize, ended: Ended) {
        let going = &self.files[file];
        let result = match ended {
            Ended::Stored(outcome) => Ok(Moved::Stored {
                video: outcome.video_id(),
                already: matches!(outcome, UploadOutcome::AlreadyStored { .. }),
            }),
            Ended::Failed(error) if is_interrupted(&error) => Ok(Moved::Stopped),
            Ended::Failed(error) => Err(self.failed(error.into())),
            Ended::NotTried => self.not_tried(going),
        };
        self.tell(going, result);
    }
}
