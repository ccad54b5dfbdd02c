//! Single keys and sequences, as terminals send them: those of xterm, rxvt and the Linux console. Pure.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::heard::{First, Heard};
use crate::tui::runtime::ask::Answer;

/// Bytes of a sequence; a longer one is none.
const MOST: usize = 256;
const ESCAPE: u8 = 0x1b;

/// The escape key.
pub(super) fn escape() -> Event {
    key(KeyCode::Esc, KeyModifiers::NONE)
}

/// A key of one byte with alt.
pub(super) fn alt(byte: u8) -> Event {
    let (code, modifiers) = single(byte).unwrap_or((KeyCode::Esc, KeyModifiers::NONE));
    key(code, modifiers | KeyModifiers::ALT)
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn is(length: usize, event: Option<Event>) -> First {
    First::Is(length, event.map(Heard::Event))
}

/// What bytes, of which there are some, begin with.
pub(super) fn first(bytes: &[u8]) -> First {
    match *bytes {
        [ESCAPE] | [ESCAPE, b'O'] => First::Unfinished,
        // The second one begins something itself.
        [ESCAPE, ESCAPE, ..] => is(1, Some(escape())),
        [ESCAPE, b'[', ..] => control(bytes),
        [ESCAPE, b'O', byte, ..] => is(3, named("", byte)),
        [ESCAPE, ..] => match plain(&bytes[1..]) {
            First::Is(length, Some(Heard::Event(Event::Key(pressed)))) => is(
                length + 1,
                Some(key(pressed.code, pressed.modifiers | KeyModifiers::ALT)),
            ),
            First::Is(length, _) => First::Is(length + 1, None),
            other => other,
        },
        _ => plain(bytes),
    }
}

/// A character.
fn plain(bytes: &[u8]) -> First {
    let Some(&byte) = bytes.first() else {
        return First::Unfinished;
    };
    if let Some((code, modifiers)) = single(byte) {
        return is(1, Some(key(code, modifiers)));
    }
    let length = match byte {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return is(1, None),
    };
    let Some(whole) = bytes.get(..length) else {
        // Whatever follows is not of it.
        let is_broken = bytes[1..].iter().any(|byte| byte & 0xc0 != 0x80);
        return if is_broken {
            is(1, None)
        } else {
            First::Unfinished
        };
    };
    let text = std::str::from_utf8(whole).ok();
    match text.and_then(|text| text.chars().next()) {
        Some(c) => is(length, Some(key(KeyCode::Char(c), KeyModifiers::NONE))),
        None => is(1, None),
    }
}

/// A key of one byte.
fn single(byte: u8) -> Option<(KeyCode, KeyModifiers)> {
    let control = |c: u8| (KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    Some(match byte {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
        0 => control(b' '),
        0x01..=0x1a => control(byte - 1 + b'a'),
        0x1b => (KeyCode::Esc, KeyModifiers::NONE),
        0x1c..=0x1f => control(byte - 0x1c + b'4'),
        0x20..=0x7e => (KeyCode::Char(char::from(byte)), KeyModifiers::NONE),
        0x80.. => return None,
    })
}

/// A sequence that a letter ends.
fn control(bytes: &[u8]) -> First {
    match *bytes {
        // F1 to F5 of the Linux console.
        [_, _, b'[', byte, ..] => {
            let number = byte.checked_sub(b'A').filter(|number| *number < 5);
            let code = number.map(|number| KeyCode::F(number + 1));
            return is(4, code.map(|code| key(code, KeyModifiers::NONE)));
        }
        // A mouse of old: three bytes follow.
        [_, _, b'M', button, x, y, ..] => {
            let at = |byte: u8| u16::from(byte.saturating_sub(32));
            return is(6, mouse(at(button), at(x), at(y)));
        }
        [_, _, b'['] | [_, _, b'M', ..] => return First::Unfinished,
        _ => {}
    }
    let body = &bytes[2..];
    let end = body.iter().position(|byte| !(0x20..=0x3f).contains(byte));
    match end {
        None if body.len() < MOST => First::Unfinished,
        None => is(bytes.len(), None),
        Some(end) => match (std::str::from_utf8(&body[..end]), body[end]) {
            (Ok("200"), b'~') => First::Paste(end + 3),
            (Ok(numbers), last @ 0x40..=0x7e) => First::Is(end + 3, sequence(numbers, last)),
            // It breaks off where something else begins.
            _ => is(end + 2, None),
        },
    }
}

/// Numbers between semicolons.
fn numbers(text: &str) -> Vec<u16> {
    let parts = text.split(';').map(|part| part.parse().unwrap_or(0));
    parts.collect()
}

fn sequence(text: &str, last: u8) -> Option<Heard> {
    let event = match (text.as_bytes().first(), last) {
        (Some(b'?'), b'c') => {
            let has_sixel = numbers(&text[1..]).contains(&4);
            return Some(Heard::Answer(Answer::Attributes { has_sixel }));
        }
        (Some(b'6'), b't') => {
            let [6, height, width] = numbers(text)[..] else {
                return None;
            };
            return Some(Heard::Answer(Answer::Cell(width, height)));
        }
        (Some(b'<'), b'M') => match numbers(&text[1..])[..] {
            [button, x, y] => mouse(button, x, y),
            _ => None,
        },
        (Some(b'0'..=b'9'), b'M') => match numbers(text)[..] {
            [button, x, y] => mouse(button.saturating_sub(32), x, y),
            _ => None,
        },
        (Some(b'<'..=b'?'), _) => None,
        _ => named(text, last),
    };
    event.map(Heard::Event)
}

/// A click, or a turn of the wheel, at a column and a row from 1. Nothing else of a mouse has a meaning here.
fn mouse(button: u16, x: u16, y: u16) -> Option<Event> {
    let kind = match button & !0b1_1100 {
        0 => MouseEventKind::Down(MouseButton::Left),
        64 => MouseEventKind::ScrollUp,
        65 => MouseEventKind::ScrollDown,
        _ => return None,
    };
    Some(Event::Mouse(MouseEvent {
        kind,
        column: x.saturating_sub(1),
        row: y.saturating_sub(1),
        modifiers: KeyModifiers::NONE,
    }))
}

/// A key that has a name, with what is held beside it.
fn named(text: &str, last: u8) -> Option<Event> {
    let numbers = numbers(text);
    let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
    let (code, held) = match last {
        b'~' if number(0) == 27 => (character(number(2))?, number(1)),
        b'~' => (numbered(number(0))?, number(1)),
        b'u' => (character(number(0))?, number(1)),
        _ => (lettered(last)?, number(1)),
    };
    Some(key(code, modifiers(held)))
}

/// What is held, as terminals number it.
fn modifiers(number: u16) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let mut held = KeyModifiers::NONE;
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ] {
        if bits & bit != 0 {
            held |= modifier;
        }
    }
    held
}

fn lettered(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        b'Z' => KeyCode::BackTab,
        _ => return None,
    })
}

fn numbered(number: u16) -> Option<KeyCode> {
    let function = |first: u16, key: u16| u8::try_from(number - first + key).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28..=29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => None,
    }
}

/// A key by its character, as terminals number those that have no sequence of old.
fn character(number: u16) -> Option<KeyCode> {
    let byte = u8::try_from(number).ok();
    match byte.and_then(single) {
        Some((KeyCode::Char(c), KeyModifiers::CONTROL)) if c != ' ' => None,
        Some((code, _)) => Some(code),
        None => char::from_u32(number.into()).map(KeyCode::Char),
    }
}
