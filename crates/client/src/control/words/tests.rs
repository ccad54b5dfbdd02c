//! What people read, all of it.

use std::path::Path;

use heimdex_api::{Timestamp, VideoId};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::*;
use crate::control::{Container, ItemId, Lane, RuleOrigin, SkipKind, WatchId};

fn moment() -> Moment {
    Moment {
        now: at("2026-11-23T13:30:00Z"),
        zone: TimeZone::UTC,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn path(text: &str) -> LocalPath {
    Path::new(text).into()
}

#[expect(clippy::too_many_lines, reason = "one a reason")]
fn all() -> Vec<Reason> {
    let video_id = VideoId::new(Uuid::from_u128(0x7f3a_91d2_0000_4000_8000_0000_0000_0000));
    let (earlier, later) = (at("2026-11-23T13:27:00Z"), at("2026-11-23T13:30:42Z"));
    vec![
        Reason::NotWatched,
        Reason::Watched {
            watch: WatchId(3),
            root: path("/media/CARD_A"),
        },
        Reason::Included {
            rule: "*.mp4".into(),
            origin: RuleOrigin::Watch,
        },
        Reason::Excluded {
            rule: "*.part".into(),
            origin: RuleOrigin::Default,
        },
        Reason::Excluded {
            rule: "/proxies/".into(),
            origin: RuleOrigin::File {
                path: path("/v/.heimdexignore"),
                line: 4,
            },
        },
        Reason::NotIncluded,
        Reason::TooSmall {
            size_bytes: 12,
            min_bytes: 1 << 20,
        },
        Reason::ExistedBefore { since: earlier },
        Reason::NotAFile {
            kind: SkipKind::Link,
        },
        Reason::Missing,
        Reason::NotLookedAt,
        Reason::Unreadable {
            error: "permission denied".into(),
        },
        Reason::RootGone {
            root: path("/media/CARD_A"),
            since: earlier,
        },
        Reason::Growing {
            grown_bytes: 12 << 20,
            within_ms: 5000,
            settle_ms: 10_000,
        },
        Reason::Growing {
            grown_bytes: 0,
            within_ms: 5000,
            settle_ms: 10_000,
        },
        Reason::Recording {
            grown_bytes: 12 << 20,
            within_ms: 5000,
            settle_ms: 10_000,
        },
        Reason::Copying {
            size_bytes: 43 << 20,
            target_bytes: 100 << 20,
        },
        Reason::Settling {
            until: later,
            pause_ms: None,
        },
        Reason::Settling {
            until: later,
            pause_ms: Some(48_000),
        },
        Reason::OpenForWriting { program: None },
        Reason::OpenForWriting {
            program: Some("ffmpeg".into()),
        },
        Reason::LockedBySibling {
            name: "a.mp4.lock".into(),
        },
        Reason::LooksCutOff {
            missing: "its index (moov) is missing".into(),
        },
        Reason::UnitNotFinished {
            other: path("/v/A001.RDC"),
        },
        Reason::Settled {
            since: earlier,
            container: Container::Complete,
        },
        Reason::Queued {
            lane: Lane::Watch,
            ahead: 0,
        },
        Reason::Queued {
            lane: Lane::Bulk,
            ahead: 12,
        },
        Reason::Paused {
            watch: None,
            until: Some(at("2026-11-23T15:30:00Z")),
        },
        Reason::Paused {
            watch: Some(WatchId(3)),
            until: None,
        },
        Reason::LimitedToNothing {
            until: Some(at("2026-11-23T18:00:00Z")),
        },
        Reason::HeldUp {
            outage: Outage::Offline,
            since: earlier,
            next_try_at: Some(later),
        },
        Reason::HeldUp {
            outage: Outage::LoggedOut,
            since: earlier,
            next_try_at: None,
        },
        Reason::Delayed {
            error: "the store does not answer".into(),
            hint: None,
            attempts: 2,
            next_try_at: later,
        },
        Reason::SentElsewhere { next_try_at: later },
        Reason::ChangedWhileQueued,
        Reason::NoSuchProfile {
            profile: "nas".into(),
        },
        Reason::Hashing {
            done_bytes: 5 << 30,
            size_bytes: 58 << 30,
        },
        Reason::Sending {
            acknowledged_bytes: 41 << 30,
            under_way_bytes: 0,
            size_bytes: 58 << 30,
        },
        Reason::Sending {
            acknowledged_bytes: 0,
            under_way_bytes: 3 << 20,
            size_bytes: 58 << 30,
        },
        Reason::Completing,
        Reason::Stored {
            video_id,
            at: earlier,
        },
        Reason::SameAs {
            video_id,
            at: earlier,
        },
        Reason::AwaitingProof {
            video_id,
            next_look_at: later,
            lacks: Some("stored, and not read back yet".into()),
        },
        Reason::Trashed {
            video_id,
            at: earlier,
        },
        Reason::ChangedSince { video_id },
        Reason::Failed {
            error: "the file is larger than this server takes".into(),
            hint: Some("ask its operator".into()),
            at: earlier,
        },
        Reason::Cancelled { at: earlier },
        Reason::Deleted { at: earlier },
        Reason::MovedTo {
            path: path("/v/b.mp4"),
            item: Some(ItemId(2)),
        },
        Reason::Unknown,
    ]
}

#[test]
fn every_reason_is_said_in_words() {
    let lines: Vec<String> = all()
        .iter()
        .map(|reason| format!("{:<18} | {}", word(reason), sentence(reason, &moment())))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_reason_comes_back_from_the_wire() {
    for reason in all() {
        let json = serde_json::to_string(&reason).unwrap();
        assert_eq!(
            serde_json::from_str::<Reason>(&json).unwrap(),
            reason,
            "{json}"
        );
    }
}

#[test]
fn a_reason_of_tomorrow_keeps_the_daemons_words() {
    let json = r#"{"because": {"reason": "of_tomorrow", "x": 1}, "text": "It is tomorrow."}"#;
    let because: crate::control::Because = serde_json::from_str(json).unwrap();
    assert_eq!(because.because, Reason::Unknown);
    assert_eq!(because.text(&moment()), "It is tomorrow.");
}

#[test]
fn every_notice_says_what_to_do() {
    let notices = [
        Notice::LoginExpired {
            profile: "default".into(),
            server: Some("https://films.example.org".into()),
        },
        Notice::CardDone {
            watch: WatchId(3),
            path: path("/media/CARD_A"),
            files: 206,
            bytes: 1 << 40,
        },
        Notice::CannotSend {
            item: None,
            path: path("/v/a.mp4"),
            error: "the file is larger than this server takes".into(),
        },
        Notice::LooksCutOff {
            path: path("/v/a.mp4"),
            missing: "its index (moov) is missing".into(),
        },
        Notice::Full {
            profile: "default".into(),
        },
    ];
    let lines: Vec<String> = notices
        .iter()
        .map(notice)
        .map(|(head, body)| format!("{head}\n  {body}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
