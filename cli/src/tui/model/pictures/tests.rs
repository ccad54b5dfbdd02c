//! What is asked for, when, and what is held.

use heimdex_client::ErrorClass;
use ratatui::buffer::{Buffer, CellDiffOption};

use super::super::message::{Answer, Msg};
use super::super::tests::{World, press, settled, trouble};
use super::*;
use crate::tui::picture::Means;
use crate::tui::screens;
use crate::tui::screens::tests::library;

const CANVAS: Canvas = Canvas {
    means: Means::HalfBlocks,
    cell: (10, 20),
};

/// What must hold of pictures whatever happened.
pub(in crate::tui::model) fn check(model: &Model, buffer: &Buffer) {
    let pictures = &model.pictures;
    assert!(pictures.asked() <= AT_ONCE);
    let spots = screens::poster_spots(model);
    for spot in &spots {
        let area = buffer.area.intersection(spot.place);
        assert_eq!(area, spot.place, "it is beyond the screen");
    }
    // Room is left for a picture that is sent where there is one, and nowhere else.
    let left = buffer.content.iter();
    let left = left.filter(|cell| cell.diff_option == CellDiffOption::Skip);
    let placed = screens::pictures(model);
    let sizes = placed.iter().filter_map(|placed| placed.sent());
    let sizes: usize = sizes
        .map(|sent| usize::from(sent.size.0) * usize::from(sent.size.1))
        .sum();
    assert_eq!(left.count(), sizes);
}

/// A poster that was asked for, or why there is none.
pub(in crate::tui::model) fn answer(asked: &Effect, result: Result<(), Trouble>) -> Answer {
    let Effect::Picture {
        video,
        size,
        canvas,
        ..
    } = *asked
    else {
        panic!("{asked:?} asks for no picture");
    };
    let picture = || Some(crate::tui::runtime::sample(video, size, canvas));
    Answer::Pictured(video, size, result.map(|()| picture()))
}

/// A library of so many videos, on a terminal with pictures.
fn shown(size: (u16, u16), count: u64) -> (Model, World) {
    let world = World::of(count);
    let videos: Vec<_> = world.videos.values().cloned().collect();
    let mut model = library(size, &videos);
    let _ = model.update(Msg::Canvas(CANVAS));
    (model, world)
}

/// The videos whose posters are asked for.
fn asked(effects: &[Effect]) -> Vec<VideoId> {
    let pictures = effects.iter().filter_map(|effect| match effect {
        Effect::Picture { video, .. } => Some(*video),
        _ => None,
    });
    pictures.collect()
}

fn due(model: &mut Model) -> Vec<Effect> {
    model.update(Msg::Timer(Timer::Pictures))
}

/// Answers with no picture.
fn nothing(model: &mut Model, effects: &[Effect]) -> Vec<Effect> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Picture { video, size, .. } => Some((*video, *size)),
        _ => None,
    });
    let answers = asked.map(|(video, size)| Msg::Answer(Answer::Pictured(video, size, Ok(None))));
    answers.flat_map(|msg| model.update(msg)).collect()
}

#[test]
fn what_is_in_sight_is_asked_for_a_few_at_once_and_what_was_scrolled_past_never() {
    let (mut model, _) = shown((80, 24), 100);
    let effects = press(&mut model, "v");
    let timers = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::After(_, Timer::Pictures)));
    assert_eq!(timers.count(), 1, "{effects:?}");
    let first = due(&mut model);
    assert_eq!(asked(&first).len(), AT_ONCE);
    // Ten screens farther, none of which is looked at.
    for _ in 0..10 {
        let effects = press(&mut model, "pgdn");
        assert_eq!(asked(&effects), []);
    }
    let next = nothing(&mut model, &first);
    let spots = screens::poster_spots(&model);
    let in_sight: Vec<VideoId> = spots.iter().map(|spot| spot.video).collect();
    assert_eq!(asked(&next), in_sight[..AT_ONCE]);
    // Each answer makes place for the next one, until all are here.
    let rest = nothing(&mut model, &next);
    assert_eq!(asked(&rest), in_sight[AT_ONCE..]);
    let over = nothing(&mut model, &rest);
    assert_eq!(asked(&over), []);
    assert_eq!(asked(&due(&mut model)), []);
}

