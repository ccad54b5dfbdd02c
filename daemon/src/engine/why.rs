//! `heimdex why`: the chain of rules and observations that led a file to where it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use heimdex_api::VideoId;
use heimdex_client::control::{Answer, ItemId, Reason, Refusal, RefusalCode, Why, WhyQuery};
use heimdex_client::journal::{FileStamp, Journal, KeptFile, Standing as FileStanding};
use heimdex_client::transfer::stamp_of;
use tokio::sync::{mpsc, oneshot};

use super::driver::Driver;
use super::seen;
use super::state::{Item, Phase};
use super::status::{because, pauses, reason};
use crate::watch::{Ask, Known, Standing};

/// What a file lies on may take so long to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the answer goes.
type Reply = oneshot::Sender<Result<Answer, Refusal>>;

/// A question, and the facts that others had to be asked for.
#[derive(Debug)]
pub(super) struct Inquiry {
    path: PathBuf,
    item: Option<ItemId>,
    /// What is there.
    found: Found,
    /// What the watches see of it.
    known: Option<Known>,
    reply: Reply,
}

/// What is there of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    File(FileStamp),
    /// A folder, or what nobody may look at.
    Other,
}

/// Which file is meant.
enum Meant {
    Path(PathBuf),
    Video(VideoId),
}

impl Driver {
    /// Gathers the facts beside: journal and watches may take their time, and the watches may be waiting for this side.
    pub(super) fn why(&self, query: &WhyQuery, reply: Reply) {
        let (meant, item) = match self.meant(query) {
            Ok(meant) => meant,
            Err(refusal) => {
                // Whoever asked may have gone.
                let _ = reply.send(Err(refusal));
                return;
            }
        };
        let (journal, watches) = (self.tools.journal.clone(), self.tools.watches.clone());
        let gathered = self.lines.gathered.clone();
        self.spawn("why", async move {
            let facts = async {
                let looking = tokio::task::spawn_blocking(move || looked_up(&journal, meant));
                // The pool is gone only where the process ends.
                let looked = looking.await.unwrap_or_else(|_| Err(no_answer()));
                let (path, found) = looked?;
                let known = seen_by_watches(&watches, &path).await;
                Ok((path, found, known))
            };
            // A share that is gone holds up whoever looks at it, and the watch of it, for as long as it likes.
            let facts = tokio::time::timeout(PATIENCE, facts).await;
            let (path, found, known) = match facts.unwrap_or_else(|_| Err(no_answer())) {
                Ok(facts) => facts,
                Err(refusal) => {
                    // Whoever asked may have gone.
                    let _ = reply.send(Err(refusal));
                    return;
                }
            };
            let inquiry = Inquiry {
                path,
                item,
                found,
                known,
                reply,
            };
            let _ = gathered.send(inquiry).await;
        });
    }

    /// Answers from these facts, and from queue and journal as they are now.
    pub(super) async fn answer(&mut self, inquiry: Inquiry) {
        let Inquiry {
            path,
            item,
            found,
            known,
            reply,
        } = inquiry;
        let item = item.or_else(|| self.state.at_path(&path).first().copied());
        let kept = self.kept_at(path.clone()).await;
        let queued = item.and_then(|id| self.state.items.get(&id));
        let mut chain = self.of_watches(known.as_ref());
        if chain.is_empty() {
            chain.extend(self.is_a_watch(&path));
        }
        // What the watch says last: where the file is neither queued nor stored as it is, that is the answer.
        let seen = match &known {
            Some(known) if known.standing.is_of_the_file() && chain.len() > 1 => chain.pop(),
            _ => None,
        };
        if let Some(item) = queued {
            chain.extend(self.of_queue(item, kept.as_ref(), seen));
        } else if let Some(kept) = &kept {
            // That it went is said once, as what holds now.
            chain.retain(|reason| *reason != Reason::Missing);
            chain.extend(self.of_kept(kept, &path, found, seen));
        } else {
            let is_to_come = known.is_some_and(|known| known.standing == Standing::NotYet);
            let is_to_come = is_to_come && matches!(found, Found::File(_));
            chain.extend(seen.or(is_to_come.then_some(Reason::NotLookedAt)));
        }
        let moment = self.moment();
        let verdict = chain.pop().unwrap_or(Reason::NotWatched);
        let why = Why {
            path: path.clone().into(),
            item: queued.map(|item| item.file.id),
            watch: self.state.covering(&path),
            video_id: kept.map(|kept| kept.video_id),
            verdict: because(verdict, &moment),
            chain: chain
                .into_iter()
                .map(|reason| because(reason, &moment))
                .collect(),
        };
        // Whoever looks at all of it next must not find it older than this answer.
        self.show_now();
        // Whoever asked may have gone.
        let _ = reply.send(Ok(Answer::Why(Box::new(why))));
    }

    /// Of a file in the queue. `seen` is what its watch says of it, which may follow it while it is queued.
    fn of_queue(&self, item: &Item, kept: Option<&KeptFile>, seen: Option<Reason>) -> Vec<Reason> {
        let mut chain = Vec::new();
        let is_followed = matches!(item.phase, Phase::Changed | Phase::Unsettled);
        // What the watch said before the queue took the file over does not hold any more.
        chain.extend(seen.filter(|_| is_followed));
        if let Some(kept) = kept {
            let (video_id, at) = (kept.video_id, kept.stored_at);
            chain.push(if kept.stamp == item.file.stamp {
                Reason::Stored { video_id, at }
            } else {
                Reason::ChangedSince { video_id }
            });
        }
        let order = self.state.in_order();
        let ahead = order.iter().position(|(id, _)| *id == item.file.id);
        let (lane, ahead) = (item.file.lane, ahead.unwrap_or(0) as u64);
        let verdict = reason(&self.state, item, ahead, (self.tools.now)());
        let is_to_go = item.file.standing == FileStanding::Waiting && item.running().is_none();
        if is_to_go && !matches!(verdict, Reason::Queued { .. }) {
            chain.push(Reason::Queued { lane, ahead });
        }
        // One that was handed out before a pause goes on to its end.
        let pauses = pauses(&self.state, &item.file).into_iter();
        chain.extend(pauses.filter(|pause| *pause != verdict));
        chain.push(verdict);
        chain
    }

