//! Text that is safe and fits: no control characters from outside, widths as terminals count them.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The few colours that mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Failed.
    Red,
    /// Done.
    Green,
    /// Worth a look.
    Yellow,
    /// On its way, or what to do.
    Cyan,
    /// Less important.
    Dim,
}

/// Begins every escape sequence of ours; from anywhere else it is shown, not obeyed.
const ESCAPE: char = '\u{1b}';

/// Paints a text, where colours are on.
pub(crate) fn painted(text: &str, colour: Colour, on: bool) -> String {
    if !on {
        return text.to_owned();
    }
    let code = match colour {
        Colour::Red => "1;31",
        Colour::Green => "32",
        Colour::Yellow => "33",
        Colour::Cyan => "36",
        Colour::Dim => "2",
    };
    format!("{ESCAPE}[{code}m{text}{ESCAPE}[0m")
}

/// One line of text from outside: control characters, which a terminal would obey, become visible.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().flat_map(shown).collect())
}

/// The last gate before a stream: lines and our own colours pass, other control characters become visible.
pub(crate) fn clean_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_obeyed(c) && c != '\n' && c != '\t') {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = colour_at(rest);
        if colour > 0 {
            clean.push_str(&rest[..colour]);
            rest = &rest[colour..];
            continue;
        }
        if c == '\n' || c == '\t' {
            clean.push(c);
        } else {
            clean.extend(shown(c));
        }
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(clean)
}

/// The length of a colour sequence at the beginning; 0 where there is none.
fn colour_at(text: &str) -> usize {
    let Some(body) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let digits = body
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b';')
        .count();
    if body.as_bytes().get(digits) == Some(&b'm') {
        digits + 3
    } else {
        0
    }
}

fn is_obeyed(c: char) -> bool {
    // Beside the control characters those that turn the direction of writing and so can disguise a name.
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shown(c: char) -> Box<dyn Iterator<Item = char>> {
    if is_obeyed(c) {
        Box::new(c.escape_default())
    } else {
        Box::new(std::iter::once(c))
    }
}

/// How many columns a text takes, with what belongs together as one.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    clusters(text).map(|(_, wide)| wide).sum()
}

/// What is seen as one each, and how many columns it takes.
pub(crate) fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true).map(|cluster| {
        // Terminals show the marks of narrow katakana beside their letters.
        let marks = cluster.chars().filter(|c| matches!(c, 'ﾞ' | 'ﾟ'));
        (cluster, cluster.width() + marks.count())
    })
}

/// The text, cut to at most `columns` with a mark where it was cut.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut short = String::new();
    let mut used = 0;
    for (cluster, wide) in clusters(text) {
        if used + wide + 1 > columns {
            break;
        }
        short.push_str(cluster);
        used += wide;
    }
    if columns > 0 {
        short.push('…');
    }
    Cow::Owned(short)
}

/// The name of a file or folder, cut in its middle: its end is what tells one from the next.
pub(crate) fn cut_name(name: &str, columns: usize) -> Cow<'_, str> {
    if width(name) <= columns {
        return Cow::Borrowed(name);
    }
    let room = columns.saturating_sub(1);
    let mut end = Vec::new();
    let mut used = 0;
    for (cluster, wide) in clusters(name).collect::<Vec<_>>().into_iter().rev() {
        if used + wide > room.div_ceil(2) {
            break;
        }
        end.push(cluster);
        used += wide;
    }
    let end: String = end.into_iter().rev().collect();
    let start = cut(name, columns.saturating_sub(used));
    Cow::Owned(format!("{start}{end}"))
}

/// The lines of a text, broken between words where they are wider than `columns`.
///
/// What stands between backticks is to be copied: it is kept in one piece, and a terminal breaks it where it must.
pub(crate) fn wrapped(text: &str, columns: usize) -> Cow<'_, str> {
    if text.lines().all(|line| shown_width(line) <= columns) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<String> = text.split('\n').map(|line| broken(line, columns)).collect();
    Cow::Owned(lines.join("\n"))
}

fn broken(line: &str, columns: usize) -> String {
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    let mut done = String::new();
    let mut used = 0;
    for (index, word) in words(line.trim_start_matches(' ')).into_iter().enumerate() {
        let wide = shown_width(word);
        if index == 0 {
            done.push_str(&indent);
            used = indent.len();
        } else if used + 1 + wide > columns {
            done.push('\n');
            done.push_str(&indent);
            used = indent.len();
        } else {
            done.push(' ');
            used += 1;
        }
        done.push_str(word);
        used += wide;
    }
    done
}

