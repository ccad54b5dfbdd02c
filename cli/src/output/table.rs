//! Rows: a table that fits the terminal, or tab-separated values for a program.

use std::borrow::Cow;

use super::text::{Colour, clean, cut, cut_name, width};
use crate::error::CliError;
use crate::printer::{Printer, Stream};

/// The space between columns.
const GAP: usize = 2;

/// What a column is called and how it gives way where there is little room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) name: &'static str,
    /// Which side its cells keep to.
    pub(crate) side: Side,
    /// It is left out after all those with a higher number; 0 always stays.
    pub(crate) rank: u8,
    /// The narrowest it can be cut to; `None` where a cut cell would say something else.
    pub(crate) least: Option<usize>,
}

/// Which side cells keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A cell, for a person and for a program.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    shown: String,
    exact: String,
    colour: Option<Colour>,
    is_name: bool,
}

impl Cell {
    /// A text that is the same for both.
    pub(crate) fn text(text: &str) -> Self {
        Self {
            shown: clean(text).into_owned(),
            exact: clean(text).into_owned(),
            colour: None,
            is_name: false,
        }
    }

    /// The name of a file or folder: where it is cut, its end stays.
    pub(crate) fn name(name: &str) -> Self {
        Self::text(name).that_is_a_name()
    }

    /// What a person sees, and what a program reads.
    pub(crate) fn new(shown: impl Into<String>, exact: impl Into<String>) -> Self {
        Self {
            shown: shown.into(),
            exact: exact.into(),
            colour: None,
            is_name: false,
        }
    }

    /// Nothing known: `-` for a person, nothing for a program.
    pub(crate) fn none() -> Self {
        Self::new("-", "")
    }

    /// What a person sees.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// What a person sees of it in so many columns.
    fn cut(&self, columns: usize) -> Cow<'_, str> {
        if self.is_name {
            cut_name(&self.shown, columns)
        } else {
            cut(&self.shown, columns)
        }
    }

    /// Its colour, if it has one.
    pub(crate) fn colour(&self) -> Option<Colour> {
        self.colour
    }

    /// Of the name of a file or folder that a program reads otherwise.
    pub(crate) fn that_is_a_name(mut self) -> Self {
        self.is_name = true;
        self
    }

    /// In a colour.
    pub(crate) fn coloured(mut self, colour: Colour) -> Self {
        self.colour = Some(colour);
        self
    }
}

