//! Colours as codes, none deeper than the terminal has: what is deeper becomes the nearest that there is.

use std::io::{self, Write};

use ratatui::style::Color;

use crate::output::depth::Depth;

/// What a colour is the colour of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    Fore,
    Back,
}

/// The sixteen as xterm shows them; others differ by shades.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// The steps of each part of a colour in the cube of 6 x 6 x 6 within the palette.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Writes a colour's codes, with the `;` before them; nothing for the terminal's own.
pub(super) fn write(
    out: &mut impl Write,
    depth: Depth,
    colour: Color,
    ground: Ground,
) -> io::Result<()> {
    let (plain, bright, deep) = match ground {
        Ground::Fore => (30, 90, 38),
        Ground::Back => (40, 100, 48),
    };
    match fitted(depth, colour) {
        None => Ok(()),
        Some(Fitted::Named(number @ 0..8)) => write!(out, ";{}", plain + number),
        Some(Fitted::Named(number)) => write!(out, ";{}", bright + number - 8),
        Some(Fitted::Palette(number)) => write!(out, ";{deep};5;{number}"),
        Some(Fitted::True(red, green, blue)) => write!(out, ";{deep};2;{red};{green};{blue}"),
    }
}

/// A colour as a terminal has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fitted {
    /// Of the sixteen.
    Named(u8),
    Palette(u8),
    True(u8, u8, u8),
}

/// The nearest that there is; none for the terminal's own, and where there are none.
pub(super) fn fitted(depth: Depth, colour: Color) -> Option<Fitted> {
    if depth == Depth::Mono {
        return None;
    }
    let fitted = match colour {
        Color::Reset => return None,
        Color::Black => Fitted::Named(0),
        Color::Red => Fitted::Named(1),
        Color::Green => Fitted::Named(2),
        Color::Yellow => Fitted::Named(3),
        Color::Blue => Fitted::Named(4),
        Color::Magenta => Fitted::Named(5),
        Color::Cyan => Fitted::Named(6),
        Color::Gray => Fitted::Named(7),
        Color::DarkGray => Fitted::Named(8),
        Color::LightRed => Fitted::Named(9),
        Color::LightGreen => Fitted::Named(10),
        Color::LightYellow => Fitted::Named(11),
        Color::LightBlue => Fitted::Named(12),
        Color::LightMagenta => Fitted::Named(13),
        Color::LightCyan => Fitted::Named(14),
        Color::White => Fitted::Named(15),
        Color::Indexed(number @ 0..16) => Fitted::Named(number),
        Color::Indexed(number) => Fitted::Palette(number),
        Color::Rgb(red, green, blue) => Fitted::True(red, green, blue),
    };
    Some(match (depth, fitted) {
        (Depth::Sixteen, Fitted::Palette(number)) => Fitted::Named(nearest(of_palette(number))),
        (Depth::Sixteen, Fitted::True(red, green, blue)) => {
            Fitted::Named(nearest((red, green, blue)))
        }
        (Depth::Palette, Fitted::True(red, green, blue)) => {
            Fitted::Palette(in_palette((red, green, blue)))
        }
        (Depth::Mono | Depth::Sixteen | Depth::Palette | Depth::True, fitted) => fitted,
    })
}

fn nearest(colour: (u8, u8, u8)) -> u8 {
    let named = (0..16).zip(SIXTEEN);
    named
        .min_by_key(|(_, one)| distance(*one, colour))
        .map_or(7, |(number, _)| number)
}

/// The nearest of the cube and of the greys.
fn in_palette(colour: (u8, u8, u8)) -> u8 {
    (16..=255)
        .min_by_key(|number| distance(of_palette(*number), colour))
        .unwrap_or(16)
}

/// What a number beyond the sixteen looks like.
fn of_palette(number: u8) -> (u8, u8, u8) {
    match number {
        0..16 => SIXTEEN[usize::from(number)],
        16..232 => {
            let number = usize::from(number - 16);
            (STEPS[number / 36], STEPS[number / 6 % 6], STEPS[number % 6])
        }
        232.. => {
            let grey = 8 + 10 * (number - 232);
            (grey, grey, grey)
        }
    }
}

fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let part = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    part(one.0, other.0) + part(one.1, other.1) + part(one.2, other.2)
}
