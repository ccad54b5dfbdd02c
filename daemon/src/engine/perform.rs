//! What the state asks for is done here, and nowhere else.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heimdex_client::control::{Answer, Refusal, SendRequest};
use heimdex_client::journal::{Journal, JournalError, KeptFile, QueueWrite, QueuedFile, Trouble};
use heimdex_client::reason;
use heimdex_client::transfer::stamp_of;
use heimdex_client::watch::declared;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::driver::Driver;
use super::effect::Effect;
use super::event::{Event, Finding, Known, Ticket, Trashing, TurnId};
use super::trashing;
use super::why::seen_by_watches;
use crate::accounts::{self, Accounts};
use crate::worker::Turn;

/// What is said to whoever changes the queue meanwhile.
const UNWRITTEN: &str = "the journal cannot be written at the moment";

impl Driver {
    /// Does it: what is to be written first, and together.
    pub(super) async fn perform(&mut self, effects: Vec<Effect>) {
        let (writes, others): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Write(_)));
        let writes: Vec<QueueWrite> = writes
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Write(write) => Some(write),
                _ => None,
            })
            .collect();
        if !writes.is_empty() {
            heimdex_api::failpoint!("daemon.queue.write");
            self.write(writes, false).await;
            heimdex_api::failpoint!("daemon.queue.written");
        }
        for effect in others {
            self.perform_one(effect).await;
        }
    }

    /// Writes what the queue comes to, or keeps it until the journal can be written again; says so once.
    pub(super) async fn write(&mut self, writes: Vec<QueueWrite>, is_last: bool) {
        let now = Instant::now();
        let refused = self
            .ledger
            .write(&self.tools.journal, writes, now, is_last)
            .await;
        let Some(error) = refused else {
            return;
        };
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the journal was not written; the queue goes on in memory"
        );
        self.state.journal_fails((self.tools.now)(), &error);
        self.is_to_be_shown = true;
    }

    async fn perform_one(&mut self, effect: Effect) {
        match effect {
            // Done already, together.
            Effect::Write(_) => {}
            Effect::PauseAll(pause) => {
                self.journaled(move |journal| journal.pause_all(pause))
                    .await;
            }
            Effect::PauseWatch(watch, pause) => {
                self.journaled(move |journal| journal.pause_watch(watch, pause).map(drop))
                    .await;
            }
            Effect::SettleKept(kept) => {
                self.journaled(move |journal| journal.settle_kept(&kept))
                    .await;
            }
            Effect::Begin(id, files) => self.begin(id, files),
            Effect::Stop(turn) => {
                if let Some(cancel) = self.turns.get(&turn) {
                    cancel.cancel();
                }
            }
            Effect::AskServer(profile) => self.ask_server(profile),
            Effect::Trash(kept) => self.trash(*kept),
            Effect::StopTrashing => self.trashing.cancel(),
            Effect::LookAt(request, ticket) => self.look_at(request, ticket),
            Effect::AskWatches(ask) => self.asks.push_back(ask),
            Effect::Reload => self.reload(),
            Effect::Reply(ticket, answer) => {
                let answer = self.with_what_is_unwritten(answer);
                if let Some(reply) = self.tickets.remove(&ticket) {
                    // Whoever asked may have gone.
                    let _ = reply.send(answer);
                }
            }
            Effect::Tell(told) => {
                // Nobody need listen.
                let _ = self.lines.told.send(*told);
            }
            Effect::KeepAwake(is_wanted) => self.tools.awake.keep(is_wanted),
        }
    }

    /// Whoever changed the queue hears it where that would be forgotten.
    fn with_what_is_unwritten(&self, answer: Result<Answer, Refusal>) -> Result<Answer, Refusal> {
        answer.map(|answer| match answer {
            Answer::Done(mut changed) if self.ledger.is_behind() && !changed.items.is_empty() => {
                changed.unwritten = Some(UNWRITTEN.to_owned());
                Answer::Done(changed)
            }
            other => other,
        })
    }

    /// Something short on the journal. A journal that cannot be written, as on a full disk, costs what it would have
    /// remembered: after a restart the files are found by their watches again, and the server knows what it has.
    async fn journaled(
        &self,
        call: impl FnOnce(&Journal) -> Result<(), JournalError> + Send + 'static,
    ) {
        let journal = self.tools.journal.clone();
        match tokio::task::spawn_blocking(move || call(&journal)).await {
            Ok(Ok(())) | Err(_) => {}
            Ok(Err(error)) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the journal was not written; the queue goes on in memory"
            ),
        }
    }

    fn begin(&mut self, id: TurnId, files: Vec<QueuedFile>) {
        let cancel = CancellationToken::new();
        let watch = files.first().and_then(|file| file.watch);
        let watch = watch.and_then(|id| self.state.watches.get(&id));
        let turn = Turn {
            id,
            files,
            meters: self.state.meters(id),
            watch: watch.map(|watched| watched.watch.clone()),
            cancel: cancel.clone(),
        };
        self.turns.insert(id, cancel);
        let worker = self.tools.worker.clone();
        self.spawn("turn", worker.run(turn));
    }

    fn ask_server(&self, profile: String) {
        let (accounts, back) = (Arc::clone(&self.tools.accounts), self.lines.back.clone());
        self.spawn("ask server", async move {
            let result = match accounts.context(&profile) {
                Ok(context) => accounts::ask(&context).await,
                Err(away) => Err(away),
            };
            let _ = back.send(Event::Answered { profile, result }).await;
        });
    }

    fn trash(&mut self, kept: KeptFile) {
        let watch = kept.watch.and_then(|id| self.state.watches.get(&id));
        let accept_cached = watch.is_some_and(|watched| watched.watch.rules.accept_cached);
        let below = watch.map(|watched| watched.watch.root.clone());
        let profile = self.state.profile_of(&kept, &self.tools.accounts);
        let (accounts, back) = (Arc::clone(&self.tools.accounts), self.lines.back.clone());
        let data_home = self.tools.data_home.clone();
        let cancel = self.tools.lifecycle.soft().child_token();
        self.trashing = cancel.clone();
        let watches = self.tools.watches.clone();
        self.spawn("trash", async move {
            let place = trashing::Place {
                accounts: &accounts,
                profile: profile.as_deref(),
                data_home: data_home.as_deref(),
                below: below.as_deref(),
            };
            let known = seen_by_watches(&watches, &kept.shown_path).await;
            let trashing = if known.is_some_and(|known| known.is_left_out()) {
                Trashing::NotWanted
            } else {
                trashing::trash(&place, &kept, accept_cached, &cancel).await
            };
            let _ = back.send(Event::Proven(Box::new(kept), trashing)).await;
        });
    }

    fn look_at(&self, request: SendRequest, ticket: Ticket) {
        let (journal, back) = (self.tools.journal.clone(), self.lines.back.clone());
        self.spawn("look at files", async move {
            let paths: Vec<_> = request
                .paths
                .iter()
                .map(|path| path.as_path().to_owned())
                .collect();
            let looked = tokio::task::spawn_blocking(move || {
                let look = |path: PathBuf| {
                    let found = look_at_one(&journal, &path);
                    (path, found)
                };
                paths.into_iter().map(look).collect()
            });
            let found = looked.await.unwrap_or_default();
            let event = Event::Looked {
                request,
                found,
                ticket,
            };
            let _ = back.send(event).await;
        });
    }

    fn reload(&self) {
        let (journal, accounts) = (self.tools.journal.clone(), Arc::clone(&self.tools.accounts));
        let back = self.lines.back.clone();
        let limits = Arc::clone(&self.tools.worker.limits);
        self.spawn("read watches", async move {
            let reading = tokio::task::spawn_blocking(move || known(&journal, &accounts));
            match reading.await {
                Ok(Ok(known)) => {
                    known.watches.iter().for_each(|watch| limits.hold(watch));
                    let _ = back.send(Event::Known(known)).await;
                }
                Ok(Err(error)) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the watches cannot be read; those that are known stay"
                ),
                Err(_) => {}
            }
        });
    }

    /// Runs something beside; it tells how it ended by an event.
    pub(super) fn spawn(
        &self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        drop(self.tools.lifecycle.spawn(name, task));
    }
}

