//! What the server tells: taken in at once, without losing the place; looked after once for much; never missed.

use heimdex_api::Open;
use heimdex_api::event::{ResetEvent, ResetReason};
use heimdex_client::ErrorClass;
use proptest::prelude::*;
use serde_json::json;

use super::super::message::{ListAsk, PageAsk};
use super::super::tests::{World, model, page, press, settled, trouble, video};
use super::super::{Answer, Msg, Standing, Way};
use super::*;

/// That a video is so now, of which a person changed these fields.
fn told(video: &VideoResponse, changed: &[&str]) -> Live {
    let event = json!({
        "video_id": video.video_id, "at": "2026-11-26T12:00:00Z", "state": video.state, "changed": changed,
        "video": video,
    });
    Live::Happened(Happened::Video(serde_json::from_value(event).unwrap()))
}

fn job(video: VideoId, state: &str, progress: f64) -> Live {
    let event = json!({
        "video_id": video, "at": "2026-11-26T12:00:00Z", "job_id": "7f3a91a2-0000-4000-8000-0000000000aa",
        "stage": "thumbnail", "state": state, "progress": progress,
    });
    Live::Happened(Happened::Job(serde_json::from_value(event).unwrap()))
}

fn deleted(video: VideoId, purged: bool) -> Live {
    let event = json!({"video_id": video, "at": "2026-11-26T12:00:00Z", "purged": purged});
    Live::Happened(Happened::Deleted(serde_json::from_value(event).unwrap()))
}

fn received(video: VideoId, bytes: u64) -> Live {
    let event = json!({"video_id": video, "at": "2026-11-26T12:00:00Z", "bytes_received": bytes});
    Live::Happened(Happened::Upload(serde_json::from_value(event).unwrap()))
}

fn reset() -> Live {
    let reason = Open::Known(ResetReason::TooSlow);
    Live::Happened(Happened::Reset(ResetEvent { reason }))
}

/// Any of them, about one of a few videos or one that is not held.
pub(in crate::tui::model) fn any_live() -> impl Strategy<Value = Live> {
    let states = ["indexed", "uploading", "processing", "failed", "deleted"];
    let of_video = (
        0_u64..140,
        proptest::sample::select(states.to_vec()),
        any::<bool>(),
    );
    let of_video = of_video.prop_map(|(number, state, is_edited)| {
        let mut video = video(number);
        video.state = serde_json::from_value(state.into()).unwrap();
        told(&video, if is_edited { &["title"] } else { &[] })
    });
    prop_oneof![
        6 => of_video,
        2 => (0_u64..140, any::<bool>()).prop_map(|(number, purged)| deleted(video(number).video_id, purged)),
        1 => (0_u64..140, 0_u64..200).prop_map(|(number, bytes)| received(video(number).video_id, bytes)),
        1 => (0_u64..140, 0.0..1.0).prop_map(|(number, done)| job(video(number).video_id, "running", done)),
        1 => Just(reset()),
        1 => Just(Live::There),
        1 => Just(Live::Away(trouble(ErrorClass::Unreachable, "it is away"))),
        1 => Just(Live::Never),
    ]
}

/// What the stream in use tells.
pub(in crate::tui::model) fn now(model: &Model, live: Live) -> Msg {
    Msg::Live {
        stream: model.feed.number,
        live,
    }
}

fn started(count: u64) -> (Model, World) {
    let (mut model, mut world) = (model((120, 30)), World::of(count));
    let effects = model.begin();
    world.settle(&mut model, effects);
    let there = now(&model, Live::There);
    let effects = model.update(there);
    world.settle(&mut model, effects);
    model.take_stale();
    (model, world)
}

fn tell(model: &mut Model, live: Live) -> Vec<Effect> {
    let msg = now(model, live);
    model.update(msg)
}

fn looks(effects: &[Effect]) -> usize {
    let is_look = |effect: &&Effect| matches!(effect, Effect::After(_, Timer::Look));
    effects.iter().filter(is_look).count()
}

