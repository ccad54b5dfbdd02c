//! What each view looks like: at every size, empty, broken, offline, without colours, with names of every kind.

mod account;
mod browser;
mod daemon;
mod posters;

use heimdex_api::video::VideoResponse;
use heimdex_client::ErrorClass;
use heimdex_client::transfer::Progress;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::tui::model::tests::{World, model, page, press, trouble, type_in, video};
use crate::tui::model::{Answer, Collected, Effect, Moved, Msg};
use crate::tui::theme::{Glyphs, Named, Theme};

/// What a terminal of this size shows.
fn shown(model: &Model) -> String {
    let (columns, rows) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| draw(model, frame.buffer_mut()))
        .unwrap();
    let buffer = terminal.backend().buffer();
    let lines = (0..rows).map(|y| {
        let mut skip = 0;
        let mut line = String::new();
        for x in 0..columns {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
                skip = width(symbol);
            }
            skip = skip.saturating_sub(1);
        }
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn varied() -> Vec<VideoResponse> {
    let states = [
        "indexed",
        "uploading",
        "validating",
        "processing",
        "failed",
        "indexed",
    ];
    let videos = (1_u64..).zip(states).map(|(number, state)| {
        let mut video = video(number);
        video.state = serde_json::from_value(state.into()).unwrap();
        video.size_bytes = Some(number * 1_234_567_890);
        video.bytes_received = (state == "uploading").then_some(1_000_000_000);
        video.duration_s = Some(2530.0);
        video.error_text = (state == "failed").then(|| "its index (moov) is missing".into());
        video
    });
    videos.collect()
}

/// Somebody's library with these videos.
pub(crate) fn library(size: (u16, u16), videos: &[VideoResponse]) -> Model {
    let mut model = model(size);
    let mut world = World::default();
    let effects = model.begin();
    for effect in effects {
        if let Effect::List(ask) = effect {
            let reply = page(videos.to_vec());
            let effects = model.update(Msg::Answer(Answer::Listed(ask, Ok(reply))));
            world.videos = videos
                .iter()
                .map(|video| (video.video_id, video.clone()))
                .collect();
            world.settle(&mut model, effects);
        }
    }
    model
}

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

#[test]
fn the_library_at_each_size() {
    for (columns, rows) in SIZES {
        let mut model = library((columns, rows), &varied());
        let _ = press(&mut model, "j space");
        insta::assert_snapshot!(format!("library_{columns}x{rows}"), shown(&model));
    }
}

#[test]
fn one_video_over_the_list_where_there_is_little_room() {
    let mut model = library((80, 24), &varied());
    let mut world = World::default();
    let effects = press(&mut model, "enter");
    world.videos = varied()
        .into_iter()
        .map(|video| (video.video_id, video))
        .collect();
    world.settle(&mut model, effects);
    insta::assert_snapshot!("one_video_80x24", shown(&model));
}

#[test]
fn all_that_is_known_of_a_video_is_reached_by_keys() {
    let mut video = video(1);
    video.description = Some("One of many lines.\n".repeat(30));
    let mut world = World::default();
    world.videos.insert(video.video_id, video.clone());
    for (columns, rows) in [(40, 12), (120, 40)] {
        let mut model = library((columns, rows), &[video.clone()]);
        let effects = press(&mut model, if columns == 40 { "enter" } else { "k" });
        world.settle(&mut model, effects);
        let first = shown(&model);
        assert!(first.contains("J shows more"), "{first}");
        for _ in 0..100 {
            let _ = press(&mut model, "J");
        }
        insta::assert_snapshot!(format!("one_video_end_{columns}x{rows}"), shown(&model));
        for _ in 0..100 {
            let _ = press(&mut model, "K");
        }
        assert_eq!(shown(&model), first);
    }
}

#[test]
fn tags_of_several_are_edited_in_a_form() {
    let mut model = library((80, 24), &varied());
    let _ = press(&mut model, "space space e");
    let _ = type_in(&mut model, "night");
    insta::assert_snapshot!("retag_80x24", shown(&model));
}

#[test]
fn where_there_is_no_video_the_list_says_why_whatever_is_open() {
    let mut model = library((80, 24), &[]);
    let _ = press(&mut model, "enter");
    assert!(shown(&model).contains("There are no videos yet."));
    model.library.is_open = true;
    assert!(shown(&model).contains("There are no videos yet."));
}

#[test]
fn an_empty_library_says_how_to_fill_it() {
    insta::assert_snapshot!("library_empty_80x24", shown(&library((80, 24), &[])));
    let mut model = library((80, 24), &varied());
    let effects = press(&mut model, "f");
    let mut world = World::default();
    world.settle(&mut model, effects);
    insta::assert_snapshot!("library_nothing_found_80x24", shown(&model));
}

#[test]
fn before_anything_is_known_it_says_what_it_waits_for() {
    let mut model = model((80, 24));
    let _ = model.begin();
    insta::assert_snapshot!("library_asking_80x24", shown(&model));
}

#[test]
fn an_error_stands_where_the_list_would() {
    let mut model = model((80, 24));
    let effects = model.begin();
    let mut world = World {
        broken: Some(trouble(ErrorClass::Failed, "the server failed")),
        ..World::default()
    };
    world.settle(&mut model, effects);
    insta::assert_snapshot!("library_error_80x24", shown(&model));
}

#[test]
fn offline_what_was_known_is_shown_and_that_it_is_old() {
    let mut model = library((80, 24), &varied());
    let effects = model.update(Msg::Timer(crate::tui::model::Timer::Poll));
    let broken = trouble(
        ErrorClass::Unreachable,
        "cannot reach https://films.example.org",
    );
    let mut world = World {
        broken: Some(broken),
        ..World::default()
    };
    world.settle(&mut model, effects);
    insta::assert_snapshot!("library_offline_80x24", shown(&model));
    let effects = press(&mut model, "/");
    world.settle(&mut model, effects);
    let effects = type_in(&mut model, "c003");
    world.settle(&mut model, effects);
    insta::assert_snapshot!("library_offline_search_80x24", shown(&model));
    model.size = (40, 12);
    insta::assert_snapshot!("library_offline_search_40x12", shown(&model));
}

#[test]
fn names_of_every_kind_keep_to_their_columns() {
    let titles = [
        "a title that is so long that no terminal of a usual width has room for all of it, ever",
        "日本語のとても長いタイトルは列を壊さない、どんな幅の端末でも決して壊さない",
        "e\u{301}e\u{301}e\u{301} cafe\u{301}",
        "שלום עולם",
        "\u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}gpj.exe",
        "👩‍👩‍👧‍👦 family 🏳️‍🌈",
    ];
    let mut videos = varied();
    for (video, title) in videos.iter_mut().zip(titles) {
        video.title = Some(title.into());
    }
    insta::assert_snapshot!(
        "library_long_names_80x24",
        shown(&library((80, 24), &videos))
    );
}

#[test]
fn without_colours_nothing_is_coloured_and_the_cursor_is_seen() {
    let mut model = library((80, 24), &varied());
    model.theme = Theme::new(Named::Mono, Glyphs::Ascii);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    draw(&model, &mut buffer);
    for cell in &buffer.content {
        assert_eq!(
            (cell.fg, cell.bg),
            (ratatui::style::Color::Reset, ratatui::style::Color::Reset)
        );
        assert!(cell.symbol().is_ascii(), "{:?}", cell.symbol());
    }
    assert!(
        buffer[(4, 2)]
            .modifier
            .contains(ratatui::style::Modifier::REVERSED)
    );
    insta::assert_snapshot!("library_mono_80x24", shown(&model));
}

#[test]
fn transfers_at_each_size() {
    for (columns, rows) in SIZES {
        let mut model = library((columns, rows), &varied());
        let _ = press(&mut model, "2");
        insta::assert_snapshot!(format!("transfers_empty_{columns}x{rows}"), shown(&model));
        let name = |name: &str, size| (name.to_owned(), size, name.into());
        let files = vec![
            name("A003C012.mp4", 58_000_000_000),
            name("A003C013.mp4", 59_000_000_000),
            name(
                "a name that is so long that it has no room beside where it stands.mp4",
                1000,
            ),
        ];
        let collected = Collected {
            files,
            left_out: 0,
            unusable: Vec::new(),
        };
        let _ = model.update(Msg::Answer(Answer::Collected(0, Ok(collected))));
        let steps = [
            (
                1,
                Progress::Planned {
                    total: 58_000_000_000,
                    already: 1_000_000_000,
                },
            ),
            (
                2,
                Progress::Planned {
                    total: 59_000_000_000,
                    already: 0,
                },
            ),
        ];
        for (transfer, step) in steps {
            let _ = model.update(Msg::Progress { transfer, step });
        }
        for second in 1..40_u64 {
            let bytes = 1_000_000_000 + second * (100_000_000 + second % 7 * 9_000_000);
            let step = Progress::Acknowledged { bytes };
            let _ = model.update(Msg::Progress { transfer: 1, step });
            let _ = model.update(Msg::Timer(crate::tui::model::Timer::Second));
        }
        let step = Progress::UnderWay { bytes: 64_000_000 };
        let _ = model.update(Msg::Progress { transfer: 1, step });
        let moved = Moved::Stored {
            video: video(1).video_id,
            already: false,
        };
        let _ = model.update(Msg::Answer(Answer::Moved(2, Ok(moved))));
        insta::assert_snapshot!(format!("transfers_{columns}x{rows}"), shown(&model));
    }
}

/// Uploads of which each ended badly, for a reason that has no room in a line.
fn failed(size: (u16, u16), why: &str) -> Model {
    let mut model = library(size, &varied());
    let files = (1..=12).map(|number| {
        let name = format!("A003C{number:03}.mp4");
        (name.clone(), 58_000_000_000, name.into())
    });
    let collected = Collected {
        files: files.collect(),
        left_out: 0,
        unusable: Vec::new(),
    };
    let _ = model.update(Msg::Answer(Answer::Collected(0, Ok(collected))));
    let trouble = crate::tui::model::Trouble {
        text: why.into(),
        hint: Some("the operator of the server must make room; what was sent is kept".into()),
        class: ErrorClass::Failed,
    };
    for transfer in 1..=12 {
        let ended = Answer::Moved(transfer, Err(trouble.clone()));
        let _ = model.update(Msg::Answer(ended));
    }
    let _ = press(&mut model, "k");
    model
}

const FULL: &str = "A003C001.mp4: the storage of the server is full, and so it was for the last \
    three hours";

#[test]
fn why_an_upload_failed_is_told_whole_where_the_cursor_is() {
    for (columns, rows) in [(40, 12), (80, 24)] {
        let mut model = failed((columns, rows), FULL);
        let said = |model: &Model| {
            shown(model)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        for keys in ["home", "j", "j j j", "end"] {
            let _ = press(&mut model, keys);
            let text = said(&model);
            assert!(text.contains(FULL), "{}", shown(&model));
            assert!(
                text.contains("must make room; what was sent is kept"),
                "{text}"
            );
        }
        let _ = press(&mut model, "home j");
        insta::assert_snapshot!(format!("transfers_failed_{columns}x{rows}"), shown(&model));
    }
}

#[test]
fn a_click_finds_the_transfer_that_it_is_on() {
    let mut model = failed((80, 24), FULL);
    let _ = press(&mut model, "home j");
    let text = shown(&model);
    let lines: Vec<&str> = text.lines().collect();
    let line = |name: &str| lines.iter().position(|line| line.contains(name)).unwrap();
    let (second, third) = (line("A003C002"), line("A003C003"));
    assert!(third > second + 2, "{text}");
    let mut click = |row: usize| {
        let mouse = crate::tui::model::Mouse {
            column: 3,
            row: u16::try_from(row).unwrap(),
            what: crate::tui::model::Pointed::Click,
        };
        let _ = press(&mut model, "home j");
        let _ = model.update(Msg::Mouse(mouse));
        model.transfers.cursor
    };
    assert_eq!(click(second), 1);
    assert_eq!(click(third - 1), 1, "its last line");
    assert_eq!(click(third), 2);
    assert_eq!(click(second - 1), 0);
    assert_eq!(click(1), 1, "the graph is none");
}

#[test]
fn help_lists_the_keys_of_the_view_first() {
    for (columns, rows) in SIZES {
        let mut model = library((columns, rows), &varied());
        let _ = press(&mut model, "?");
        insta::assert_snapshot!(format!("help_{columns}x{rows}"), shown(&model));
    }
}

#[test]
fn the_palette_finds_by_a_few_letters() {
    let mut model = library((80, 24), &varied());
    let _ = press(&mut model, ":");
    let _ = type_in(&mut model, "copy");
    insta::assert_snapshot!("palette_80x24", shown(&model));
}

#[test]
fn a_video_is_edited_in_a_form() {
    let mut model = library((80, 24), &varied());
    let _ = press(&mut model, "e");
    let _ = type_in(&mut model, " take 2");
    insta::assert_snapshot!("edit_80x24", shown(&model));
}

#[test]
fn the_log_at_each_size() {
    for (columns, rows) in SIZES {
        let mut model = library((columns, rows), &varied());
        for number in 0..3 {
            let _ = model.update(Msg::Said(format!(
                "warning: line {number} of what happened"
            )));
        }
        let long = "tui.toml: there are no posters `on`, only auto, kitty, iterm2, sixel, half-blocks, off, and \
            a-word-that-is-longer-than-any-line-of-a-terminal-that-is-as-narrow-as-this";
        let _ = model.update(Msg::Said(long.into()));
        let _ = press(&mut model, "6");
        insta::assert_snapshot!(format!("log_{columns}x{rows}"), shown(&model));
    }
}