#[test]
fn nothing_is_asked_for_where_nothing_would_be_seen() {
    let (mut model, _) = shown((80, 24), 10);
    let _ = press(&mut model, "v ?");
    assert_eq!(asked(&due(&mut model)), [], "something lies over it");
    let _ = press(&mut model, "esc 2");
    assert_eq!(asked(&due(&mut model)), [], "another view is shown");
    let _ = press(&mut model, "1 v");
    assert_eq!(asked(&due(&mut model)), [], "the list has none");
    let mut model = library((80, 24), &[]);
    let effects = press(&mut model, "v");
    assert!(effects.is_empty() && !model.pictures.is_grid, "{effects:?}");
}

#[test]
fn what_failed_is_asked_for_again_when_the_server_answers_or_another_one_was_made() {
    let (mut model, mut world) = shown((80, 24), 2);
    world.broken = Some(trouble(ErrorClass::Unreachable, "cannot reach films"));
    settled(&mut model, &mut world, "v");
    assert_eq!(asked(&due(&mut model)), []);
    let told = model.log.iter().filter(|line| line.text.contains("films"));
    assert_eq!(told.count(), 1, "once for all of them");
    world.broken = None;
    model.pictures.ask_again();
    let effects = due(&mut model);
    assert_eq!(asked(&effects).len(), 2);
    world.settle(&mut model, effects);
    let spot = screens::poster_spots(&model)[0];
    assert!(model.pictures.get(&spot).is_some());
    model.pictures.renew(spot.video);
    let effects = due(&mut model);
    assert!(
        matches!(&effects[..], [Effect::Picture { is_fresh: true, .. }]),
        "{effects:?}"
    );
}

#[test]
fn a_video_that_had_none_is_asked_about_again_once_it_is_another() {
    let (mut model, world) = shown((80, 24), 1);
    let _ = press(&mut model, "v");
    let effects = due(&mut model);
    let _ = nothing(&mut model, &effects);
    assert_eq!(asked(&due(&mut model)), []);
    let mut video = world.videos.values().next().unwrap().clone();
    video.updated_at = Some(model.moment.now);
    model.library.take(&video);
    assert_eq!(asked(&due(&mut model)), [video.video_id]);
}

#[test]
fn what_is_held_is_bounded_and_of_one_account() {
    let (mut model, mut world) = shown((200, 60), 100);
    let canvas = Canvas {
        means: Means::Kitty { deflated: false },
        ..CANVAS
    };
    let _ = model.update(Msg::Canvas(canvas));
    for key in ["v", "pgdn", "pgdn", "pgdn"] {
        settled(&mut model, &mut world, key);
        let effects = due(&mut model);
        world.settle(&mut model, effects);
    }
    let weight = |model: &Model| -> usize {
        let held = model.pictures.held.values();
        held.map(|held| match held {
            Held::Here(picture) => picture.weight(),
            Held::Asked | Held::Nothing(_) => 0,
        })
        .sum()
    };
    let spots = screens::poster_spots(&model);
    let shown = spots.iter().filter_map(|spot| model.pictures.get(spot));
    let in_sight: usize = shown.map(Picture::weight).sum();
    assert!(in_sight > 0);
    assert!(weight(&model) <= HELD + in_sight, "{}", weight(&model));
    let place = super::super::message::Place::default();
    let _ = model.update(Msg::Answer(Answer::Entered(Ok(place))));
    assert!(model.pictures.held.is_empty());
}

#[test]
fn the_cursor_goes_by_posters_and_rows_of_them() {
    let (mut model, _) = shown((80, 24), 30);
    let at = |model: &Model| model.library.window.cursor();
    let _ = press(&mut model, "l");
    assert_eq!(at(&model), 0, "the list has no left and right");
    let _ = press(&mut model, "v l l h");
    assert_eq!(at(&model), 1);
    let (line, page) = model.steps();
    assert_eq!((line, page), (3, 6));
    let _ = press(&mut model, "j pgdn k");
    assert_eq!(at(&model), 1 + 6);
    let _ = press(&mut model, "v j");
    assert_eq!(at(&model), 8);
}
