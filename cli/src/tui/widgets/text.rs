//! Text in so many columns: nothing that a terminal would obey, and never a column more.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::output::text::{clean, clusters, cut, cut_name, width, wrapped};

/// Writes a text, cut to so many columns; the column behind it.
pub(crate) fn put(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    columns: u16,
    text: &str,
    style: Style,
) -> u16 {
    if y >= buffer.area.bottom() || x >= buffer.area.right() {
        return x;
    }
    let columns = columns.min(buffer.area.right() - x);
    let text = clean(text);
    let text = settled(&text);
    let mut text = cut(&text, usize::from(columns));
    let room = usize::from((buffer.area.right() - x).saturating_sub(BEHIND));
    if joined_until(&text) > room {
        text = Cow::Owned(cut(&text, room).into_owned());
    }
    let (end, _) = buffer.set_stringn(x, y, &text, usize::from(columns), style);
    keep_direction(buffer, y, (x, end));
    end
}

/// Writes a text so that it ends before the column `x`.
pub(crate) fn put_right(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    columns: u16,
    text: &str,
    style: Style,
) {
    let text = clean(text);
    let text = settled(&text);
    let text = cut(&text, usize::from(columns));
    let wide = u16::try_from(width(&text)).unwrap_or(columns).min(columns);
    put(buffer, (x.saturating_sub(wide), y), wide, &text, style);
}

/// Writes a name, cut in its middle where it has no room; the column behind it.
pub(crate) fn put_name(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    columns: u16,
    name: &str,
    style: Style,
) -> u16 {
    let room = columns.min(buffer.area.right().saturating_sub(x));
    let name = clean(name);
    let name = settled(&name);
    put(
        buffer,
        (x, y),
        columns,
        &cut_name(&name, room.into()),
        style,
    )
}

/// A text in lines of so many columns; a word that is longer than a line goes on in the next.
pub(crate) fn broken(text: &str, columns: u16) -> Vec<String> {
    let columns = usize::from(columns.max(1));
    let mut lines = Vec::new();
    // A line may end in texts, and nothing else that a terminal would obey.
    for line in text.split('\n') {
        let line = clean(line);
        for line in wrapped(&line, columns).split('\n') {
            let mut rest = line.to_owned();
            loop {
                let (now, later) = split(&rest, columns);
                lines.push(now);
                if later.is_empty() {
                    break;
                }
                rest = later;
            }
        }
    }
    lines
}

/// Writes sentences where there is nothing to list, each in as many lines as it takes.
pub(crate) fn instead(buffer: &mut Buffer, area: Rect, sentences: &[(String, Style)]) {
    let room = area.width.saturating_sub(4);
    let told = sentences.iter().filter(|(text, _)| !text.is_empty());
    let lines = told.flat_map(|(text, style)| {
        let lines = broken(text, room).into_iter();
        lines.map(move |line| (line, *style))
    });
    for (y, (line, style)) in (area.y + area.height / 3..area.bottom()).zip(lines) {
        put(buffer, (area.x + 2, y), room, &line, style);
    }
}

/// A text as [`broken`] has it, where so many columns of the first line are taken.
pub(crate) fn flowed(text: &str, taken: u16, columns: u16) -> Vec<String> {
    if taken == 0 {
        return broken(text, columns);
    }
    if taken >= columns {
        let below = broken(text, columns);
        return std::iter::once(String::new()).chain(below).collect();
    }
    // A word of that width stands for what is there, and none of it is drawn.
    let taken = usize::from(taken);
    let mut lines = broken(&format!("{} {text}", "_".repeat(taken - 1)), columns);
    if let Some(first) = lines.first_mut() {
        *first = first.get(taken..).unwrap_or_default().to_owned();
    }
    lines
}

/// As much as fits, and the rest.
fn split(text: &str, columns: usize) -> (String, String) {
    if width(text) <= columns {
        return (text.to_owned(), String::new());
    }
    let (mut end, mut used) = (0, 0);
    for (cluster, wide) in clusters(text) {
        used += wide;
        if used > columns && end > 0 {
            break;
        }
        end += cluster.len();
    }
    (text[..end].to_owned(), text[end..].to_owned())
}

