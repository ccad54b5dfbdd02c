//! What the watches see, in the words that people and programs read.

use heimdex_api::Timestamp;
use heimdex_client::control::{
    Count, Counts, Eyes, Reason, Root, RuleCount, RuleOrigin, SkipKind, WaitingFile, WatchStatus,
};
use heimdex_client::journal::Watch;
use heimdex_client::platform;
use heimdex_client::watch::Left;

use crate::watch::{self, Report, RootState, Standing, Waiting};

/// The status of a watch, as far as it knows it itself; what is queued and stored the engine adds.
pub(super) fn status(watch: &Watch, report: Option<&Report>) -> WatchStatus {
    let mut status = WatchStatus {
        id: watch.id,
        path: watch.root.clone().into(),
        profile: watch.profile.clone(),
        source: watch.source.clone(),
        root: Root::Here,
        eyes: Eyes::Starting,
        scanned_at: None,
        next_scan_at: None,
        rescan_seconds: 0,
        bwlimit: watch.rules.bwlimit.clone(),
        parallel: 0,
        counts: Counts::default(),
        rules: Vec::new(),
        paused: None,
        declared: watch.declared_in.is_some(),
        waiting: Vec::new(),
    };
    let Some(report) = report else { return status };
    status.root = match &report.root {
        RootState::Starting | RootState::Here => Root::Here,
        RootState::Gone { since } => Root::Gone { since: *since },
        RootState::Unreadable { error } => Root::Unreadable {
            error: error.clone(),
        },
    };
    if report.root != RootState::Starting {
        status.eyes = match &report.eyes {
            watch::Eyes::Events => Eyes::Events,
            watch::Eyes::Polling { why, every_ms, .. } => Eyes::Polling {
                why: why.clone(),
                every_ms: *every_ms,
            },
        };
    }
    (status.scanned_at, status.next_scan_at) = (report.scanned_at, report.next_scan_at);
    let files = |files| Count { files, bytes: 0 };
    let waiting = report.waiting.iter().take(WatchStatus::WAITING_MAX);
    status.waiting = waiting
        .map(|(path, why)| WaitingFile {
            path: path.as_path().into(),
            state: waits(why, report.shown_at).into(),
        })
        .collect();
    status.counts.settling = count(report.settling);
    status.counts.cut_off = count(report.cut_off);
    status.counts.unreadable = files(report.unreadable);
    status.counts.skipped = files(report.passed_over);
    for (left, left_out) in &report.left {
        let left_out = count(*left_out);
        status.counts.excluded.files += left_out.files;
        status.counts.excluded.bytes += left_out.bytes;
        let (rule, origin) = rule(watch, left);
        status.rules.push(RuleCount {
            rule,
            origin,
            left_out,
        });
    }
    status
}

fn count(count: watch::Count) -> Count {
    Count {
        files: count.files,
        bytes: count.bytes,
    }
}

/// A rule as it was written, and by whom.
fn rule(watch: &Watch, left: &Left) -> (String, RuleOrigin) {
    let known = |text: &str| (text.to_owned(), RuleOrigin::Default);
    match left {
        Left::Ignored(line) if is_usual(line) => known(line),
        Left::Ignored(line) | Left::Excluded(line) => (line.clone(), RuleOrigin::Watch),
        Left::InTree {
            folder,
            line,
            number,
        } => {
            let path = within(watch, folder).join(".heimdexignore");
            let origin = RuleOrigin::File {
                path: path.into(),
                line: *number,
            };
            (line.clone(), origin)
        }
        Left::NotIncluded => ("--include".to_owned(), RuleOrigin::Watch),
        Left::TooSmall => ("--min-size".to_owned(), RuleOrigin::Watch),
        Left::Link => known("symbolic links"),
        Left::Special => known("pipes, sockets and devices"),
        Left::OtherWatch => known("another watch"),
        Left::Unsendable => known("names that cannot be sent"),
    }
}

/// Whether a rule is one of those that `watch add` writes.
fn is_usual(line: &str) -> bool {
    heimdex_client::watch::DEFAULT_RULES
        .lines()
        .any(|usual| usual.trim() == line.trim())
}

fn within(watch: &Watch, relative: &[u8]) -> std::path::PathBuf {
    watch.root.join(platform::name_from_bytes(relative))
}

/// What a watch knows of a file, the first first.
pub(super) fn reasons(watch: &Watch, known: &watch::Known, now: Timestamp) -> Vec<Reason> {
    let mut chain = vec![Reason::Watched {
        watch: watch.id,
        root: watch.root.clone().into(),
    }];
    let reason = match &known.standing {
        Standing::RootGone { since } => Reason::RootGone {
            root: watch.root.clone().into(),
            since: *since,
        },
        Standing::Missing => Reason::Missing,
        Standing::Left { left, bytes, .. } => left_out(watch, left, *bytes),
        Standing::Waiting(waiting) => waits(waiting, now),
        Standing::HeldBy { other } => Reason::UnitNotFinished {
            other: other.clone().into(),
        },
        Standing::PassedOver => Reason::ExistedBefore {
            since: watch.created_at,
        },
        // The queue knows more, or nobody does yet.
        Standing::Told | Standing::NotYet => return chain,
    };
    chain.push(reason);
    chain
}

fn left_out(watch: &Watch, left: &Left, bytes: u64) -> Reason {
    match left {
        Left::NotIncluded => Reason::NotIncluded,
        Left::TooSmall => Reason::TooSmall {
            size_bytes: bytes,
            min_bytes: watch.rules.min_size,
        },
        Left::Link => Reason::NotAFile {
            kind: SkipKind::Link,
        },
        Left::Special => Reason::NotAFile {
            kind: SkipKind::Special,
        },
        other => {
            let (rule, origin) = rule(watch, other);
            Reason::Excluded { rule, origin }
        }
    }
}

/// A sentence as it stands within another one.
pub(super) fn clause(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    match sentence.strip_prefix("The ") {
        Some(rest) => format!("the {rest}"),
        None => sentence.to_owned(),
    }
}

/// Why a file is not finished.
pub(super) fn waits(waiting: &Waiting, now: Timestamp) -> Reason {
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    match waiting {
        Waiting::Growing(growth) => Reason::Growing {
            grown_bytes: growth.grown,
            within_ms: millis(growth.within),
            settle_ms: millis(growth.settle),
        },
        Waiting::Recording(growth) => Reason::Recording {
            grown_bytes: growth.grown,
            within_ms: millis(growth.within),
            settle_ms: millis(growth.settle),
        },
        Waiting::Copying { size, target } => Reason::Copying {
            size_bytes: *size,
            target_bytes: *target,
        },
        Waiting::Settling { left, paused } => Reason::Settling {
            until: now.saturating_add(*left),
            pause_ms: paused.map(millis),
        },
        Waiting::Open { program } => Reason::OpenForWriting {
            program: program.clone(),
        },
        Waiting::Beside { name } => Reason::LockedBySibling {
            name: heimdex_api::path::escaped(name),
        },
        Waiting::CutOff { sentence } => Reason::LooksCutOff {
            missing: clause(sentence),
        },
        Waiting::Unreadable { error } => Reason::Unreadable {
            error: error.clone(),
        },
    }
}
