//! What the journal is still to be told: a write that fails, as on a full disk, is kept and made up for.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::path::PathBuf;
use std::time::Duration;

use heimdex_client::control::ItemId;
use heimdex_client::journal::{FileKey, Journal, JournalError, QueueWrite};
use tokio::time::Instant;

/// A journal that refused a write is asked again after so long, or with the next write after that.
const AGAIN: Duration = Duration::from_secs(10);

/// The way of the queue into the journal.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    owed: Owed,
    /// When it is tried again; `None` as long as all is written.
    again_at: Option<Instant>,
}

impl Ledger {
    /// Whether something is owed.
    pub(super) const fn is_behind(&self) -> bool {
        self.again_at.is_some()
    }

    /// When it is to be tried again without anything new.
    pub(super) const fn again_at(&self) -> Option<Instant> {
        self.again_at
    }

    /// Writes these after what is owed, all at once; not at all while the journal is left in peace, but where `is_last`.
    /// Why it refused one, for the first time since it took all.
    pub(super) async fn write(
        &mut self,
        journal: &Journal,
        writes: Vec<QueueWrite>,
        now: Instant,
        is_last: bool,
    ) -> Option<JournalError> {
        let was_behind = self.is_behind();
        let is_early = !is_last && self.again_at.is_some_and(|at| now < at);
        if is_early {
            self.owed.extend(writes);
            return None;
        }
        let writes = if was_behind {
            self.owed.extend(writes);
            mem::take(&mut self.owed).into_writes()
        } else {
            writes
        };
        let journal = journal.clone();
        // The pool is gone only where the process ends.
        let writing = tokio::task::spawn_blocking(move || write_down(&journal, writes));
        let Ok(Err((owed, error))) = writing.await else {
            self.again_at = None;
            return None;
        };
        self.owed.extend(owed);
        self.again_at = Some(now + AGAIN);
        (!was_behind).then_some(error)
    }
}

/// Writes all of them at once, or tells which are still owed, and why. Blocks.
fn write_down(
    journal: &Journal,
    writes: Vec<QueueWrite>,
) -> Result<(), (Vec<QueueWrite>, JournalError)> {
    let Err(error) = journal.write_queue(&writes) else {
        return Ok(());
    };
    if !error.is_refusal() {
        return Err((writes, error));
    }
    // One that is refused each time must not keep the others out.
    let mut rest = writes.into_iter();
    while let Some(write) = rest.next() {
        let Err(error) = journal.write_queue(std::slice::from_ref(&write)) else {
            continue;
        };
        if !error.is_refusal() {
            return Err((std::iter::once(write).chain(rest).collect(), error));
        }
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the journal refuses what it is told of a file; the queue has it in memory"
        );
    }
    Ok(())
}

/// Writes that wait, the last one of each thing only: no longer than queue and stored files are.
#[derive(Debug, Default)]
struct Owed {
    in_order: BTreeMap<u64, QueueWrite>,
    last_of: HashMap<Thing, u64>,
    count: u64,
}

/// What a write is about.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Thing {
    Item(ItemId),
    Kept(String, FileKey),
    Wanted(PathBuf),
}

impl Owed {
    fn extend(&mut self, writes: Vec<QueueWrite>) {
        for write in writes {
            self.count += 1;
            if let Some(earlier) = self.last_of.insert(thing(&write), self.count) {
                self.in_order.remove(&earlier);
            }
            self.in_order.insert(self.count, write);
        }
    }

    fn into_writes(self) -> Vec<QueueWrite> {
        self.in_order.into_values().collect()
    }
}

fn thing(write: &QueueWrite) -> Thing {
    match write {
        QueueWrite::Put(file) => Thing::Item(file.id),
        QueueWrite::Remove(item) => Thing::Item(*item),
        QueueWrite::Keep(kept) => Thing::Kept(kept.profile.clone(), kept.key.clone()),
        QueueWrite::Want(file) => Thing::Wanted(file.path.clone()),
        QueueWrite::NotWanted(path) => Thing::Wanted(path.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_thing_the_last_word_is_owed_and_in_its_order() {
        let removed = |item| QueueWrite::Remove(ItemId(item));
        let unwanted = || QueueWrite::NotWanted("/card/a.mp4".into());
        let mut owed = Owed::default();
        owed.extend(vec![removed(1), unwanted(), removed(2)]);
        owed.extend(vec![removed(1)]);
        assert_eq!(owed.into_writes(), [unwanted(), removed(2), removed(1)]);
    }
}
