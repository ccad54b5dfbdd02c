//! What comes out, byte by byte; and screens with titles of every kind, read by a terminal that knows of no clusters.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use unicode_width::UnicodeWidthChar as _;

use super::colours::{Fitted, fitted};
use super::*;
use crate::tui::model::tests::video;
use crate::tui::screens;
use crate::tui::screens::tests::library;
use crate::tui::theme::{Named, Theme};

const SIZE: (u16, u16) = (80, 24);

/// The bytes of a frame.
fn painted(buffer: &Buffer, depth: Depth, glyphs: Glyphs) -> String {
    let mut painter = Painter::new(Vec::new(), depth, glyphs);
    let empty = Buffer::empty(buffer.area);
    painter.draw(empty.diff(buffer).into_iter()).unwrap();
    painter.flush().unwrap();
    String::from_utf8(painter.out).unwrap()
}

/// A terminal that takes each character for itself, and obeys nothing but what a painter may say.
struct Simple {
    cells: Vec<Vec<char>>,
}

impl Simple {
    fn showing(bytes: &str) -> Self {
        let (columns, rows) = (usize::from(SIZE.0), usize::from(SIZE.1));
        let mut simple = Self {
            cells: vec![vec![' '; columns]; rows],
        };
        let (mut x, mut y) = (0, 0);
        let mut rest = bytes;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            if c != '\u{1b}' {
                assert!(!c.is_control(), "{c:?} is obeyed");
                let wide = c.width().unwrap_or(0);
                assert!(x + wide <= columns, "row {y} is wider than the screen");
                for column in x..x + wide {
                    simple.cells[y][column] = if column == x { c } else { '\0' };
                }
                x += wide;
                continue;
            }
            let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap();
            let (numbers, kind) = (&rest[1..end], &rest[end..=end]);
            assert!(rest.starts_with('['), "{rest:?}");
            match kind {
                "H" => {
                    let (row, column) = numbers.split_once(';').unwrap();
                    (y, x) = (
                        row.parse::<usize>().unwrap() - 1,
                        column.parse::<usize>().unwrap() - 1,
                    );
                }
                "m" => {}
                "h" | "l" => assert_eq!(numbers, "?2026"),
                other => panic!("`{other}` is none of a painter's"),
            }
            rest = &rest[end + 1..];
        }
        simple
    }

    /// A row from one column to another.
    fn part(&self, row: usize, columns: std::ops::Range<usize>) -> String {
        self.cells[row][columns].iter().collect()
    }
}

/// The list with these titles, as bytes.
fn list(titles: &[String], glyphs: Glyphs) -> String {
    let videos = (1_u64..).zip(titles).map(|(number, title)| {
        let mut video = video(number);
        video.title = Some(title.clone());
        video
    });
    let mut model = library(SIZE, &videos.collect::<Vec<_>>());
    model.theme = Theme::new(Named::Dark, glyphs);
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    screens::draw(&model, &mut buffer);
    painted(&buffer, Depth::True, glyphs)
}

/// Where the titles are: from their heading to the next one.
fn title_columns(simple: &Simple) -> std::ops::Range<usize> {
    let heading = simple.part(1, 0..usize::from(SIZE.0));
    let start = heading.find(|c: char| c != ' ').unwrap();
    let word = heading[start..].find(' ').unwrap();
    let gap = heading[start + word..].find(|c: char| c != ' ').unwrap();
    start..start + word + gap
}

/// Titles as people and cameras write them, and as nobody should.
fn title() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => "[a-zA-Z0-9 ._-]",
        2 => "[\u{300}-\u{36f}]",
        2 => "[日本語映像한국어中文]",
        2 => "[\u{5d0}-\u{5ea}\u{627}-\u{64a}]",
        2 => "[👩👧👦🎬🏳🌈😀❤☺]",
        1 => "[\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{fe0f}\u{feff}\u{ad}]",
        1 => "[\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]",
        1 => "[\u{0}-\u{1f}\u{7f}-\u{9f}]",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(character, 1..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_title_moves_anything_beside_it(titles in prop::collection::vec(title(), 4)) {
        let plain: Vec<String> = titles.iter().map(|_| "plain".to_owned()).collect();
        let expected = Simple::showing(&list(&plain, Glyphs::Unicode));
        let simple = Simple::showing(&list(&titles, Glyphs::Unicode));
        let title = title_columns(&expected);
        for row in 0..usize::from(SIZE.1) {
            let beside = title.end..usize::from(SIZE.0);
            prop_assert_eq!(simple.part(row, 0..title.start), expected.part(row, 0..title.start));
            prop_assert_eq!(simple.part(row, beside.clone()), expected.part(row, beside));
        }
    }

    #[test]
    fn where_there_is_only_ascii_nothing_else_is_written(titles in prop::collection::vec(title(), 3)) {
        let bytes = list(&titles, Glyphs::Ascii);
        prop_assert!(bytes.is_ascii(), "{}", bytes);
        let _ = Simple::showing(&bytes);
    }

    #[test]
    fn no_colour_is_deeper_than_the_terminals(red: u8, green: u8, blue: u8, number: u8) {
        for colour in [Color::Rgb(red, green, blue), Color::Indexed(number), Color::LightBlue] {
            prop_assert_eq!(fitted(Depth::Mono, colour), None);
            prop_assert!(matches!(fitted(Depth::Sixteen, colour), Some(Fitted::Named(0..16))));
            prop_assert!(!matches!(fitted(Depth::Palette, colour), Some(Fitted::True(..)) | None));
        }
    }
}

#[test]
fn a_colour_becomes_the_nearest_that_there_is() {
    for (colour, palette, sixteen) in [
        (Color::Rgb(255, 0, 0), 196, 9),
        (Color::Rgb(0x7a, 0xa2, 0xf7), 111, 12),
        (Color::Rgb(58, 58, 58), 237, 0),
        (Color::Rgb(250, 250, 250), 231, 15),
    ] {
        assert_eq!(
            fitted(Depth::Palette, colour),
            Some(Fitted::Palette(palette))
        );
        assert_eq!(fitted(Depth::Sixteen, colour), Some(Fitted::Named(sixteen)));
    }
    assert_eq!(
        fitted(Depth::Sixteen, Color::Indexed(28)),
        Some(Fitted::Named(2))
    );
    assert_eq!(fitted(Depth::Sixteen, Color::Reset), None);
}

#[test]
fn only_what_changed_is_written() {
    let area = Rect::new(0, 0, 6, 1);
    let mut buffer = Buffer::empty(area);
    buffer.set_string(0, 0, "ab日c", Style::new().fg(Color::Rgb(1, 2, 3)));
    let lines = [Depth::True, Depth::Palette, Depth::Sixteen, Depth::Mono]
        .map(|depth| painted(&buffer, depth, Glyphs::Unicode).replace('\u{1b}', "ESC"));
    insta::assert_snapshot!(lines.join("\n"));
    let mut painter = Painter::new(Vec::new(), Depth::True, Glyphs::Unicode);
    for is_first in [true, false] {
        painter.out.clear();
        painter.draw(std::iter::empty()).unwrap();
        painter.hide_cursor().unwrap();
        painter.flush().unwrap();
        // A frame of which nothing is different is no frame.
        assert_eq!(painter.out.is_empty(), !is_first);
    }
}
