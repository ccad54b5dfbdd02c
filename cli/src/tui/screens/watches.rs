//! The daemon's watches: what each holds, and below what of the one under the cursor is not finished and why, or whether
//! its folder may be wiped.

use heimdex_client::control::{Counts, Eyes, Reason, Root, Status, WatchStatus, words};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::wiping;
use crate::output::text::{count, grouped, wrapped};
use crate::output::{size, time};
use crate::tui::actions::Action;
use crate::tui::model::{Asleep, Known, Model};
use crate::tui::theme::Role;
use crate::tui::widgets::{instead, put, put_name, put_right};

/// Rows that a watch takes.
const ROWS: u16 = 3;
/// Room for where a watch stands.
const STANDING: u16 = 26;

/// A line of what is told of a watch.
pub(super) type Line = (String, Role);

/// Where the list is, and where what is told of one of them.
fn areas(area: Rect, watches: usize) -> (Rect, Rect) {
    let wanted = u16::try_from(watches)
        .unwrap_or(u16::MAX)
        .saturating_mul(ROWS);
    let list = wanted.min((area.height / 2).max(ROWS)).min(area.height);
    let above = Rect {
        height: list,
        ..area
    };
    let below = Rect {
        y: area.y + list,
        height: area.height - list,
        ..area
    };
    (above, below)
}

/// The first watch that is seen.
fn top(cursor: usize, area: Rect) -> usize {
    let height = usize::from(area.height / ROWS).max(1);
    (cursor + 1).saturating_sub(height)
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let watches = model.daemon.len();
    if watches == 0 {
        nothing(model, buffer, area);
        return;
    }
    let (list, below) = areas(area, watches);
    let first = top(model.daemon.cursor, list);
    let height = usize::from(list.height / ROWS).max(1);
    for index in first..watches.min(first + height) {
        let row = u16::try_from(index - first).unwrap_or(0) * ROWS;
        let place = Rect {
            y: list.y + row,
            height: ROWS.min(list.height),
            ..list
        };
        if index == model.daemon.cursor {
            let line = Rect { height: 1, ..place };
            buffer.set_style(line, model.theme.style(Role::Cursor));
        }
        match &model.daemon.known {
            Known::Here(status) => one(model, buffer, place, &status.watches[index]),
            Known::Absent(asleep) => asleep_one(model, buffer, place, &asleep[index]),
            Known::Unasked | Known::Trouble(_) => {}
        }
    }
    told(model, buffer, below);
}

/// What lies between the tabs and the last two lines.
fn body(model: &Model) -> Rect {
    Rect::new(0, 1, model.size.0, model.size.1.saturating_sub(3))
}

/// Goes on in what is told of a watch, as far as there is more of it.
pub(crate) fn scroll(model: &mut Model) {
    let (_, below) = areas(body(model), model.daemon.len());
    let told = lines(model, usize::from(below.width.saturating_sub(1))).len();
    let most = told.saturating_sub(usize::from(below.height.saturating_sub(1)));
    model.daemon.scroll = model.daemon.scroll.saturating_add(1).min(most);
}

/// Puts the cursor on the watch at a row of the view, below its first one.
pub(crate) fn click(model: &mut Model, row: usize) {
    let (list, _) = areas(body(model), model.daemon.len());
    // The row is counted from below the headings of a list.
    let row = row + 1;
    if row >= usize::from(list.height) {
        return;
    }
    let at = top(model.daemon.cursor, list) + row / usize::from(ROWS);
    let by = at.cast_signed() - model.daemon.cursor.cast_signed();
    model.daemon.go(by);
}

fn nothing(model: &Model, buffer: &mut Buffer, area: Rect) {
    let add = model.keymap.shown(Action::WatchAdd);
    let (first, second) = match &model.daemon.known {
        Known::Unasked => ("Asking the daemon.".to_owned(), String::new()),
        Known::Absent(_) => (
            "The daemon does not run, and no folder is watched yet.".into(),
            format!(
                "{add} watches one; `heimdex daemon install` starts the daemon, and with every login"
            ),
        ),
        Known::Here(_) => (
            "No folder is watched yet.".into(),
            format!("{add} watches one: what comes into it is sent by itself"),
        ),
        Known::Trouble(trouble) => (
            trouble.text.clone(),
            trouble.hint.clone().unwrap_or_default(),
        ),
    };
    let style = model.theme.style(Role::Dim);
    instead(buffer, area, &[(first, style), (second, style)]);
}

fn heading(model: &Model, buffer: &mut Buffer, area: Rect, path: &str, word: &Line) {
    let style = Style {
        bg: None,
        ..model.theme.style(word.1)
    };
    let room = STANDING.min(area.width / 2);
    put_right(buffer, (area.right(), area.y), room, &word.0, style);
    let room = area.width.saturating_sub(room + 1);
    put_name(buffer, (area.x, area.y), room, path, Style::new());
}

