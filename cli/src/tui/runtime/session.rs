//! What effects work with: one server, as one account, and the transfers that run there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heimdex_client::ApiClient;
use heimdex_client::bwlimit::{Throttle, Timetable};
use heimdex_client::poster_cache::PosterCache;
use heimdex_client::transfer::{InFlight, TransferContext};
use tokio::sync::{OnceCell, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Incoming;
use super::batch::{Batch, Whose};
use super::playlists::Playlists;
use crate::clock;
use crate::commands::{Context, transfer};
use crate::error::CliError;
use crate::printer::Printer;
use crate::settings::Settings;
use crate::tui::model::{Msg, Place};
use crate::tui::theme::Glyphs;

/// One server, as one account.
#[derive(Debug)]
pub(super) struct Session {
    /// What holds.
    pub(super) settings: Settings,
    /// Where events go.
    pub(super) queue: mpsc::Sender<Incoming>,
    printer: Printer,
    search_path: Vec<PathBuf>,
    /// The person's player, where the environment names one.
    pub(super) player: Option<String>,
    /// The home directory.
    pub(super) home: Option<PathBuf>,
    glyphs: Glyphs,
    /// Where posters are kept on this disk.
    pub(super) posters: Option<PosterCache>,
    client: OnceCell<ApiClient>,
    transfers: OnceCell<TransferContext>,
    shared: Shared,
}

/// What stays when the account is another.
#[derive(Debug, Clone)]
struct Shared {
    throttle: Throttle,
    running: Arc<Mutex<BTreeMap<u64, CancellationToken>>>,
    /// Stops all that run.
    stopping: CancellationToken,
    batches: Arc<Mutex<BTreeMap<u64, Arc<Batch>>>>,
    moving: TaskTracker,
    others: TaskTracker,
    playlists: Arc<Playlists>,
}

impl Session {
    /// As the program was started.
    pub(super) fn new(context: &Context<'_>, queue: mpsc::Sender<Incoming>) -> Self {
        let told = queue.clone();
        let printer = context.printer.diverted(move |line| {
            // Lines beyond what the queue holds are not worth waiting for.
            let _ = told.try_send(Incoming::Msg(Msg::Said(line.to_owned())));
        });
        Self {
            posters: context.settings.poster_cache(),
            settings: context.settings.clone(),
            queue,
            printer,
            search_path: context.search_path.clone(),
            player: context.player.clone(),
            home: context.home.clone(),
            glyphs: context.glyphs,
            client: OnceCell::new(),
            transfers: OnceCell::new(),
            shared: Shared {
                throttle: Throttle::new(Timetable::default(), clock::now),
                running: Arc::default(),
                stopping: CancellationToken::new(),
                batches: Arc::default(),
                moving: TaskTracker::new(),
                others: TaskTracker::new(),
                playlists: Arc::new(Playlists::below(playing(&context.settings))),
            },
        }
    }

    /// The same with other settings.
    pub(super) fn with(&self, settings: Settings) -> Self {
        Self {
            posters: settings.poster_cache(),
            settings,
            queue: self.queue.clone(),
            printer: self.printer.clone(),
            search_path: self.search_path.clone(),
            player: self.player.clone(),
            home: self.home.clone(),
            glyphs: self.glyphs,
            client: OnceCell::new(),
            transfers: OnceCell::new(),
            shared: self.shared.clone(),
        }
    }

    /// The server and the account, as the model shows them.
    pub(super) fn place(&self) -> Place {
        let settings = &self.settings;
        let profile = settings.config.profiles.get(&settings.profile_name);
        Place {
            server: settings.server().ok().map(|server| server.to_string()),
            profile: settings.profile_name.clone(),
            email: profile.and_then(|profile| profile.email.clone()),
            profiles: settings.config.profiles.keys().cloned().collect(),
            is_token: settings.uses_token(),
        }
    }

    /// To whom uploads go.
    pub(super) fn whose(&self) -> Whose {
        let place = self.place();
        Whose {
            server: place.server.unwrap_or_default(),
            email: place.email,
            profile: place.profile,
        }
    }

    /// What the verbs of the command line get.
    pub(super) fn context(&self, settings: Settings) -> Context<'_> {
        Context {
            settings,
            printer: &self.printer,
            typed: "heimdex tui".to_owned(),
            moment: clock::moment(),
            search_path: self.search_path.clone(),
            editor: None,
            player: self.player.clone(),
            home: self.home.clone(),
            glyphs: self.glyphs,
        }
    }

    /// Where programs are looked for.
    pub(super) fn search_path(&self) -> &[PathBuf] {
        &self.search_path
    }

    /// The server; the way to it is set up once.
    pub(super) async fn client(&self) -> Result<&ApiClient, CliError> {
        let settings = &self.settings;
        self.client
            .get_or_try_init(|| async { settings.client() })
            .await
    }

    /// What the transfers share.
    pub(super) async fn transfers(&self) -> Result<&TransferContext, CliError> {
        let make = || async {
            let context = self.context(self.settings.clone());
            let transfers = transfer::context(&context, self.client().await?.clone())?;
            let transfers = transfers.with_throttle(self.shared.throttle.clone());
            // Somebody looks at the line, and at the key that was to free it.
            Ok(transfers.with_in_flight(InFlight::Dropped))
        };
        self.transfers.get_or_try_init(make).await
    }

    /// Uploads take at most this from now on.
    pub(super) fn limit(&self, timetable: Timetable) {
        self.shared.throttle.set(timetable);
    }

    /// A transfer begins: what stops it.
    pub(super) fn begin(&self, transfer: u64) -> CancellationToken {
        let token = self.shared.stopping.child_token();
        locked(&self.shared.running).insert(transfer, token.clone());
        token
    }

    /// A transfer ended.
    pub(super) fn ended(&self, transfer: u64) {
        locked(&self.shared.running).remove(&transfer);
    }

    /// Stops a transfer: what is in flight of it is dropped.
    pub(super) fn stop(&self, transfer: u64) {
        if let Some(token) = locked(&self.shared.running).get(&transfer) {
            token.cancel();
        }
    }

    /// Stops all, and what begins after it.
    pub(super) fn stop_all(&self) {
        self.shared.stopping.cancel();
    }

    /// What stops all.
    pub(super) fn stopping(&self) -> CancellationToken {
        self.shared.stopping.clone()
    }

    /// Whether any runs.
    pub(super) fn is_moving(&self) -> bool {
        !locked(&self.shared.running).is_empty()
    }

    /// Waits until none does.
    pub(super) async fn moved_all(&self) {
        self.shared.moving.close();
        self.shared.moving.wait().await;
    }

    /// Runs a transfer to its end, so that it is waited for.
    pub(super) async fn moving<T>(&self, moving: impl Future<Output = T>) -> T {
        self.shared.moving.track_future(moving).await
    }

    /// Lets something that is not waited for run to its end.
    pub(super) fn watch(&self, something: impl Future<Output = ()> + Send + 'static) {
        self.shared.others.spawn(something);
    }

    /// Keeps what was found for an upload.
    pub(super) fn keep(&self, number: u64, batch: Batch) {
        locked(&self.shared.batches).insert(number, Arc::new(batch));
    }

    /// What was found for an upload.
    pub(super) fn batch(&self, number: u64) -> Option<Arc<Batch>> {
        locked(&self.shared.batches).get(&number).map(Arc::clone)
    }

    /// An upload is over.
    pub(super) fn forget(&self, number: u64) {
        locked(&self.shared.batches).remove(&number);
    }

    /// The playlists of this program.
    pub(super) fn playlists(&self) -> &Arc<Playlists> {
        &self.shared.playlists
    }
}

/// Where playlists lie: a directory that is gone with the session, where there is one.
fn playing(settings: &Settings) -> Option<&Path> {
    let paths = settings.paths.as_ref()?;
    Some(paths.runtime_dir().unwrap_or(paths.state_dir()))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
