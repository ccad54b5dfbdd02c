//! Any order of keys, answers and mishaps: a small world that answers each effect sooner or later, well or badly.

use std::collections::BTreeMap;
use std::path::PathBuf;

use heimdex_api::video::{VideoListResponse, VideoResponse};
use heimdex_api::{Timestamp, VideoId};
use heimdex_client::ErrorClass;
use heimdex_client::journal::SeenLibrary;
use heimdex_client::transfer::Progress;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::live::tests::any_live;
use super::*;
use crate::tui::actions::ACTIONS;
use crate::tui::key::Key;
use crate::tui::options::Surroundings;
use crate::tui::picture::{Canvas, Means};
use crate::tui::theme::Glyphs;

/// A video whose size is its number.
pub(crate) fn video(number: u64) -> VideoResponse {
    let json = serde_json::json!({
        "video_id": format!("7f3a91a2-0000-4000-8000-{number:012x}"),
        "user_id": "7f3a91a2-0000-4000-8000-000000000002",
        "title": format!("A003C{number:03}"), "description": null, "mime_type": null,
        "filename": format!("A003C{number:03}.mp4"), "size_bytes": number, "duration_s": 61.0,
        "state": "indexed", "error_text": null, "thumbnail_url": null, "source": "A cam, day 3",
        "captured_at": "2026-11-23T13:30:00Z", "version": 1,
        "created_at": "2026-11-23T14:30:00Z", "updated_at": "2026-11-23T14:30:00Z",
        "indexed_at": null,
    });
    serde_json::from_value(json).unwrap()
}

/// A page of these.
pub(crate) fn page(videos: Vec<VideoResponse>) -> VideoListResponse {
    let total = videos.len() as u64;
    VideoListResponse {
        videos,
        total,
        total_is_lower_bound: false,
        next_cursor: None,
        prev_cursor: None,
    }
}

/// Thursday noon, in UTC.
pub(crate) fn moment() -> crate::clock::Moment {
    let now: jiff::Timestamp = "2026-11-26T12:00:00Z".parse().unwrap();
    crate::clock::Moment {
        now: Timestamp::from(now),
        zone: TimeZone::UTC,
    }
}

/// A model of somebody who is logged in.
pub(crate) fn model(size: (u16, u16)) -> Model {
    let surroundings = Surroundings {
        depth: crate::output::depth::Depth::True,
        glyphs: Glyphs::Unicode,
    };
    let place = Place {
        server: Some("https://films.example.org".into()),
        profile: "default".into(),
        email: Some("ana@example.org".into()),
        profiles: vec!["default".into(), "archive".into()],
        is_token: false,
    };
    Model::new(Options::parse("", surroundings), place, moment(), size)
}

pub(crate) fn trouble(class: ErrorClass, text: &str) -> Trouble {
    Trouble {
        text: text.into(),
        hint: None,
        class,
    }
}

/// Presses keys, by their names.
pub(crate) fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = keys.split(' ').map(|key| key.parse::<Key>().unwrap());
    keys.flat_map(|key| done(model, Msg::Key(key))).collect()
}

/// What is to be done about an event, but for the time of what was said.
pub(crate) fn done(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = model.update(msg);
    effects.retain(|effect| !matches!(effect, Effect::After(_, Timer::Notice(_))));
    effects
}

/// Types a text.
pub(crate) fn type_in(model: &mut Model, text: &str) -> Vec<Effect> {
    let keys = text.chars().map(|c| match c {
        ' ' => "space".parse::<Key>().unwrap(),
        c => c.to_string().parse().unwrap(),
    });
    keys.flat_map(|key| model.update(Msg::Key(key))).collect()
}

/// A server and a machine for a model: answers its effects, well or not.
#[derive(Default)]
pub(crate) struct World {
    /// The videos.
    pub(crate) videos: BTreeMap<VideoId, VideoResponse>,
    /// Why nothing works, if it does not.
    pub(crate) broken: Option<Trouble>,
    /// Transfers that run.
    pub(crate) running: BTreeMap<u64, VideoId>,
    /// Bytes of each file that is found, where they are not few.
    pub(crate) file_size: Option<u64>,
    /// The daemon.
    pub(crate) daemon: super::daemon::tests::Daemon,
    /// How the library looked each time that it was kept.
    pub(crate) kept: Vec<SeenLibrary>,
}

impl World {
    pub(crate) fn of(count: u64) -> Self {
        let videos = (0..count).map(video).map(|video| (video.video_id, video));
        Self {
            videos: videos.collect(),
            ..Self::default()
        }
    }

    fn ok<T>(&self, value: T) -> Result<T, Trouble> {
        self.broken.clone().map_or(Ok(value), Err)
    }

    fn change(&mut self, ids: &[VideoId], state: &str) -> Vec<VideoResponse> {
        let mut changed = Vec::new();
        for id in ids {
            if let Some(video) = self.videos.get_mut(id) {
                video.state = serde_json::from_value(state.into()).unwrap();
                changed.push(video.clone());
            }
        }
        changed
    }

    fn tag(&mut self, ids: &[VideoId], change: &TagChange) -> Vec<VideoResponse> {
        let mut tagged = Vec::new();
        for id in ids {
            if let Some(video) = self.videos.get_mut(id) {
                video.tags = change.after(&video.tags).unwrap_or(video.tags.clone());
                tagged.push(video.clone());
            }
        }
        tagged
    }

