//! What the segment says of itself: how long it plays, when it was made, tags, chapters.

use jiff::{SignedDuration, Timestamp};

use super::ebml::{elements_in, float, signed, unsigned};
use crate::report::Chapter;
use crate::text::{camera, moment, tidy};

/// Seconds between the epochs of Unix (1970) and Matroska (2001).
const EPOCHS_APART: i64 = 978_307_200;

const MAX_CHAPTERS: usize = 1000;

/// `Info`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Info {
    /// Nanoseconds a unit of every time in the segment.
    pub(super) scale: u64,
    /// In such units.
    pub(super) duration: Option<f64>,
    pub(super) date: Option<Timestamp>,
}

impl Default for Info {
    fn default() -> Self {
        Self {
            scale: 1_000_000,
            duration: None,
            date: None,
        }
    }
}

impl Info {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut info = Self::default();
        for (id, value) in elements_in(bytes) {
            match id {
                0x2a_d7b1 => info.scale = unsigned(value).max(1),
                0x4489 => info.duration = float(value).filter(|length| *length > 0.0),
                0x4461 => info.date = signed(value).and_then(date),
                _ => {}
            }
        }
        info
    }

    /// The duration, where it is told and believable.
    pub(super) fn milliseconds(&self) -> Option<u64> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "durations are told as floating point numbers anyway"
        )]
        let milliseconds = (self.duration? * self.scale as f64 / 1e6).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range is checked"
        )]
        (1.0..1e15)
            .contains(&milliseconds)
            .then_some(milliseconds as u64)
    }
}

/// Nanoseconds since the beginning of 2001.
fn date(nanoseconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(EPOCHS_APART)
        .ok()?
        .checked_add(SignedDuration::from_nanos(nanoseconds))
        .ok()
}

/// `Tags`: those that Heimdex has a use for.
#[derive(Debug, Default)]
pub(super) struct Tags {
    make: Option<String>,
    model: Option<String>,
    created: Option<Timestamp>,
}

impl Tags {
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let tags = elements_in(bytes).filter(|(id, _)| *id == 0x7373);
        for (_, tag) in tags {
            for (_, simple) in elements_in(tag).filter(|(id, _)| *id == 0x67c8) {
                self.note(simple);
            }
        }
    }

    fn note(&mut self, simple: &[u8]) {
        let value = |wanted| {
            let mut values = elements_in(simple).filter(move |(id, _)| *id == wanted);
            values.next().and_then(|(_, value)| tidy(value))
        };
        let (Some(name), Some(text)) = (value(0x45a3), value(0x4487)) else {
            return;
        };
        // What was found first stays.
        match name.to_ascii_uppercase().as_str() {
            "MAKE" | "COM.APPLE.QUICKTIME.MAKE" | "COM.ANDROID.MANUFACTURER" => {
                self.make.get_or_insert(text);
            }
            "MODEL" | "COM.APPLE.QUICKTIME.MODEL" | "COM.ANDROID.MODEL" => {
                self.model.get_or_insert(text);
            }
            "COM.APPLE.QUICKTIME.CREATIONDATE" | "DATE_RECORDED" | "CREATION_TIME" => {
                self.created = self.created.or_else(|| moment(&text));
            }
            _ => {}
        }
    }

    pub(super) fn camera(&self) -> Option<String> {
        camera(self.make.as_deref(), self.model.as_deref())
    }

    pub(super) fn captured_at(&self) -> Option<Timestamp> {
        self.created
    }
}

/// `Chapters`: those of the first edition.
pub(super) fn chapters(bytes: &[u8]) -> Vec<Chapter> {
    let edition = elements_in(bytes).find(|(id, _)| *id == 0x45b9);
    let atoms = edition
        .into_iter()
        .flat_map(|(_, edition)| elements_in(edition));
    atoms
        .filter(|(id, _)| *id == 0xb6)
        .take(MAX_CHAPTERS)
        .map(|(_, atom)| chapter(atom))
        .collect()
}

fn chapter(atom: &[u8]) -> Chapter {
    let start = elements_in(atom).find(|(id, _)| *id == 0x91);
    let display = elements_in(atom).find(|(id, _)| *id == 0x80);
    let title = display
        .and_then(|(_, display)| elements_in(display).find(|(id, _)| *id == 0x85))
        .and_then(|(_, title)| tidy(title));
    Chapter {
        start_ms: start.map_or(0, |(_, value)| unsigned(value)) / 1_000_000,
        title,
    }
}
