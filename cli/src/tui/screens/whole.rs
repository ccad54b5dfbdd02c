//! All about one video: what a person should know first, its fields, its jobs.

use std::collections::BTreeSet;

use heimdex_api::JobState;
use heimdex_api::video::JobResponse;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::poster;
use crate::commands::show;
use crate::output::state;
use crate::tui::actions::Action;
use crate::tui::model::{Model, Spot, name};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{bar, broken, put};

/// Room for the names of fields.
const NAMES: u16 = 12;

/// A line of what is known.
enum Line<'a> {
    /// Text, so far from the left.
    Text(u16, String, Style),
    /// The name of a field, and the first line of it.
    Field(&'static str, String),
    /// A job, and how far it is.
    Job(&'a JobResponse),
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let lines = lines(model, area.width);
    let scroll = model.library.scroll();
    let mut place = area;
    // The first step back is over the poster.
    let top = match poster::above(model, area) {
        Some(spot) if scroll == 0 => {
            poster::draw(model, buffer, &spot);
            place = below(&spot, area);
            0
        }
        Some(_) => scroll - 1,
        None => scroll,
    };
    let has_more = lines.len() > top + usize::from(place.height);
    let end = place.bottom() - u16::from(has_more && place.height > 0);
    for (y, line) in (place.top()..end).zip(lines.iter().skip(top)) {
        let line_place = Rect {
            y,
            height: 1,
            ..place
        };
        one(model, buffer, line_place, line);
    }
    if has_more && end < place.bottom() {
        let key = model.keymap.shown(Action::DetailDown);
        let (mark, style) = (model.theme.glyph("↓", "v"), model.theme.style(Role::Accent));
        let text = format!("{mark} {key} shows more");
        put(buffer, (place.x, end), place.width, &text, style);
    }
}

/// What is left of a place below a poster.
fn below(spot: &Spot, area: Rect) -> Rect {
    let taken = (spot.place.height + 1).min(area.height);
    Rect {
        y: area.y + taken,
        height: area.height - taken,
        ..area
    }
}

/// How far it can be scrolled in a place.
pub(super) fn most(model: &Model, area: Rect) -> usize {
    let lines = lines(model, area.width).len();
    let beyond = lines.saturating_sub(area.height.into());
    match poster::above(model, area) {
        Some(spot) if lines > below(&spot, area).height.into() => beyond + 1,
        Some(_) => 0,
        None => beyond,
    }
}

/// All that is known of the video under the cursor, in so many columns.
fn lines(model: &Model, columns: u16) -> Vec<Line<'_>> {
    let Some(selected) = model.library.window.selected() else {
        return Vec::new();
    };
    let whole = model.library.whole.as_ref();
    let whole = whole.filter(|whole| whole.video.video_id == selected.video_id);
    // What the list knows is shown at once, and the rest as soon as it is here.
    let video = whole.map_or(selected, |whole| &whole.video);
    let theme = &model.theme;
    let mut lines = Vec::new();
    let text = |lines: &mut Vec<Line<'_>>, indent: u16, text: &str, style: Style| {
        let broken = broken(text, columns.saturating_sub(indent)).into_iter();
        lines.extend(broken.map(|line| Line::Text(indent, line, style)));
    };
    text(&mut lines, 0, &name(video), theme.style(Role::Accent));
    let (word, colour) = state::of(video);
    text(&mut lines, 0, &word, theme.of(colour));
    for sentence in show::sentences(video) {
        text(&mut lines, 0, &sentence, theme.style(Role::Warning));
    }
    text(&mut lines, 0, "", theme.style(Role::Text));
    for job in latest(whole.map_or(&[], |whole| &whole.status.jobs)) {
        lines.push(Line::Job(job));
        if let Some(error) = &job.error_text {
            text(&mut lines, 4, error, theme.style(Role::Warning));
        }
    }
    for field in show::list(video, None, &model.moment) {
        if let Some((name, value)) = field.shown() {
            // What is one line elsewhere has lines here.
            let own = video
                .description
                .as_deref()
                .filter(|_| name == "Description");
            let value = own.map_or(value, str::trim_end);
            let mut broken = broken(value, columns.saturating_sub(NAMES)).into_iter();
            lines.push(Line::Field(name, broken.next().unwrap_or_default()));
            let style = theme.style(Role::Text);
            lines.extend(broken.map(|line| Line::Text(NAMES, line, style)));
        }
    }
    lines
}

/// The latest job of each stage: what was tried before it, or done for what was edited since, is over.
fn latest(jobs: &[JobResponse]) -> Vec<&JobResponse> {
    let mut stages = BTreeSet::new();
    let latest = jobs.iter().rev().filter(|job| stages.insert(&job.stage));
    let mut latest: Vec<&JobResponse> = latest.collect();
    latest.reverse();
    latest
}

fn one(model: &Model, buffer: &mut Buffer, place: Rect, line: &Line<'_>) {
    let theme = &model.theme;
    let (x, y) = (place.x, place.y);
    match line {
        Line::Text(indent, text, style) => {
            let room = place.width.saturating_sub(*indent);
            put(buffer, (x + indent, y), room, text, *style);
        }
        Line::Field(name, text) => {
            put(buffer, (x, y), NAMES - 1, name, theme.style(Role::Dim));
            let room = place.width.saturating_sub(NAMES);
            let style = theme.style(Role::Text);
            put(buffer, (x + NAMES, y), room, text, style);
        }
        Line::Job(of) => job(theme, buffer, place, of),
    }
}

fn job(theme: &Theme, buffer: &mut Buffer, place: Rect, job: &JobResponse) {
    let (word, role) = match job.state.known() {
        Some(JobState::Completed) => (theme.glyph("✓", "ok"), Role::Good),
        Some(JobState::Failed) => (theme.glyph("✗", "no"), Role::Bad),
        Some(JobState::Running) => (theme.glyph("▸", ">"), Role::Busy),
        _ => (theme.glyph("·", "-"), Role::Dim),
    };
    let y = place.y;
    let at = put(buffer, (place.x, y), 3, word, theme.style(role)) + 1;
    let style = theme.style(Role::Text);
    let at = put(buffer, (at, y), 16, stage(&job.stage), style) + 1;
    let room = place.right().saturating_sub(at).min(24);
    if job.state.known() == Some(JobState::Running) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1, of which thousandths are shown"
        )]
        let done = (job.progress.clamp(0.0, 1.0) * 1000.0) as u64;
        bar(buffer, theme, (at, y), room, (done, 0, 1000));
    }
}

/// What people call a stage.
fn stage(name: &str) -> &str {
    match name {
        "upload_validate" => "read back",
        "probe" => "looked into",
        "thumbnail" => "pictures",
        "side_car" => "side-car",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_stage_only_the_latest_job_is_told() {
        let job = |number: u64, stage: &str| -> JobResponse {
            let json = serde_json::json!({
                "job_id": format!("7f3a91a2-0000-4000-8000-{number:012x}"), "stage": stage,
                "state": "completed", "progress": 1.0, "error_text": null,
                "started_at": null, "finished_at": null,
            });
            serde_json::from_value(json).unwrap()
        };
        let jobs = ["probe", "pictures", "side-car", "pictures", "side-car"];
        let jobs: Vec<JobResponse> = (0..).zip(jobs).map(|(at, stage)| job(at, stage)).collect();
        let told = latest(&jobs);
        let expected = [&jobs[0], &jobs[3], &jobs[4]];
        assert_eq!(told, expected);
    }
}