#[test]
fn a_change_is_seen_at_once_and_the_cursor_stays_on_its_video() {
    let (mut model, mut world) = started(9);
    settled(&mut model, &mut world, "j j");
    let selected = model.selected_id();
    let mut changed = video(5);
    changed.title = Some("Night market".into());
    model.take_stale();
    let effects = tell(&mut model, told(&changed, &["title"]));
    assert_eq!(looks(&effects), 0, "the list is sorted by arrival");
    assert!(model.is_stale());
    let row = model.library.window.row(changed.video_id).unwrap();
    assert_eq!(row.title.as_deref(), Some("Night market"));
    let effects = tell(&mut model, deleted(video(0).video_id, false));
    world.settle(&mut model, effects);
    assert_eq!(model.library.window.len(), 8);
    assert_eq!(model.selected_id(), selected);
}

#[test]
fn what_is_new_is_looked_for_once_however_much_it_is() {
    let (mut model, mut world) = started(3);
    let mut effects = Vec::new();
    for number in 10..210 {
        let new = video(number);
        effects.extend(tell(&mut model, told(&new, &[])));
        world.videos.insert(new.video_id, new);
    }
    assert_eq!(effects.len(), 1, "{effects:?}");
    assert_eq!(looks(&effects), 1);
    assert!(!model.is_stale(), "nothing that is shown is another as yet");
    world.settle(&mut model, effects);
    assert_eq!(model.library.window.len(), 100);
    assert!(model.is_stale());
}

#[test]
fn what_comes_while_the_answer_is_on_its_way_is_looked_for_again() {
    let (mut model, _) = started(3);
    let effects = tell(&mut model, told(&video(10), &[]));
    assert_eq!(looks(&effects), 1);
    let asked = model.update(Msg::Timer(Timer::Look));
    assert!(matches!(asked[..], [Effect::List(_)]), "{asked:?}");
    let effects = tell(&mut model, told(&video(11), &[]));
    assert_eq!(looks(&effects), 1);
    let effects = model.update(Msg::Timer(Timer::Look));
    assert_eq!(looks(&effects), 1, "not before the first answer is here");
}

#[test]
fn jobs_move_as_they_are_told() {
    let (mut model, mut world) = started(3);
    let id = model.selected_id().unwrap();
    settled(&mut model, &mut world, "j k");
    let jobs = |model: &Model| {
        let whole = model.library.whole.as_ref().unwrap();
        let jobs = whole.status.jobs.iter();
        jobs.map(|job| (job.state.to_string(), job.progress))
            .collect::<Vec<_>>()
    };
    assert_eq!(jobs(&model), []);
    for done in [0.25, 0.5] {
        let effects = tell(&mut model, job_event(id, done));
        assert!(effects.is_empty(), "{effects:?}");
        assert_eq!(jobs(&model), [("running".to_owned(), done)]);
    }
    let effects = tell(&mut model, super::tests::job(id, "completed", 1.0));
    assert!(
        matches!(effects[..], [Effect::After(_, Timer::Rest(video))] if video == id),
        "what it found is asked for: {effects:?}"
    );
}

/// A server that is asked about a video each time, and answers when it is told to.
#[test]
fn a_video_that_changes_many_times_a_second_is_asked_for_once_at_a_time() {
    let (mut model, mut world) = started(3);
    let id = model.selected_id().unwrap();
    settled(&mut model, &mut world, "j k");
    let mut number = 0;
    let mut changes = |model: &mut Model, count: usize| {
        let mut effects = Vec::new();
        for _ in 0..count {
            number += 1;
            let mut changed = model.library.window.row(id).unwrap().clone();
            changed.title = Some(format!("take {number}"));
            effects.extend(tell(model, told(&changed, &["title"])));
        }
        let rests = |effect: &Effect| matches!(effect, Effect::After(_, Timer::Rest(_)));
        effects.into_iter().filter(rests).count()
    };
    assert_eq!(changes(&mut model, 50), 1, "one timer for all");
    let asked = model.update(Msg::Timer(Timer::Rest(id)));
    assert!(
        matches!(asked[..], [Effect::Show(video)] if video == id),
        "{asked:?}"
    );
    // The answer is slow: nothing else is asked meanwhile.
    for _ in 0..3 {
        assert_eq!(changes(&mut model, 50), 1);
        let asked = model.update(Msg::Timer(Timer::Rest(id)));
        assert!(asked.is_empty(), "{asked:?}");
    }
    let shown = world.answer(Effect::Show(id)).remove(0);
    let then = model.update(shown);
    let rests =
        |effect: &Effect| matches!(effect, Effect::After(_, Timer::Rest(video)) if *video == id);
    assert!(
        then.iter().any(rests),
        "it changed since it was asked for: {then:?}"
    );
    let asked = model.update(Msg::Timer(Timer::Rest(id)));
    assert!(matches!(asked[..], [Effect::Show(_)]), "{asked:?}");
    let shown = world.answer(Effect::Show(id)).remove(0);
    assert!(model.update(shown).is_empty(), "and it did not since");
}

