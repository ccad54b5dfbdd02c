//! Who is logged in, and the form for those who are not: at each size, in trouble, with many names.

use serde_json::{from_value, json};

use super::*;
use crate::tui::model::{Trouble, Who};

fn who(tokens: &[&str]) -> Who {
    let user = json!({
        "id": "7f3a91a2-0000-4000-8000-000000000001",
        "email": "ana@example.org",
        "email_verified": true,
        "display_name": "Ana",
        "created_at": "2026-11-01T12:00:00Z",
    });
    let usage = json!({
        "videos": 1204,
        "bytes": 9_000_000_000_000_u64,
        "bytes_uploading": 58_000_000_000_u64,
        "bytes_deleted": 1_000_000_000,
        "quota_bytes": 10_000_000_000_000_u64,
    });
    Who {
        user: from_value(user).unwrap(),
        usage: from_value(usage).unwrap(),
        tokens: tokens.iter().map(|&name| name.to_owned()).collect(),
    }
}

fn account(size: (u16, u16), answer: Result<Who, Trouble>) -> Model {
    let mut model = library(size, &varied());
    let _ = press(&mut model, "5");
    let _ = model.update(Msg::Answer(Answer::Who(answer.map(Box::new))));
    model
}

#[test]
fn the_account_at_each_size() {
    for (columns, rows) in SIZES {
        let model = account((columns, rows), Ok(who(&["nightly", "edit suite"])));
        insta::assert_snapshot!(format!("account_{columns}x{rows}"), shown(&model));
    }
}

#[test]
fn what_has_no_room_is_reached_by_keys() {
    let mut model = account((40, 12), Ok(who(&["nightly", "edit suite"])));
    assert!(shown(&model).contains("shows more"));
    let _ = press(&mut model, "j j j j j j j j j");
    insta::assert_snapshot!("account_end_40x12", shown(&model));
}

#[test]
fn many_tokens_and_names_of_every_kind_are_shown_whole() {
    let tokens = [
        "nightly",
        "edit suite",
        "\u{1b}[31mnot red",
        "ארכיון",
        "the machine in the cutting room on the second floor",
    ];
    let model = account((80, 24), Ok(who(&tokens)));
    insta::assert_snapshot!("account_odd_80x24", shown(&model));
}

#[test]
fn why_nothing_is_known_is_said_whole() {
    for (columns, rows) in [(40, 12), (80, 24)] {
        let text = "films.example.org does not answer: the name has no address";
        let answer = Err(trouble(ErrorClass::Unreachable, text));
        let model = account((columns, rows), answer);
        insta::assert_snapshot!(format!("account_error_{columns}x{rows}"), shown(&model));
    }
}

#[test]
fn the_form_names_the_server_that_is_typed_to_whom_has_no_account() {
    for (columns, rows) in [(40, 12), (80, 24)] {
        let mut model = model((columns, rows));
        model.account.place = crate::tui::model::Place::default();
        let _ = model.begin();
        let said = |model: &Model| {
            shown(model)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        let first = "heimdex register you@example.org --server http://127.0.0.1:8000";
        assert!(said(&model).contains(first), "{}", shown(&model));
        let _ = press(&mut model, "ctrl-u");
        let _ = type_in(&mut model, "films.example.org/a b");
        let _ = press(&mut model, "tab");
        let _ = type_in(&mut model, "ana@example.org");
        let then = "heimdex register ana@example.org --server 'films.example.org/a b'";
        assert!(said(&model).contains(then), "{}", shown(&model));
        let _ = press(&mut model, "shift-tab ctrl-u");
        assert!(said(&model).contains("--server URL"), "{}", shown(&model));
    }
}

#[test]
fn the_form_hides_the_password_at_each_size() {
    for (columns, rows) in SIZES {
        let mut model = model((columns, rows));
        let effects = model.begin();
        let broken = trouble(ErrorClass::NotLoggedIn, "not logged in");
        let mut world = World {
            broken: Some(broken),
            ..World::default()
        };
        world.settle(&mut model, effects);
        let _ = type_in(&mut model, "hunter2");
        let text = shown(&model);
        assert!(!text.contains("hunter2"));
        insta::assert_snapshot!(format!("account_form_{columns}x{rows}"), text);
    }
}
