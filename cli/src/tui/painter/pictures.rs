//! Pictures beside the characters of a frame: sent once, shown where the frame leaves room, gone when it does not.
//!
//! What a frame draws over a picture takes it away, on every terminal. So nothing is sent for one that stays, and a
//! terminal is asked to forget only what it was told to keep.

use std::io::{self, Write};

use crate::tui::picture::Placed;

/// Bytes of pictures that go with a frame, and at least one picture: keys do not wait for all of a screen.
const FRAME: usize = 96 << 10;

/// Which pictures the terminal has.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    wanted: Vec<Placed>,
    /// Where room was made for one, and whether it is there.
    shown: Vec<(Placed, bool)>,
    /// What the terminal keeps: one placement of each.
    kept: Vec<Placed>,
}

impl Pictures {
    /// These are to be seen with the next frame, and no others.
    pub(super) fn want(&mut self, wanted: Vec<Placed>) {
        self.wanted = wanted;
    }

    /// Nothing is on the screen any more.
    pub(super) fn cleared(&mut self) {
        self.shown.clear();
    }

    /// Whether some are still to be sent.
    pub(super) fn is_behind(&self) -> bool {
        self.shown.iter().any(|(_, is_there)| !is_there)
    }

    /// What is to be written with this frame.
    pub(super) fn frame(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.settle(&mut out);
        let mut left = FRAME;
        for (placed, is_there) in self.shown.iter_mut().filter(|(_, is_there)| !is_there) {
            let before = out.len();
            send(placed, &mut self.kept, &mut out);
            *is_there = true;
            left = left.saturating_sub(out.len() - before);
            if left == 0 {
                break;
            }
        }
        out
    }

    /// Makes room for what is new, and lets go of what is not wanted.
    fn settle(&mut self, out: &mut Vec<u8>) {
        let is = |one: &Placed, other: &Placed| one.at == other.at && one.is_same(other);
        let wanted = &self.wanted;
        self.shown
            .retain(|(shown, _)| wanted.iter().any(|placed| is(placed, shown)));
        for placed in wanted {
            if !self.shown.iter().any(|(shown, _)| is(placed, shown)) {
                make_room(placed, out);
                self.shown.push((placed.clone(), false));
            }
        }
        // Held here alone: the model let go of it.
        let (gone, kept) = std::mem::take(&mut self.kept)
            .into_iter()
            .partition(|placed: &Placed| placed.is_last());
        self.kept = kept;
        for placed in &gone {
            forget(placed, out);
        }
    }

    /// What makes the terminal forget all that it keeps.
    pub(super) fn forget_all(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.shown.clear();
        for placed in std::mem::take(&mut self.kept) {
            forget(&placed, &mut out);
        }
        out
    }
}

/// Rows of a picture with the place of each.
fn rows(placed: &Placed) -> impl Iterator<Item = (u16, &str)> {
    let rows = placed.sent().map_or(&[][..], |sent| &sent.rows);
    (placed.at.1..).zip(rows.iter().map(String::as_str))
}

fn go(out: &mut Vec<u8>, x: u16, y: u16) {
    // A vector takes all that is written into it.
    let _: io::Result<()> = write!(out, "\x1b[{};{}H", y + 1, x + 1);
}

/// What stood there is not to be seen until the picture is.
fn make_room(placed: &Placed, out: &mut Vec<u8>) {
    let (columns, rows) = placed.sent().map_or((0, 0), |sent| sent.size);
    out.extend(b"\x1b[0m");
    for row in 0..rows {
        go(out, placed.at.0, placed.at.1 + row);
        let _: io::Result<()> = write!(out, "\x1b[{columns}X");
    }
}

fn send(placed: &Placed, kept: &mut Vec<Placed>, out: &mut Vec<u8>) {
    let keeps = placed.sent().and_then(|sent| sent.kept.as_ref());
    if let Some((_, bytes)) = keeps
        && !kept.iter().any(|other| other.is_same(placed))
    {
        out.extend(bytes.as_bytes());
        kept.push(placed.clone());
    }
    for (y, row) in rows(placed).filter(|(_, row)| !row.is_empty()) {
        go(out, placed.at.0, y);
        out.extend(row.as_bytes());
    }
    out.extend(b"\x1b[0m");
}

fn forget(placed: &Placed, out: &mut Vec<u8>) {
    if let Some((number, _)) = placed.sent().and_then(|sent| sent.kept.as_ref()) {
        let _: io::Result<()> = write!(out, "\x1b_Ga=d,d=I,i={number},q=2\x1b\\");
    }
}

#[cfg(test)]
mod tests;
