//! What people see of the state: all of `heimdex status`, and the queue in its order.

use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_client::control::{
    AccountStatus, Because, Count, Outage, Pace, QueueItem, QueueList, QueueQuery, QueueStatus,
    Reason, Status, WatchStatus, words,
};
use heimdex_client::journal::{QueuedFile, Standing};
use heimdex_client::shown::Moment;
use heimdex_client::watch::Parallel;

use super::driver::Driver;
use super::notices::notices;
use super::seen;
use super::state::{Account, Item, Phase, State};
use crate::queue::{Away, Kind};

impl Driver {
    /// All of it.
    pub(super) fn status(&mut self) -> Status {
        let moment = self.moment();
        let now = moment.now;
        let order = self.state.in_order();
        let queue = counts(&order, now);
        let current = order.iter().enumerate().take(Status::CURRENT_MAX);
        let current = current
            .map(|(ahead, (_, item))| self.item(item, ahead as u64))
            .collect();
        let rate = self.speed.rate();
        let left = Duration::from_secs(queue.left_bytes / rate.max(1));
        let pace = Pace {
            bytes_per_second: rate,
            // While all is paused nobody can know.
            done_at: (rate > 0 && queue.left_bytes > 0 && self.state.pause.is_none())
                .then(|| now.saturating_add(left)),
            limit: self.tools.throttle.limit().map(std::num::NonZeroU64::get),
        };
        let mut awaiting_proof = Count::default();
        for unproven in self.state.awaiting_proof() {
            awaiting_proof.add(unproven.kept.stamp.size);
        }
        let accounts: Vec<AccountStatus> = self
            .state
            .accounts
            .iter()
            .map(|(profile, account)| account_status(profile, account))
            .collect();
        Status {
            daemon: self.tools.facts.clone(),
            paused: self.state.pause,
            watches: self.watch_statuses(),
            queue,
            current,
            awaiting_proof,
            pace,
            parallel: self.state.limits.at_once,
            notices: notices(&accounts, &self.state),
            accounts,
            errors: self.state.errors.iter().cloned().collect(),
        }
    }

    /// The queue, or what of it is meant, the next first.
    pub(super) fn queue(&self, query: &QueueQuery) -> QueueList {
        let order = self.state.in_order().into_iter().enumerate();
        let meant =
            order.filter(|(_, (_, item))| query.watch.is_none() || item.file.watch == query.watch);
        let meant: Vec<_> = meant.collect();
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let part = meant
            .iter()
            .skip(query.offset.map_or(0, number))
            .take(query.limit.map_or(usize::MAX, number));
        QueueList {
            items: part
                .map(|(ahead, (_, item))| self.item(item, *ahead as u64))
                .collect(),
            total: meant.len() as u64,
        }
    }

    /// A file of the queue.
    pub(super) fn item(&self, item: &Item, ahead: u64) -> QueueItem {
        let moment = self.moment();
        let file = &item.file;
        let acknowledged_bytes = item.running().map_or(0, |r| r.meter.acknowledged());
        QueueItem {
            id: file.id,
            path: file.path.clone().into(),
            watch: file.watch,
            profile: file.profile.clone(),
            lane: file.lane,
            size_bytes: file.stamp.size,
            acknowledged_bytes,
            added_at: file.added_at,
            attempts: file.attempts,
            video_id: None,
            state: because(reason(&self.state, item, ahead, moment.now), &moment),
        }
    }

    fn watch_statuses(&self) -> Vec<WatchStatus> {
        let now = (self.tools.now)();
        self.state
            .watches
            .iter()
            .map(|(id, watched)| {
                let mut status = seen::status(&watched.watch, watched.report.as_ref());
                let rules = &watched.watch.rules;
                status.paused = watched.paused();
                status.rescan_seconds = rules.rescan_seconds.unwrap_or(self.tools.rescan).as_secs();
                let own = rules.parallel.map(Parallel::get);
                status.parallel = own.unwrap_or(self.state.limits.per_watch);
                status.counts.stored = watched.stored;
                for item in self.state.items.values() {
                    if item.file.watch != Some(*id) {
                        continue;
                    }
                    let count = match (&item.phase, item.file.standing) {
                        (Phase::Running(_), _) => &mut status.counts.sending,
                        (_, Standing::Failed) => &mut status.counts.failed,
                        // Counted by the watch while that follows it.
                        (Phase::Unsettled, _) | (_, Standing::Cancelled) => continue,
                        (Phase::Waiting | Phase::Changed, Standing::Waiting) => {
                            &mut status.counts.queued
                        }
                    };
                    count.add(item.file.stamp.size);
                }
                if let (heimdex_client::control::Root::Here, Some(since)) =
                    (&status.root, watched.gone_since)
                {
                    status.root = heimdex_client::control::Root::Gone {
                        since: since.min(now),
                    };
                }
                status
            })
            .collect()
    }
}

