//! What a terminal is sent, and how often.

use ratatui::layout::Rect;

use super::*;
use crate::tui::picture::{Picture, Sent};

/// A picture of two by two characters that shows this, and is kept by the terminal or not.
fn picture(shows: &str, number: Option<u32>) -> Picture {
    Picture::of_sent(Sent {
        size: (2, 2),
        kept: number.map(|number| (number, format!("<keep {number}>"))),
        rows: vec![shows.to_owned(), String::new()],
    })
}

fn placed(picture: &Picture, x: u16, y: u16) -> Placed {
    picture.placed(Rect::new(x, y, 2, 2)).unwrap()
}

/// What is written with the next frame, if these are to be seen.
fn frame(pictures: &mut Pictures, wanted: Vec<Placed>) -> String {
    pictures.want(wanted);
    String::from_utf8(pictures.frame())
        .unwrap()
        .replace('\u{1b}', "^")
}

#[test]
fn one_that_stays_is_sent_once_and_one_that_comes_back_again() {
    let (mut pictures, one) = (Pictures::default(), picture("<one>", None));
    let sent = "^[0m^[4;3H^[2X^[5;3H^[2X^[4;3H<one>^[0m";
    assert_eq!(frame(&mut pictures, vec![placed(&one, 2, 3)]), sent);
    assert_eq!(frame(&mut pictures, vec![placed(&one, 2, 3)]), "");
    assert_eq!(
        frame(&mut pictures, vec![]),
        "",
        "what is drawn there hides it"
    );
    assert_eq!(frame(&mut pictures, vec![placed(&one, 2, 3)]), sent);
    pictures.cleared();
    assert_eq!(frame(&mut pictures, vec![placed(&one, 2, 3)]), sent);
    assert!(!pictures.is_behind());
}

#[test]
fn what_a_terminal_keeps_is_sent_once_and_forgotten_when_nobody_holds_it() {
    let (mut pictures, one) = (Pictures::default(), picture("<one>", Some(7)));
    let first = frame(&mut pictures, vec![placed(&one, 0, 0)]);
    assert!(
        first.contains("<keep 7>") && first.contains("<one>"),
        "{first}"
    );
    assert_eq!(frame(&mut pictures, vec![]), "");
    let again = frame(&mut pictures, vec![placed(&one, 4, 0)]);
    assert!(
        !again.contains("<keep 7>") && again.contains("<one>"),
        "{again}"
    );
    drop(one);
    assert_eq!(frame(&mut pictures, vec![]), "^_Ga=d,d=I,i=7,q=2^\\");
    assert_eq!(frame(&mut pictures, vec![]), "");
    let other = picture("<other>", Some(8));
    frame(&mut pictures, vec![placed(&other, 0, 0)]);
    let all = String::from_utf8(pictures.forget_all()).unwrap();
    assert!(all.contains("i=8"), "{all:?}");
    assert_eq!(pictures.forget_all(), b"");
}

#[test]
fn large_ones_go_with_one_frame_after_the_other() {
    let mut pictures = Pictures::default();
    let large: Vec<Picture> = (0..3)
        .map(|number| picture(&format!("<{number}{}>", "x".repeat(FRAME)), None))
        .collect();
    let wanted: Vec<Placed> = (0..)
        .zip(&large)
        .map(|(x, it)| placed(it, x * 3, 0))
        .collect();
    let counts: Vec<usize> = (0..4)
        .map(|_| frame(&mut pictures, wanted.clone()).matches('<').count())
        .collect();
    assert_eq!(counts, [1, 1, 1, 0]);
    assert!(!pictures.is_behind());
}
