//! `heimdex why`: the chain of rules and observations that led a file to where it is.

use std::path::{Path, PathBuf};

use heimdex_client::control::{ItemId, Reason, Refusal, Why, WhyQuery};
use heimdex_client::journal::{Journal, KeptFile};
use tokio::sync::oneshot;

use super::driver::Driver;
use super::seen;
use super::status::{because, reason};
use crate::watch::Ask;

impl Driver {
    /// The answer for one file.
    pub(super) async fn why(&self, query: WhyQuery) -> Result<Why, Refusal> {
        let (path, item) = self.meant(query).await?;
        let item = item.or_else(|| self.state.at_path(&path).first().copied());
        let kept = self.looked_up({
            let path = path.clone();
            move |journal| journal.kept_at(&path)
        });
        let kept = kept.await.unwrap_or_default().into_iter().next();
        let mut chain = self.seen_by_watches(&path).await;
        let queued = item.and_then(|id| self.state.items.get(&id));
        if let Some(item) = queued {
            let order = self.state.in_order();
            let ahead = order.iter().position(|(id, _)| *id == item.file.id);
            let (lane, ahead) = (item.file.lane, ahead.unwrap_or(0) as u64);
            if let Some(kept) = &kept {
                let video_id = kept.video_id;
                chain.push(Reason::ChangedSince { video_id });
            }
            let verdict = reason(&self.state, item, ahead, (self.tools.now)());
            if !matches!(verdict, Reason::Queued { .. }) {
                chain.push(Reason::Queued { lane, ahead });
            }
            chain.push(verdict);
        } else if let Some(kept) = &kept {
            chain.push(Reason::Stored {
                video_id: kept.video_id,
                at: kept.stored_at,
            });
            chain.extend(self.after(kept, &path));
        }
        let moment = self.moment();
        let verdict = chain.pop().unwrap_or(Reason::NotWatched);
        Ok(Why {
            path: path.clone().into(),
            item: queued.map(|item| item.file.id),
            watch: self.state.covering(&path),
            video_id: kept.map(|kept| kept.video_id),
            verdict: because(verdict, &moment),
            chain: chain
                .into_iter()
                .map(|reason| because(reason, &moment))
                .collect(),
        })
    }

    /// What became of a stored file here.
    fn after(&self, kept: &KeptFile, path: &Path) -> Option<Reason> {
        let mut waiting = self.state.awaiting_proof();
        let pending = waiting.find(|(pending, _)| pending.key == kept.key);
        if let Some((_, next_look_at)) = pending {
            let video_id = kept.video_id;
            return Some(Reason::AwaitingProof {
                video_id,
                next_look_at,
            });
        }
        fs_err::symlink_metadata(path)
            .is_err()
            .then_some(Reason::Missing)
    }

    async fn meant(&self, query: WhyQuery) -> Result<(PathBuf, Option<ItemId>), Refusal> {
        if let Some(path) = query.path {
            return Ok((path.as_path().to_owned(), None));
        }
        if let Some(id) = query.item {
            let item = self.state.items.get(&id);
            return match item {
                Some(item) => Ok((item.file.path.clone(), Some(id))),
                None => Err(Self::no_such(&format!("`{id}` is not in the queue"))),
            };
        }
        let video = query
            .video_id
            .ok_or_else(|| Self::no_such("no file was named"))?;
        let kept = self.looked_up(move |journal| journal.kept_of(video)).await;
        let kept = kept.unwrap_or_default().into_iter().next();
        let kept = kept.ok_or_else(|| {
            let short = video.short();
            Self::no_such(&format!(
                "no file of this machine is known to be the video `{short}`"
            ))
        })?;
        Ok((kept.shown_path, None))
    }

    /// What the watches see of a path: rules, then what settles.
    async fn seen_by_watches(&self, path: &Path) -> Vec<Reason> {
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Why {
            path: path.to_owned(),
            reply,
        };
        if self.tools.watches.send(ask).await.is_err() {
            return Vec::new();
        }
        let Ok(Some(known)) = answer.await else {
            return Vec::new();
        };
        let watched = self.state.watches.get(&known.watch);
        watched.map_or_else(Vec::new, |watched| {
            seen::reasons(&watched.watch, &known, (self.tools.now)())
        })
    }

    async fn looked_up<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Journal) -> Result<T, heimdex_client::journal::JournalError> + Send + 'static,
    ) -> Option<T> {
        let journal = self.tools.journal.clone();
        tokio::task::spawn_blocking(move || look(&journal))
            .await
            .ok()?
            .ok()
    }
}
