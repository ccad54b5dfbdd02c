//! Files under watch that a person handed over before they were finished: the journal has them until they are queued.

use std::path::{Path, PathBuf};

use heimdex_client::control::{Event as Told, Reason, SendTexts, WatchId};
use heimdex_client::journal::{QueueWrite, WantedFile};

use super::{Effect, State};
use crate::watch::Ask;

impl State {
    /// A person wants a file as soon as its watch says that it is finished; then it goes before all others.
    pub(super) fn want(&mut self, path: PathBuf, texts: &SendTexts) -> Vec<Effect> {
        // Handed over twice, it has what was said of it either time.
        let texts = self.wanted.remove(&path).unwrap_or_default().and(texts);
        self.wanted.insert(path.clone(), texts.clone());
        let file = WantedFile {
            path: path.clone(),
            texts,
        };
        vec![
            Effect::Write(QueueWrite::Want(Box::new(file))),
            Effect::AskWatches(Ask::Look(path)),
        ]
    }

    /// What was said of a file that is queued now, or not there any more; its row goes with it.
    pub(super) fn take_wanted(&mut self, path: &Path) -> (Option<SendTexts>, Option<Effect>) {
        match self.wanted.remove(path) {
            Some(texts) => {
                let row = Effect::Write(QueueWrite::NotWanted(path.to_owned()));
                (Some(texts), Some(row))
            }
            None => (None, None),
        }
    }

    /// A watch that looked through its folder says nothing of what it has done with before, or leaves out.
    pub(super) fn look_at_wanted(&self, watch: WatchId) -> impl Iterator<Item = Effect> {
        let wanted = self.wanted.keys();
        let of_watch = wanted.filter(move |path| self.covering(path) == Some(watch));
        of_watch.map(|path| Effect::AskWatches(Ask::Look(path.clone())))
    }

    /// Where no watch is left that would say when a file is finished, nobody waits for it any more.
    pub(super) fn forget_unwatched(
        &mut self,
        watches_before: &[(WatchId, PathBuf)],
    ) -> Vec<Effect> {
        let lost = self
            .wanted
            .keys()
            .filter(|path| self.covering(path).is_none());
        let lost: Vec<PathBuf> = lost.cloned().collect();
        let mut effects = Vec::new();
        for path in lost {
            effects.extend(self.take_wanted(&path).1);
            let was_of = watches_before
                .iter()
                .find(|(_, root)| path.starts_with(root));
            effects.extend(was_of.map(|(watch, _)| {
                Effect::Tell(Box::new(Told::File {
                    watch: *watch,
                    path: path.into(),
                    because: Reason::NotWatched,
                }))
            }));
        }
        effects
    }
}
