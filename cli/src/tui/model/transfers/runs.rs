//! What goes when: large files one by one, small ones many in a run, as the server takes them fastest.

use std::collections::BTreeSet;

use heimdex_api::limits::PART_SIZE_MIN;

use super::{AT_ONCE, Standing, Transfer, Transfers, Way};
use crate::output::text::count;
use crate::tui::model::message::{Effect, Sending};

/// Files of one run. Those behind them may be put into another order still.
const RUN_FILES: usize = 250;
/// Bytes of one run.
const RUN_BYTES: u64 = 128 << 20;

impl Transfers {
    /// The server is there: what waited for it goes on.
    pub(crate) fn go_on(&mut self) -> Vec<Effect> {
        if std::mem::take(&mut self.is_away) {
            self.start()
        } else {
            Vec::new()
        }
    }

    /// Starts what may run now.
    pub(crate) fn start(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.is_away {
            return effects;
        }
        while self.runs() < AT_ONCE {
            let files = self.next_run();
            if files.is_empty() {
                break;
            }
            effects.push(Effect::Send(files));
        }
        let is_down = |transfer: &&mut Transfer| matches!(transfer.way, Way::Down { .. });
        let running = self.list.iter_mut().filter(is_down);
        let running = running.filter(|transfer| transfer.is_running()).count();
        let waiting = self.list.iter_mut().filter(is_down);
        let waiting = waiting.filter(|transfer| transfer.standing == Standing::Waiting);
        for transfer in waiting.take(AT_ONCE.saturating_sub(running)) {
            let Way::Down { video } = transfer.way else {
                continue;
            };
            transfer.standing = Standing::Running;
            effects.push(Effect::Fetch {
                transfer: transfer.id,
                video,
            });
        }
        effects
    }

    /// Runs of uploads that are under way.
    pub(crate) fn runs(&self) -> usize {
        let running = self
            .list
            .iter()
            .filter(|transfer| transfer.is_running() && matches!(transfer.way, Way::Up { .. }));
        running
            .map(|transfer| transfer.run)
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Begins the next run of uploads: the first file that waits and, where that is small, other small ones.
    fn next_run(&mut self) -> Vec<Sending> {
        let run = self.number();
        let (mut files, mut bytes) = (Vec::new(), 0_u64);
        for transfer in &mut self.list {
            let Way::Up { batch, file, .. } = transfer.way else {
                continue;
            };
            if transfer.standing != Standing::Waiting {
                continue;
            }
            let is_small = transfer.size <= PART_SIZE_MIN;
            if !files.is_empty() && !is_small {
                continue;
            }
            if files.len() == RUN_FILES
                || bytes.saturating_add(transfer.size) > RUN_BYTES && !files.is_empty()
            {
                break;
            }
            bytes = bytes.saturating_add(transfer.size);
            (transfer.standing, transfer.run) = (Standing::Running, run);
            files.push(Sending {
                transfer: transfer.id,
                batch,
                file,
            });
            if !is_small {
                break;
            }
        }
        if files.len() > 1 {
            let others = count(files.len() as u64 - 1, "small file", "small files");
            let of_run = self.list.iter_mut().filter(|transfer| transfer.run == run);
            for transfer in of_run {
                // Until it begins.
                transfer.why = Some(format!("its turn comes in a group with {others}"));
            }
        }
        files
    }
}
