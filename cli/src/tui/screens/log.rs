//! What happened, the latest at the foot.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::output::time;
use crate::tui::model::{Model, Tone};
use crate::tui::theme::Role;
use crate::tui::widgets::{broken, put};

/// Room for when it was.
const TIMES: u16 = 14;

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    if model.log.is_empty() {
        let at = (area.x + 2, area.y + area.height / 3);
        put(
            buffer,
            at,
            area.width,
            "Nothing has happened yet.",
            model.theme.style(Role::Dim),
        );
        return;
    }
    let end = model.log.len() - model.log_back.min(model.log.len() - 1);
    let room = area.width.saturating_sub(TIMES).max(1);
    let mut lines = Vec::new();
    // From the foot on, as many as there is room for.
    for line in model.log.range(..end).rev() {
        let at = std::iter::once(Some(line.at)).chain(std::iter::repeat(None));
        let broken: Vec<_> = at.zip(broken(&line.text, room)).collect();
        let broken = broken.into_iter().rev();
        lines.extend(broken.map(|(at, text)| (at, text, line.tone)));
        if lines.len() >= usize::from(area.height) {
            break;
        }
    }
    lines.truncate(area.height.into());
    for (y, (at, text, tone)) in (area.top()..area.bottom()).zip(lines.into_iter().rev()) {
        let when = at.map(|at| time::calendar(at, &model.moment));
        let dim = model.theme.style(Role::Dim);
        put(
            buffer,
            (area.x, y),
            TIMES - 1,
            &when.unwrap_or_default(),
            dim,
        );
        let role = match tone {
            Tone::Good => Role::Text,
            Tone::Bad => Role::Bad,
        };
        let style = model.theme.style(role);
        put(buffer, (area.x + TIMES, y), room, &text, style);
    }
}
