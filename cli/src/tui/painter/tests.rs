//! What comes out, byte by byte; and screens with titles of every kind, read by terminals that differ in what belongs
//! together and how wide it is.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use unicode_segmentation::UnicodeSegmentation as _;

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

/// How a terminal takes characters that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Each for itself.
    Apart,
    /// Each for itself, and half a flag as wide as a whole one.
    Flags,
    /// As one.
    Joined,
    /// As one, and no wider than the first of them.
    Narrow,
}

const SORTS: [Sort; 4] = [Sort::Apart, Sort::Flags, Sort::Joined, Sort::Narrow];

/// A terminal that obeys nothing but what a painter may say.
struct Simple {
    sort: Sort,
    cells: Vec<Vec<String>>,
}

impl Simple {
    fn showing(bytes: &str) -> Self {
        Self::of(Sort::Apart, bytes)
    }

    fn of(sort: Sort, bytes: &str) -> Self {
        let (columns, rows) = (usize::from(SIZE.0), usize::from(SIZE.1));
        let mut simple = Self {
            sort,
            cells: vec![vec![" ".to_owned(); columns]; rows],
        };
        simple.show(bytes);
        simple
    }

    /// What belongs together at the beginning, and its columns.
    fn next<'a>(&self, text: &'a str) -> (&'a str, usize) {
        let first = text.chars().next().map_or(0, char::len_utf8);
        match self.sort {
            Sort::Apart => (&text[..first], width(&text[..first])),
            Sort::Flags => {
                let is_flag = ('\u{1f1e6}'..='\u{1f1ff}').contains(&text.chars().next().unwrap());
                (
                    &text[..first],
                    width(&text[..first]).max(usize::from(is_flag) * 2),
                )
            }
            Sort::Joined | Sort::Narrow => {
                let cluster = text.graphemes(true).next().unwrap();
                let of = if self.sort == Sort::Narrow {
                    &text[..first]
                } else {
                    cluster
                };
                (cluster, width(of))
            }
        }
    }

    /// Something stands from a column on; what it stands over by half is gone.
    fn put(&mut self, (x, y): (usize, usize), cluster: &str, wide: usize) {
        let row = &mut self.cells[y];
        for column in x..x + wide {
            // The rest of what is begun before, and what goes on behind.
            let mut start = column;
            while row[start].is_empty() {
                start -= 1;
            }
            let end = (column + 1..row.len()).find(|at| !row[*at].is_empty());
            for at in start..end.unwrap_or(row.len()) {
                row[at] = " ".into();
            }
        }
        row[x..x + wide].fill(String::new());
        cluster.clone_into(&mut row[x]);
    }

    fn show(&mut self, bytes: &str) {
        let columns = usize::from(SIZE.0);
        let (mut x, mut y) = (0, 0);
        let mut is_wrapping = true;
        let mut rest = bytes;
        while let Some(c) = rest.chars().next() {
            if c != '\u{1b}' {
                assert!(!c.is_control(), "{c:?} is obeyed");
                let (cluster, wide) = self.next(rest);
                rest = &rest[cluster.len()..];
                if x + wide > columns {
                    assert!(!is_wrapping, "row {y} is wider than the screen");
                    x = columns - wide;
                }
                self.put((x, y), cluster, wide);
                x += wide;
                continue;
            }
            rest = &rest[1..];
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
                "X" => {
                    let end = x + numbers.parse::<usize>().unwrap();
                    for column in x..end.min(columns) {
                        self.put((column, y), " ", 1);
                    }
                }
                "h" | "l" if numbers == "?7" => is_wrapping = kind == "h",
                "h" | "l" => assert_eq!(numbers, "?2026"),
                other => panic!("`{other}` is none of a painter's"),
            }
            rest = &rest[end + 1..];
        }
    }

    /// A row from one column to another.
    fn part(&self, row: usize, columns: std::ops::Range<usize>) -> String {
        self.cells[row][columns].concat()
    }
}

/// The list with these titles, as bytes.
fn list(titles: &[String], glyphs: Glyphs) -> String {
    painted(&screen(titles, glyphs), Depth::True, glyphs)
}

/// The list with these titles.
fn screen(titles: &[String], glyphs: Glyphs) -> Buffer {
    let videos = (1_u64..).zip(titles).map(|(number, title)| {
        let mut video = video(number);
        video.title = Some(title.clone());
        video
    });
    let mut model = library(SIZE, &videos.collect::<Vec<_>>());
    model.theme = Theme::new(Named::Dark, glyphs);
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    screens::draw(&model, &mut buffer);
    buffer
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
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_title_moves_anything_beside_it(titles in prop::collection::vec(title(), 4)) {
        let plain: Vec<String> = titles.iter().map(|_| "plain".to_owned()).collect();
        let expected = Simple::showing(&list(&plain, Glyphs::Unicode));
        let title = title_columns(&expected);
        let bytes = list(&titles, Glyphs::Unicode);
        for simple in SORTS.map(|sort| Simple::of(sort, &bytes)) {
            for row in 0..usize::from(SIZE.1) {
                let beside = title.end..usize::from(SIZE.0);
                prop_assert_eq!(simple.part(row, 0..title.start), expected.part(row, 0..title.start));
                prop_assert_eq!(simple.part(row, beside.clone()), expected.part(row, beside));
            }
        }
    }

    #[test]
    fn nothing_is_left_of_the_titles_that_were_there_before(
        before in prop::collection::vec(title(), 4),
        after in prop::collection::vec(title(), 4),
    ) {
        let screens = [&before, &after].map(|titles| screen(titles, Glyphs::Unicode));
        let fresh = painted(&screens[1], Depth::True, Glyphs::Unicode);
        let mut painter = Painter::new(Vec::new(), Depth::True, Glyphs::Unicode);
        let mut last = Buffer::empty(screens[0].area);
        for screen in screens {
            painter.draw(last.diff(&screen).into_iter()).unwrap();
            last = screen;
        }
        painter.flush().unwrap();
        let frames = String::from_utf8(painter.out).unwrap();
        for sort in SORTS {
            let (both, fresh) = (Simple::of(sort, &frames), Simple::of(sort, &fresh));
            for row in 0..usize::from(SIZE.1) {
                prop_assert_eq!(&both.cells[row], &fresh.cells[row], "{:?}", sort);
            }
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

#[test]
fn a_joined_picture_leaves_no_joiner_for_what_comes_next() {
    let area = Rect::new(0, 0, 12, 1);
    let mut buffer = Buffer::empty(area);
    buffer.set_string(0, 0, "a👩\u{200d}👩 b", Style::new());
    let bytes = painted(&buffer, Depth::Mono, Glyphs::Unicode);
    let (before, after) = bytes.split_once("👩\u{200d}👩\u{1b}[?7h").unwrap();
    assert!(before.ends_with("\u{1b}[1;2H\u{1b}[?7l"), "{before:?}");
    // One that is not ASCII, away from the picture, and it is drawn over.
    assert!(
        after.starts_with("\u{1b}[1;5H\u{a0}\u{1b}[1;4H\u{1b}[0m\u{1b}[3X"),
        "{after:?}"
    );
    assert_eq!(
        Simple::of(Sort::Joined, &bytes).part(0, 0..6),
        "a👩\u{200d}👩 b "
    );
}
