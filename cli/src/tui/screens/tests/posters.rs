//! Posters: in a grid, above the words about a video, and where there are none.

use super::*;
use crate::tui::model::Timer;
use crate::tui::picture::{Canvas, Means};

/// The library on a terminal that shows pictures like that.
fn with_posters(size: (u16, u16), means: Means, keys: &str) -> Model {
    let mut model = library(size, &varied());
    let mut world = World::default();
    for video in varied() {
        world.videos.insert(video.video_id, video);
    }
    let canvas = Canvas {
        means,
        cell: (10, 20),
    };
    let mut effects = model.update(Msg::Canvas(canvas));
    effects.extend(press(&mut model, keys));
    world.settle(&mut model, effects);
    model
}

#[test]
fn a_grid_of_posters_at_each_size() {
    for (columns, rows) in SIZES {
        let mut model = with_posters((columns, rows), Means::HalfBlocks, "v");
        // Of the first one nothing is known to the store.
        let _ = press(&mut model, "l space");
        insta::assert_snapshot!(format!("grid_{columns}x{rows}"), shown(&model));
    }
}

#[test]
fn a_poster_above_the_words_about_a_video() {
    let model = with_posters((80, 24), Means::HalfBlocks, "enter");
    insta::assert_snapshot!("one_video_poster_80x24", shown(&model));
    let model = with_posters((120, 40), Means::HalfBlocks, "v");
    assert!(model.library.is_open);
    insta::assert_snapshot!("grid_and_video_120x40", shown(&model));
}

#[test]
fn pictures_that_are_sent_have_room_and_give_way_to_what_lies_over_them() {
    let mut model = with_posters((80, 24), Means::Sixel, "v");
    assert_eq!(pictures(&model).len(), 6);
    insta::assert_snapshot!("grid_sent_80x24", shown(&model));
    let _ = press(&mut model, ":");
    assert!(pictures(&model).is_empty());
    insta::assert_snapshot!("grid_sent_palette_80x24", shown(&model));
    let _ = press(&mut model, "esc 6");
    assert!(pictures(&model).is_empty());
}

#[test]
fn posters_that_cannot_be_had_leave_the_words() {
    let mut model = library((80, 24), &varied());
    let mut world = World {
        broken: Some(trouble(
            ErrorClass::Unreachable,
            "cannot reach films.example.org",
        )),
        ..World::default()
    };
    let canvas = Canvas {
        means: Means::HalfBlocks,
        cell: (10, 20),
    };
    let mut effects = model.update(Msg::Canvas(canvas));
    effects.extend(model.update(Msg::Timer(Timer::Poll)));
    effects.extend(press(&mut model, "v"));
    world.settle(&mut model, effects);
    insta::assert_snapshot!("grid_offline_80x24", shown(&model));
    let effects = press(&mut model, "enter");
    world.settle(&mut model, effects);
    insta::assert_snapshot!("one_video_no_poster_80x24", shown(&model));
}

#[test]
fn where_no_pictures_are_shown_there_is_no_grid() {
    let mut model = library((80, 24), &varied());
    let _ = press(&mut model, "v");
    insta::assert_snapshot!("grid_not_here_80x24", shown(&model));
}
