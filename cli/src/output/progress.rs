//! Progress of transfers: bars where a person watches, a line now and then where a log is kept.
//!
//! What counts is what the store acknowledged, or what was verified on this disk; life is shown apart from it.

mod layout;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use heimdex_client::transfer::Progress;
use indicatif::{ProgressBar, ProgressFinish};

use self::layout::{
    TOTAL, TOTAL_HEAD, file_line, fitted, numbers, numbers_room, percent, rate, style,
};
use super::text::{clean, cut, grouped, width};
use super::{events::Events, size};
use crate::printer::Printer;

/// How often a program is told of one file.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What the bytes do, in people's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the server.
    Up,
    /// From it.
    Down,
    /// Nowhere: they are read here.
    Here,
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Up => "sent",
            Self::Down => "fetched",
            Self::Here => "read",
        }
    }

    /// What a file is that is done with.
    fn done(self) -> &'static str {
        match self {
            Self::Up => "stored",
            Self::Down => "whole",
            Self::Here => "looked at",
        }
    }
}

/// The progress of one run. Clones show in the same place.
#[derive(Debug, Clone)]
pub(crate) struct Board {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    printer: Printer,
    events: Events,
    direction: Direction,
    total: Option<ProgressBar>,
    sums: Mutex<Sums>,
    begun: Instant,
}

/// Sums over all files of the run.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    files: u64,
    files_done: u64,
    bytes: u64,
    /// Safe by now, from whenever.
    safe: u64,
    /// Made safe by this run, and under way.
    moved: u64,
    under_way: u64,
}

impl Board {
    /// A board for so many files and bytes; with one file its own bar says it all.
    pub(crate) fn new(
        printer: &Printer,
        events: &Events,
        direction: Direction,
        files: u64,
        bytes: u64,
    ) -> Self {
        let total = (files > 1 && printer.draws()).then(|| {
            let bar = printer
                .bars()
                .add(ProgressBar::new(bytes).with_finish(ProgressFinish::AndClear));
            bar.set_style(style(TOTAL));
            bar.set_prefix(format!("Total  {}", direction.word()));
            bar
        });
        let sums = Mutex::new(Sums {
            files,
            bytes,
            ..Sums::default()
        });
        let (printer, events) = (printer.clone(), events.clone());
        Self {
            inner: Arc::new(Inner {
                printer,
                events,
                direction,
                total,
                sums,
                begun: Instant::now(),
            }),
        }
    }

    /// Shows a file that is begun.
    pub(crate) fn file(&self, name: &str, bytes: u64) -> FileProgress {
        let bar = self.inner.printer.draws().then(|| {
            let bars = self.inner.printer.bars();
            let bar = ProgressBar::new(bytes).with_finish(ProgressFinish::AndClear);
            let bar = match &self.inner.total {
                Some(total) => bars.insert_before(total, bar),
                None => bars.add(bar),
            };
            let (room, template) = file_line(self.inner.printer.talk_width());
            bar.set_style(style(template));
            let own = name.rsplit('/').next().unwrap_or(name);
            let short = cut(&clean(own), room).into_owned();
            let pad = " ".repeat(room - width(&short));
            bar.set_prefix(format!("{short}{pad}  {}", self.inner.direction.word()));
            bar
        });
        FileProgress {
            board: self.clone(),
            name: name.to_owned(),
            bar,
            is_one_of_many: false,
            seen: Mutex::new(Seen {
                bytes,
                ..Seen::default()
            }),
        }
    }

    /// Counts a file that is one of so many small ones that nobody watches it: it has no bar, and no events.
    pub(crate) fn small(&self, name: &str, bytes: u64) -> FileProgress {
        FileProgress {
            board: self.clone(),
            name: name.to_owned(),
            bar: None,
            is_one_of_many: true,
            seen: Mutex::new(Seen {
                bytes,
                ..Seen::default()
            }),
        }
    }

    /// One line on how far it is, for a log.
    pub(crate) fn line(&self) -> String {
        let sums = *self.inner.sums();
        let percent = percent(sums.safe, sums.bytes);
        let (word, rest) = (
            self.inner.direction.word(),
            self.inner.rest(sums).join("  "),
        );
        let (done, files) = (grouped(sums.files_done), grouped(sums.files));
        format!("{word} {percent}%: {done} of {files} files, {rest}")
    }

    /// Takes what is drawn away.
    pub(crate) fn clear(&self) {
        if let Some(total) = &self.inner.total {
            total.finish_and_clear();
        }
    }
}

