//! The engine's state, told what happens one thing after another, and a whole world around it that goes wrong.

mod world;

use std::time::Duration;

use heimdex_api::{Blake3, VideoId};
use heimdex_client::control::{
    Answer, CancelRequest, Lane, MoveRequest, PauseRequest, Place, RefusalCode, Request,
    ResumeRequest, RetryRequest, SendRequest, SendTexts,
};
use heimdex_client::journal::{FileKey, FileStamp};
use heimdex_client::watch::Rules;
use uuid::Uuid;

use super::*;
use crate::engine::event::{Ending, Finding, Ticket};
use crate::queue::{Away, Kind};
use crate::watch::{Ask, Observation};

const WATCH: WatchId = WatchId(1);
const LARGE: u64 = 1 << 30;

fn at(seconds: u64) -> At {
    let epoch = Timestamp::from_micros(0).unwrap();
    At {
        now: epoch.saturating_add(Duration::from_secs(seconds)),
        jitter: 1.0,
    }
}

fn known() -> Known {
    let watch = Watch {
        id: WATCH,
        profile: "default".into(),
        root: "/videos".into(),
        source: "videos".into(),
        rules: Rules::new(),
        declared_in: None,
        pause: None,
        ingest_id: None,
        fs_id: None,
        first_scan_at: None,
        created_at: at(0).now,
    };
    Known {
        watches: vec![watch],
        profile: "default".into(),
        profiles: vec![("default".into(), Some("http://127.0.0.1:1".into()))],
        troubles: Vec::new(),
    }
}

/// What nobody stored yet.
fn finding(stamp: FileStamp) -> Finding {
    Finding {
        stamp,
        was_stored: false,
    }
}

fn fresh() -> State {
    State::new(Limits::default(), Remembered::default(), known(), at(0).now)
}

fn candidate(name: &str, size: u64, version: i64) -> Candidate {
    Candidate {
        watch: WATCH,
        path: PathBuf::from("/videos").join(name),
        relative: name.into(),
        key: FileKey {
            fs_id: "uuid:1".into(),
            path: format!("/videos/{name}").into(),
        },
        stamp: FileStamp {
            size,
            mtime: 1_000_000 * version,
            ctime: 1_000_000 * version,
            inode: 7,
        },
        damaged: false,
        unit: None,
        was_shown: true,
    }
}

fn settle(state: &mut State, now: u64, candidate: Candidate) -> Vec<Effect> {
    state.apply(at(now), Event::Observed(Observation::Settled(candidate)))
}

/// The turns that begin, each with its files.
fn begun(state: &mut State, now: u64) -> Vec<(TurnId, Vec<QueuedFile>)> {
    let effects = state.round(at(now).now).into_iter();
    let begun = effects.filter_map(|effect| match effect {
        Effect::Begin(turn, files) => Some((turn, files)),
        _ => None,
    });
    begun.collect()
}

fn stored(file: &QueuedFile) -> Ending {
    let kept = KeptFile {
        profile: "default@http://127.0.0.1:1".into(),
        key: candidate(&String::from_utf8_lossy(&file.relative), 0, 0).key,
        shown_path: file.path.clone(),
        watch: file.watch,
        stamp: file.stamp,
        blake3: Blake3::of_nothing(),
        video_id: VideoId::new(Uuid::from_u128(9)),
        stored_at: at(0).now,
        is_for_trash: false,
        trashed_at: None,
    };
    Ending::Stored {
        kept: Box::new(kept),
        is_known: false,
        before: None,
    }
}

fn end(
    state: &mut State,
    now: u64,
    turn: TurnId,
    file: &QueuedFile,
    ending: Ending,
) -> Vec<Effect> {
    let mut effects = state.apply(at(now), Event::Ended(file.id, ending));
    effects.extend(state.apply(at(now), Event::TurnOver(turn)));
    effects
}

fn offline() -> Ending {
    Ending::Away(Away {
        kind: Kind::Offline,
        why: "cannot reach it".into(),
        hint: None,
        retry_after: None,
    })
}

fn ask(state: &mut State, now: u64, request: Request) -> Vec<Effect> {
    state.apply(at(now), Event::Asked(request, Ticket(1)))
}

fn is_done(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::Reply(_, Ok(Answer::Done(_)))))
}

fn only(state: &State) -> &Item {
    assert_eq!(state.items.len(), 1);
    state.items.values().next().unwrap()
}