/// Prints rows as standard output wants them.
pub(crate) fn print(
    printer: &Printer,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<(), CliError> {
    match printer.stdout() {
        Stream::Pipe => {
            for row in rows {
                printer.data(&values(row))?;
            }
            Ok(())
        }
        Stream::Terminal(_) if rows.is_empty() => Ok(()),
        Stream::Terminal(room) => printer.data(&fitted(columns, rows, room, |text, colour| {
            printer.paint(text, colour)
        })),
    }
}

/// A row as a program reads it.
pub(crate) fn values(row: &[Cell]) -> String {
    let cells: Vec<&str> = row.iter().map(|cell| cell.exact.as_str()).collect();
    cells.join("\t")
}

/// The table as a terminal of so many columns shows it, for what is drawn over and over; nothing without rows.
pub(crate) fn text(
    printer: &Printer,
    columns: &[Column],
    rows: &[Vec<Cell>],
    room: usize,
) -> String {
    if rows.is_empty() {
        return String::new();
    }
    fitted(columns, rows, room, |text, colour| {
        printer.paint(text, colour)
    })
}

/// The table in at most `room` columns.
fn fitted(
    columns: &[Column],
    rows: &[Vec<Cell>],
    room: usize,
    paint: impl Fn(&str, Colour) -> String,
) -> String {
    let widths = widths(columns, rows, room);
    let last = widths.iter().rposition(Option::is_some).unwrap_or(0);
    let line = |cells: &[Cell]| {
        let mut line = String::new();
        for (index, (cell, width_of)) in cells.iter().zip(&widths).enumerate() {
            let Some(room) = *width_of else { continue };
            let text = cell.cut(room);
            let pad = " ".repeat(room.saturating_sub(width(&text)));
            let text = cell
                .colour
                .map_or_else(|| text.to_string(), |colour| paint(&text, colour));
            let (before, after) = match columns[index].side {
                Side::Left => ("", pad.as_str()),
                Side::Right => (pad.as_str(), ""),
            };
            let after = if index == last { "" } else { after };
            let gap = if line.is_empty() { 0 } else { GAP };
            line.push_str(&" ".repeat(gap));
            line.push_str(before);
            line.push_str(&text);
            line.push_str(after);
        }
        line
    };
    let names: Vec<_> = columns
        .iter()
        .map(|column| Cell::new(column.name, ""))
        .collect();
    let mut lines = vec![line(&names)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// How wide each column is; `None` for those that are left out.
fn widths(columns: &[Column], rows: &[Vec<Cell>], room: usize) -> Vec<Option<usize>> {
    let natural: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = rows
                .iter()
                .filter_map(|row| row.get(index))
                .map(|cell| width(&cell.shown));
            cells.chain([width(column.name)]).max().unwrap_or(0)
        })
        .collect();
    let least = |index: usize| {
        let least = columns[index].least.unwrap_or(natural[index]);
        least.max(width(columns[index].name)).min(natural[index])
    };
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let total = |kept: &[usize], of: &dyn Fn(usize) -> usize| {
        kept.iter().map(|&index| of(index)).sum::<usize>() + GAP * kept.len().saturating_sub(1)
    };
    while total(&kept, &least) > room {
        let worst = kept
            .iter()
            .copied()
            .filter(|&index| columns[index].rank > 0);
        let Some(worst) = worst.max_by_key(|&index| columns[index].rank) else {
            break;
        };
        kept.retain(|&index| index != worst);
    }
    let mut widths: Vec<Option<usize>> = vec![None; columns.len()];
    for &index in &kept {
        widths[index] = Some(natural[index]);
    }
    let mut over = total(&kept, &|index| natural[index]).saturating_sub(room);
    while over > 0 {
        // The widest that can still give way does so, one column at a time.
        let widest = kept
            .iter()
            .copied()
            .filter(|&index| widths[index] > Some(least(index)))
            .max_by_key(|&index| widths[index]);
        let Some(widest) = widest else { break };
        widths[widest] = widths[widest].map(|width| width - 1);
        over -= 1;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column {
            name: "TITLE",
            side: Side::Left,
            rank: 0,
            least: Some(8),
        },
        Column {
            name: "SIZE",
            side: Side::Right,
            rank: 1,
            least: None,
        },
        Column {
            name: "SOURCE",
            side: Side::Left,
            rank: 2,
            least: Some(8),
        },
        Column {
            name: "ID",
            side: Side::Left,
            rank: 0,
            least: None,
        },
    ];

    fn rows() -> Vec<Vec<Cell>> {
        [
            ["A003C012", "58.0 GiB", "A cam, day 3", "7f3a91"],
            [
                "Interview with a very long name indeed",
                "31 MiB",
                "B cam",
                "1c09e2",
            ],
            ["日本語の題名がここに", "-", "-", "9b77d0"],
        ]
        .map(|row| row.map(Cell::text).to_vec())
        .to_vec()
    }

    fn at(room: usize) -> String {
        let table = fitted(&COLUMNS, &rows(), room, |text, _| text.to_owned());
        for line in table.lines() {
            assert!(width(line) <= room, "{line}");
        }
        table
    }

    #[test]
    fn a_wide_terminal_shows_everything() {
        insta::assert_snapshot!(at(100), @r"
        TITLE                                       SIZE  SOURCE        ID
        A003C012                                58.0 GiB  A cam, day 3  7f3a91
        Interview with a very long name indeed    31 MiB  B cam         1c09e2
        日本語の題名がここに                           -  -             9b77d0
        ");
    }

    #[test]
    fn a_narrow_one_cuts_names_with_a_mark() {
        insta::assert_snapshot!(at(50), @r"
        TITLE                   SIZE  SOURCE        ID
        A003C012            58.0 GiB  A cam, day 3  7f3a91
        Interview with a …    31 MiB  B cam         1c09e2
        日本語の題名がこ…          -  -             9b77d0
        ");
    }

    #[test]
    fn a_very_narrow_one_leaves_columns_out() {
        insta::assert_snapshot!(at(30), @r"
        TITLE             SIZE  ID
        A003C012      58.0 GiB  7f3a91
        Interview w…    31 MiB  1c09e2
        日本語の題…          -  9b77d0
        ");
        assert!(at(20).starts_with("TITLE"));
    }
}
