//! Which files run next. Pure.
//!
//! Files go in the order in which they are due. A file is due when it came, later by what its lane and its size make it
//! wait: small files of a lane overtake large ones, and interactive ones overtake all, but nobody overtakes a file that
//! has waited for longer than that. So none starves, however many come after it.

use std::collections::BTreeMap;
use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_api::limits::PART_SIZE_MIN;
use heimdex_client::control::{ItemId, Lane, WatchId};
use heimdex_client::watch::Parallel;

/// What a file of a watch waits for interactive ones at most.
const WATCH_WAITS: Duration = Duration::from_hours(24);
/// The same of what was there before its watch was.
const BULK_WAITS: Duration = Duration::from_hours(72);
/// So much of a file makes it wait a second for smaller ones of its lane.
const BYTES_A_SECOND: u64 = 4 << 20;
/// What a large file waits for smaller ones at most.
const SIZE_WAITS: Duration = Duration::from_hours(12);
/// No file is overtaken by one that came so much later.
pub const WAITS_MOST: Duration = BULK_WAITS.saturating_add(SIZE_WAITS);

/// Small files that go together, at most.
pub const GROUP_FILES: usize = 256;
/// Bytes of these, at most.
pub const GROUP_BYTES: u64 = 512 << 20;

/// How much runs at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Turns of all watches together; one more for what a person asked for.
    pub at_once: usize,
    /// Turns of one watch that does not say itself.
    pub per_watch: usize,
}

impl Limits {
    /// So many at once; one less of a single watch, so that its long files never hold up another one.
    #[must_use]
    pub fn of(parallel: Parallel) -> Self {
        let at_once = parallel.get();
        Self {
            at_once,
            per_watch: at_once.saturating_sub(1).max(1),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(Parallel::DEFAULT)
    }
}

/// A file that could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting<'a> {
    /// Which.
    pub id: ItemId,
    /// Whose it is.
    pub watch: Option<WatchId>,
    /// Turns of its watch at once, where that says so.
    pub per_watch: Option<Parallel>,
    /// Where it goes.
    pub profile: &'a str,
    /// Its lane.
    pub lane: Lane,
    /// Bytes.
    pub size: u64,
    /// Where a person moved it to; 0 where nobody did.
    pub place: i64,
    /// Since when it waits.
    pub added_at: Timestamp,
}

/// What runs already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// Turns, by watch.
    pub turns: BTreeMap<Option<WatchId>, usize>,
}

/// What is begun together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// One file.
    Alone(ItemId),
    /// Small files of one watch and profile, in their order.
    Together(Vec<ItemId>),
}

impl Waiting<'_> {
    /// What files are ordered by: lowest first.
    #[must_use]
    pub fn rank(&self) -> (i64, Timestamp, ItemId) {
        let lane = match self.lane {
            Lane::Interactive => Duration::ZERO,
            Lane::Watch => WATCH_WAITS,
            Lane::Bulk => BULK_WAITS,
        };
        let size = Duration::from_secs(self.size / BYTES_A_SECOND).min(SIZE_WAITS);
        let due = self.added_at.saturating_add(lane + size);
        (self.place, due, self.id)
    }

    fn is_small(&self) -> bool {
        self.size <= PART_SIZE_MIN
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.is_small() && self.profile == other.profile && self.watch == other.watch
    }
}

impl Load {
    fn total(&self) -> usize {
        self.turns.values().sum()
    }

    fn has_room(&self, file: &Waiting<'_>, limits: Limits) -> bool {
        let more = usize::from(file.lane == Lane::Interactive);
        self.has_room_with(more, file.watch, file.per_watch, limits)
    }

    /// Whether another turn of a watch may begin that nobody asked for; `per_watch` is its own limit.
    #[must_use]
    pub fn has_room_for(
        &self,
        watch: Option<WatchId>,
        per_watch: Option<Parallel>,
        limits: Limits,
    ) -> bool {
        self.has_room_with(0, watch, per_watch, limits)
    }

    fn has_room_with(
        &self,
        more: usize,
        watch: Option<WatchId>,
        per_watch: Option<Parallel>,
        limits: Limits,
    ) -> bool {
        let of_watch = self.turns.get(&watch).copied().unwrap_or(0);
        let most = per_watch.map_or(limits.per_watch, Parallel::get);
        self.total() < limits.at_once + more && of_watch < most + more
    }
}

/// The turns that are to begin now, given those that run. `waiting` holds only what may run.
#[must_use]
pub fn choose(waiting: &[Waiting<'_>], load: &Load, limits: Limits) -> Vec<Turn> {
    let mut load = load.clone();
    let mut turns = Vec::new();
    let mut left = waiting.to_vec();
    loop {
        let fits = left.iter().filter(|file| load.has_room(file, limits));
        let Some(first) = fits.min_by_key(|file| file.rank()).copied() else {
            return turns;
        };
        let turn = with_its_like(&first, &left);
        left.retain(|file| !turn.contains(&file.id));
        *load.turns.entry(first.watch).or_default() += 1;
        turns.push(match turn.as_slice() {
            [one] => Turn::Alone(*one),
            _ => Turn::Together(turn),
        });
    }
}

/// A file, and where it is small the small ones that go with it, in their order.
fn with_its_like(first: &Waiting<'_>, left: &[Waiting<'_>]) -> Vec<ItemId> {
    if !first.is_small() {
        return vec![first.id];
    }
    let mut like: Vec<_> = left.iter().filter(|file| file.goes_with(first)).collect();
    like.sort_unstable_by_key(|file| file.rank());
    let mut bytes = 0;
    let fitting = like.into_iter().take(GROUP_FILES).take_while(|file| {
        bytes += file.size;
        bytes <= GROUP_BYTES
    });
    fitting.map(|file| file.id).collect()
}

#[cfg(test)]
mod tests;