fn asleep_one(model: &Model, buffer: &mut Buffer, area: Rect, watch: &Asleep) {
    let word = if watch.is_paused {
        ("paused".to_owned(), Role::Warning)
    } else {
        ("waits for the daemon".to_owned(), Role::Warning)
    };
    let path = watch.folder.display().to_string();
    heading(model, buffer, area, &path, &word);
    if area.height > 1 {
        let text = format!("{}, for profile {}", watch.id, watch.profile);
        let room = area.width.saturating_sub(2);
        let style = model.theme.style(Role::Dim);
        put(buffer, (area.x + 2, area.y + 1), room, &text, style);
    }
}

fn one(model: &Model, buffer: &mut Buffer, area: Rect, watch: &WatchStatus) {
    let paused = model
        .daemon
        .status()
        .is_some_and(|status| status.paused.is_some());
    let word = standing(model, watch, paused);
    heading(model, buffer, area, &watch.path.to_string(), &word);
    let dim = model.theme.style(Role::Dim);
    let room = area.width.saturating_sub(2);
    if area.height > 1 {
        let at = (area.x + 2, area.y + 1);
        put(buffer, at, room, &counts(&watch.counts), dim);
    }
    if area.height > 2 {
        let at = (area.x + 2, area.y + 2);
        put(buffer, at, room, &eyes(model, watch), dim);
    }
}

fn standing(model: &Model, watch: &WatchStatus, is_all_paused: bool) -> Line {
    let calendar = |at| time::calendar(at, &model.moment);
    match (&watch.root, watch.paused) {
        (Root::Gone { since }, _) => (format!("away since {}", calendar(*since)), Role::Warning),
        (Root::Unreadable { .. }, _) => ("unreadable".into(), Role::Bad),
        (Root::Here | Root::Unknown, Some(paused)) => match paused.until {
            Some(until) => (format!("paused until {}", calendar(until)), Role::Warning),
            None => ("paused".into(), Role::Warning),
        },
        (Root::Here | Root::Unknown, None) if is_all_paused => {
            ("all is paused".into(), Role::Warning)
        }
        (Root::Here | Root::Unknown, None) => match &watch.eyes {
            Eyes::Starting => ("looking".into(), Role::Busy),
            Eyes::Polling { .. } => ("polled".into(), Role::Good),
            Eyes::Events | Eyes::Unknown => ("watched".into(), Role::Good),
        },
    }
}

/// Its files: whatever there is none of is not named.
fn counts(counts: &Counts) -> String {
    let all = [
        ("failed", counts.failed),
        ("unreadable", counts.unreadable),
        ("cut off", counts.cut_off),
        ("sending", counts.sending),
        ("queued", counts.queued),
        ("settling", counts.settling),
        ("stored", counts.stored),
        ("left out", counts.excluded),
        ("there before", counts.skipped),
    ];
    let some = all.iter().filter(|(_, count)| count.files > 0);
    let words: Vec<String> = some
        .map(|(word, count)| {
            let files = grouped(count.files);
            match count.bytes {
                0 => format!("{files} {word}"),
                bytes => format!("{files} {word} ({})", size::bytes(bytes)),
            }
        })
        .collect();
    if words.is_empty() {
        "no file yet".into()
    } else {
        words.join(", ")
    }
}

fn eyes(model: &Model, watch: &WatchStatus) -> String {
    let mut words = vec![format!("{}, for profile {}", watch.id, watch.profile)];
    if let Some(limit) = &watch.bwlimit {
        words.push(format!("takes at most {limit}"));
    }
    if let Some(at) = watch.scanned_at {
        let at = time::relative(at, &model.moment);
        words.push(format!("looked through {at}"));
    }
    if let Eyes::Polling { why, every_ms } = &watch.eyes {
        let every = size::duration(std::time::Duration::from_millis(*every_ms));
        words.push(format!("looked at every {every}: {why}"));
    }
    words.push(format!("source {}", watch.source));
    words.join(", ")
}