/// What the journal and the configuration say now. Blocks.
pub(super) fn known(journal: &Journal, accounts: &Accounts) -> Result<Known, JournalError> {
    let (profile, profiles) = accounts.profiles();
    let file = accounts.watches_file();
    let mut troubles = Vec::new();
    match declared::load(&file, &profile) {
        Ok(declared) => journal.declare_watches(&file, &declared, accounts.now())?,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what the file declares is not taken over; the watches that are known stay"
            );
            troubles.push(Trouble {
                text: format!("{error}; the watches that are known stay as they are"),
                hint: None,
            });
        }
    }
    let watches = journal.watches()?;
    Ok(Known {
        watches,
        profile,
        profiles,
        troubles,
    })
}

/// What lies at a path that a person named. A journal that cannot be read has stored nothing.
fn look_at_one(journal: &Journal, path: &Path) -> Result<Finding, String> {
    match fs_err::metadata(path) {
        Ok(found) if found.is_file() => {
            let stamp = stamp_of(path, None).map_err(|error| reason(&error).into_owned())?;
            let kept = journal.kept_at(path).unwrap_or_default();
            let was_stored = kept.iter().any(|kept| kept.stamp == stamp);
            Ok(Finding { stamp, was_stored })
        }
        Ok(found) if found.is_dir() => {
            Err("it is a folder: `heimdex watch add` takes those".into())
        }
        Ok(_) => Err("it is no file".into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err("it is not there".into()),
        Err(error) => Err(reason(&error).into_owned()),
    }
}