#[test]
fn a_finished_file_is_written_down_before_it_is_sent_and_leaves_when_it_is_stored() {
    let mut state = fresh();
    let effects = settle(&mut state, 1, candidate("a.mp4", LARGE, 1));
    assert!(
        matches!(&effects[..], [Effect::Write(QueueWrite::Put(_))]),
        "{effects:?}"
    );
    // The same again changes nothing.
    assert!(settle(&mut state, 2, candidate("a.mp4", LARGE, 1)).is_empty());
    let turns = begun(&mut state, 2);
    let [(turn, files)] = &turns[..] else {
        panic!("{turns:?}")
    };
    assert!(begun(&mut state, 3).is_empty());
    let effects = end(&mut state, 9, *turn, &files[0], stored(&files[0]));
    let writes: Vec<_> = effects
        .iter()
        .filter(|e| matches!(e, Effect::Write(_)))
        .collect();
    assert!(
        matches!(
            writes[..],
            [
                Effect::Write(QueueWrite::Keep(_)),
                Effect::Write(QueueWrite::Remove(_))
            ]
        ),
        "{effects:?}"
    );
    assert!(state.items.is_empty() && state.turns.is_empty());
    assert_eq!(
        state.wake_at(at(9).now),
        None,
        "an idle engine has nothing to wake for"
    );
}

#[test]
fn a_file_that_changes_on_its_way_is_stopped_and_sent_anew() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a.mp4", LARGE, 1));
    let turns = begun(&mut state, 1);
    let effects = settle(&mut state, 5, candidate("a.mp4", LARGE + 5, 2));
    assert!(matches!(effects[..], [Effect::Stop(_)]), "{effects:?}");
    end(&mut state, 6, turns[0].0, &turns[0].1[0], Ending::NotDone);
    assert_eq!(only(&state).file.stamp.size, LARGE + 5);
    assert_eq!(begun(&mut state, 6)[0].1[0].stamp.size, LARGE + 5);
}

#[test]
fn a_file_that_is_written_while_it_waits_is_not_sent_before_it_is_finished_again() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a.mp4", LARGE, 1));
    let path = PathBuf::from("/videos/a.mp4");
    let waiting = Observation::Waiting {
        watch: WATCH,
        path,
        reason: crate::watch::Waiting::Settling {
            left: Duration::from_secs(9),
            paused: None,
        },
    };
    let _ = state.apply(at(2), Event::Observed(waiting));
    assert!(begun(&mut state, 3).is_empty());
    settle(&mut state, 9, candidate("a.mp4", LARGE, 2));
    assert_eq!(begun(&mut state, 9).len(), 1);
}

#[test]
fn what_the_worker_finds_changed_is_asked_back_from_its_watch() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a.mp4", LARGE, 1));
    let turns = begun(&mut state, 1);
    let changed = Ending::Changed(candidate("a.mp4", LARGE, 2).stamp);
    let effects = end(&mut state, 2, turns[0].0, &turns[0].1[0], changed);
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::AskWatches(Ask::Look(_)))),
        "{effects:?}"
    );
    assert!(begun(&mut state, 3).is_empty());
}

#[test]
fn a_file_keeps_its_place_when_it_is_moved_and_leaves_when_it_is_deleted() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a.mp4", LARGE, 1));
    let id = only(&state).file.id;
    let moved = Observation::Moved {
        watch: WATCH,
        from: "/videos/a.mp4".into(),
        to: candidate("b.mp4", LARGE, 2),
    };
    let _ = state.apply(at(2), Event::Observed(moved));
    let item = only(&state);
    assert_eq!((item.file.id, &item.file.relative[..]), (id, &b"b.mp4"[..]));
    let gone = Observation::Gone {
        watch: WATCH,
        path: "/videos/b.mp4".into(),
    };
    let effects = state.apply(at(3), Event::Observed(gone));
    assert!(matches!(effects[0], Effect::Write(QueueWrite::Remove(_))));
    assert!(state.items.is_empty());
}

#[test]
fn a_card_that_is_pulled_keeps_its_queue_until_it_is_back() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a.mp4", LARGE, 1));
    let turns = begun(&mut state, 1);
    let gone = Observation::RootGone { watch: WATCH };
    let effects = state.apply(at(2), Event::Observed(gone));
    assert!(matches!(effects[..], [Effect::Stop(_)]));
    end(&mut state, 3, turns[0].0, &turns[0].1[0], Ending::Vanished);
    assert!(begun(&mut state, 4).is_empty());
    assert_eq!(state.wake_at(at(4).now), None);
    let _ = state.apply(
        at(5),
        Event::Observed(Observation::RootBack { watch: WATCH }),
    );
    assert_eq!(begun(&mut state, 5).len(), 1);
}