fn job_event(video: VideoId, progress: f64) -> Live {
    job(video, "running", progress)
}

#[test]
fn bytes_of_others_uploads_count_up_and_never_down() {
    let (mut model, _) = started(3);
    let mut sent = video(1);
    sent.state = serde_json::from_value("uploading".into()).unwrap();
    sent.bytes_received = Some(10);
    let _ = tell(&mut model, told(&sent, &[]));
    for (bytes, expected) in [(30, 30), (20, 30), (40, 40)] {
        let _ = tell(&mut model, received(sent.video_id, bytes));
        let row = model.library.window.row(sent.video_id).unwrap();
        assert_eq!(row.bytes_received, Some(expected));
    }
}

#[test]
fn an_upload_of_this_process_is_ready_when_that_is_told() {
    let (mut model, mut world) = started(3);
    let _ = model.update(Msg::Paste("/videos".into()));
    settled(&mut model, &mut world, "enter");
    let number = model.transfers.list[0].id;
    assert!(matches!(model.transfers.list[0].way, Way::Up { .. }));
    let own = video(2).video_id;
    let stored = Ok(super::super::Moved::Stored {
        video: own,
        already: false,
    });
    let _ = model.update(Msg::Answer(Answer::Moved(number, stored)));
    assert_eq!(model.transfers.list[0].standing, Standing::Stored);
    let asked = model.update(Msg::Timer(Timer::Second));
    let follows = |effects: &[Effect]| {
        let follow = |effect: &&Effect| matches!(effect, Effect::Follow(_));
        effects.iter().filter(follow).count()
    };
    assert_eq!(follows(&asked), 1, "what was told before went past");
    let _ = model.update(Msg::Answer(Answer::Followed(Ok(Vec::new()))));
    let asked = model.update(Msg::Timer(Timer::Second));
    assert_eq!(follows(&asked), 0, "from now on it is told");
    let mut verified = video(2);
    verified.state = serde_json::from_value("processing".into()).unwrap();
    verified.verified_at = Some(verified.created_at);
    let _ = tell(&mut model, told(&verified, &[]));
    assert_eq!(model.transfers.list[0].standing, Standing::Verified);
    let _ = tell(&mut model, told(&video(2), &[]));
    assert_eq!(model.transfers.list[0].standing, Standing::Ready);
}

#[test]
fn what_an_earlier_stream_tells_is_not_listened_to() {
    let (mut model, _) = started(3);
    let late = now(&model, deleted(video(1).video_id, true));
    let _ = model.listen();
    let effects = model.update(late);
    assert!(effects.is_empty());
    assert_eq!(model.library.window.len(), 3);
}

#[test]
fn a_stream_that_breaks_leaves_the_looks_and_one_that_is_back_looks_at_once() {
    let (mut model, mut world) = started(3);
    let polled = |model: &mut Model| {
        let effects = model.update(Msg::Timer(Timer::Poll));
        let asks = |effect: &&Effect| matches!(effect, Effect::List(_));
        let count = effects.iter().filter(asks).count();
        (effects, count)
    };
    assert_eq!(polled(&mut model).1, 0, "it is told");
    let away = trouble(ErrorClass::Unreachable, "cannot reach films");
    let _ = tell(&mut model, Live::Away(away));
    assert_eq!(model.link, Link::Offline("cannot reach films".into()));
    assert_eq!(model.library.window.len(), 3);
    let (effects, asks) = polled(&mut model);
    assert_eq!(asks, 1);
    world.settle(&mut model, effects);
    assert_eq!(
        model.link,
        Link::Online,
        "a look that is answered is enough"
    );
    let effects = tell(&mut model, Live::There);
    assert_eq!(looks(&effects), 1);
    let quiet = (0..30).filter(|_| polled(&mut model).1 > 0).count();
    assert!(quiet <= 3, "{quiet} looks of 30 while it is told");
}