/// Splits at spaces, but not between backticks.
fn words(line: &str) -> Vec<&str> {
    let (mut words, mut from, mut is_quoted) = (Vec::new(), 0, false);
    for (at, c) in line.char_indices() {
        match c {
            '`' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                words.push(&line[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    words.push(&line[from..]);
    words
}

/// How many columns a text takes that may hold our own colours.
fn shown_width(text: &str) -> usize {
    let mut rest = text;
    let mut wide = 0;
    while let Some(c) = rest.chars().next() {
        let colour = colour_at(rest);
        if colour == 0 {
            wide += c.width().unwrap_or(0);
        }
        rest = &rest[colour.max(c.len_utf8())..];
    }
    wide
}

/// The first of several ways to say something that takes at most `columns`; the last one where none does.
pub(crate) fn fitting<const N: usize>(ways: [String; N], columns: usize) -> String {
    let mut shortest = String::new();
    for way in ways {
        let fits = width(&way) <= columns;
        shortest = way;
        if fits {
            break;
        }
    }
    shortest
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_outside_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb"), r"a\u{1b}[2Jb");
        assert_eq!(clean("a\tb\nc\r"), r"a\tb\nc\r");
        assert_eq!(clean("gpj.\u{202e}4pm"), r"gpj.\u{202e}4pm");
        assert_eq!(clean("Zoë 日本 🎬"), "Zoë 日本 🎬");
    }

    #[test]
    fn our_colours_and_lines_pass_and_nothing_else() {
        let red = painted("error:", Colour::Red, true);
        assert_eq!(clean_lines(&red), red);
        assert_eq!(clean_lines("a\n\tb"), "a\n\tb");
        assert_eq!(clean_lines("a\u{1b}]0;title\u{7}"), r"a\u{1b}]0;title\u{7}");
        assert_eq!(clean_lines("\u{1b}["), r"\u{1b}[");
    }

    #[test]
    fn cutting_counts_columns_not_characters() {
        for (text, columns, expected) in [
            ("abcdef", 6, "abcdef"),
            ("abcdef", 4, "abc…"),
            ("日本語", 4, "日…"),
            ("日本語", 5, "日本…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            let short = cut(text, columns);
            assert_eq!(short, expected);
            assert!(width(&short) <= columns);
        }
    }

    #[test]
    fn of_a_name_both_ends_are_kept() {
        for (name, columns, expected) in [
            ("CLIP0001.MP4", 12, "CLIP0001.MP4"),
            ("2026-11-27_CLIP0001.MP4", 12, "2026-…01.MP4"),
            ("日本語日本語.mp4", 8, "日….mp4"),
            ("abcdef", 2, "…f"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            let short = cut_name(name, columns);
            assert_eq!(short, expected);
            assert!(width(&short) <= columns);
        }
    }

    #[test]
    fn lines_break_between_words_and_never_in_what_is_copied() {
        let text =
            "error: the certificate is not trusted\nhint: run `heimdex login --store file` again";
        insta::assert_snapshot!(wrapped(text, 24), @r"
        error: the certificate
        is not trusted
        hint: run
        `heimdex login --store file`
        again
        ");
        assert_eq!(wrapped(text, 80), text);
        assert_eq!(
            wrapped("  caused by: no route", 14),
            "  caused by:\n  no route"
        );
        let red = painted("error:", Colour::Red, true);
        let text = format!("{red} abc def");
        assert_eq!(wrapped(&text, 10), format!("{red} abc\ndef"));
        assert_eq!(wrapped(&text, 14), text);
    }

    proptest::proptest! {
        #[test]
        fn breaking_lines_changes_nothing_but_spaces(text in "[a-z日`\n ]{0,60}", columns in 1_usize..30) {
            let plain = |text: &str| text.replace(['\n', ' '], "");
            let broken = wrapped(&text, columns);
            proptest::prop_assert_eq!(plain(&broken), plain(&text));
            if !text.contains('`') && !text.contains("  ") {
                for line in broken.lines().filter(|line| line.contains(' ')) {
                    proptest::prop_assert!(width(line) <= columns || !line.trim().contains(' '));
                }
            }
        }
    }

    #[test]
    fn the_longest_way_that_fits_is_taken() {
        let ways = || ["one two three", "one two", "one"].map(str::to_owned);
        assert_eq!(fitting(ways(), 13), "one two three");
        assert_eq!(fitting(ways(), 12), "one two");
        assert_eq!(fitting(ways(), 1), "one");
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1204, "1,204"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(grouped(number), expected);
        }
        assert_eq!(count(1, "file", "files"), "1 file");
    }
}
