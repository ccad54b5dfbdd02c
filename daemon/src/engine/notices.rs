//! What needs a person, as long as it does: a login, room, a file that cannot be sent, a card that is done.

use heimdex_client::control::{AccountStatus, Notice, Outage, Status, WatchId};
use heimdex_client::journal::Standing;

use super::seen;
use super::state::State;
use crate::watch::{RootState, Waiting};

/// All of them.
pub(super) fn notices(accounts: &[AccountStatus], state: &State) -> Vec<Notice> {
    let of_accounts = accounts.iter().filter_map(of_account);
    let of_watches = state.watches.keys().filter_map(|id| card_done(state, *id));
    let of_files = failed(state).chain(cut_off(state));
    of_accounts
        .chain(of_watches)
        .chain(of_files.take(Status::ERRORS_MAX))
        .collect()
}

/// Whether a notice is told of by nothing but that it holds now.
pub(super) const fn is_told_once_it_holds(notice: &Notice) -> bool {
    matches!(notice, Notice::CardDone { .. } | Notice::LooksCutOff { .. })
}

fn of_account(account: &AccountStatus) -> Option<Notice> {
    let (profile, server) = (account.profile.clone(), account.server.clone());
    match account.outage.as_ref()? {
        Outage::LoggedOut => Some(Notice::LoginExpired { profile, server }),
        Outage::Full => Some(Notice::Full { profile }),
        _ => None,
    }
}

fn failed(state: &State) -> impl Iterator<Item = Notice> {
    state.items.iter().filter_map(|(id, item)| {
        let trouble = item.file.trouble.as_ref()?;
        (item.file.standing == Standing::Failed).then(|| Notice::CannotSend {
            item: Some(*id),
            path: item.file.path.clone().into(),
            error: trouble.text.clone(),
        })
    })
}

fn cut_off(state: &State) -> impl Iterator<Item = Notice> {
    let reports = state.watches.values().filter_map(|w| w.report.as_ref());
    let waiting = reports.flat_map(|report| &report.waiting);
    waiting.filter_map(|(path, waiting)| match waiting {
        Waiting::CutOff { sentence } => Some(Notice::LooksCutOff {
            path: path.clone().into(),
            missing: seen::clause(sentence),
        }),
        _ => None,
    })
}

/// A card of which something was stored of late, and nothing is left to send. Every other folder is stored all the time,
/// and nobody wants to hear of it.
fn card_done(state: &State, id: WatchId) -> Option<Notice> {
    let watched = state.watches.get(&id)?;
    let report = watched.report.as_ref()?;
    let is_whole = report.root == RootState::Here && report.scanned_at.is_some();
    let left = [
        report.settling.files,
        report.cut_off.files,
        report.unreadable,
        report.passed_over,
    ];
    let is_done = is_whole && left == [0; 4];
    let is_queued = || state.items.values().any(|item| item.file.watch == Some(id));
    if !(report.is_card && watched.has_brought && is_done) || is_queued() {
        return None;
    }
    Some(Notice::CardDone {
        watch: id,
        path: watched.watch.root.clone().into(),
        files: watched.stored.files,
        bytes: watched.stored.bytes,
    })
}