#[test]
fn a_server_that_is_away_costs_no_file_an_attempt_and_one_file_leads_when_it_is_back() {
    let mut state = fresh();
    for name in ["a", "b", "c", "d"] {
        settle(&mut state, 1, candidate(name, LARGE, 1));
    }
    for (turn, files) in begun(&mut state, 1) {
        end(&mut state, 2, turn, &files[0], offline());
    }
    assert!(begun(&mut state, 3).is_empty());
    assert_eq!(state.wake_at(at(3).now), Some(at(7).now));
    let effects = state.round(at(7).now);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::AskServer(_))),
        "{effects:?}"
    );
    assert!(begun(&mut state, 8).is_empty());
    let answered = Event::Answered {
        profile: "default".into(),
        result: Ok(()),
    };
    let _ = state.apply(at(8), answered);
    let turns = begun(&mut state, 8);
    assert_eq!(turns.len(), 1);
    assert!(begun(&mut state, 9).is_empty());
    let _ = state.apply(at(9), Event::Accepted(turns[0].0));
    assert_eq!(
        begun(&mut state, 9).len(),
        1,
        "as many as one watch may have"
    );
    assert!(state.items.values().all(|item| item.file.attempts == 0));
}

#[test]
fn an_expired_login_is_waited_for_and_goes_on_at_once_when_it_is_back() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a", LARGE, 1));
    let turns = begun(&mut state, 1);
    let expired = Ending::Away(Away {
        kind: Kind::LoggedOut,
        why: "the session has ended".into(),
        hint: None,
        retry_after: None,
    });
    let effects = end(&mut state, 2, turns[0].0, &turns[0].1[0], expired);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Tell(_))),
        "{effects:?}"
    );
    assert!(
        state
            .round(at(60).now)
            .iter()
            .all(|e| !matches!(e, Effect::AskServer(_)))
    );
    let _ = state.apply(at(61), Event::LoginChanged);
    let effects = state.round(at(61).now);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::AskServer(_))),
        "{effects:?}"
    );
}

#[test]
fn a_file_that_fails_by_itself_is_tried_again_later_and_one_that_is_refused_waits_for_a_person() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a", LARGE, 1));
    let trouble = Trouble {
        text: "cannot be read".into(),
        hint: None,
    };
    let turns = begun(&mut state, 1);
    end(
        &mut state,
        2,
        turns[0].0,
        &turns[0].1[0],
        Ending::Failed(trouble.clone()),
    );
    assert!(begun(&mut state, 11).is_empty());
    assert_eq!(state.wake_at(at(3).now), Some(at(12).now));
    let turns = begun(&mut state, 12);
    let refused = Ending::Refused {
        trouble,
        video: None,
    };
    end(&mut state, 13, turns[0].0, &turns[0].1[0], refused);
    assert!(begun(&mut state, 1_000_000).is_empty());
    assert_eq!(state.wake_at(at(13).now), None);
    assert!(is_done(&ask(
        &mut state,
        14,
        Request::Retry(RetryRequest::default())
    )));
    assert_eq!(begun(&mut state, 14).len(), 1);
}

#[test]
fn what_somebody_took_over_is_left_to_them_for_a_quarter_of_an_hour_of_silence() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a", LARGE, 1));
    let turns = begun(&mut state, 1);
    let taken = Ending::TakenOver {
        silent_for: Duration::from_mins(5),
    };
    end(&mut state, 2, turns[0].0, &turns[0].1[0], taken);
    assert_eq!(state.wake_at(at(3).now), Some(at(2 + 600).now));
    assert!(begun(&mut state, 601).is_empty());
    assert_eq!(begun(&mut state, 602).len(), 1);
}

