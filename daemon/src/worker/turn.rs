//! One turn: a large file alone, or small ones together.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt as _;
use heimdex_api::path;
use heimdex_client::bwlimit::{Throttle, Timetable};
use heimdex_client::control::{ItemId, WatchId};
use heimdex_client::ingest::{self, Folder, Ingest};
use heimdex_client::journal::{KeptFile, QueuedFile, Watch};
use heimdex_client::platform;
use heimdex_client::transfer::{
    Ended, Many, Progress, Told, TransferContext, TransferError, UploadJob, UploadOutcome, Way,
    upload_many,
};
use heimdex_client::watch::AfterVerified;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::ending;
use super::prepare::{Ready, prepare};
use crate::accounts::Accounts;
use crate::engine::{Ending, Event, Meter, TurnId};

/// Files of a group that are looked at together before it goes.
const LOOKS_AT_ONCE: usize = 8;

/// What every turn needs.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Where files go.
    pub accounts: Arc<Accounts>,
    /// Where endings are told. Who tells waits while the engine has much to do.
    pub events: mpsc::Sender<Event>,
    /// What holds back the files of a watch, all of its turns together.
    pub limits: Arc<WatchLimits>,
}

/// What holds back the files of single watches.
#[derive(Debug, Default)]
pub struct WatchLimits(Mutex<BTreeMap<WatchId, Throttle>>);

impl WatchLimits {
    /// What a watch says now holds for what is on its way, too.
    pub(crate) fn hold(&self, watch: &Watch) {
        let limits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(throttle) = limits.get(&watch.id) {
            set(throttle, limit(watch));
        }
    }

    /// The same transfers, held back by what the watch says as well.
    fn limited(&self, context: TransferContext, watch: Option<&Watch>) -> TransferContext {
        let Some(watch) = watch else { return context };
        let mut limits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Also where nothing holds it back: a limit may come while it is on its way.
        let throttle = limits
            .entry(watch.id)
            .or_insert_with(|| Throttle::new(limit(watch), context.clock()));
        set(throttle, limit(watch));
        context.with_throttle(throttle.clone())
    }
}

