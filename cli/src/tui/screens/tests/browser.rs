//! The folder that is looked at: at each size, empty, unreadable, with names of every kind.

use super::*;
use crate::tui::model::browser::tests::{entry, with};
use crate::tui::model::{Listing, Read, Reading, Trouble};

/// The folder is read again, and this comes of it.
fn read(model: &mut Model, result: Result<Listing, Trouble>) {
    let effects = press(model, "r");
    let [Effect::Files(Reading::Folder(generation, _))] = effects[..] else {
        panic!("{effects:?}");
    };
    let read = Read::Folder(generation, result);
    let _ = model.update(Msg::Answer(Answer::Files(read)));
}

#[test]
fn files_at_each_size() {
    for size in SIZES {
        let (mut model, _) = with(size);
        let _ = press(&mut model, "j space");
        insta::assert_snapshot!(format!("files_{}x{}", size.0, size.1), shown(&model));
    }
}

#[test]
fn what_cannot_be_read_and_what_is_empty_is_said() {
    let (mut model, _) = with((80, 24));
    let empty = Listing {
        folder: "/media/CARD".into(),
        ..Listing::default()
    };
    read(&mut model, Ok(empty));
    insta::assert_snapshot!("files_empty_80x24", shown(&model));
    read(
        &mut model,
        Err(trouble(
            ErrorClass::Failed,
            "cannot read `/root`: permission denied",
        )),
    );
    insta::assert_snapshot!("files_trouble_80x24", shown(&model));
}

#[test]
fn names_of_files_are_shown_and_not_obeyed() {
    let (mut model, _) = with((80, 24));
    let names = [
        "a name that is so long that no terminal of a usual width has room for all of it.mp4",
        "\u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}gpj.exe",
        "\u{65e5}\u{672c}\u{8a9e}\u{306e}\u{3068}\u{3066}\u{3082}\u{9577}\u{3044}.mov",
        "e\u{301}e\u{301} cafe\u{301}.mp4",
    ];
    let listing = Listing {
        folder: "/media/\u{1b}[2J\u{202e}CARD".into(),
        entries: names
            .iter()
            .map(|name| entry("/media", name, Some(5)))
            .collect(),
        more: 12,
    };
    read(&mut model, Ok(listing));
    insta::assert_snapshot!("files_odd_80x24", shown(&model));
}

#[test]
fn what_is_sent_is_named_before() {
    for size in [(40, 12), (80, 24)] {
        let (mut model, _) = with(size);
        let _ = press(&mut model, "j s");
        let _ = type_in(&mut model, "Interview");
        insta::assert_snapshot!(format!("send_one_{}x{}", size.0, size.1), shown(&model));
    }
    let (mut model, _) = with((80, 24));
    let _ = press(&mut model, "space v s");
    insta::assert_snapshot!("send_many_80x24", shown(&model));
}
