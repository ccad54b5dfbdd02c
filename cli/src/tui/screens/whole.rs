//! All about one video: what a person should know first, its fields, its jobs.

use heimdex_api::JobState;
use heimdex_api::video::{JobResponse, VideoResponse};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::poster;
use crate::commands::show;
use crate::output::state;
use crate::output::text::{clean, clusters, width, wrapped};
use crate::tui::model::{Model, name};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{bar, put};

/// Room for the names of fields.
const NAMES: u16 = 12;

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let Some(selected) = model.library.window.selected() else {
        return;
    };
    let whole = model.library.whole.as_ref();
    let whole = whole.filter(|whole| whole.video.video_id == selected.video_id);
    // What the list knows is shown at once, and the rest as soon as it is here.
    let video = whole.map_or(selected, |whole| &whole.video);
    let mut area = area;
    if let Some(spot) = poster::above(model, area) {
        poster::draw(model, buffer, &spot);
        let taken = (spot.place.height + 1).min(area.height);
        area.y += taken;
        area.height -= taken;
    }
    let mut pen = Pen {
        buffer,
        theme: &model.theme,
        area,
        row: 0,
    };
    pen.wrapped(0, &name(video), Role::Accent);
    let (word, colour) = state::of(video);
    let style = model.theme.of(colour);
    put(
        pen.buffer,
        (area.x, area.y + pen.row),
        area.width,
        &word,
        style,
    );
    pen.row += 1;
    for sentence in show::sentences(video) {
        pen.wrapped(0, &sentence, Role::Warning);
    }
    pen.row += 1;
    let jobs = whole.map_or(&[][..], |whole| &whole.status.jobs);
    for job in jobs {
        pen.job(job);
    }
    fields(&mut pen, video, model);
}

fn fields(pen: &mut Pen<'_>, video: &VideoResponse, model: &Model) {
    for field in show::list(video, None, &model.moment) {
        if let Some((name, text)) = field.shown() {
            pen.field(name, text);
        }
    }
}

/// Writes line after line, as long as there is room.
struct Pen<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
    area: Rect,
    row: u16,
}

impl Pen<'_> {
    fn wrapped(&mut self, indent: u16, text: &str, role: Role) {
        let room = self.area.width.saturating_sub(indent);
        let text = clean(text);
        let lines = wrapped(&text, usize::from(room).max(1)).into_owned();
        for line in lines.lines() {
            // A word that is longer than the line goes on in the next.
            let mut rest = line.to_owned();
            loop {
                if self.row >= self.area.height {
                    return;
                }
                let (now, later) = split(&rest, usize::from(room).max(1));
                let at = (self.area.x + indent, self.area.y + self.row);
                put(self.buffer, at, room, &now, self.theme.style(role));
                self.row += 1;
                if later.is_empty() {
                    break;
                }
                rest = later;
            }
        }
    }

    fn field(&mut self, name: &str, text: &str) {
        if self.row >= self.area.height {
            return;
        }
        let at = (self.area.x, self.area.y + self.row);
        put(
            self.buffer,
            at,
            NAMES - 1,
            name,
            self.theme.style(Role::Dim),
        );
        self.wrapped(NAMES, text, Role::Text);
    }

    fn job(&mut self, job: &JobResponse) {
        if self.row >= self.area.height {
            return;
        }
        let (x, y) = (self.area.x, self.area.y + self.row);
        let theme = self.theme;
        let (word, role) = match job.state.known() {
            Some(JobState::Completed) => (theme.glyph("✓", "ok"), Role::Good),
            Some(JobState::Failed) => (theme.glyph("✗", "no"), Role::Bad),
            Some(JobState::Running) => (theme.glyph("▸", ">"), Role::Busy),
            _ => (theme.glyph("·", "-"), Role::Dim),
        };
        let at = put(self.buffer, (x, y), 3, word, theme.style(role));
        let at = put(
            self.buffer,
            (at + 1, y),
            16,
            stage(&job.stage),
            theme.style(Role::Text),
        ) + 1;
        let room = self.area.right().saturating_sub(at).min(24);
        if job.state.known() == Some(JobState::Running) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 1, of which thousandths are shown"
            )]
            let done = (job.progress.clamp(0.0, 1.0) * 1000.0) as u64;
            bar(self.buffer, theme, (at, y), room, (done, 0, 1000));
        }
        self.row += 1;
        if let Some(text) = &job.error_text {
            self.wrapped(4, text, Role::Warning);
        }
    }
}

/// What people call a stage.
fn stage(name: &str) -> &str {
    match name {
        "upload_validate" => "read back",
        "probe" => "looked into",
        "thumbnail" => "pictures",
        other => other,
    }
}

/// As much as fits, and the rest.
fn split(text: &str, columns: usize) -> (String, String) {
    if width(text) <= columns {
        return (text.to_owned(), String::new());
    }
    let (mut end, mut used) = (0, 0);
    for (cluster, wide) in clusters(text) {
        used += wide;
        if used > columns && end > 0 {
            break;
        }
        end += cluster.len();
    }
    (text[..end].to_owned(), text[end..].to_owned())
}
