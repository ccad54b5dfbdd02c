//! A screen as SVG: a window, its cells in runs of one look, blocks as what they are instead of as letters.

use std::fmt::Write as _;

use super::cells::{Cell, Colour, Look};

const COLUMN: f64 = 8.43;
const ROW: f64 = 19.0;
const LEFT: f64 = 16.0;
const TOP: f64 = 38.0;
const BOTTOM: f64 = 14.0;
/// From the top of a row to the line that letters stand on.
const BASE: f64 = 14.0;
const FONT: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK JP',monospace";
const BACK: &str = "#181825";
const FORE: &str = "#cdd6f4";

/// The sixteen.
const PALETTE: [&str; 16] = [
    "#45475a", "#f38ba8", "#a6e3a1", "#f9e2af", "#89b4fa", "#f5c2e7", "#94e2d5", "#bac2de",
    "#7f849c", "#f38ba8", "#a6e3a1", "#f9e2af", "#89b4fa", "#f5c2e7", "#94e2d5", "#ffffff",
];

/// The picture.
pub(super) fn picture(says: &str, (columns, rows): (u16, u16), lines: &[Vec<Cell>]) -> String {
    let width = LEFT * 2.0 + f64::from(columns) * COLUMN;
    let height = TOP + f64::from(rows) * ROW + BOTTOM;
    let says = escaped(says);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{says}\">\n<title>{says}</title>\n\
         <rect width=\"{width:.0}\" height=\"{height:.0}\" rx=\"9\" fill=\"{BACK}\"/>\n\
         <circle cx=\"20\" cy=\"19\" r=\"6\" fill=\"#f38ba8\"/><circle cx=\"40\" cy=\"19\" r=\"6\" fill=\"#f9e2af\"/>\
         <circle cx=\"60\" cy=\"19\" r=\"6\" fill=\"#a6e3a1\"/>\n\
         <g font-family=\"{FONT}\" font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for (row, cells) in (0_u16..).zip(lines) {
        line(&mut svg, TOP + f64::from(row) * ROW, cells);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn line(svg: &mut String, y: f64, cells: &[Cell]) {
    let mut column = 0;
    let mut rest = cells;
    while let Some(first) = rest.first() {
        let halves = rest.iter().take_while(|cell| is_half(cell)).count();
        if halves > 0 {
            let (run, after) = rest.split_at(halves);
            picture_row(svg, (LEFT + f64::from(column) * COLUMN, y), run);
            column += run.iter().map(|cell| cell.columns).sum::<u16>();
            rest = after;
            continue;
        }
        // What is not of one width in every font is a run of its own.
        let alone =
            |cell: &Cell| cell.columns != 1 || cell.text == "│" || block(&cell.text).is_some();
        let is_line = first.text == "─";
        let same =
            |cell: &&Cell| cell.look == first.look && !alone(cell) && (cell.text == "─") == is_line;
        let length = if alone(first) {
            1
        } else {
            rest.iter().take_while(same).count()
        };
        let (run, after) = rest.split_at(length);
        let wide: u16 = run.iter().map(|cell| cell.columns).sum();
        draw(
            svg,
            (LEFT + f64::from(column) * COLUMN, y),
            run,
            f64::from(wide) * COLUMN,
        );
        column += wide;
        rest = after;
    }
}

/// Whether it is two pixels above each other.
fn is_half(cell: &Cell) -> bool {
    matches!(cell.text.as_str(), "▀" | "▄")
}

/// A row of a picture, two pixels above each other in each cell: those of one colour together.
fn picture_row(svg: &mut String, (x, y): (f64, f64), cells: &[Cell]) {
    let pixels = cells.iter().map(|cell| {
        let (fore, back) = colours(cell.look);
        if cell.text == "▀" {
            (Some(fore), back)
        } else {
            (back, Some(fore))
        }
    });
    let (above, below): (Vec<_>, Vec<_>) = pixels.unzip();
    let halves = [above, below];
    for (half, pixels) in (0_u8..).zip(&halves) {
        let mut from = 0_u16;
        for run in pixels.chunk_by(|one, other| one == other) {
            let wide = u16::try_from(run.len()).unwrap_or(u16::MAX);
            if let Some(colour) = &run[0] {
                let at = (
                    x + f64::from(from) * COLUMN,
                    y + f64::from(half) * ROW / 2.0,
                );
                rectangle(svg, at, (f64::from(wide) * COLUMN, ROW / 2.0), colour, 1.0);
            }
            from += wide;
        }
    }
}

fn draw(svg: &mut String, (x, y): (f64, f64), run: &[Cell], width: f64) {
    let Some(look) = run.first().map(|cell| cell.look) else {
        return;
    };
    let (fore, back) = colours(look);
    if let Some(back) = back {
        rectangle(svg, (x, y), (width, ROW), &back, 1.0);
    }
    let text: String = run.iter().map(|cell| cell.text.as_str()).collect();
    if let Some((top, height, part, opacity)) = block(&text) {
        rectangle(
            svg,
            (x, y + top * ROW),
            (width * part, height * ROW),
            &fore,
            opacity,
        );
        return;
    }
    // Lines go on from row to row.
    let lines = match text.as_str() {
        "│" => Some(((x + width / 2.0 - 0.6, y), (1.2, ROW))),
        text if text.chars().all(|c| c == '─') => Some(((x, y + ROW / 2.0 - 0.6), (width, 1.2))),
        _ => None,
    };
    if let Some((from, size)) = lines {
        rectangle(svg, from, size, &fore, 1.0);
        return;
    }
    if text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    for (is_so, attribute) in [
        (look.is_bold, " font-weight=\"bold\""),
        (look.is_dim, " opacity=\"0.6\""),
        (look.is_italic, " font-style=\"italic\""),
        (look.is_underlined, " text-decoration=\"underline\""),
    ] {
        if is_so {
            style.push_str(attribute);
        }
    }
    // Writing to a string does not fail.
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fore}\"{style}>{}</text>",
        y + BASE,
        escaped(&text)
    );
}