/// What is no limit was refused when the watch was made.
fn limit(watch: &Watch) -> Timetable {
    let text = watch.rules.bwlimit.as_deref();
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn set(throttle: &Throttle, limit: Timetable) {
    if throttle.timetable() != limit {
        throttle.set(limit);
    }
}

/// Files that are brought together: of one profile, and of one watch or none.
#[derive(Debug)]
pub struct Turn {
    /// Which.
    pub id: TurnId,
    /// Its files.
    pub files: Vec<QueuedFile>,
    /// How far each is.
    pub meters: BTreeMap<ItemId, Arc<Meter>>,
    /// Whose they are.
    pub watch: Option<Watch>,
    /// Ends it once what is in flight has arrived.
    pub cancel: CancellationToken,
}

impl Worker {
    /// Brings the files of a turn, and tells how each ended, and then that it is over.
    pub async fn run(self, turn: Turn) {
        let id = turn.id;
        self.bring(turn).await;
        self.tell(Event::TurnOver(id)).await;
    }

    async fn tell(&self, event: Event) {
        // The engine is gone only when the process is about to be.
        let _ = self.events.send(event).await;
    }

    async fn end(&self, item: ItemId, ending: Ending) {
        self.tell(Event::Ended(item, ending)).await;
    }

    async fn bring(&self, turn: Turn) {
        let Turn {
            id,
            files,
            meters,
            watch,
            cancel,
        } = turn;
        let Some(profile) = files.first().map(|file| file.profile.clone()) else {
            return;
        };
        let context = match self.accounts.context(&profile) {
            Ok(context) => self.limits.limited(context, watch.as_ref()),
            Err(away) => {
                for file in files {
                    self.end(file.id, Ending::Away(away.clone())).await;
                }
                return;
            }
        };
        let ingest = match ingest_of(&context, watch.as_ref(), &files).await {
            Ok(ingest) => ingest,
            Err(error) => {
                let ending = of_folder(&error);
                for file in files {
                    self.end(file.id, ending.clone()).await;
                }
                return;
            }
        };
        let below = watch.as_ref().map(|watch| watch.root.as_path());
        let looks = futures::stream::iter(files)
            .map(|file| prepare(&context, &ingest, below, file))
            .buffered(LOOKS_AT_ONCE);
        let mut looks = std::pin::pin!(looks);
        let mut ready = Vec::new();
        while let Some(look) = looks.next().await {
            match look {
                Ok(one) => ready.push(one),
                Err((file, ending)) => self.end(file.id, ending).await,
            }
        }
        if !ready.is_empty() {
            let group = Group::new(id, ready, meters, watch.as_ref(), &context);
            self.send(&context, group, &cancel).await;
        }
    }

    /// Sends what is ready, while its endings go to the engine as they come.
    async fn send(&self, context: &TransferContext, group: Group, cancel: &CancellationToken) {
        let (tell, mut told) = mpsc::channel(group.ready.len() * 2 + 1);
        let sending = async {
            // Dropped when it is done: that ends the telling.
            let group = Telling { group, tell };
            upload_many(context, &group, cancel).await;
        };
        let telling = async {
            while let Some(event) = told.recv().await {
                if matches!(event, Event::Ended(_, Ending::Stored { .. })) {
                    heimdex_api::failpoint!("daemon.file.stored");
                }
                self.tell(event).await;
            }
        };
        futures::future::join(sending, telling).await;
    }
}

/// The files of a turn that are sent.
struct Group {
    turn: TurnId,
    ready: Vec<Ready>,
    meters: BTreeMap<ItemId, Arc<Meter>>,
    account: String,
    is_for_trash: bool,
    now: heimdex_api::Timestamp,
}

impl Group {
    fn new(
        turn: TurnId,
        ready: Vec<Ready>,
        meters: BTreeMap<ItemId, Arc<Meter>>,
        watch: Option<&Watch>,
        context: &TransferContext,
    ) -> Self {
        let after = watch.map(|watch| watch.rules.after_verified);
        Self {
            turn,
            ready,
            meters,
            account: context.profile().to_owned(),
            is_for_trash: after == Some(AfterVerified::Trash),
            now: context.now(),
        }
    }
}

/// The same, and where its endings go: there is room for all, so that telling never waits.
struct Telling {
    group: Group,
    tell: mpsc::Sender<Event>,
}

impl Telling {
    fn ending(&self, ready: &Ready, ended: Ended) -> Ending {
        match ended {
            Ended::Stored(outcome) => {
                let (video_id, blake3, is_known) = match outcome {
                    UploadOutcome::Stored {
                        video_id, blake3, ..
                    } => (video_id, blake3, false),
                    UploadOutcome::AlreadyStored {
                        video_id, blake3, ..
                    } => (video_id, blake3, true),
                };
                let kept = KeptFile {
                    profile: self.group.account.clone(),
                    key: ready.key.clone(),
                    shown_path: ready.file.path.clone(),
                    watch: ready.file.watch,
                    stamp: ready.file.stamp,
                    blake3,
                    video_id,
                    stored_at: self.group.now,
                    is_for_trash: self.group.is_for_trash,
                    trashed_at: None,
                };
                Ending::Stored {
                    kept: Box::new(kept),
                    is_known,
                    before: ready.before,
                }
            }
            Ended::Failed(error) => match ending::of_error(&error) {
                Ending::Failed(_) if is_of_a_change(&error) => changed(ready),
                other => other,
            },
            Ended::NotTried => Ending::NotDone,
        }
    }
}

impl Many for Telling {
    fn sizes(&self) -> Vec<u64> {
        let ready = self.group.ready.iter();
        ready.map(|ready| ready.file.stamp.size).collect()
    }

    fn job(&self, file: usize) -> UploadJob {
        self.group.ready[file].job.clone()
    }

    fn begin(&self, file: usize, _: Way) -> Told {
        let id = self.group.ready[file].file.id;
        let meter = self.group.meters.get(&id).cloned().unwrap_or_default();
        let (tell, turn) = (Mutex::new(Some(self.tell.clone())), self.group.turn);
        Box::new(move |step: Progress| {
            if meter.tell(&step) {
                // Once a file: the server takes something.
                let tell = tell.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(tell) = tell {
                    let _ = tell.try_send(Event::Accepted(turn));
                }
            }
        })
    }

    fn end(&self, file: usize, ended: Ended) {
        let ready = &self.group.ready[file];
        let ending = self.ending(ready, ended);
        let _ = self.tell.try_send(Event::Ended(ready.file.id, ending));
    }
}

/// The run that the files belong to: a watch's does not end.
async fn ingest_of(
    context: &TransferContext,
    watch: Option<&Watch>,
    files: &[QueuedFile],
) -> Result<Ingest, TransferError> {
    let here: BTreeMap<&[u8], ingest::Here> = files
        .iter()
        .map(|file| {
            let mtime = heimdex_api::Timestamp::from_micros(file.stamp.mtime);
            (file.relative.as_slice(), (file.stamp.size, mtime))
        })
        .collect();
    let named = |path: &Path| {
        let name = path
            .file_name()
            .map(|name| path::escaped(platform::bytes_of(name)));
        name.unwrap_or_else(|| "/".to_owned())
    };
    if let Some(watch) = watch {
        let name = named(&watch.root);
        let folder = Folder {
            path: &watch.root,
            is_whole: true,
            source: &watch.source,
            name: Some(&name),
        };
        let ingest = ingest::of_watch(context, &folder, &here).await?;
        if ingest.id != watch.ingest_id {
            let remembered = context.journal().watch_ingest(watch.id, ingest.id);
            if let Err(error) = remembered {
                // The next turn looks it up again.
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    watch.id = watch.id.0,
                    "which run a watch goes on with was not written down"
                );
            }
        }
        return Ok(ingest);
    }
    let folder = files.first().and_then(|file| file.path.parent());
    let folder = folder.unwrap_or(Path::new("/"));
    let name = named(folder);
    let folder = Folder {
        path: folder,
        is_whole: false,
        source: &name,
        name: Some(&name),
    };
    ingest::of_folder(context, &folder, &here).await
}

/// A folder that cannot be found says nothing of its files.
fn of_folder(error: &TransferError) -> Ending {
    match ending::of_error(error) {
        Ending::Vanished | Ending::Changed(_) => Ending::Failed(heimdex_client::journal::Trouble {
            text: error.to_string(),
            hint: error.hint(),
        }),
        other => other,
    }
}

fn is_of_a_change(error: &TransferError) -> bool {
    use heimdex_client::transfer::Stop;
    matches!(
        error,
        TransferError::Stopped {
            stop: Stop::FileChanged,
            ..
        }
    )
}

/// What a file is by now that changed while it was sent.
fn changed(ready: &Ready) -> Ending {
    match heimdex_client::transfer::stamp_of(&ready.file.path, ready.job.below.as_deref()) {
        Ok(stamp) => Ending::Changed(stamp),
        Err(_) => Ending::Vanished,
    }
}
