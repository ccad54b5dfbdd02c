//! What happened, the latest at the foot.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::output::time;
use crate::tui::model::{Model, Tone};
use crate::tui::theme::Role;
use crate::tui::widgets::put;

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
    let height = usize::from(area.height);
    let end = model.log.len() - model.log_back.min(model.log.len() - 1);
    let start = end.saturating_sub(height);
    for (y, line) in (area.top()..area.bottom()).zip(model.log.range(start..end)) {
        let when = time::calendar(line.at, &model.moment);
        put(
            buffer,
            (area.x, y),
            TIMES - 1,
            &when,
            model.theme.style(Role::Dim),
        );
        let role = match line.tone {
            Tone::Good => Role::Text,
            Tone::Bad => Role::Bad,
        };
        let room = area.width.saturating_sub(TIMES);
        put(
            buffer,
            (area.x + TIMES, y),
            room,
            &line.text,
            model.theme.style(role),
        );
    }
}