    /// Of a file that is stored, as it is now or as it was.
    fn of_kept(
        &self,
        kept: &KeptFile,
        path: &Path,
        found: Found,
        seen: Option<Reason>,
    ) -> Vec<Reason> {
        let (video_id, at) = (kept.video_id, kept.stored_at);
        let is_other = matches!(found, Found::File(stamp) if stamp != kept.stamp);
        let covering = self.state.covering(path);
        if is_other && covering.is_some() {
            let holds = seen.unwrap_or(Reason::NotLookedAt);
            return vec![Reason::ChangedSince { video_id }, holds];
        }
        let mut chain = vec![Reason::Stored { video_id, at }];
        if is_other {
            // Nobody looks after it: that it changed is all there is to say.
            chain.push(Reason::ChangedSince { video_id });
            return chain;
        }
        let is_missing = found == Found::Nothing && !self.state.is_away(covering);
        chain.extend(self.after(kept, is_missing));
        chain
    }

    /// The folder of a watch itself.
    fn is_a_watch(&self, path: &Path) -> Option<Reason> {
        let mut all = self.state.watches.iter();
        let (id, watched) = all.find(|(_, watched)| watched.watch.root == path)?;
        Some(Reason::Watched {
            watch: *id,
            root: watched.watch.root.clone().into(),
        })
    }

    /// What is stored of a file. A journal that cannot be read knows nothing.
    async fn kept_at(&self, path: PathBuf) -> Option<KeptFile> {
        let journal = self.tools.journal.clone();
        let looking = tokio::task::spawn_blocking(move || journal.kept_at(&path));
        looking.await.ok()?.ok()?.into_iter().next()
    }

    /// What became of a stored file here.
    fn after(&self, kept: &KeptFile, is_missing: bool) -> Option<Reason> {
        let mut waiting = self.state.awaiting_proof();
        let pending = waiting.find(|pending| pending.kept.key == kept.key);
        if let Some(pending) = pending {
            return Some(Reason::AwaitingProof {
                video_id: kept.video_id,
                next_look_at: pending.next_look,
                lacks: pending.lacks.map(str::to_owned),
            });
        }
        is_missing.then(|| gone(kept))
    }

    fn meant(&self, query: &WhyQuery) -> Result<(Meant, Option<ItemId>), Refusal> {
        if let Some(path) = &query.path {
            return Ok((Meant::Path(path.as_path().to_owned()), None));
        }
        if let Some(id) = query.item {
            let item = self.state.items.get(&id);
            let item = item.ok_or_else(|| no_such(&format!("`{id}` is not in the queue")))?;
            return Ok((Meant::Path(item.file.path.clone()), Some(id)));
        }
        match query.video_id {
            Some(video) => Ok((Meant::Video(video), None)),
            None => Err(no_such("no file was named")),
        }
    }

    /// Rules, then what settles.
    fn of_watches(&self, known: Option<&Known>) -> Vec<Reason> {
        let Some(known) = known else {
            return Vec::new();
        };
        let watched = self.state.watches.get(&known.watch);
        watched.map_or_else(Vec::new, |watched| {
            seen::reasons(&watched.watch, known, (self.tools.now)())
        })
    }
}

/// Where the file is, and what is there. Blocks. A journal that cannot be read knows nothing.
fn looked_up(journal: &Journal, meant: Meant) -> Result<(PathBuf, Found), Refusal> {
    let path = match meant {
        Meant::Path(path) => path,
        Meant::Video(video) => {
            let kept = journal.kept_of(video).unwrap_or_default();
            let kept = kept.into_iter().next().ok_or_else(|| {
                let short = video.short();
                no_such(&format!(
                    "no file of this machine is known to be the video `{short}`"
                ))
            })?;
            kept.shown_path
        }
    };
    let found = match fs_err::symlink_metadata(&path) {
        Ok(there) if there.is_file() => stamp_of(&path, None).map_or(Found::Other, Found::File),
        Err(error) if is_absent(&error) => Found::Nothing,
        Ok(_) | Err(_) => Found::Other,
    };
    Ok((path, found))
}

/// Whether there is nothing of a name. Who may not look, or meets a mount that broke, does not know that.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    )
}

/// What the watches know of a path; `None` where none covers it.
pub(super) async fn seen_by_watches(watches: &mpsc::Sender<Ask>, path: &Path) -> Option<Known> {
    let (reply, answer) = oneshot::channel();
    let path = path.to_owned();
    watches.send(Ask::Why { path, reply }).await.ok()?;
    answer.await.ok().flatten()
}

/// Of a stored file that is not there.
fn gone(kept: &KeptFile) -> Reason {
    kept.trashed_at
        .map_or(Reason::Missing, |at| Reason::Trashed {
            video_id: kept.video_id,
            at,
        })
}

fn no_answer() -> Refusal {
    let text = "what the file lies on does not answer, or its folder is still being looked through";
    let refusal = Refusal::new(RefusalCode::NoAnswer, text);
    refusal.with_hint("is the disk or share still there? else ask again in a while")
}

fn no_such(what: &str) -> Refusal {
    Refusal::new(RefusalCode::NotFound, what)
}