#[test]
fn a_pause_stops_what_runs_and_ends_by_itself() {
    let mut state = fresh();
    settle(&mut state, 1, candidate("a", LARGE, 1));
    let turns = begun(&mut state, 1);
    let pause = PauseRequest {
        watch: None,
        until: Some(at(100).now),
    };
    let effects = ask(&mut state, 2, Request::Pause(pause));
    assert!(effects.iter().any(|e| matches!(e, Effect::Stop(_))) && is_done(&effects));
    end(&mut state, 3, turns[0].0, &turns[0].1[0], Ending::NotDone);
    assert!(begun(&mut state, 50).is_empty());
    assert_eq!(state.wake_at(at(50).now), Some(at(100).now));
    assert_eq!(begun(&mut state, 100).len(), 1);
    // Of one watch, until it is resumed.
    let pause = PauseRequest {
        watch: Some(WATCH),
        until: None,
    };
    assert!(is_done(&ask(&mut state, 101, Request::Pause(pause))));
    settle(&mut state, 102, candidate("b", LARGE, 1));
    assert!(begun(&mut state, 1_000_000).is_empty());
    assert!(is_done(&ask(
        &mut state,
        103,
        Request::Resume(ResumeRequest::default())
    )));
    assert_eq!(begun(&mut state, 104).len(), 1);
}

#[test]
fn people_cancel_reorder_and_force() {
    let mut state = fresh();
    for name in ["a", "b", "c"] {
        settle(&mut state, 1, candidate(name, LARGE, 1));
    }
    let order =
        |state: &State| -> Vec<i64> { state.in_order().into_iter().map(|(id, _)| id.0).collect() };
    assert_eq!(order(&state), [1, 2, 3]);
    let put = |state: &mut State, item, to| {
        let item = ItemId(item);
        assert!(is_done(&ask(
            state,
            2,
            Request::Move(MoveRequest { item, to })
        )));
    };
    put(&mut state, 3, Place::First);
    assert_eq!(order(&state), [3, 1, 2]);
    put(&mut state, 3, Place::Last);
    assert_eq!(order(&state), [1, 2, 3]);
    put(&mut state, 3, Place::Before(ItemId(2)));
    assert_eq!(order(&state), [1, 3, 2]);
    put(&mut state, 2, Place::Before(ItemId(1)));
    assert_eq!(order(&state), [2, 1, 3]);
    let items = vec![ItemId(2)];
    assert!(is_done(&ask(
        &mut state,
        3,
        Request::Cancel(CancelRequest { items })
    )));
    // It is not found anew, as long as it is what it was.
    assert!(settle(&mut state, 4, candidate("b", LARGE, 1)).is_empty());
    assert!(
        begun(&mut state, 4)
            .iter()
            .all(|(_, files)| files[0].id != ItemId(2))
    );
    let forced = SendRequest {
        items: vec![ItemId(2)],
        force: true,
        ..SendRequest::default()
    };
    let effects = ask(&mut state, 5, Request::Send(forced));
    assert!(is_done(&effects));
    // Its watch counts it no more, as with a file that is named.
    let is_taken = |effect: &Effect| matches!(effect, Effect::AskWatches(Ask::Taken { .. }));
    assert!(effects.iter().any(is_taken), "{effects:?}");
    let item = &state.items[&ItemId(2)];
    assert!(item.file.options.damaged && item.file.lane == Lane::Interactive);
    let unknown = CancelRequest {
        items: vec![ItemId(99)],
    };
    let refused = ask(&mut state, 6, Request::Cancel(unknown));
    assert!(
        matches!(&refused[..], [Effect::Reply(_, Err(_))]),
        "{refused:?}"
    );
}

#[test]
fn a_file_that_no_watch_looks_after_is_sent_as_it_is_found() {
    let mut state = fresh();
    let request = SendRequest {
        paths: vec![PathBuf::from("/elsewhere/a.mp4").into()],
        ..SendRequest::default()
    };
    let effects = ask(&mut state, 1, Request::Send(request.clone()));
    assert!(matches!(&effects[..], [Effect::LookAt(..)]));
    let stamp = candidate("a", 5, 1).stamp;
    let looked = Event::Looked {
        request,
        found: vec![("/elsewhere/a.mp4".into(), Ok(finding(stamp)))],
        ticket: Ticket(1),
    };
    assert!(is_done(&state.apply(at(2), looked)));
    let turns = begun(&mut state, 2);
    assert_eq!(turns[0].1[0].relative, b"a.mp4");
    // Written meanwhile: it is looked at again once it was still for a while.
    let changed = Ending::Changed(candidate("a", 6, 2).stamp);
    end(&mut state, 3, turns[0].0, &turns[0].1[0], changed);
    assert!(begun(&mut state, 4).is_empty());
    assert_eq!(begun(&mut state, 13)[0].1[0].stamp.size, 6);
}