impl Inner {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self) {
        if let Some(total) = &self.total {
            let sums = *self.sums();
            total.set_position(sums.safe.min(sums.bytes));
            let stored = format!(
                "{} {} of {}",
                self.direction.done(),
                grouped(sums.files_done),
                grouped(sums.files)
            );
            let room = self.printer.talk_width().saturating_sub(TOTAL_HEAD);
            total.set_message(fitted(&stored, self.rest(sums), room));
        }
    }

    /// `455 of 1190 GiB`, `218 MiB/s`, `57 min left`, as far as there is something to tell.
    fn rest(&self, sums: Sums) -> Vec<String> {
        let (safe, all) = (size::bytes(sums.safe), size::bytes(sums.bytes));
        let mut rest = vec![format!("{safe} of {all}")];
        if let Some(rate) = rate(sums.moved + sums.under_way, self.begun.elapsed()) {
            rest.push(format!("{}/s", size::bytes(rate)));
            let left = sums.bytes.saturating_sub(sums.safe + sums.under_way);
            if let Some(seconds) = left.checked_div(rate).filter(|_| left > 0) {
                let left = size::duration(Duration::from_secs(seconds));
                rest.push(format!("{left} left"));
            }
        }
        rest
    }
}

/// The progress of one file.
#[derive(Debug)]
pub(crate) struct FileProgress {
    board: Board,
    name: String,
    bar: Option<ProgressBar>,
    is_one_of_many: bool,
    seen: Mutex<Seen>,
}

/// What a file's transfer last said.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    bytes: u64,
    already: u64,
    safe: u64,
    under_way: u64,
    begun: Option<Instant>,
    told: Option<Instant>,
}

impl FileProgress {
    /// Shows a step.
    pub(crate) fn tell(&self, progress: Progress) {
        match progress {
            Progress::Hashing { bytes, total } => {
                let percent = percent(bytes, total);
                self.message(format!("comparing with what is stored: {percent}%"));
            }
            Progress::Changed => {
                let name = clean(&self.name);
                self.board.inner.printer.talk(&format!(
                    "{name}: changed since its upload began; it begins anew"
                ));
                self.board.inner.events.changed(&self.name);
            }
            Progress::Planned { total, already } => {
                let mut seen = self.seen();
                (seen.bytes, seen.already, seen.begun) = (total, already, Some(Instant::now()));
                self.advance(&mut seen, already, 0);
            }
            Progress::Acknowledged { bytes } => {
                let mut seen = self.seen();
                self.advance(&mut seen, bytes, 0);
            }
            Progress::UnderWay { bytes } => {
                let mut seen = self.seen();
                let safe = seen.safe;
                self.advance(&mut seen, safe, bytes);
            }
            Progress::Retrying { wait, why } => {
                let wait = size::duration(wait.max(Duration::from_secs(1)));
                let text = format!("{why}; again in {wait}");
                if self.bar.is_none() && !self.is_one_of_many {
                    self.board
                        .inner
                        .printer
                        .talk(&format!("{}: {text}", clean(&self.name)));
                }
                self.board.inner.events.retrying(&self.name, &why);
                self.message(text);
            }
            Progress::Completing => self.message("putting it together".to_owned()),
        }
    }

    /// How much of it is safe.
    pub(crate) fn safe(&self) -> u64 {
        self.seen().safe
    }

    /// Takes it off the board as if it had never begun: it begins anew, another way.
    pub(crate) fn forget(&self) {
        let mut seen = self.seen();
        self.advance(&mut seen, 0, 0);
        drop(seen);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Takes it off the board: done with, or not.
    pub(crate) fn end(&self, is_done: bool) {
        let mut seen = self.seen();
        if is_done {
            let all = seen.bytes;
            // What nobody had to send is safe, but was not moved by this run.
            if seen.begun.is_none() {
                seen.already = all;
            }
            self.advance(&mut seen, all, 0);
            self.board.inner.sums().files_done += 1;
        } else {
            let safe = seen.safe;
            self.advance(&mut seen, safe, 0);
        }
        drop(seen);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.board.inner.show();
    }

    fn advance(&self, seen: &mut Seen, safe: u64, under_way: u64) {
        let moved = |safe: u64| safe.saturating_sub(seen.already);
        {
            let mut sums = self.board.inner.sums();
            sums.safe = (sums.safe + safe).saturating_sub(seen.safe);
            sums.moved =
                (sums.moved + moved(safe)).saturating_sub(moved(seen.safe.max(seen.already)));
            sums.under_way = (sums.under_way + under_way).saturating_sub(seen.under_way);
        }
        (seen.safe, seen.under_way) = (safe, under_way);
        self.board.inner.show();
        if let Some(bar) = &self.bar {
            bar.set_length(seen.bytes);
            bar.set_position(safe.min(seen.bytes));
            let run = safe.saturating_sub(seen.already) + under_way;
            let rate = seen.begun.and_then(|begun| rate(run, begun.elapsed()));
            let columns = self.board.inner.printer.talk_width();
            let room = numbers_room(columns, self.board.inner.direction);
            bar.set_message(numbers(safe, seen.bytes, rate, under_way, room));
        }
        let is_due = seen.told.is_none_or(|told| told.elapsed() >= TELL_EVERY);
        if is_due && !self.is_one_of_many {
            seen.told = Some(Instant::now());
            self.board
                .inner
                .events
                .progress(&self.name, safe, under_way, seen.bytes);
        }
    }

    fn message(&self, text: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text);
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