/// What is told of the watch under the cursor.
fn told(model: &Model, buffer: &mut Buffer, area: Rect) {
    if area.height == 0 {
        return;
    }
    let rule = model.theme.glyph("─", "-").repeat(usize::from(area.width));
    let dim = model.theme.style(Role::Dim);
    put(buffer, (area.x, area.y), area.width, &rule, dim);
    let room = usize::from(area.width.saturating_sub(1));
    let lines = lines(model, room);
    let height = usize::from(area.height - 1);
    let start = model.daemon.scroll.min(lines.len().saturating_sub(height));
    for (y, (text, role)) in (area.y + 1..area.bottom()).zip(lines.iter().skip(start)) {
        let style = model.theme.style(*role);
        put(buffer, (area.x, y), area.width, text, style);
    }
    if lines.len() > start + height {
        let more = (lines.len() - start - height) as u64;
        let key = model.keymap.shown(Action::MoreDown);
        let text = format!(" {} ({key}) ", count(more, "more line", "more lines"));
        put_right(buffer, (area.right(), area.y), area.width, &text, dim);
    }
}

fn lines(model: &Model, room: usize) -> Vec<Line> {
    let selected = model.daemon.selected().map(|(id, _)| id);
    let wiping = model.daemon.wiping.as_ref();
    let wiping = wiping.filter(|wiping| Some(wiping.watch) == selected);
    let mut lines = wiping.map_or_else(Vec::new, |wiping| wiping::lines(model, wiping, room));
    match (&model.daemon.known, model.daemon.watch()) {
        (Known::Absent(_), _) => {
            let text = "The daemon does not run: nothing is sent by itself. `heimdex daemon start` starts it.";
            push(&mut lines, text, Role::Warning, room);
        }
        (Known::Here(status), Some(watch)) => {
            troubles(model, status, watch, &mut lines, room);
            waiting(model, watch, &mut lines, room);
            rules(watch, &mut lines, room);
        }
        _ => {}
    }
    lines
}

/// Adds a sentence, broken between words where it is long.
pub(super) fn push(lines: &mut Vec<Line>, text: &str, role: Role, room: usize) {
    let clean = crate::output::text::clean(text);
    let wrapped = wrapped(&clean, room);
    lines.extend(wrapped.lines().map(|line| (line.to_owned(), role)));
}

/// What keeps all of it from going on.
fn troubles(
    model: &Model,
    status: &Status,
    watch: &WatchStatus,
    lines: &mut Vec<Line>,
    room: usize,
) {
    if let Root::Unreadable { error } = &watch.root {
        push(lines, error, Role::Bad, room);
    }
    let accounts = status.accounts.iter();
    for account in accounts.filter(|account| account.profile == watch.profile) {
        if let (Some(outage), Some(since)) = (&account.outage, account.since) {
            let reason = Reason::HeldUp {
                outage: outage.clone(),
                since,
                next_try_at: account.next_try_at,
            };
            let text = words::sentence(&reason, &model.moment);
            push(lines, &text, Role::Warning, room);
        }
    }
}

/// What its rules leave out.
fn rules(watch: &WatchStatus, lines: &mut Vec<Line>, room: usize) {
    for rule in &watch.rules {
        let files = count(rule.left_out.files, "file", "files");
        let text = format!("`{}` leaves out {files}.", rule.rule);
        push(lines, &text, Role::Dim, room);
    }
}

/// Files that are not finished, and why.
fn waiting(model: &Model, watch: &WatchStatus, lines: &mut Vec<Line>, room: usize) {
    let counts = &watch.counts;
    let all = counts.settling.files + counts.cut_off.files + counts.unreadable.files;
    for file in &watch.waiting {
        let path = file.path.as_path();
        let shown = path.strip_prefix(watch.path.as_path()).unwrap_or(path);
        push(lines, &shown.display().to_string(), Role::Text, room);
        let role = match file.state.because {
            Reason::LooksCutOff { .. } | Reason::Unreadable { .. } => Role::Bad,
            _ => Role::Dim,
        };
        let text = file.state.text(&model.moment);
        push(lines, &format!("  {text}"), role, room);
    }
    let named = watch.waiting.len() as u64;
    if all > named && named > 0 {
        let more = count(all - named, "file more", "files more");
        push(lines, &format!("And {more} that wait."), Role::Dim, room);
    }
    if lines.is_empty() {
        push(lines, "No file is being written.", Role::Dim, room);
    }
}

pub(super) fn status(model: &Model) -> String {
    let Some(status) = model.daemon.status() else {
        return String::new();
    };
    let queue = &status.queue;
    let paused = if status.paused.is_some() {
        "paused, "
    } else {
        ""
    };
    let mut words = vec![format!(
        "heimdexd {}: {paused}{} sending, {} waiting",
        status.daemon.version,
        grouped(queue.sending.files),
        grouped(queue.waiting.files + queue.delayed.files),
    )];
    if queue.failed.files > 0 {
        words.push(format!("{} failed", grouped(queue.failed.files)));
    }
    if queue.left_bytes > 0 {
        words.push(format!("{} left", size::bytes(queue.left_bytes)));
    }
    words.join(", ")
}
