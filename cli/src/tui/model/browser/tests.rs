//! A folder for a model, and what becomes of what is chosen in it.

use std::path::PathBuf;

use crate::tui::model::tests::{World, model, moment, press, type_in};
use crate::tui::model::{
    Answer, Before, Effect, Entry, Facts, Listing, Model, Msg, Overlay, Read, Reading, Trouble,
    View,
};

/// A file or a folder.
pub(crate) fn entry(folder: &str, name: &str, size: Option<u64>) -> Entry {
    Entry {
        name: name.into(),
        path: PathBuf::from(folder).join(name),
        is_folder: size.is_none(),
        is_hidden: name.starts_with('.'),
        size: size.unwrap_or(0),
        modified: Some(moment().now),
    }
}

/// What lies in any folder.
pub(crate) fn listing(folder: &str) -> Listing {
    let entries = [
        ("CLIP", None),
        (".Trashes", None),
        ("A003C001.mp4", Some(58_000_000_000)),
        ("A003C002.mp4", Some(1_234_567)),
        ("A003C003.mp4", Some(0)),
    ];
    Listing {
        folder: folder.into(),
        entries: entries
            .iter()
            .map(|(name, size)| entry(folder, name, *size))
            .collect(),
        more: 0,
    }
}

/// What comes of reading.
pub(crate) fn answer(reading: Reading, broken: Option<&Trouble>) -> Vec<Msg> {
    let read = match reading {
        Reading::Folder(generation, folder) => {
            let folder = folder.unwrap_or_else(|| "/home/ana".into());
            let listing = listing(&folder.display().to_string());
            Read::Folder(
                generation,
                broken.map_or(Ok(listing), |trouble| Err(trouble.clone())),
            )
        }
        Reading::Facts(generation, paths) => {
            let facts = Facts {
                length_s: Some(2530.0),
                before: Before::Sent,
            };
            Read::Facts(
                generation,
                paths.into_iter().map(|path| (path, facts)).collect(),
            )
        }
    };
    vec![Msg::Answer(Answer::Files(read))]
}

/// A model in this view.
pub(crate) fn with(size: (u16, u16)) -> (Model, World) {
    let mut world = World::default();
    let mut model = model(size);
    let effects = model.begin();
    world.settle(&mut model, effects);
    let effects = model.show(View::Upload);
    world.settle(&mut model, effects);
    (model, world)
}

fn settled(model: &mut Model, world: &mut World, keys: &str) {
    let effects = press(model, keys);
    world.settle(model, effects);
}

fn names(model: &Model) -> Vec<&str> {
    let browser = &model.browser;
    let shown = browser.shown.iter().map(|at| &browser.listing.entries[*at]);
    shown.map(|entry| entry.name.as_str()).collect()
}

#[test]
fn what_is_hidden_is_shown_when_asked_for_and_the_cursor_stays() {
    let (mut model, mut world) = with((80, 24));
    assert_eq!(
        names(&model),
        ["CLIP", "A003C001.mp4", "A003C002.mp4", "A003C003.mp4"]
    );
    settled(&mut model, &mut world, "j");
    settled(&mut model, &mut world, ".");
    assert_eq!(names(&model)[1], ".Trashes");
    let selected = model.browser.selected().map(|entry| entry.name.as_str());
    assert_eq!(selected, Some("A003C001.mp4"));
}

#[test]
fn a_filter_narrows_as_it_is_typed_and_is_over_with_the_folder() {
    let (mut model, mut world) = with((80, 24));
    settled(&mut model, &mut world, "/");
    let effects = type_in(&mut model, "c002");
    world.settle(&mut model, effects);
    assert_eq!(names(&model), ["A003C002.mp4"]);
    settled(&mut model, &mut world, "enter q");
    assert_eq!(names(&model).len(), 4);
    assert_eq!(model.view, View::Upload);
    settled(&mut model, &mut world, "g enter");
    assert_eq!(
        model.browser.listing.folder,
        PathBuf::from("/home/ana/CLIP")
    );
    settled(&mut model, &mut world, "h");
    assert_eq!(model.browser.listing.folder, PathBuf::from("/home/ana"));
    let selected = model.browser.selected().map(|entry| entry.name.as_str());
    assert_eq!(selected, Some("CLIP"), "the cursor is where one came from");
}

#[test]
fn what_is_marked_is_sent_with_its_tags_and_one_file_with_its_title() {
    let (mut model, mut world) = with((80, 24));
    settled(&mut model, &mut world, "j space space s");
    let Some(Overlay::Send(form)) = &model.overlay else {
        panic!("{:?}", model.overlay);
    };
    assert_eq!((form.paths.len(), form.shown()), (2, 2..3));
    let _ = type_in(&mut model, "day 3, , b-roll");
    let effects = press(&mut model, "enter");
    let [Effect::Collect { paths, texts, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(paths.len(), 2);
    assert_eq!(
        (texts.title.as_deref(), &texts.tags[..]),
        (None, &["day 3".to_owned(), "b-roll".into()][..])
    );
    assert!(model.browser.marks.is_empty());
    settled(&mut model, &mut world, "g j s");
    let _ = type_in(&mut model, "Interview");
    let effects = press(&mut model, "enter");
    let [Effect::Collect { texts, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(texts.title.as_deref(), Some("Interview"));
}

#[test]
fn only_what_is_in_sight_is_looked_into_and_once() {
    let mut world = World::default();
    let mut model = model((80, 24));
    let effects = model.show(View::Upload);
    let [Effect::Files(Reading::Folder(generation, None))] = effects[..] else {
        panic!("{effects:?}");
    };
    let mut listing = Listing {
        folder: "/card".into(),
        ..Listing::default()
    };
    let numbers = 0..10_000;
    listing.entries = numbers
        .map(|number| entry("/card", &format!("{number:05}.mp4"), Some(1)))
        .collect();
    let read = Read::Folder(generation, Ok(listing));
    let effects = model.update(Msg::Answer(Answer::Files(read)));
    let [Effect::Files(Reading::Facts(_, paths))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(paths.len(), model.list_height());
    world.settle(&mut model, effects);
    assert!(press(&mut model, "j").is_empty(), "they are known");
    let effects = press(&mut model, "G");
    assert_eq!(effects.len(), 1);
    assert!(press(&mut model, "g").is_empty(), "one question at a time");
    world.settle(&mut model, effects);
}