#[test]
fn what_was_said_of_a_file_goes_with_it_and_beside_what_its_watch_says() {
    let texts = SendTexts {
        title: Some("The harbour".into()),
        description: Some("At dawn".into()),
        tags: vec!["paris".into()],
    };
    let send = |path: &str| SendRequest {
        paths: vec![PathBuf::from(path).into()],
        texts: texts.clone(),
        ..SendRequest::default()
    };
    let mut state = fresh();
    let looked = |request: &SendRequest, path: &str| Event::Looked {
        request: request.clone(),
        found: vec![(path.into(), Ok(finding(candidate("a", 5, 1).stamp)))],
        ticket: Ticket(1),
    };
    let request = send("/elsewhere/a.mp4");
    assert!(is_done(
        &state.apply(at(1), looked(&request, "/elsewhere/a.mp4"))
    ));
    let item = state.items.values().next().unwrap();
    let options = item.file.options.clone();
    assert_eq!(
        (options.title, options.description, options.tags),
        (
            texts.title.clone(),
            texts.description.clone(),
            texts.tags.clone()
        )
    );
    // Under watch it goes when it is finished, and what was said is remembered until then.
    let finished = candidate("b.mp4", LARGE, 1);
    let path = finished.path.display().to_string();
    let request = send(&path);
    let _ = state.apply(at(2), looked(&request, &path));
    assert!(
        state
            .items
            .values()
            .all(|item| item.file.path != finished.path)
    );
    settle(&mut state, 3, finished.clone());
    let item = state
        .items
        .values()
        .find(|item| item.file.path == finished.path);
    let options = item.unwrap().file.options.clone();
    assert_eq!(options.title.as_deref(), Some("The harbour"));
    assert!(options.tags.contains(&"paris".to_owned()), "{options:?}");
}

/// What is on its way has its texts: who says others then is told where to change them, and nothing is lost silently.
#[test]
fn what_is_said_too_late_is_refused() {
    let mut state = fresh();
    let sent = candidate("a.mp4", LARGE, 1);
    settle(&mut state, 1, sent.clone());
    assert_eq!(begun(&mut state, 1).len(), 1);
    let looked = |title: Option<&str>| Event::Looked {
        request: SendRequest {
            paths: vec![sent.path.as_path().into()],
            texts: SendTexts {
                title: title.map(str::to_owned),
                ..SendTexts::default()
            },
            ..SendRequest::default()
        },
        found: vec![(sent.path.clone(), Ok(finding(sent.stamp)))],
        ticket: Ticket(1),
    };
    assert!(is_done(&state.apply(at(2), looked(None))));
    let refused = state.apply(at(2), looked(Some("The harbour")));
    let [Effect::Reply(_, Err(refusal))] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(refusal.code, RefusalCode::Conflict);
    assert_eq!(only(&state).file.options.title, None);
}

/// What a process that was killed leaves behind is what the next one begins with.
#[test]
fn a_file_that_was_handed_over_is_wanted_by_the_next_process_too() {
    let finished = candidate("b.mp4", LARGE, 1);
    let texts = SendTexts {
        title: Some("The harbour".into()),
        ..SendTexts::default()
    };
    let looked = |texts: &SendTexts| Event::Looked {
        request: SendRequest {
            paths: vec![finished.path.as_path().into()],
            texts: texts.clone(),
            ..SendRequest::default()
        },
        found: vec![(finished.path.clone(), Ok(finding(finished.stamp)))],
        ticket: Ticket(1),
    };
    let mut state = fresh();
    let _ = state.apply(at(1), looked(&texts));
    // Handed over again with other words, it keeps what was said before.
    let tags = SendTexts {
        tags: vec!["paris".into()],
        ..SendTexts::default()
    };
    let effects = state.apply(at(2), looked(&tags));
    let row = effects.iter().find_map(|effect| match effect {
        Effect::Write(QueueWrite::Want(row)) => Some((**row).clone()),
        _ => None,
    });
    let remembered = Remembered {
        wanted: vec![row.expect("it is written down")],
        ..Remembered::default()
    };
    let mut state = State::new(Limits::default(), remembered, known(), at(3).now);
    // Its watch may have done with the file long before: it is asked.
    let scanned = Event::Observed(Observation::Scanned { watch: WATCH });
    let asked = state.apply(at(4), scanned);
    assert!(
        matches!(&asked[..], [Effect::AskWatches(Ask::Look(path))] if *path == finished.path),
        "{asked:?}"
    );
    let effects = settle(&mut state, 5, finished.clone());
    assert!(
        matches!(
            &effects[..],
            [
                Effect::Write(QueueWrite::NotWanted(_)),
                Effect::Write(QueueWrite::Put(_))
            ]
        ),
        "{effects:?}"
    );
    let file = &only(&state).file;
    assert_eq!(
        (
            file.options.title.as_deref(),
            &file.options.tags[..],
            file.lane
        ),
        (
            Some("The harbour"),
            &["paris".to_owned()][..],
            Lane::Interactive
        )
    );
}

