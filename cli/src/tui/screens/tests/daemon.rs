//! The daemon's watches and its queue: absent, empty, busy, in trouble, with names of every kind.

use heimdex_client::control::{
    Container, Count, LocalPath, Outage, Paused, Reason, Root, RuleCount, RuleOrigin,
};

use super::*;
use crate::tui::model::daemon::tests::{Daemon, item, queued, unfinished, watch, with};
use crate::tui::model::tests::moment;
use crate::tui::model::{News, View};

fn count(files: u64, bytes: u64) -> Count {
    Count { files, bytes }
}

/// A card on which somebody records, and a folder that is away.
fn busy() -> Daemon {
    let mut card = watch(1, "/media/ana/CARD_A");
    card.counts.settling = count(2, 3_000_000_000);
    card.counts.queued = count(1204, 580_000_000_000);
    card.counts.sending = count(2, 60_000_000_000);
    card.counts.stored = count(311, 91_000_000_000);
    card.counts.excluded = count(7, 4096);
    card.rules = vec![RuleCount {
        rule: "*.LRV".into(),
        origin: RuleOrigin::Default,
        left_out: count(7, 4096),
    }];
    let growing = Reason::Growing {
        grown_bytes: 12 << 20,
        within_ms: 5000,
        settle_ms: 10_000,
    };
    let settling = Reason::Settling {
        until: moment()
            .now
            .saturating_add(std::time::Duration::from_secs(8)),
        pause_ms: None,
    };
    card.waiting = vec![
        unfinished("/media/ana/CARD_A/CLIP/A003C020.mp4", growing),
        unfinished("/media/ana/CARD_A/CLIP/A003C019.mp4", settling),
    ];
    let mut away = watch(2, "/media/ana/CARD_B");
    away.root = Root::Gone {
        since: moment().now,
    };
    let sending = Reason::Sending {
        acknowledged_bytes: 430_000_000,
        under_way_bytes: 12_000_000,
        size_bytes: 1_000_000_000,
    };
    let mut first = item(1, sending);
    first.acknowledged_bytes = 430_000_000;
    let delayed = Reason::Delayed {
        error: "the connection was reset".into(),
        hint: None,
        attempts: 3,
        next_try_at: moment()
            .now
            .saturating_add(std::time::Duration::from_secs(20)),
    };
    let mut queue = vec![first, item(2, delayed)];
    queue.extend((3..200).map(queued));
    Daemon {
        is_here: true,
        watches: vec![card, away],
        queue,
        ..Daemon::default()
    }
}

#[test]
fn watches_at_each_size() {
    for size in SIZES {
        let (model, _) = with(busy(), View::Watches, size);
        insta::assert_snapshot!(format!("watches_{}x{}", size.0, size.1), shown(&model));
    }
}

