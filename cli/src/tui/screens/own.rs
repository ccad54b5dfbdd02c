//! A transfer of this program: where it stands, and in which numbers.

use std::time::Duration;

use super::row::{Lead, Row};
use crate::output::size;
use crate::tui::model::{Standing, Transfer, Way};
use crate::tui::theme::{Role, Theme};

pub(super) fn row(theme: &Theme, transfer: &Transfer, is_away: bool) -> Row {
    let arrow = match transfer.way {
        Way::Up { .. } => theme.glyph("↑", "^"),
        Way::Down { .. } => theme.glyph("↓", "v"),
        Way::ByDaemon { .. } => theme.glyph("⇡", "^"),
    };
    Row {
        arrow: (arrow, Role::Accent),
        name: transfer.name.clone(),
        standing: standing(transfer, is_away),
        lead: lead(transfer),
        words: words(transfer),
    }
}

/// Where it stands, in a word.
fn standing(transfer: &Transfer, is_away: bool) -> (String, Role) {
    let percent = u128::from(transfer.safe.min(transfer.size)) * 100;
    let percent = percent.checked_div(u128::from(transfer.size)).unwrap_or(0);
    let moved = match transfer.way {
        Way::Up { .. } | Way::ByDaemon { .. } => "sent",
        Way::Down { .. } => "here",
    };
    match &transfer.standing {
        Standing::Waiting if is_away => ("waits for the server".into(), Role::Warning),
        Standing::Waiting => ("waiting".into(), Role::Dim),
        Standing::Running => (format!("{moved} {percent}%"), Role::Busy),
        Standing::Stopping { .. } => ("stopping".into(), Role::Warning),
        Standing::Paused => (format!("paused, {moved} {percent}%"), Role::Warning),
        Standing::Stored => ("stored".into(), Role::Busy),
        Standing::Verified => ("verified".into(), Role::Busy),
        Standing::Ready => ("ready".into(), Role::Good),
        Standing::Here(_) => ("here".into(), Role::Good),
        Standing::Failed(_) => ("failed".into(), Role::Bad),
    }
}

fn lead(transfer: &Transfer) -> Lead {
    match transfer.standing {
        Standing::Waiting | Standing::Running | Standing::Stopping { .. } | Standing::Paused => {
            Lead::Bar {
                safe: transfer.safe,
                under_way: transfer.under_way,
                size: transfer.size,
            }
        }
        Standing::Stored => Lead::Stages(2),
        Standing::Verified => Lead::Stages(3),
        Standing::Ready => Lead::Stages(4),
        Standing::Here(_) | Standing::Failed(_) => Lead::Nothing,
    }
}

/// Numbers, and why.
fn words(transfer: &Transfer) -> Vec<String> {
    let mut words = Vec::new();
    match &transfer.standing {
        Standing::Failed(trouble) => words.push(trouble.sentence()),
        Standing::Here(path) => words.push(path.display().to_string()),
        Standing::Running | Standing::Stopping { .. } | Standing::Waiting | Standing::Paused => {
            words.extend(numbers(transfer));
        }
        Standing::Stored | Standing::Verified | Standing::Ready => {
            words.push(size::bytes(transfer.size));
        }
    }
    words.extend(transfer.why.clone());
    words
}

/// How much of it is moved, how fast, and how long it takes still.
fn numbers(transfer: &Transfer) -> Vec<String> {
    let mut numbers = vec![size::part_of(transfer.safe, transfer.size)];
    let rate = transfer.rate();
    if rate > 0 && transfer.standing == Standing::Running {
        let left = transfer.size.saturating_sub(transfer.safe) / rate;
        let left = size::duration(Duration::from_secs(left));
        numbers.push(format!("{}/s", size::bytes(rate)));
        numbers.push(format!("{left} left"));
    }
    if transfer.under_way > 0 {
        numbers.push(format!("+{} under way", size::bytes(transfer.under_way)));
    }
    numbers
}
