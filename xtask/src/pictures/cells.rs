//! Reads a screen as tmux tells it: text with the sequences that colour it, cell by cell.

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// Of the palette.
    Indexed(u8),
    True(u8, u8, u8),
}

/// How a cell looks.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute that terminals have"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    pub(super) fore: Option<Colour>,
    pub(super) back: Option<Colour>,
    pub(super) is_bold: bool,
    pub(super) is_dim: bool,
    pub(super) is_italic: bool,
    pub(super) is_underlined: bool,
    pub(super) is_reversed: bool,
}

/// A character with what combines with it, and how many columns it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) columns: u16,
    pub(super) look: Look,
}

/// The lines of a screen.
pub(super) fn read(screen: &str) -> Vec<Vec<Cell>> {
    let mut look = Look::default();
    screen
        .lines()
        .map(|line| read_line(line, &mut look))
        .collect()
}

fn read_line(line: &str, look: &mut Look) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some(body) = rest.strip_prefix("\u{1b}[") {
            let end = body
                .find(|c: char| c.is_ascii_alphabetic())
                .unwrap_or(body.len() - 1);
            if body[end..].starts_with('m') {
                turn(look, &body[..end]);
            }
            rest = &body[end + 1..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match (columns(c), cells.last_mut()) {
            (0, Some(cell)) => cell.text.push(c),
            (columns, _) => cells.push(Cell {
                text: c.into(),
                columns: columns.max(1),
                look: *look,
            }),
        }
    }
    cells
}

/// Takes a sequence's codes in.
fn turn(look: &mut Look, codes: &str) {
    let numbers: Vec<u8> = codes
        .split([';', ':'])
        .map(|code| code.parse().unwrap_or(0))
        .collect();
    let mut rest = numbers.as_slice();
    while let [code, after @ ..] = rest {
        rest = after;
        match code {
            0 => *look = Look::default(),
            1 => look.is_bold = true,
            2 => look.is_dim = true,
            3 => look.is_italic = true,
            4 => look.is_underlined = true,
            7 => look.is_reversed = true,
            22 => (look.is_bold, look.is_dim) = (false, false),
            24 => look.is_underlined = false,
            27 => look.is_reversed = false,
            30..=37 => look.fore = Some(Colour::Indexed(code - 30)),
            40..=47 => look.back = Some(Colour::Indexed(code - 40)),
            90..=97 => look.fore = Some(Colour::Indexed(code - 82)),
            100..=107 => look.back = Some(Colour::Indexed(code - 92)),
            39 => look.fore = None,
            49 => look.back = None,
            38 | 48 => {
                let (colour, used) = match rest {
                    [5, number, ..] => (Some(Colour::Indexed(*number)), 2),
                    [2, red, green, blue, ..] => (Some(Colour::True(*red, *green, *blue)), 4),
                    _ => (None, rest.len()),
                };
                rest = &rest[used..];
                if *code == 38 {
                    look.fore = colour;
                } else {
                    look.back = colour;
                }
            }
            _ => {}
        }
    }
}

/// How many columns a character takes.
fn columns(c: char) -> u16 {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_last_until_they_are_turned_off() {
        let lines = read("a\u{1b}[1;38;2;1;2;3;48;5;237mb日\n\u{1b}[0;91me\u{301}");
        let bold = Look {
            fore: Some(Colour::True(1, 2, 3)),
            back: Some(Colour::Indexed(237)),
            is_bold: true,
            ..Look::default()
        };
        let red = Look {
            fore: Some(Colour::Indexed(9)),
            ..Look::default()
        };
        let cell = |text: &str, columns, look| Cell {
            text: text.into(),
            columns,
            look,
        };
        assert_eq!(
            lines,
            [
                vec![
                    cell("a", 1, Look::default()),
                    cell("b", 1, bold),
                    cell("日", 2, bold)
                ],
                vec![cell("e\u{301}", 1, red)],
            ]
        );
    }
}