#[test]
fn without_a_daemon_it_says_what_to_do() {
    for size in SIZES {
        let (model, _) = with(Daemon::default(), View::Watches, size);
        let name = format!("watches_without_daemon_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, shown(&model));
    }
    let asleep = Daemon {
        watches: vec![watch(1, "/media/ana/CARD_A")],
        ..Daemon::default()
    };
    let (model, _) = with(asleep, View::Watches, (80, 24));
    insta::assert_snapshot!("watches_asleep_80x24", shown(&model));
    let nothing = Daemon {
        is_here: true,
        ..Daemon::default()
    };
    let (model, _) = with(nothing, View::Watches, (80, 24));
    insta::assert_snapshot!("watches_empty_80x24", shown(&model));
}

#[test]
fn trouble_stands_where_the_watches_would() {
    let (mut model, mut world) = with(Daemon::default(), View::Watches, (80, 24));
    world.broken = Some(crate::tui::model::Trouble {
        text: "the daemon is heimdexd 0.9.0, this is 0.1.0: they do not speak the same language"
            .into(),
        hint: Some("use the newer `heimdex` that the daemon came with".into()),
        class: ErrorClass::Failed,
    });
    let effects = model.update(Msg::Daemon(News::Changed));
    world.settle(&mut model, effects);
    insta::assert_snapshot!("watches_trouble_80x24", shown(&model));
}

#[test]
fn a_folder_that_may_not_be_wiped_says_why() {
    for size in SIZES {
        let (mut model, mut world) = with(busy(), View::Watches, size);
        let effects = press(&mut model, "w");
        world.settle(&mut model, effects);
        insta::assert_snapshot!(format!("wiping_{}x{}", size.0, size.1), shown(&model));
        let msg = world.daemon.answer_wiping(false).unwrap();
        let _ = model.update(msg);
        insta::assert_snapshot!(format!("wiping_no_{}x{}", size.0, size.1), shown(&model));
    }
    let (mut model, mut world) = with(busy(), View::Watches, (80, 24));
    let effects = press(&mut model, "w");
    world.settle(&mut model, effects);
    let msg = world.daemon.answer_wiping(true).unwrap();
    let _ = model.update(msg);
    insta::assert_snapshot!("wiping_yes_80x24", shown(&model));
}

#[test]
fn what_a_watch_may_take_of_the_line_is_seen() {
    let mut daemon = busy();
    daemon.watches[0].bwlimit = Some("4M".into());
    let (model, _) = with(daemon, View::Watches, (80, 24));
    assert!(shown(&model).contains("w1, for profile default, takes at most 4M, looked through"));
}

#[test]
fn a_yes_that_is_none_any_more_says_so_and_repeats_nothing_of_it() {
    let (mut model, mut world) = with(busy(), View::Watches, (80, 24));
    let effects = press(&mut model, "w");
    world.settle(&mut model, effects);
    let msg = world.daemon.answer_wiping(true).unwrap();
    let _ = model.update(msg);
    world.daemon.watches[0].counts.settling.files += 1;
    let effects = model.update(Msg::Daemon(News::Changed));
    world.settle(&mut model, effects);
    let shown = shown(&model);
    assert!(!shown.contains("Safe to wipe"), "{shown}");
    let is_so = "Not known to be safe now: the folder changed since it was looked at";
    assert!(shown.contains(is_so), "{shown}");
}

#[test]
fn files_in_trouble_and_odd_names_keep_to_their_lines() {
    let long =
        "a name that is so long that no terminal of a usual width has room for all of it.mp4";
    let mut daemon = busy();
    let card = &mut daemon.watches[0];
    card.path = LocalPath::from_text("/media/\u{1b}[2J\u{202e}CARD/\u{65e5}\u{672c}").unwrap();
    card.counts.cut_off = count(1, 5);
    let cut_off = Reason::LooksCutOff {
        missing: "its index (moov) is missing".into(),
    };
    let odd = format!("{}/\u{1b}]0;owned\u{7}{long}", card.path);
    card.waiting.insert(0, unfinished(&odd, cut_off));
    let failed = Reason::Failed {
        error: "the server refuses a file of this size".into(),
        hint: Some("ask its owner for more room".into()),
        at: moment().now,
    };
    daemon.queue[0] = item(1, failed);
    daemon.queue[0].path = LocalPath::from_text(&odd).unwrap();
    daemon.queue[1].state = Reason::HeldUp {
        outage: Outage::Offline,
        since: moment().now,
        next_try_at: None,
    }
    .into();
    daemon.queue[2].state = Reason::Settled {
        since: moment().now,
        container: Container::Complete,
    }
    .into();
    let (model, _) = with(daemon, View::Watches, (80, 24));
    insta::assert_snapshot!("watches_odd_80x24", shown(&model));
    let mut world_model = with(busy_of(&model), View::Transfers, (80, 24)).0;
    world_model.take_stale();
    insta::assert_snapshot!("queue_odd_80x24", shown(&world_model));
}

/// The daemon that a model has seen, once more.
fn busy_of(model: &Model) -> Daemon {
    let status = model.daemon.status().unwrap();
    Daemon {
        is_here: true,
        watches: status.watches.clone(),
        queue: status.current.clone(),
        ..Daemon::default()
    }
}

#[test]
fn the_queue_at_each_size() {
    for size in SIZES {
        let (mut model, mut world) = with(busy(), View::Transfers, size);
        insta::assert_snapshot!(
            format!("queue_sending_{}x{}", size.0, size.1),
            shown(&model)
        );
        let stored = News::Left {
            item: world.daemon.queue[0].id,
            path: LocalPath::from_text("/media/ana/CARD_A/CLIP/A003C001.mp4").unwrap(),
            because: Reason::Stored {
                video_id: video(1).video_id,
                at: moment().now,
            },
        };
        let effects = model.update(Msg::Daemon(stored));
        world.settle(&mut model, effects);
        insta::assert_snapshot!(format!("queue_{}x{}", size.0, size.1), shown(&model));
    }
}

#[test]
fn why_a_file_of_the_queue_waits_is_told_whole_where_the_cursor_is() {
    for size in [(40, 12), (80, 24)] {
        let (mut model, mut world) = with(busy(), View::Transfers, size);
        let effects = press(&mut model, "j");
        world.settle(&mut model, effects);
        let text = shown(&model);
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let why = model.daemon.queue.get(1).unwrap().state.text(&model.moment);
        assert!(why.contains("the connection was reset"), "{why}");
        assert!(said.contains(&why), "{text}");
    }
}

#[test]
fn what_was_begun_says_that_it_is_paused_or_about_to_be() {
    let mut daemon = busy();
    daemon.watches[0].paused = Some(Paused {
        since: moment().now,
        until: None,
    });
    let mut over = item(
        3,
        Reason::Sending {
            acknowledged_bytes: 430_000_000,
            under_way_bytes: 0,
            size_bytes: 1_000_000_000,
        },
    );
    over.acknowledged_bytes = 430_000_000;
    daemon.queue.truncate(1);
    daemon.queue.push(over);
    let (model, _) = with(daemon, View::Transfers, (80, 24));
    insta::assert_snapshot!("queue_paused_80x24", shown(&model));
}

#[test]
fn what_is_to_be_read_is_told_whole_and_says_how_to_go_on() {
    for size in [(40, 12), (80, 24)] {
        let here = Daemon {
            is_here: true,
            ..Daemon::default()
        };
        let (mut model, _) = with(here, View::Watches, size);
        let lines: Vec<String> = (1..30)
            .map(|number| {
                format!("Line {number} of the rules that were written into it, which is long.")
            })
            .collect();
        let told = crate::tui::model::Told::Watching(Ok(lines));
        let _ = model.update(Msg::Answer(Answer::Daemon(told)));
        let said = |model: &Model| {
            let text = shown(model).replace(['│', '╭', '╮', '╰', '╯', '─'], " ");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(
            said(&model).contains("j on, k back, q closes"),
            "{}",
            shown(&model)
        );
        assert!(
            said(&model).contains("Line 1 of the rules that were written into it, which is long.")
        );
        let _ = press(&mut model, "G");
        assert!(
            said(&model).contains("Line 29 of the rules that were written into it, which is long.")
        );
        let end = shown(&model);
        let _ = press(&mut model, "j pgdn");
        assert_eq!(shown(&model), end);
        let _ = press(&mut model, "k g");
        assert!(said(&model).contains("Line 1 of the rules"));
        let _ = press(&mut model, "q");
        assert!(model.overlay.is_none());
    }
}

#[test]
fn a_question_names_all_its_answers_however_little_room_there_is() {
    let (mut model, mut world) = with(busy(), View::Library, (40, 12));
    let effects = model.update(Msg::Daemon(News::Changed));
    world.settle(&mut model, effects);
    let _ = press(&mut model, "U");
    let _ = type_in(&mut model, "card");
    let effects = press(&mut model, "enter");
    world.settle(&mut model, effects);
    let _ = press(&mut model, "ctrl-c");
    insta::assert_snapshot!("quit_daemon_here_40x12", shown(&model));
}

#[test]
fn quitting_offers_the_daemon_only_where_it_answers() {
    for (name, daemon) in [("here", busy()), ("absent", Daemon::default())] {
        let (mut model, mut world) = with(daemon, View::Library, (80, 24));
        let effects = model.update(Msg::Daemon(News::Changed));
        world.settle(&mut model, effects);
        let _ = press(&mut model, "U");
        let _ = type_in(&mut model, "card");
        let effects = press(&mut model, "enter");
        world.settle(&mut model, effects);
        let _ = press(&mut model, "ctrl-c");
        insta::assert_snapshot!(format!("quit_daemon_{name}_80x24"), shown(&model));
        let effects = press(&mut model, "d");
        let gives = |effect: &Effect| matches!(effect, Effect::HandOver(_));
        assert_eq!(effects.iter().any(gives), name == "here");
    }
}