    /// What comes of an effect; nothing of those that nobody waits for.
    pub(crate) fn answer(&mut self, effect: Effect) -> Vec<Msg> {
        let answer = match effect {
            Effect::Daemon(asking) => return self.daemon.answer(asking, self.broken.as_ref()),
            Effect::Files(reading) => {
                return super::browser::tests::answer(reading, self.broken.as_ref());
            }
            Effect::Complete(text) => {
                let found = vec![format!("{text}one/"), format!("{text}once")];
                Answer::Completed(text, found)
            }
            Effect::List(ask) => {
                let wanted = ask.query.state.as_deref() == Some("deleted");
                let is_there =
                    |video: &&VideoResponse| (video.state.to_string() == "deleted") == wanted;
                let videos: Vec<_> = self
                    .videos
                    .values()
                    .filter(is_there)
                    .take(100)
                    .cloned()
                    .collect();
                Answer::Listed(ask, self.ok(page(videos)))
            }
            Effect::Show(id) => {
                let video = self.videos.get(&id).cloned().unwrap_or_else(|| video(7));
                let status = serde_json::from_value(serde_json::json!({
                    "video_id": id, "state": "indexed", "error_text": null, "jobs": [],
                }));
                let whole = Whole {
                    video,
                    status: status.unwrap(),
                };
                Answer::Shown(id, self.ok(Box::new(whole)))
            }
            asked @ Effect::Picture { .. } => super::pictures::tests::answer(&asked, self.ok(())),
            Effect::Follow(ids) => Answer::Followed(self.ok(self.change_to_indexed(&ids))),
            Effect::Delete(ids) => match self.broken.clone() {
                Some(trouble) => Answer::Deleted(Vec::new(), Some(trouble)),
                None => Answer::Deleted(self.change(&ids, "deleted"), None),
            },
            Effect::Restore(ids) => match self.broken.clone() {
                Some(trouble) => Answer::Restored(Vec::new(), Some(trouble)),
                None => Answer::Restored(self.change(&ids, "indexed"), None),
            },
            Effect::Edit {
                video: id, change, ..
            } => {
                let mut video = self.videos.get(&id).cloned().unwrap_or_else(|| video(7));
                video.title = change.title.or(video.title);
                let unchanged = |trouble| Unchanged { trouble, now: None };
                Answer::Edited(id, self.ok(Box::new(video)).map_err(unchanged))
            }
            Effect::Tag(ids, change) => match self.broken.clone() {
                Some(trouble) => Answer::Tagged(Vec::new(), Some(trouble)),
                None => Answer::Tagged(self.tag(&ids, &change), None),
            },
            Effect::Play(_, what) => Answer::Played(what, self.ok("mpv".into())),
            Effect::Copy { what, .. } => Answer::Copied(self.ok(what)),
            Effect::CopyUrls(_) => Answer::Copied(self.ok("a link".into())),
            Effect::Collect { batch, .. } => Answer::Collected(batch, self.collected()),
            Effect::Finish(_) => Answer::Finished(self.ok(())),
            Effect::Send(files) => {
                let transfers = files.iter().map(|file| (file.transfer, video(7).video_id));
                self.running.extend(transfers);
                return Vec::new();
            }
            Effect::Fetch { transfer, .. } => {
                self.running.insert(transfer, video(7).video_id);
                return Vec::new();
            }
            Effect::Stop(transfer) => match self.running.remove(&transfer) {
                Some(_) => Answer::Moved(transfer, Ok(Moved::Stopped)),
                None => return Vec::new(),
            },
            Effect::HandOver(paths) => Answer::HandedOver(self.ok(paths.len())),
            Effect::Login { .. } | Effect::Logout | Effect::UseProfile(_) => {
                let place = Place {
                    server: Some("http://127.0.0.1:8000".into()),
                    ..Place::default()
                };
                Answer::Entered(self.ok(place))
            }
            Effect::After(_, timer) => return vec![Msg::Timer(timer)],
            // A server that tells nothing: it is asked instead.
            Effect::Listen(stream) => {
                let live = Live::Never;
                return vec![Msg::Live { stream, live }];
            }
            Effect::Keep(seen) => {
                self.kept.push(*seen);
                return Vec::new();
            }
            Effect::ForgetPosters(_) => return Vec::new(),
            Effect::Names => Answer::Named(self.ok(self.names())),
            Effect::Who | Effect::Limit(_) | Effect::Suspend | Effect::Redraw | Effect::Quit => {
                return Vec::new();
            }
        };
        vec![Msg::Answer(answer)]
    }

    /// The tags and the cards.
    fn names(&self) -> (Vec<String>, Vec<String>) {
        let videos = self.videos.values();
        let tags = videos.clone().flat_map(|video| video.tags.clone());
        let sources = videos.filter_map(|video| video.source.clone());
        (tags.collect(), sources.collect())
    }

    /// Three files; only this machine is looked at, so no outage matters.
    fn collected(&self) -> Result<Collected, Trouble> {
        let size = self.file_size.unwrap_or(10);
        let file = |name: &str| (name.to_owned(), size, name.into());
        let collected = Collected {
            files: vec![file("one.mp4"), file("two.mp4"), file("three.mp4")],
            left_out: 1,
            unusable: Vec::new(),
        };
        let away = |trouble: &Trouble| trouble.class == ErrorClass::Unreachable;
        let broken = self.broken.clone().filter(|trouble| !away(trouble));
        broken.map_or(Ok(collected), Err)
    }

    fn change_to_indexed(&self, ids: &[VideoId]) -> Vec<VideoResponse> {
        ids.iter()
            .filter_map(|id| self.videos.get(id))
            .cloned()
            .collect()
    }

    /// Runs the model until nothing is left to be done but to wait for the next look.
    pub(crate) fn settle(&mut self, model: &mut Model, effects: Vec<Effect>) {
        let mut effects: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = effects.pop_front() {
            // These come back for ever, or much later.
            if matches!(
                effect,
                Effect::After(
                    _,
                    Timer::Poll | Timer::Second | Timer::Yes(_) | Timer::Notice(_)
                )
            ) {
                continue;
            }
            for msg in self.answer(effect) {
                effects.extend(model.update(msg));
            }
        }
    }
}

pub(crate) fn started(count: u64) -> (Model, World) {
    let (mut model, mut world) = (model((100, 30)), World::of(count));
    let effects = model.begin();
    world.settle(&mut model, effects);
    (model, world)
}

pub(crate) fn settled(model: &mut Model, world: &mut World, keys: &str) {
    let effects = press(model, keys);
    world.settle(model, effects);
}

/// What the last notice says.
pub(crate) fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |(_, text)| text)
}

/// Uploads that have begun, on the view of transfers.
pub(crate) fn uploading(model: &mut Model, world: &mut World) {
    settled(model, world, "U");
    let _ = type_in(model, "card");
    settled(model, world, "enter");
}