#[test]
fn nobody_waits_for_a_file_whose_watch_ended_while_no_daemon_ran() {
    let file = WantedFile {
        path: "/videos/a.mp4".into(),
        texts: SendTexts::default(),
    };
    let remembered = Remembered {
        wanted: vec![file],
        ..Remembered::default()
    };
    let nothing = Known {
        watches: Vec::new(),
        ..known()
    };
    let mut state = State::new(Limits::default(), remembered, nothing, at(1).now);
    let effects = state.round(at(1).now);
    assert!(
        matches!(&effects[..], [Effect::Write(QueueWrite::NotWanted(_))]),
        "{effects:?}"
    );
}

#[test]
fn what_is_stored_as_it_is_need_not_be_found_finished_to_be_sent() {
    let mut state = fresh();
    let sent = candidate("a.mp4", 5, 1);
    let looked = |was_stored| Event::Looked {
        request: SendRequest {
            paths: vec![sent.path.as_path().into()],
            ..SendRequest::default()
        },
        found: vec![(
            sent.path.clone(),
            Ok(Finding {
                was_stored,
                ..finding(sent.stamp)
            }),
        )],
        ticket: Ticket(1),
    };
    let _ = state.apply(at(1), looked(false));
    assert!(begun(&mut state, 1).is_empty(), "its watch is asked first");
    let _ = state.apply(at(2), looked(true));
    assert_eq!(begun(&mut state, 2)[0].1[0].path, sent.path);
}

#[test]
fn an_account_that_nobody_needs_is_forgotten() {
    let mut state = fresh();
    let mut more = known();
    more.profiles.push(("work".into(), None));
    let _ = state.apply(at(1), Event::Known(more));
    let names = |state: &State| state.accounts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&state), ["default", "work"]);
    // Neither is a profile any more, and a watch names one of them.
    let mut alone = known();
    alone.profiles.clear();
    let _ = state.apply(at(2), Event::Known(alone));
    assert_eq!(names(&state), ["default"]);
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_wait_for_long() {
    const YEARS: u64 = 1_000_000_000;
    let mut state = fresh();
    settle(&mut state, YEARS, candidate("a.mp4", LARGE, 1));
    let (turn, files) = begun(&mut state, YEARS).remove(0);
    let trouble = Trouble {
        text: "no".into(),
        hint: None,
    };
    end(&mut state, YEARS, turn, &files[0], Ending::Failed(trouble));
    assert!(
        begun(&mut state, YEARS).is_empty(),
        "it waits for its pause"
    );
    assert_eq!(begun(&mut state, 10).len(), 1);

    settle(&mut state, YEARS, candidate("b.mp4", LARGE, 1));
    let (turn, files) = begun(&mut state, YEARS).remove(0);
    end(&mut state, YEARS, turn, &files[0], offline());
    let asked = state.round(at(20).now);
    assert!(matches!(asked[..], [Effect::AskServer(_), ..]), "{asked:?}");
}

#[test]
fn a_file_that_did_not_come_back_with_its_card_leaves_the_queue() {
    let mut state = fresh();
    settle(&mut state, 0, candidate("a.mp4", LARGE, 1));
    let waiting = Observation::Waiting {
        watch: WATCH,
        path: "/videos/a.mp4".into(),
        reason: crate::watch::Waiting::Open { program: None },
    };
    let _ = state.apply(at(1), Event::Observed(waiting));
    for seen in [
        Observation::RootGone { watch: WATCH },
        Observation::RootBack { watch: WATCH },
    ] {
        let _ = state.apply(at(2), Event::Observed(seen));
    }
    let asked = state.apply(
        at(3),
        Event::Observed(Observation::Scanned { watch: WATCH }),
    );
    assert!(
        matches!(&asked[..], [Effect::AskWatches(Ask::Look(path))] if path.ends_with("a.mp4")),
        "{asked:?}"
    );
    let gone = Observation::Gone {
        watch: WATCH,
        path: "/videos/a.mp4".into(),
    };
    let _ = state.apply(at(4), Event::Observed(gone));
    assert!(state.in_order().is_empty());
}
