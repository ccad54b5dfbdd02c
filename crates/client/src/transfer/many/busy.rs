//! Files that another process has, or whose twin is under way: they are waited for, and mostly found stored then.
//!
//! Two runs over one card help each other so: what one has begun the other neither sends as well nor calls failed.

use std::time::Duration;

use super::{Left, Round};
use crate::journal::{Journal, UploadKey};
use crate::transfer::place::Locator;
use crate::transfer::upload::UploadJob;

/// How often is looked whether another process is done with one of them.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl Round<'_> {
    /// Waits until nobody has some of these files any more, and ends those that are stored by then. What has to go its
    /// own way, and what is still busy, comes back.
    pub(super) async fn freed(&self, busy: Vec<usize>) -> Left {
        let mut busy = busy;
        let mut told = false;
        while !busy.is_empty() {
            if self.is_stopped() {
                self.not_tried(&busy);
                return Left::default();
            }
            busy = self.not_stopped(busy);
            let before = busy.len();
            let left = self.looked_at(busy).await;
            if left.busy.len() < before {
                return left;
            }
            busy = left.busy;
            if !std::mem::replace(&mut told, true) {
                self.many.waits(busy.len());
            }
            let pause = tokio::time::sleep(LOOK_EVERY);
            self.cancel.run_until_cancelled(pause).await;
        }
        Left::default()
    }

    /// The same without waiting.
    pub(super) async fn looked_at(&self, busy: Vec<usize>) -> Left {
        let (free, busy) = self.held(busy).await;
        let alone = self.not_stored(free).await;
        Left { alone, busy }
    }

    /// Those that nobody works on, and those that another process has.
    async fn held(&self, files: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
        let jobs: Vec<(usize, UploadJob)> = files
            .iter()
            .map(|file| (*file, self.many.job(*file)))
            .collect();
        let profile = self.context.profile.clone();
        let look = move |journal: &Journal| {
            let mut locator = Locator::new();
            let is_held = |job: &UploadJob| {
                // What cannot be looked at is free: its own way tells what is wrong.
                let file = locator.locate(&job.path).ok()?;
                let profile = profile.clone();
                journal.lock(&UploadKey { profile, file }).ok()
            };
            let looked = jobs.iter().map(|(_, job)| job).map(is_held);
            Ok(looked.map(|lock| matches!(lock, Some(None))).collect())
        };
        let held: Vec<bool> = self.context.journaled(look).await.unwrap_or_default();
        let mut held = held.into_iter();
        files
            .into_iter()
            .partition(|_| !held.next().unwrap_or(false))
    }
}