fn rectangle(
    svg: &mut String,
    (x, y): (f64, f64),
    (width, height): (f64, f64),
    fill: &str,
    opacity: f64,
) {
    let opacity = if opacity < 1.0 {
        format!(" fill-opacity=\"{opacity}\"")
    } else {
        String::new()
    };
    // A hair more, so that no line is between two.
    let (width, height) = (width + 0.3, height + 0.3);
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"{opacity}/>"
    );
}

/// What a block covers: from where down, how high, how wide, how dense, in parts of a cell.
fn block(text: &str) -> Option<(f64, f64, f64, f64)> {
    let eighths = |number: u32| 1.0 - f64::from(number) / 8.0;
    Some(match text.chars().next()? {
        c @ '▁'..='▇' => {
            let top = eighths(u32::from(c) - 0x2580);
            (top, 1.0 - top, 1.0, 1.0)
        }
        '█' => (0.0, 1.0, 1.0, 1.0),
        '▌' => (0.0, 1.0, 0.5, 1.0),
        '░' => (0.0, 1.0, 1.0, 0.25),
        '▒' => (0.0, 1.0, 1.0, 0.5),
        '▓' => (0.0, 1.0, 1.0, 0.75),
        _ => return None,
    })
}

/// Of what is written, and of what is behind it.
fn colours(look: Look) -> (String, Option<String>) {
    let fore = look.fore.map_or_else(|| FORE.to_owned(), hex);
    let back = look.back.map(hex);
    if look.is_reversed {
        (back.unwrap_or_else(|| BACK.to_owned()), Some(fore))
    } else {
        (fore, back)
    }
}

fn hex(colour: Colour) -> String {
    let (red, green, blue) = match colour {
        Colour::Indexed(number @ 0..16) => return PALETTE[usize::from(number)].to_owned(),
        Colour::Indexed(number @ 16..232) => {
            let step = |part: u8| [0, 95, 135, 175, 215, 255][usize::from(part)];
            let number = number - 16;
            (step(number / 36), step(number / 6 % 6), step(number % 6))
        }
        Colour::Indexed(number) => {
            let grey = 8 + 10 * (number - 232);
            (grey, grey, grey)
        }
        Colour::True(red, green, blue) => (red, green, blue),
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