/// A reason with its words.
pub(super) fn because(reason: Reason, moment: &Moment) -> Because {
    let text = words::sentence(&reason, moment);
    Because {
        because: reason,
        text,
    }
}

/// Why a file of the queue is where it is. `ahead` files go before it.
pub(super) fn reason(state: &State, item: &Item, ahead: u64, now: Timestamp) -> Reason {
    let file = &item.file;
    match &item.phase {
        Phase::Running(running) => return running.meter.reason(file.stamp.size),
        Phase::Changed | Phase::Unsettled => {
            return away(state, file).unwrap_or(Reason::ChangedWhileQueued);
        }
        Phase::Waiting => {}
    }
    let trouble = || {
        let text = file.trouble.as_ref().map(|trouble| trouble.text.clone());
        let hint = file
            .trouble
            .as_ref()
            .and_then(|trouble| trouble.hint.clone());
        (text.unwrap_or_default(), hint)
    };
    match file.standing {
        Standing::Cancelled => return Reason::Cancelled { at: item.since },
        Standing::Failed => {
            let (error, hint) = trouble();
            return Reason::Failed {
                error,
                hint,
                at: item.since,
            };
        }
        Standing::Waiting => {}
    }
    if let Some(paused) = pauses(state, file).into_iter().next() {
        return paused;
    }
    if let Some(away) = away(state, file) {
        return away;
    }
    if let Some(held_up) = state.accounts.get(&file.profile).and_then(held_up) {
        return held_up;
    }
    if file.run_at > now {
        let next_try_at = file.run_at;
        if file.trouble.is_none() {
            return Reason::SentElsewhere { next_try_at };
        }
        let (error, hint) = trouble();
        return Reason::Delayed {
            error,
            hint,
            attempts: file.attempts,
            next_try_at,
        };
    }
    let lane = file.lane;
    Reason::Queued { lane, ahead }
}

/// The pauses that hold a file back: of everything, of its watch.
pub(super) fn pauses(state: &State, file: &QueuedFile) -> Vec<Reason> {
    let watched = file.watch.and_then(|id| state.watches.get(&id));
    let of_watch = watched.and_then(super::state::Watched::paused);
    let all = [(None, state.pause), (file.watch, of_watch)].into_iter();
    all.filter_map(|(watch, paused)| {
        let until = paused?.until;
        Some(Reason::Paused { watch, until })
    })
    .collect()
}

/// That the folder of a file is away.
fn away(state: &State, file: &QueuedFile) -> Option<Reason> {
    let watched = state.watches.get(&file.watch?)?;
    Some(Reason::RootGone {
        root: watched.watch.root.clone().into(),
        since: watched.gone_since?,
    })
}

fn held_up(account: &Account) -> Option<Reason> {
    let (away, since, next_try_at) = account.circuit.away()?;
    Some(Reason::HeldUp {
        outage: outage(away),
        since,
        next_try_at,
    })
}

fn outage(away: &Away) -> Outage {
    match away.kind {
        Kind::Refused => Outage::Refused {
            message: away.why.clone(),
        },
        Kind::Offline => Outage::Offline,
        Kind::LoggedOut => Outage::LoggedOut,
        Kind::Quota | Kind::StorageFull => Outage::Full,
        Kind::Maintenance => Outage::Maintenance,
    }
}

fn account_status(profile: &str, account: &Account) -> AccountStatus {
    let away = account.circuit.away();
    AccountStatus {
        profile: profile.to_owned(),
        server: account.server.clone(),
        outage: away.map(|(away, _, _)| outage(away)),
        since: away.map(|(_, since, _)| since),
        next_try_at: away.and_then(|(_, _, next)| next),
    }
}

fn counts(order: &[(heimdex_client::control::ItemId, &Item)], now: Timestamp) -> QueueStatus {
    let mut queue = QueueStatus::default();
    for (_, item) in order {
        let size = item.file.stamp.size;
        let acknowledged = item
            .running()
            .map_or(0, |running| running.meter.acknowledged());
        let count = match (&item.phase, item.file.standing) {
            (Phase::Running(_), _) => &mut queue.sending,
            (_, Standing::Failed) => &mut queue.failed,
            (_, Standing::Cancelled) => continue,
            _ if item.file.run_at > now => &mut queue.delayed,
            _ => &mut queue.waiting,
        };
        count.add(size);
        if item.file.standing == Standing::Waiting {
            queue.left_bytes += size.saturating_sub(acknowledged);
        }
    }
    queue
}