#[test]
fn what_is_deleted_is_gone_and_comes_back_with_undo() {
    let (mut model, mut world) = started(5);
    assert_eq!(model.library.window.len(), 5);
    settled(&mut model, &mut world, "space space x");
    assert_eq!(model.library.window.len(), 3);
    assert!(model.library.marks.is_empty());
    settled(&mut model, &mut world, "u");
    assert_eq!(model.library.window.len(), 5);
    settled(&mut model, &mut world, "u");
    let (tone, text) = model.notice.clone().unwrap();
    assert_eq!(tone, Tone::Bad);
    assert!(text.starts_with("nothing was deleted"), "{text}");
}

#[test]
fn undo_and_another_order_keep_the_cursor_on_its_video() {
    let (mut model, mut world) = started(5);
    let selected = |model: &Model| model.library.window.selected().map(name);
    settled(&mut model, &mut world, "j j x");
    assert_eq!(selected(&model).as_deref(), Some("A003C003"));
    settled(&mut model, &mut world, "u");
    assert_eq!(model.library.window.len(), 5);
    assert_eq!(selected(&model).as_deref(), Some("A003C003"));
    settled(&mut model, &mut world, "s");
    assert_eq!(selected(&model).as_deref(), Some("A003C003"));
    settled(&mut model, &mut world, "f");
    assert_eq!(
        selected(&model).as_deref(),
        Some("A003C000"),
        "another list"
    );
}

#[test]
fn all_that_is_marked_is_tagged_and_a_title_is_that_of_one() {
    let (mut model, mut world) = started(3);
    settled(&mut model, &mut world, "space space e");
    assert!(matches!(&model.overlay, Some(Overlay::Retag(form)) if form.videos.len() == 2));
    let _ = type_in(&mut model, "Reel 2, night");
    settled(&mut model, &mut world, "enter");
    let tags: Vec<usize> = world
        .videos
        .values()
        .map(|video| video.tags.len())
        .collect();
    assert_eq!(tags, [2, 2, 0]);
    assert!(model.library.marks.is_empty());
    settled(&mut model, &mut world, "k k space space e tab");
    let _ = type_in(&mut model, "NIGHT");
    settled(&mut model, &mut world, "enter");
    let first = world.videos.values().next().unwrap();
    assert_eq!(first.tags, ["Reel 2"]);
    // One mark is one video, wherever the cursor is.
    settled(&mut model, &mut world, "g space e");
    let Some(Overlay::Edit(edit)) = &model.overlay else {
        panic!("{:?}", model.overlay);
    };
    assert_eq!(edit.fields[0].text(), "A003C000");
}

#[test]
fn what_was_said_makes_room_for_what_is_true_by_now() {
    let (mut model, _) = started(2);
    let effects = model.update(Msg::Answer(Answer::Copied(Ok("it".into()))));
    let [Effect::After(good, Timer::Notice(first))] = effects[..] else {
        panic!("{effects:?}");
    };
    let failed = Err(trouble(ErrorClass::Failed, "the store refuses"));
    let effects = model.update(Msg::Answer(Answer::Copied(failed)));
    let [Effect::After(bad, Timer::Notice(second))] = effects[..] else {
        panic!("{effects:?}");
    };
    assert!(good < bad, "what went wrong is told longer");
    model.take_stale();
    let _ = model.update(Msg::Timer(Timer::Notice(first)));
    assert!(model.notice.is_some() && !model.is_stale());
    let _ = model.update(Msg::Timer(Timer::Notice(second)));
    assert!(model.notice.is_none() && model.is_stale());
    assert_eq!(model.log.len(), 2, "the log keeps it");
}