#[test]
fn after_a_reset_what_is_shown_is_read_anew_and_the_cursor_stays() {
    let (mut model, mut world) = started(9);
    settled(&mut model, &mut world, "j j j");
    let selected = model.selected_id();
    for number in [0, 1, 7] {
        world.videos.remove(&video(number).video_id);
    }
    let effects = tell(&mut model, reset());
    let is_again = |ask: &ListAsk| ask.page == PageAsk::Again(None);
    assert!(matches!(&effects[..], [Effect::List(ask), Effect::Show(_)] if is_again(ask)));
    world.settle(&mut model, effects);
    assert_eq!(model.library.window.len(), 6);
    assert_eq!(model.selected_id(), selected);
}

#[test]
fn a_list_that_is_narrowed_keeps_out_what_does_not_belong() {
    let (mut model, mut world) = started(3);
    settled(&mut model, &mut world, "f");
    assert_eq!(
        model.library.filter.state,
        Some(heimdex_api::VideoState::Indexed)
    );
    let mut failed = video(1);
    failed.state = serde_json::from_value("failed".into()).unwrap();
    let effects = tell(&mut model, told(&failed, &[]));
    assert_eq!(looks(&effects), 0);
    assert_eq!(model.library.window.len(), 2);
    let effects = tell(&mut model, told(&failed, &[]));
    assert!(effects.is_empty(), "it is none of the list: {effects:?}");
}

#[test]
fn nothing_is_asked_over_and_over_while_the_server_is_away() {
    let mut model = model((120, 30));
    let effects = model.begin();
    let mut reply = page((0..100).map(video).collect());
    reply.next_cursor = Some("c1".into());
    reply.total = 1000;
    let Some(Effect::List(ask)) = effects.into_iter().next() else {
        unreachable!("the list is asked for first");
    };
    let effects = model.update(Msg::Answer(Answer::Listed(ask, Ok(reply))));
    assert!(
        effects
            .iter()
            .all(|effect| !matches!(effect, Effect::List(_)))
    );
    let mut asked: Vec<Effect> = press(&mut model, "pgdn pgdn pgdn");
    asked.retain(|effect| matches!(effect, Effect::List(_)));
    let Some(Effect::List(ask)) = asked.pop() else {
        unreachable!("the next page is asked for");
    };
    let away = trouble(ErrorClass::Unreachable, "cannot reach films");
    let effects = model.update(Msg::Answer(Answer::Listed(ask, Err(away))));
    assert!(effects.is_empty(), "{effects:?}");
    let mut effects = tell(&mut model, Live::There);
    assert_eq!(looks(&effects), 1);
    effects = model.update(Msg::Timer(Timer::Look));
    let lists = effects.iter().filter(|e| matches!(e, Effect::List(_)));
    assert_eq!(lists.count(), 2, "the comparison and the page");
}

#[test]
fn what_a_video_looked_like_goes_with_it() {
    let (mut model, mut world) = started(9);
    let forgotten = |effects: &[Effect]| -> Vec<VideoId> {
        let forgotten = effects.iter().filter_map(|effect| match effect {
            Effect::ForgetPosters(videos) => Some(videos.clone()),
            _ => None,
        });
        forgotten.flatten().collect()
    };
    let (trashed, purged) = (video(1).video_id, video(2).video_id);
    let effects = tell(&mut model, deleted(trashed, false));
    assert!(forgotten(&effects).is_empty(), "it may come back");
    let effects = tell(&mut model, deleted(purged, true));
    assert_eq!(forgotten(&effects), [purged]);
    // Of another one nothing was told.
    for gone in [trashed, purged, video(5).video_id] {
        world.videos.remove(&gone);
    }
    let asked = model.update(Msg::Timer(Timer::Look));
    let answers: Vec<Msg> = asked
        .into_iter()
        .flat_map(|effect| world.answer(effect))
        .collect();
    let effects: Vec<Effect> = answers
        .into_iter()
        .flat_map(|msg| model.update(msg))
        .collect();
    assert_eq!(forgotten(&effects), [video(5).video_id]);
}