/// What joins several pictures into one.
const JOINER: char = '\u{200d}';
/// Columns that stay free behind what is joined, at the edge of the screen: see [`crate::tui::painter`].
const BEHIND: u16 = 2;

/// A text without what is not seen and of which terminals differ whether it takes a column: hyphens that do not show,
/// marks of direction, spaces of no width, letters that fill in for none, joiners that join nothing. What joins several
/// pictures into one stays: see [`crate::tui::painter`].
fn settled(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|c| c == JOINER || is_unseen(c)) {
        return Cow::Borrowed(text);
    }
    let text: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    Cow::Owned(
        clusters(&text)
            .flat_map(|(cluster, _)| joined(cluster))
            .collect(),
    )
}

/// What is seen as one, without the joiners that join no pictures: a terminal may keep them for what it is sent next.
fn joined(cluster: &str) -> impl Iterator<Item = char> {
    let next = cluster.chars().skip(1).map(Some).chain([None]);
    let kept = cluster.chars().zip(next);
    kept.filter(|(c, next)| *c != JOINER || next.is_some_and(is_picture))
        .map(|(c, _)| c)
}

/// Whether a character behind a joiner, and of one cluster with it, is a picture: others are letters and marks.
fn is_picture(c: char) -> bool {
    match c {
        // Skin colours are marks.
        '\u{1f3fb}'..='\u{1f3ff}' => false,
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1ffff}' => true,
        c => "\u{203c}\u{2049}\u{2122}\u{2139}\u{3030}\u{303d}\u{3297}\u{3299}".contains(c),
    }
}

/// Where in a text the last thing ends that is joined; 0 where nothing is.
fn joined_until(text: &str) -> usize {
    if !text.contains(JOINER) {
        return 0;
    }
    let (mut at, mut until) = (0, 0);
    for (cluster, wide) in clusters(text) {
        at += wide;
        if cluster.contains(JOINER) {
            until = at;
        }
    }
    until
}

fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// Ends a text that runs from right to left, so that a terminal which turns such text round does not take what stands
/// behind it in the line along.
fn keep_direction(buffer: &mut Buffer, y: u16, (start, end): (u16, u16)) {
    let last = (start..end)
        .rev()
        .find(|x| buffer[(*x, y)].symbol().chars().any(is_right_to_left));
    if let Some(x) = last {
        let cell = &mut buffer[(x, y)];
        let symbol = format!("{}\u{200e}", cell.symbol());
        cell.set_symbol(&symbol);
    }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, columns: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        put(&mut buffer, (0, 0), columns, text, Style::new());
        buffer.set_string(columns, 0, "|", Style::new());
        let cells = (0..12).map(|x| buffer[(x, 0)].symbol().to_owned());
        cells.collect()
    }

    #[test]
    fn what_is_taken_of_the_first_line_is_left_to_it() {
        let told = "why it failed, in words";
        assert_eq!(flowed(told, 0, 40), [told]);
        assert_eq!(flowed(told, 10, 40), [told]);
        assert_eq!(flowed(told, 10, 20), ["why it", "failed, in words"]);
        assert_eq!(flowed(told, 19, 20), ["", "why it failed, in", "words"]);
        assert_eq!(flowed(told, 31, 20), ["", "why it failed, in", "words"]);
    }

    #[test]
    fn a_text_never_leaves_its_columns() {
        for text in [
            "plain text that is long",
            "日本語のタイトル",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "שלום עולם שלום",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
            "\u{1b}[2J\u{7}\u{202e}evil",
            "\u{200b}\u{200d}\u{feff}x",
        ] {
            for columns in 0..9 {
                never_leaves(text, columns);
            }
        }
    }

    /// Holds for either way of writing, whatever a text is made of.
    fn never_leaves(text: &str, columns: u16) {
        for is_right in [false, true] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
            if is_right {
                put_right(&mut buffer, (columns, 0), columns, text, Style::new());
            } else {
                let end = put(&mut buffer, (0, 0), columns, text, Style::new());
                assert!(end <= columns, "{text:?} in {columns}: {end}");
            }
            let beyond = (columns..12).all(|x| buffer[(x, 0)].symbol() == " ");
            assert!(beyond, "{text:?} in {columns}: {}", shown(text, columns));
            let mut x = 0;
            while x < 12 {
                let symbol = buffer[(x, 0)].symbol();
                assert!(!symbol.chars().any(char::is_control), "{text:?}");
                x += u16::try_from(width(symbol)).unwrap().max(1);
            }
            assert_eq!(x, 12, "{text:?} in {columns}");
        }
    }

    #[test]
    fn what_belongs_together_is_one_cell() {
        for (text, cells) in [
            ("👩‍👩‍👧‍👦!", &["👩‍👩‍👧‍👦", " ", "!"][..]),
            ("🇫🇷!", &["🇫🇷", " ", "!"]),
            ("👍🏽!", &["👍🏽", " ", "!"]),
            ("❤\u{fe0f}!", &["❤\u{fe0f}", " ", "!"]),
            ("1\u{fe0f}\u{20e3}!", &["1\u{fe0f}\u{20e3}", " ", "!"]),
        ] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
            put(&mut buffer, (0, 0), 3, text, Style::new());
            let shown: Vec<&str> = (0..3).map(|x| buffer[(x, 0)].symbol()).collect();
            assert_eq!(shown, cells);
        }
    }

    #[test]
    fn a_joiner_that_joins_no_pictures_is_left_out() {
        for (text, told) in [
            ("zero\u{200b}width\u{200d}join", "zerowidthjoin"),
            ("h\u{200d}", "h"),
            ("\u{200d}👩", "👩"),
            ("👩\u{200d}", "👩"),
            ("👩\u{200d}a", "👩a"),
            ("👩\u{200d}\u{200d}👩", "👩👩"),
            ("👩\u{200d}\u{1f3fd}", "👩\u{1f3fd}"),
            ("\u{915}\u{94d}\u{200d}\u{937}", "\u{915}\u{94d}\u{937}"),
            ("👩\u{200d}\u{200b}👩", "👩\u{200d}👩"),
            (
                "🏳\u{fe0f}\u{200d}🌈 👩🏽\u{200d}🚀",
                "🏳\u{fe0f}\u{200d}🌈 👩🏽\u{200d}🚀",
            ),
            (
                "👩\u{200d}❤\u{fe0f}\u{200d}👩",
                "👩\u{200d}❤\u{fe0f}\u{200d}👩",
            ),
        ] {
            assert_eq!(settled(text), told, "{text:?}");
        }
    }

    #[test]
    fn nothing_that_is_joined_stands_at_the_edge_of_the_screen() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        put(&mut buffer, (0, 0), 6, "abcd👩\u{200d}👩", Style::new());
        let cells: Vec<&str> = (0..6).map(|x| buffer[(x, 0)].symbol()).collect();
        assert_eq!(cells.concat(), "abc…  ");
    }

    /// What characters are joined of, and what joins them.
    const PIECES: [&str; 22] = [
        "a",
        " ",
        "é",
        "e",
        "\u{301}",
        "\u{308}",
        "日",
        "本",
        "👩",
        "👍",
        "\u{1f3fd}",
        "\u{200d}",
        "\u{fe0f}",
        "❤",
        "🏳",
        "🌈",
        "\u{1f1eb}",
        "\u{1f1f7}",
        "1\u{20e3}",
        "ש",
        "\u{915}\u{94d}\u{937}",
        "\u{1100}\u{1161}\u{11a8}",
    ];

    proptest::proptest! {
        #[test]
        fn whatever_is_joined_breaks_no_column(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12),
            columns in 0_u16..12,
        ) {
            never_leaves(&pieces.concat(), columns);
        }
    }
}