#[test]
fn all_that_is_marked_is_played_and_copied() {
    let (mut model, mut world) = started(4);
    let ids: Vec<VideoId> = model
        .library
        .window
        .rows()
        .map(|row| row.video_id)
        .collect();
    let _ = press(&mut model, "j space g space G");
    let effects = press(&mut model, "y");
    let [Effect::Copy { text, what }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(*text, format!("{}\n{}", ids[0], ids[1]));
    assert_eq!(what, "the ids of 2 videos");
    let effects = press(&mut model, "Y");
    assert!(
        matches!(&effects[..], [Effect::CopyUrls(videos)] if *videos == ids[..2]),
        "{effects:?}"
    );
    let effects = press(&mut model, "p");
    assert!(
        matches!(&effects[..], [Effect::Play(videos, _)] if *videos == ids[..2]),
        "{effects:?}"
    );
    world.settle(&mut model, effects);
    assert_eq!(model.notice.clone().unwrap().1, "2 videos opened in mpv");
    assert_eq!(model.library.marks.len(), 2);
    let failed = trouble(ErrorClass::Failed, "`mpv` failed at once");
    let _ = model.update(Msg::Answer(Answer::Played("`A`".into(), Err(failed))));
    let line = model.log.back().unwrap();
    assert_eq!(
        (line.tone, line.text.as_str()),
        (Tone::Bad, "`A`: `mpv` failed at once")
    );
    // Without marks it is the one under the cursor.
    let _ = press(&mut model, "esc");
    let effects = press(&mut model, "y");
    let [Effect::Copy { text, what }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(
        (text.as_str(), what.as_str()),
        (ids[3].to_string().as_str(), "the id of `A003C003`")
    );
}

/// The form of the first video, with this title typed, and the question that it became.
fn retitled(title: &str) -> (Model, World, Effect) {
    let (mut model, mut world) = started(3);
    settled(&mut model, &mut world, "e ctrl-u");
    let _ = type_in(&mut model, title);
    let mut effects = press(&mut model, "enter");
    assert!(matches!(&effects[..], [Effect::Edit { .. }]), "{effects:?}");
    (model, world, effects.remove(0))
}

fn form(model: &Model) -> &Edit {
    match &model.overlay {
        Some(Overlay::Edit(form)) => form,
        other => panic!("{other:?}"),
    }
}

/// The server does not take it: somebody else made this of the video, or it is in the trash.
fn not_taken(id: VideoId, text: &str, now: Option<VideoResponse>) -> Msg {
    let unchanged = Unchanged {
        trouble: trouble(ErrorClass::Failed, text),
        now: now.map(Box::new),
    };
    Msg::Answer(Answer::Edited(id, Err(unchanged)))
}

#[test]
fn what_was_typed_stays_where_the_server_does_not_take_it() {
    let (mut model, _, effect) = retitled("mine");
    let Effect::Edit { video: id, .. } = effect else {
        panic!("{effect:?}");
    };
    assert!(form(&model).is_saving);
    let trashed = "The video is in the trash; restore it first.";
    let _ = model.update(not_taken(id, trashed, None));
    let edit = form(&model);
    assert_eq!(edit.fields[0].text(), "mine");
    assert_eq!(edit.trouble.as_deref(), Some(trashed));
    assert!(!edit.is_saving);
    // Left before it was answered: it is there when it is asked for.
    let _ = press(&mut model, "enter esc");
    assert!(model.overlay.is_none());
    let _ = model.update(not_taken(id, trashed, None));
    assert!(model.overlay.is_none());
    let text = &model.notice.as_ref().unwrap().1;
    assert!(
        text.ends_with("e on that video has what was typed"),
        "{text}"
    );
    let _ = press(&mut model, "e");
    assert_eq!(form(&model).fields[0].text(), "mine");
    // Whoever is logged out meanwhile finds it again.
    let _ = press(&mut model, "enter");
    let unchanged = Unchanged {
        trouble: trouble(ErrorClass::NotLoggedIn, "the session is over"),
        now: None,
    };
    let _ = model.update(Msg::Answer(Answer::Edited(id, Err(unchanged))));
    assert!(model.overlay.is_none() && model.account.form.is_some());
    model.account.form = None;
    let _ = model.show(View::Library);
    let _ = press(&mut model, "e");
    assert_eq!(form(&model).fields[0].text(), "mine");
}

#[test]
fn what_somebody_else_typed_elsewhere_is_kept_and_the_same_is_asked_about() {
    let (mut model, _, effect) = retitled("mine");
    let Effect::Edit { video: id, .. } = effect else {
        panic!("{effect:?}");
    };
    let mut theirs = video(0);
    theirs.version = Some(2);
    theirs.description = Some("theirs".into());
    let effects = model.update(not_taken(id, "it is at version 2", Some(theirs.clone())));
    let [
        Effect::Edit {
            version: Some(2),
            change,
            ..
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!(
        (change.title.as_deref(), &change.description),
        (Some("mine"), &None)
    );
    theirs.version = Some(3);
    theirs.title = Some("Take 7".into());
    let effects = model.update(not_taken(id, "it is at version 3", Some(theirs)));
    assert!(effects.is_empty(), "{effects:?}");
    let edit = form(&model);
    let texts = edit.fields.clone().map(|field| field.text());
    assert_eq!(texts, ["mine", "theirs", ""]);
    let text = edit.trouble.clone().unwrap();
    assert!(text.contains("its title is `Take 7` now"), "{text}");
    let effects = press(&mut model, "enter");
    let [
        Effect::Edit {
            version: Some(3),
            change,
            ..
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!(change.title.as_deref(), Some("mine"));
}

#[test]
fn tags_that_two_people_give_are_all_given() {
    let mut seen = video(0);
    seen.tags = vec!["a".into(), "b".into()];
    let mut edit = Edit::of(&seen);
    edit.fields[2] = Input::of("b, c");
    seen.tags = vec!["a".into(), "b".into(), "d".into()];
    assert_eq!(edit.rebase(&seen), None);
    assert_eq!(edit.fields[2].text(), "b, d, c");
}

#[test]
fn what_is_not_understood_stays_in_its_box_and_what_there_is_is_offered() {
    let (mut model, mut world) = started(3);
    settled(&mut model, &mut world, "a");
    let _ = type_in(&mut model, "xyzzy");
    settled(&mut model, &mut world, "enter");
    let Some(Overlay::Prompt(Prompt::Since, input)) = &model.overlay else {
        panic!("{:?}", model.overlay);
    };
    assert_eq!(input.text(), "xyzzy");
    let text = model.notice.clone().unwrap().1;
    assert!(text.starts_with("`xyzzy` is not a time"), "{text}");
    settled(&mut model, &mut world, "esc c");
    assert_eq!(model.completions, ["A cam, day 3"]);
    settled(&mut model, &mut world, "a tab enter");
    let source = model.library.filter.source.as_deref();
    assert_eq!(source, Some("A cam, day 3"));
    settled(&mut model, &mut world, "5 P");
    assert_eq!(model.completions, ["archive", "default"]);
    settled(&mut model, &mut world, "d");
    assert_eq!(model.completions, ["default"]);
}

#[test]
fn tags_and_cards_that_no_row_here_has_are_offered() {
    let (mut model, mut world) = started(3);
    for (number, tag) in (500..).zip(["many", "many2"]) {
        let mut video = video(number);
        video.tags = vec![tag.into()];
        video.source = Some(format!("card {number}"));
        world.videos.insert(video.video_id, video);
    }
    settled(&mut model, &mut world, "t");
    assert_eq!(model.completions, ["many", "many2"]);
    let _ = type_in(&mut model, "many");
    assert_eq!(model.completions, ["many2"]);
    settled(&mut model, &mut world, "esc c");
    assert_eq!(model.completions, ["A cam, day 3", "card 500", "card 501"]);
    // What is typed meanwhile narrows what comes.
    let _ = press(&mut model, "esc");
    let effects = press(&mut model, "t");
    let _ = type_in(&mut model, "many");
    world.settle(&mut model, effects);
    assert_eq!(model.completions, ["many2"]);
    world.broken = Some(trouble(ErrorClass::Unreachable, "cannot reach films"));
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    let _ = press(&mut model, "esc");
    assert!(press(&mut model, "t").is_empty(), "nobody is there to ask");
}

#[test]
fn nothing_is_opened_where_there_is_no_video() {
    let (mut model, mut world) = started(0);
    settled(&mut model, &mut world, "enter");
    assert!(!model.library.is_open);
    settled(&mut model, &mut world, "d");
    assert_eq!(model.notice, None, "nothing is downloaded");
}

#[test]
fn a_search_asks_once_when_typing_pauses() {
    let (mut model, _) = started(5);
    let effects = press(&mut model, "/ o k a");
    let timers: Vec<Timer> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::After(_, timer) => Some(*timer),
            _ => None,
        })
        .collect();
    let asked: Vec<usize> = timers
        .into_iter()
        .map(|timer| model.update(Msg::Timer(timer)).len())
        .collect();
    assert_eq!(asked, [0, 0, 1], "only the last pause asks");
    assert_eq!(model.library.filter.text, "oka");
}

#[test]
fn an_answer_to_an_earlier_question_is_not_looked_at() {
    let (mut model, _) = started(5);
    let first = press(&mut model, "s");
    let second = press(&mut model, "s");
    let mut world = World::of(3);
    world.settle(&mut model, second);
    assert_eq!(model.library.window.len(), 3);
    let mut world = World::of(1);
    world.settle(&mut model, first);
    assert_eq!(model.library.window.len(), 3);
}

#[test]
fn who_is_not_logged_in_sees_the_form_and_comes_back_to_the_library() {
    let (mut model, mut world) = (model((80, 24)), World::of(2));
    world.broken = Some(trouble(ErrorClass::NotLoggedIn, "not logged in"));
    let effects = model.begin();
    world.settle(&mut model, effects);
    assert_eq!(model.view, View::Account);
    assert!(model.account.form.is_some());
    world.broken = None;
    let effects = type_in(&mut model, "secret pass");
    assert!(effects.is_empty());
    assert!(format!("{model:?}").contains("Input(11 characters)"));
    settled(&mut model, &mut world, "enter");
    assert_eq!(
        (model.view, model.link.clone()),
        (View::Library, Link::Online)
    );
    assert_eq!(model.library.window.len(), 2);
    assert!(model.account.form.is_none(), "nothing of it is left");
}

#[test]
fn the_form_logs_in_from_every_field_once_all_are_filled() {
    let (mut model, mut world) = (model((80, 24)), World::of(2));
    world.broken = Some(trouble(ErrorClass::NotLoggedIn, "they do not fit"));
    let effects = model.begin();
    world.settle(&mut model, effects);
    let _ = type_in(&mut model, "secret");
    settled(&mut model, &mut world, "enter");
    let has_trouble = |model: &Model| {
        let form = model.account.form.as_ref();
        form.is_some_and(|form| form.trouble.is_some())
    };
    assert!(has_trouble(&model));
    settled(&mut model, &mut world, "shift-tab");
    assert!(has_trouble(&model), "nothing is another yet");
    let _ = type_in(&mut model, "x");
    assert!(!has_trouble(&model));
    let effects = press(&mut model, "enter");
    assert!(
        matches!(&effects[..], [Effect::Login { .. }]),
        "{effects:?}"
    );
}

#[test]
fn a_server_that_goes_away_is_said_and_what_was_known_stays() {
    let (mut model, mut world) = started(4);
    world.broken = Some(trouble(ErrorClass::Unreachable, "cannot reach films"));
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    assert_eq!(model.link, Link::Offline("cannot reach films".into()));
    assert_eq!(model.library.window.len(), 4);
    world.broken = None;
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    assert_eq!(model.link, Link::Online);
}

#[test]
fn nothing_new_draws_nothing() {
    let (mut model, mut world) = started(4);
    model.take_stale();
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    assert!(!model.is_stale());
}

#[test]
fn quitting_asks_only_where_a_transfer_would_stop() {
    let (mut model, mut world) = started(2);
    settled(&mut model, &mut world, "d");
    assert_eq!(model.transfers.open(), 1);
    settled(&mut model, &mut world, "ctrl-c");
    assert!(!model.is_over());
    settled(&mut model, &mut world, "n ctrl-c y");
    assert!(model.is_over());
    let (mut model, mut world) = started(2);
    settled(&mut model, &mut world, "ctrl-c");
    assert!(model.is_over());
}

#[test]
fn files_that_are_dropped_together_are_sent_together() {
    let (mut model, _) = started(1);
    let dropped = "'/videos/a b.mp4' '/videos/it'\\''s.mp4'";
    assert!(model.update(Msg::Paste(dropped.into())).is_empty());
    assert!(matches!(model.overlay, Some(Overlay::Send(_))));
    let effects = press(&mut model, "enter");
    let expected: Vec<PathBuf> = ["/videos/a b.mp4", "/videos/it's.mp4"]
        .map(PathBuf::from)
        .into();
    assert!(
        matches!(&effects[..], [Effect::Collect { paths, .. }] if *paths == expected),
        "{effects:?}"
    );
}

#[test]
fn which_of_several_paths_is_missing_is_said_once() {
    let (mut model, _) = started(1);
    let mut collected = found([10]);
    let missing = ["a", "b"].map(|name| format!("`/{name}.mp4`: there is no such file"));
    collected.unusable = missing.into();
    let _ = model.update(Msg::Answer(Answer::Collected(9, Ok(collected))));
    let text = model.notice.clone().unwrap().1;
    let expected =
        "uploading 1 file; not `/a.mp4`: there is no such file; nor 1 more, which the log names";
    assert_eq!(text, expected);
    let told = |name: &str| {
        let lines = model.log.iter();
        lines.filter(|line| line.text.contains(name)).count()
    };
    assert_eq!((told("/a.mp4"), told("/b.mp4")), (1, 1));
}

#[test]
fn two_files_go_at_once_and_the_next_one_follows() {
    let (mut model, mut world) = started(1);
    world.file_size = Some(1 << 30);
    let effects = model.update(Msg::Paste("/videos".into()));
    assert!(effects.is_empty());
    settled(&mut model, &mut world, "enter");
    assert_eq!(model.view, View::Transfers);
    let running = |model: &Model| {
        let list = model.transfers.list.iter();
        list.filter(|transfer| transfer.standing == Standing::Running)
            .count()
    };
    assert_eq!(running(&model), 2);
    settled(&mut model, &mut world, "p");
    assert_eq!(model.transfers.list[0].standing, Standing::Paused);
    assert_eq!(running(&model), 2, "the third one took its place");
    settled(&mut model, &mut world, "p J J");
    let names: Vec<&str> = model
        .transfers
        .list
        .iter()
        .map(|transfer| transfer.name.as_str())
        .collect();
    assert_eq!(names, ["two.mp4", "three.mp4", "one.mp4"]);
    settled(&mut model, &mut world, "x");
    assert_eq!(model.transfers.list.len(), 2);
}

/// Files that were found, of these sizes.
fn found(sizes: impl IntoIterator<Item = u64>) -> Collected {
    let files = sizes.into_iter().enumerate().map(|(number, size)| {
        let name = format!("{number}.mp4");
        (name.clone(), size, name.into())
    });
    Collected {
        files: files.collect(),
        ..Collected::default()
    }
}

/// The files of each run that is begun.
fn begun(effects: &[Effect]) -> Vec<Vec<usize>> {
    let runs = effects.iter().filter_map(|effect| match effect {
        Effect::Send(files) => Some(files.iter().map(|file| file.file).collect()),
        _ => None,
    });
    runs.collect()
}

#[test]
fn small_files_go_together_and_large_ones_beside_them() {
    let mut transfers = Transfers::default();
    let (small, large) = (1 << 10, 1 << 30);
    let sizes = [small, large]
        .into_iter()
        .chain([small; 600])
        .chain([large]);
    let batch = transfers.number();
    let runs = begun(&transfers.collected(batch, &found(sizes)));
    let lengths: Vec<usize> = runs.iter().map(Vec::len).collect();
    assert_eq!(
        lengths,
        [250, 1],
        "a group, and the large one behind its first file"
    );
    assert_eq!(runs[0][..3], [0, 2, 3]);
    let why = transfers.list[0].why.clone();
    insta::assert_snapshot!(why.unwrap(), @"its turn comes in a group with 249 small files");
    // Each ends by itself; only the last one makes room for the next group.
    let (mut stored, mut next) = (0, Vec::new());
    for file in &runs[0] {
        assert!(next.is_empty());
        let id = transfers.list[*file].id;
        let moved = Moved::Stored {
            video: video(7).video_id,
            already: false,
        };
        next = begun(&transfers.moved(id, Ok(moved)));
        stored += 1;
        let now = transfers.list.iter();
        let now = now.filter(|one| one.standing == Standing::Stored).count();
        assert_eq!(now, stored);
    }
    assert_eq!(next.concat().len(), 250);
}

#[test]
fn a_file_of_a_group_is_paused_cancelled_and_put_elsewhere_by_itself() {
    let mut transfers = Transfers::default();
    let batch = transfers.number();
    let runs = begun(&transfers.collected(batch, &found([10; 700])));
    let lengths: Vec<usize> = runs.iter().map(Vec::len).collect();
    assert_eq!(lengths, [250, 250]);
    let first = transfers.list[0].id;
    let effects = transfers.pause();
    assert!(
        matches!(effects[..], [Effect::Stop(id)] if id == first),
        "{effects:?}"
    );
    assert!(
        transfers.moved(first, Ok(Moved::Stopped)).is_empty(),
        "others of it go on"
    );
    assert_eq!(transfers.list[0].standing, Standing::Paused);
    // What waits takes another place.
    transfers.cursor = 650;
    transfers.reorder(-1);
    assert_eq!(transfers.list[649].name, "650.mp4");
    assert_eq!(transfers.list[649].standing, Standing::Waiting);
    transfers.cursor = 1;
    let second = transfers.list[1].id;
    let effects = transfers.cancel();
    assert!(
        matches!(effects[..], [Effect::Stop(id)] if id == second),
        "{effects:?}"
    );
    let _ = transfers.moved(second, Ok(Moved::Stopped));
    assert_eq!(transfers.list.len(), 699);
    // What met all is tried again for all.
    all_meet(&mut transfers, ErrorClass::NotLoggedIn);
    let failed = |transfers: &Transfers| {
        let failed = |one: &&Transfer| matches!(one.standing, Standing::Failed(_));
        transfers.list.iter().filter(failed).count()
    };
    assert_eq!(failed(&transfers), 698);
    transfers.cursor = 5;
    let _ = transfers.retry();
    assert_eq!(failed(&transfers), 0);
}

/// All that run or come to run end so.
fn all_meet(transfers: &mut Transfers, class: ErrorClass) {
    let lost = trouble(class, "cannot reach films");
    let ids: Vec<u64> = transfers.list.iter().map(|one| one.id).collect();
    for id in ids {
        let is_open = |one: &Transfer| one.id == id && one.standing == Standing::Running;
        if transfers.list.iter().any(is_open) {
            let _ = transfers.moved(id, Err(lost.clone()));
        }
    }
}

#[test]
fn what_an_outage_ends_waits_for_the_server_and_goes_on_with_it() {
    let mut transfers = Transfers::default();
    let batch = transfers.number();
    let _ = transfers.collected(batch, &found([10; 3]));
    transfers.fetch(video(1).video_id, "one.mp4".into(), 10);
    let _ = transfers.start();
    all_meet(&mut transfers, ErrorClass::Unreachable);
    let waiting = |transfers: &Transfers| {
        let waiting = |one: &&Transfer| one.standing == Standing::Waiting;
        transfers.list.iter().filter(waiting).count()
    };
    assert_eq!(waiting(&transfers), 4);
    assert!(transfers.start().is_empty() && transfers.retry().is_empty());
    let effects = transfers.go_on();
    assert_eq!(begun(&effects), [[0, 1, 2]]);
    assert!(matches!(effects[1], Effect::Fetch { .. }), "{effects:?}");
    assert_eq!(waiting(&transfers), 0);
    assert!(transfers.go_on().is_empty());
}

#[test]
fn the_rate_comes_down_to_nothing_when_all_is_over() {
    let mut transfers = Transfers::default();
    let batch = transfers.number();
    let _ = transfers.collected(batch, &found([10 << 20]));
    let id = transfers.list[0].id;
    assert!(transfers.wants_ticks());
    transfers.progress(id, Progress::UnderWay { bytes: 10 << 20 });
    let _ = transfers.second(true);
    assert!(transfers.rate() > 0);
    let _ = transfers.moved(id, Err(trouble(ErrorClass::Failed, "the store refuses")));
    let mut seconds = 0;
    while transfers.wants_ticks() {
        let _ = transfers.second(true);
        seconds += 1;
        assert!(seconds < 10);
    }
    assert_eq!(transfers.rate(), 0);
}

#[test]
fn what_fails_after_it_was_sent_is_written_into_the_log() {
    let (mut model, mut world) = started(2);
    world.file_size = Some(1 << 30);
    let _ = model.update(Msg::Paste("/videos".into()));
    settled(&mut model, &mut world, "enter");
    let id = model.transfers.list[0].id;
    let mut failed = video(1);
    let moved = Moved::Stored {
        video: failed.video_id,
        already: false,
    };
    let _ = model.update(Msg::Answer(Answer::Moved(id, Ok(moved))));
    failed.state = serde_json::from_value("failed".into()).unwrap();
    failed.error_text = Some("The file ends in the middle".into());
    for _ in 0..2 {
        let followed = Answer::Followed(Ok(vec![failed.clone()]));
        let _ = model.update(Msg::Answer(followed));
    }
    let told = model.log.iter().map(|line| line.text.as_str());
    let told: Vec<&str> = told.filter(|text| text.contains("failed")).collect();
    assert_eq!(told, ["`one.mp4` failed: The file ends in the middle"]);
}

#[test]
fn an_upload_that_is_asked_for_while_the_server_is_away_waits_for_it() {
    let (mut model, mut world) = started(2);
    world.broken = Some(trouble(ErrorClass::Unreachable, "cannot reach films"));
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    let _ = model.update(Msg::Paste("/videos".into()));
    settled(&mut model, &mut world, "enter");
    let text = model.notice.clone().unwrap().1;
    assert!(
        text.starts_with("3 files wait until the server answers"),
        "{text}"
    );
    assert_eq!((model.view, world.running.len()), (View::Transfers, 0));
    world.broken = None;
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    assert_eq!(world.running.len(), 3, "they go on by themselves");
}

#[test]
fn without_the_server_what_is_known_is_searched_and_the_cursor_stays_on_its_video() {
    let (mut model, mut world) = started(30);
    world.broken = Some(trouble(ErrorClass::Unreachable, "cannot reach films"));
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    settled(&mut model, &mut world, "j j j / c 0 2");
    let titles = |model: &Model| model.library.window.rows().map(name).collect::<Vec<_>>();
    let selected = |model: &Model| model.library.window.selected().map(name);
    assert_eq!(titles(&model).len(), 10);
    assert_eq!(titles(&model)[0], "A003C029", "the newest first");
    settled(&mut model, &mut world, "down down 7");
    assert_eq!(titles(&model), ["A003C027"]);
    settled(&mut model, &mut world, "8 8");
    assert!(titles(&model).is_empty() && model.library.trouble.is_none());
    settled(&mut model, &mut world, "backspace backspace");
    assert_eq!(selected(&model).as_deref(), Some("A003C027"));
    settled(&mut model, &mut world, "esc");
    assert_eq!(titles(&model).len(), 30);
    assert_eq!(selected(&model).as_deref(), Some("A003C027"));
    // Narrowed otherwise, and the server comes back meanwhile.
    settled(&mut model, &mut world, "S");
    assert_eq!(titles(&model)[0], "A003C000");
    world.broken = None;
    let effects = model.update(Msg::Timer(Timer::Poll));
    world.settle(&mut model, effects);
    assert_eq!(
        (model.link.clone(), model.library.rows),
        (Link::Online, library::Rows::Told)
    );
    assert_eq!(selected(&model).as_deref(), Some("A003C027"));
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf_8_is_meant_as_it_is() {
    let (mut model, _) = started(1);
    let folder = heimdex_client::platform::name_from_bytes(b"/media/caf\xe9");
    let _ = model.offer(Prompt::Watch, folder.clone().into());
    let effects = press(&mut model, "enter");
    let watched = effects.iter().find_map(|effect| match effect {
        Effect::Daemon(Asking::Watch(path)) => Some(path.clone()),
        _ => None,
    });
    assert_eq!(watched, Some(folder.into()));
    let _ = model.update(Msg::Paste("file:///media/caf%E9.mp4".into()));
    let effects = press(&mut model, "enter");
    let meant = effects.iter().find_map(|effect| match effect {
        Effect::Collect { paths, .. } => Some(paths.clone()),
        _ => None,
    });
    let file = heimdex_client::platform::name_from_bytes(b"/media/caf\xe9.mp4");
    assert_eq!(meant, Some(vec![file.into()]));
}

#[test]
fn the_palette_leads_to_what_another_view_does_and_does_nothing_unseen() {
    let (mut model, _) = started(3);
    let _ = press(&mut model, ":");
    let _ = type_in(&mut model, "log out");
    let _ = press(&mut model, "enter");
    assert!(model.view == View::Account && model.overlay.is_none());
    assert_eq!(model.link, Link::Online, "it is asked for there");
    let (_, notice) = model.notice.clone().unwrap();
    assert_eq!(notice, "L does it here: log out");
}

#[test]
fn every_action_of_the_palette_does_what_its_key_does() {
    for entry in ACTIONS {
        let (mut model, mut world) = started(3);
        if let super::super::actions::Place::In(view) = entry.place {
            let effects = model.show(view);
            world.settle(&mut model, effects);
        }
        let mut typed = model.clone();
        let _ = press(&mut typed, ":");
        let _ = type_in(&mut typed, entry.name);
        let through_palette = format!("{:?}", press(&mut typed, "enter"));
        let directly = format!("{:?}", model.act(entry.action));
        // Only a whole event begins to count seconds.
        let through_palette = through_palette.replace(", After(1s, Second)", "");
        assert_eq!(through_palette, directly, "{}", entry.name);
    }
}

fn any_key() -> impl Strategy<Value = Key> {
    let known: Vec<Key> = ACTIONS
        .iter()
        .flat_map(|entry| entry.keys.split(' '))
        .filter_map(|key| key.parse().ok())
        .collect();
    let others = [
        "enter",
        "esc",
        "tab",
        "shift-tab",
        "backspace",
        "left",
        "right",
        "a",
        "日",
        "y",
        "n",
        "d",
    ];
    let others = others.map(|key| key.parse::<Key>().unwrap());
    prop_oneof![
        6 => proptest::sample::select(known),
        3 => proptest::sample::select(others.to_vec()),
        1 => any::<char>().prop_filter_map("a key", |c| c.to_string().parse().ok()),
    ]
}

#[derive(Debug, Clone)]
enum Happening {
    Key(Key),
    Paste(String),
    Mouse(u16, u16, u8),
    Resize(u16, u16),
    Answer(usize),
    Lose(usize),
    Break(Option<ErrorClass>),
    Step(u64, u64),
    Stored(u64, bool),
    Daemon(u8, i64),
    Live(Box<Live>),
    Canvas(Means),
}

fn happening() -> impl Strategy<Value = Happening> {
    let classes = [
        ErrorClass::Failed,
        ErrorClass::NotLoggedIn,
        ErrorClass::Unreachable,
        ErrorClass::Busy,
    ];
    prop_oneof![
        10 => any_key().prop_map(Happening::Key),
        1 => ".{0,20}".prop_map(Happening::Paste),
        1 => (0_u16..300, 0_u16..100, 0_u8..3).prop_map(|(x, y, what)| Happening::Mouse(x, y, what)),
        1 => (0_u16..300, 0_u16..100).prop_map(|(x, y)| Happening::Resize(x, y)),
        8 => (0_usize..50).prop_map(Happening::Answer),
        1 => (0_usize..50).prop_map(Happening::Lose),
        1 => proptest::option::of(proptest::sample::select(classes.to_vec())).prop_map(Happening::Break),
        2 => (0_u64..9, 0_u64..20).prop_map(|(id, bytes)| Happening::Step(id, bytes)),
        2 => (0_u64..9, any::<bool>()).prop_map(|(id, is_well)| Happening::Stored(id, is_well)),
        4 => (0_u8..7, 0_i64..400).prop_map(|(what, number)| Happening::Daemon(what, number)),
        5 => any_live().prop_map(|live| Happening::Live(Box::new(live))),
        2 => proptest::sample::select(vec![Means::HalfBlocks, Means::Iterm2]).prop_map(Happening::Canvas),
    ]
}

/// What must hold whatever happened.
fn check(model: &Model) {
    let window = &model.library.window;
    assert_eq!(window.selected().is_some(), window.len() > 0);
    let transfers = &model.transfers;
    let rows = transfers.list.len() + transfers.beyond;
    assert!(transfers.cursor < rows.max(1));
    assert!(model.browser.cursor < model.browser.shown.len().max(1));
    assert!(model.daemon.cursor < model.daemon.len().max(1));
    let fetched = transfers.list.iter().filter(|transfer| {
        transfer.standing == Standing::Running && matches!(transfer.way, Way::Down { .. })
    });
    assert!(transfers.runs() <= 2 && fetched.count() <= 2);
    assert!(model.log.len() <= LOG);
    // It can be drawn.
    let (columns, rows) = model.size;
    let area = ratatui::layout::Rect::new(0, 0, columns, rows);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    crate::tui::screens::draw(model, &mut buffer);
    super::pictures::tests::check(model, &buffer);
    for cell in &buffer.content {
        assert!(
            !cell.symbol().chars().any(char::is_control),
            "{:?}",
            cell.symbol()
        );
    }
}

proptest! {
    // Each case is many steps: more of them would take longer than a test may.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_happens_in_whatever_order_everything_holds(
        happenings in proptest::collection::vec(happening(), 0..80),
    ) {
        let (mut model, mut world) = (model((90, 24)), World::of(130));
        let mut waiting = model.begin();
        for happening in happenings {
            let effects = match happening {
                Happening::Key(key) => model.update(Msg::Key(key)),
                Happening::Paste(text) => model.update(Msg::Paste(text)),
                Happening::Mouse(column, row, what) => {
                    let what = [Pointed::Click, Pointed::Up, Pointed::Down][usize::from(what)];
                    model.update(Msg::Mouse(Mouse { column, row, what }))
                }
                Happening::Resize(columns, rows) => model.update(Msg::Resized { columns, rows }),
                Happening::Answer(at) if !waiting.is_empty() => {
                    let effect = waiting.remove(at % waiting.len());
                    world.answer(effect).into_iter().flat_map(|msg| model.update(msg)).collect()
                }
                // An answer that never comes, as of a task that was ended.
                Happening::Lose(at) if !waiting.is_empty() => {
                    waiting.remove(at % waiting.len());
                    Vec::new()
                }
                Happening::Answer(_) | Happening::Lose(_) => Vec::new(),
                Happening::Break(class) => {
                    world.broken = class.map(|class| trouble(class, "it broke"));
                    Vec::new()
                }
                Happening::Step(transfer, bytes) => {
                    model.update(Msg::Progress { transfer, step: Progress::Acknowledged { bytes } })
                }
                Happening::Stored(transfer, is_well) => {
                    let moved = if is_well {
                        Ok(Moved::Stored { video: video(3).video_id, already: false })
                    } else {
                        Err(trouble(ErrorClass::Failed, "the store refuses"))
                    };
                    world.running.remove(&transfer);
                    model.update(Msg::Answer(Answer::Moved(transfer, moved)))
                }
                Happening::Daemon(what, number) => {
                    let told = world.daemon.happens(what, number);
                    told.into_iter().flat_map(|msg| model.update(msg)).collect()
                }
                Happening::Canvas(means) => {
                    model.update(Msg::Canvas(Canvas { means, cell: (2, 4) }))
                }
                Happening::Live(live) => {
                    let live = super::live::tests::now(&model, *live);
                    model.update(live)
                }
            };
            waiting.extend(effects);
            check(&model);
        }
    }
}
