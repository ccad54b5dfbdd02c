//! How fast each file goes that the daemon sends: it tells how far each is, and seconds are counted here.

use std::collections::{BTreeMap, VecDeque};

use heimdex_client::control::{ItemId, QueueItem, Reason};

use crate::tui::model::transfers::{average, push};

/// The files that are being sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paces {
    files: BTreeMap<ItemId, Pace>,
}

#[derive(Debug, Clone)]
struct Pace {
    counted: u64,
    rates: VecDeque<u64>,
}

impl Paces {
    /// A second has passed, and this is how far each is; how many bytes all of them moved in it.
    pub(crate) fn second(&mut self, items: &[QueueItem]) -> u64 {
        let mut before = std::mem::take(&mut self.files);
        let mut all: u64 = 0;
        for item in items {
            let Reason::Sending {
                under_way_bytes, ..
            } = item.state.because
            else {
                continue;
            };
            let at = item.acknowledged_bytes.saturating_add(under_way_bytes);
            let mut pace = before.remove(&item.id).unwrap_or_else(|| Pace {
                counted: at,
                rates: VecDeque::new(),
            });
            let moved = at.saturating_sub(pace.counted);
            push(&mut pace.rates, moved);
            pace.counted = pace.counted.max(at);
            all = all.saturating_add(moved);
            self.files.insert(item.id, pace);
        }
        all
    }

    /// Whether any of them moved of late.
    pub(crate) fn is_moving(&self) -> bool {
        self.files.values().any(|pace| average(&pace.rates) > 0)
    }

    /// Bytes a second of a file, of late; 0 where that is not known.
    pub(crate) fn rate(&self, id: ItemId) -> u64 {
        self.files.get(&id).map_or(0, |pace| average(&pace.rates))
    }
}
