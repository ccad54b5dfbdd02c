//! A poster: how much room it takes, and what stands there until it is here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::model::{Model, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::put;

/// Beside the words about a video it is no wider.
const WIDEST: u16 = 52;
/// With fewer rows nobody sees what it shows.
const LEAST: u16 = 4;

/// Columns and rows of a poster of 16 to 9 within so many, of characters of so many pixels.
pub(super) fn room((columns, rows): (u16, u16), (wide, high): (u16, u16)) -> (u16, u16) {
    let (wide, high) = (u32::from(wide.max(1)), u32::from(high.max(1)));
    // To the nearest row.
    let needed = ((u32::from(columns) * wide * 9 + 8 * high) / (16 * high)).max(1);
    if needed <= u32::from(rows) {
        return (columns, u16::try_from(needed).unwrap_or(rows));
    }
    let across = u32::from(rows) * high * 16 / 9 / wide;
    (u16::try_from(across).unwrap_or(columns).min(columns), rows)
}

/// Where the poster of the video under the cursor is to stand above the words about it, if there is room.
pub(super) fn spot(model: &Model, area: Rect) -> Option<Spot> {
    let canvas = model.pictures.canvas?;
    let video = model.library.window.selected()?;
    let (width, height) = room((area.width.min(WIDEST), area.height / 3), canvas.cell);
    let spot = Spot {
        video: video.video_id,
        updated_at: video.updated_at,
        place: Rect {
            width,
            height,
            ..area
        },
    };
    (height >= LEAST).then_some(spot)
}

/// Where it stands, unless it is known that there is none.
pub(super) fn above(model: &Model, area: Rect) -> Option<Spot> {
    spot(model, area).filter(|spot| !model.pictures.has_none(spot))
}

/// Draws it, or that it is not here.
pub(super) fn draw(model: &Model, buffer: &mut Buffer, spot: &Spot) {
    let place = spot.place;
    // What is sent beside the characters would not be hidden by what lies over the view.
    let picture = model.pictures.get(spot);
    let picture = picture.filter(|it| model.overlay.is_none() || it.placed(place).is_none());
    if let Some(picture) = picture {
        picture.draw(place, buffer);
        return;
    }
    let dot = model.theme.glyph("·", ".");
    let middle = (place.x + place.width / 2, place.y + place.height / 2);
    put(buffer, middle, 1, dot, model.theme.style(Role::Dim));
}
