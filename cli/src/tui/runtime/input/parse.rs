//! What a terminal sends, taken apart: keys, the mouse, pasted text, and answers to what it was asked. Pure: bytes in, in
//! whatever pieces they come.
//!
//! Answers come when they come, between keys and long after anybody waits for them: none of them is ever taken for keys.

use std::ops::Range;

use crossterm::event::Event;

use super::heard::{First, Heard};
use super::sequence;
use crate::tui::runtime::ask::Answer;

/// Bytes of a sequence; a longer one is none.
const MOST: usize = 4096;
/// Bytes of a paste that are handed over together.
const PASTE: usize = 1 << 20;
/// What ends a paste.
const END: &[u8] = b"\x1b[201~";
const ESCAPE: u8 = 0x1b;

/// What came so far.
#[derive(Debug)]
pub(super) struct Parser {
    bytes: Vec<u8>,
    paste: Option<Vec<u8>>,
    is_asking: bool,
}

impl Parser {
    /// Of a terminal that is asked, or not.
    pub(super) fn new(is_asking: bool) -> Self {
        Self {
            bytes: Vec::new(),
            paste: None,
            is_asking,
        }
    }

    /// Whether answers are still to come.
    pub(super) fn is_asking(&self) -> bool {
        self.is_asking
    }

    /// Takes more bytes in.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Heard> {
        self.bytes.extend_from_slice(bytes);
        let mut heard = Vec::new();
        loop {
            if self.paste.is_some() {
                let Some(text) = self.pasted() else { break };
                heard.push(Heard::Event(Event::Paste(text)));
            }
            match self.first() {
                First::Unfinished => break,
                First::Paste(length) => {
                    self.bytes.drain(..length);
                    self.paste = Some(Vec::new());
                }
                First::Is(length, what) => {
                    self.bytes.drain(..length);
                    let is_last = matches!(what, Some(Heard::Answer(Answer::Attributes { .. })));
                    self.is_asking &= !is_last;
                    heard.extend(what);
                }
            }
        }
        heard
    }

    fn first(&self) -> First {
        match self.bytes[..] {
            [] => First::Unfinished,
            [ESCAPE, b'_' | b'P', ..] if self.is_asking => answer(&self.bytes),
            _ => sequence::first(&self.bytes),
        }
    }

    /// Whether it depends on what follows at once: an escape alone is a key.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.paste.is_none() && matches!(self.bytes[..], [ESCAPE] | [ESCAPE, _])
    }

    /// Whether a paste has begun whose end is still to come.
    pub(super) fn is_pasting(&self) -> bool {
        self.paste.is_some()
    }

    /// Nothing followed. The end of a paste may be lost on its way: what came of it is all of it then.
    pub(super) fn waited(&mut self) -> Option<Heard> {
        if let Some(mut paste) = self.paste.take() {
            paste.append(&mut self.bytes);
            let text = String::from_utf8_lossy(&paste).into_owned();
            return Some(Heard::Event(Event::Paste(text)));
        }
        let key = match self.bytes[..] {
            [ESCAPE] => sequence::escape(),
            [ESCAPE, byte] => sequence::alt(byte),
            _ => return None,
        };
        self.bytes.clear();
        Some(Heard::Event(key))
    }

    /// The text of a paste that came to its end, or the first part of one that is very long.
    fn pasted(&mut self) -> Option<String> {
        let paste = self.paste.as_mut()?;
        let from = paste.len().saturating_sub(END.len());
        paste.append(&mut self.bytes);
        if let Some(end) = find(paste, END, from..paste.len()) {
            let text = String::from_utf8_lossy(&paste[..end]).into_owned();
            self.bytes = paste.split_off(end + END.len());
            self.paste = None;
            return Some(text);
        }
        if paste.len() < PASTE {
            return None;
        }
        // Not within its end, nor within a character.
        let mut cut = paste.len() - END.len();
        while cut > 1 && paste[cut] & 0xc0 == 0x80 {
            cut -= 1;
        }
        let rest = paste.split_off(cut);
        let text = String::from_utf8_lossy(paste).into_owned();
        *paste = rest;
        Some(text)
    }
}

/// Where a part of bytes begins within a range.
fn find(bytes: &[u8], part: &[u8], range: Range<usize>) -> Option<usize> {
    let start = range.start;
    let mut windows = bytes[range].windows(part.len());
    windows.position(|found| found == part).map(|at| start + at)
}

/// An answer that is a text: it begins as those that were asked for do, or it is a key that was pressed with alt.
fn answer(bytes: &[u8]) -> First {
    let (kind, body) = (bytes[1], &bytes[2..]);
    let beginning: &[u8] = if kind == b'_' { b"Gi=3" } else { b">|" };
    let common = body.len().min(beginning.len());
    if body[..common] != beginning[..common] {
        return sequence::first(bytes);
    }
    let end = find(body, b"\x1b\\", 0..body.len());
    match end {
        Some(end) => First::Is(end + 4, text(kind, &body[..end]).map(Heard::Answer)),
        None if bytes.len() > MOST => First::Is(bytes.len(), None),
        None => First::Unfinished,
    }
}

fn text(kind: u8, body: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(body);
    if kind == b'P' {
        let name = text.strip_prefix(">|")?;
        return Some(Answer::Name(name.chars().take(64).collect()));
    }
    match &*text {
        "Gi=31;OK" => Some(Answer::Kitty),
        "Gi=32;OK" => Some(Answer::Deflated),
        _ => None,
    }
}

#[cfg(test)]
pub(in crate::tui::runtime) mod tests;
