//! Files that were there before their watch, which leaves them alone.

use heimdex_client::journal::{FileKey, FileStamp};

use super::Sink;
use crate::watch::known::Place;
use crate::watch::place::Ground;

impl Sink<'_> {
    /// Whether a new file is one that was there before the watch, under another name: a folder of such was renamed.
    pub(super) fn is_passed_over_again(
        &mut self,
        place: Place,
        stamp: &FileStamp,
        ground: &Ground,
        below: &[u8],
    ) -> bool {
        if *self.passed_over == 0 || !ground.keeps_numbers || self.known.has(place) {
            return false;
        }
        self.pass_over();
        let key = FileKey {
            fs_id: ground.key.fs_id.clone(),
            path: ground.path_of(below),
        };
        // A journal that does not answer costs that the file is sent.
        let again = self.journal.pass_over_again(self.watch.id, &key, stamp);
        let is_again = again.unwrap_or(false);
        if is_again {
            self.known.add(place, stamp);
            *self.passed_over += 1;
        }
        is_again
    }

    /// Writes down what was found of them.
    pub(super) fn pass_over(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        if let Err(error) = self
            .journal
            .pass_over(self.watch.id, &self.batch_fs, &batch)
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                watch.id = self.watch.id.0,
                "the journal did not take which files were there before the watch"
            );
        }
    }
}
