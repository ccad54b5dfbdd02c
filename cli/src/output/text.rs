//! Text that is safe and fits: no control characters from outside, widths as terminals count them.

use std::borrow::Cow;

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

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut to at most `columns` with a mark where it was cut.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut short = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > columns {
            break;
        }
        short.push(c);
        used += wide;
    }
    if columns > 0 {
        short.push('…');
    }
    Cow::Owned(short)
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
