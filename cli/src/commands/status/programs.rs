//! The daemon's status as a program reads it in a pipe.

use heimdex_client::control::{Root, Status, words};

use super::tell;
use crate::output::text::clean;

/// One fact a line: what it is of, then values in an order that stays.
pub(super) fn lines(status: &Status) -> String {
    let daemon = &status.daemon;
    let mut lines = vec![format!(
        "daemon\t{}\t{}\t{}",
        daemon.version, daemon.pid, daemon.started_at
    )];
    if let Some(paused) = status.paused {
        let until = paused.until.map(|until| until.to_string());
        lines.push(format!("paused\t{}", until.unwrap_or_default()));
    }
    for watch in &status.watches {
        if let Root::Gone { since } = watch.root {
            lines.push(format!("watch_away\t{}\t{since}", watch.id));
        }
        if let Some(paused) = watch.paused {
            let until = paused.until.map(|until| until.to_string());
            lines.push(format!(
                "watch_paused\t{}\t{}",
                watch.id,
                until.unwrap_or_default()
            ));
        }
    }
    for account in &status.accounts {
        let outage = account.outage.as_ref().map(words::outage);
        lines.push(format!(
            "account\t{}\t{}",
            clean(&account.profile),
            clean(&outage.unwrap_or_default())
        ));
    }
    for shown in &status.watches {
        let counts = &shown.counts;
        lines.push(format!(
            "watch\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            shown.id,
            clean(&shown.path.to_string()),
            tell::state(shown).0,
            counts.settling.files + counts.cut_off.files,
            counts.queued.files + counts.sending.files,
            counts.stored.files,
            counts.failed.files + counts.unreadable.files,
            counts.excluded.files + counts.skipped.files
        ));
    }
    for item in &status.current {
        lines.push(format!(
            "file\t{}\t{}\t{}\t{}\t{}",
            item.id,
            clean(&item.path.to_string()),
            words::word(&item.state.because),
            item.acknowledged_bytes,
            item.size_bytes
        ));
    }
    for file in tell::unfinished(status) {
        lines.push(format!(
            "unfinished\t{}\t{}",
            clean(&file.path.to_string()),
            words::word(&file.state.because)
        ));
    }
    let queue = &status.queue;
    lines.push(format!(
        "queue\t{}\t{}\t{}\t{}\t{}",
        queue.waiting.files,
        queue.sending.files,
        queue.delayed.files,
        queue.failed.files,
        queue.left_bytes
    ));
    for notice in &status.notices {
        let (head, body) = words::notice(notice);
        lines.push(format!("notice\t{}\t{}", clean(&head), clean(&body)));
    }
    for error in &status.errors {
        let path = error.path.as_ref().map(ToString::to_string);
        lines.push(format!(
            "error\t{}\t{}\t{}",
            error.at,
            clean(&path.unwrap_or_default()),
            clean(&error.message)
        ));
    }
    lines.join("\n")
}
