//! The library as a grid of posters: a screen of them at a time.

use heimdex_api::video::VideoResponse;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::poster;
use crate::output::size;
use crate::output::state;
use crate::tui::model::{Model, Spot, name};
use crate::tui::picture::Canvas;
use crate::tui::theme::Role;
use crate::tui::widgets::{put, put_right};

/// Columns of a poster: no fewer, and no more; and those between two.
const LEAST: u16 = 18;
const MOST: u16 = 36;
const GAP: u16 = 2;
/// Rows below it: its name, and where it stands.
const WORDS: u16 = 2;

/// How many posters stand beside and above each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Beside each other.
    pub(crate) columns: usize,
    /// Above each other.
    pub(crate) rows: usize,
    wide: u16,
    high: u16,
}

impl Shape {
    /// In a place of this size: as large as may be, and smaller only where that leaves clearly less of it empty.
    pub(super) fn of(area: Rect, canvas: Canvas) -> Self {
        let beside = |wide: u16| (area.width + GAP) / (wide + GAP);
        let fewest = (area.width + GAP).div_ceil(MOST + GAP).max(1);
        let mut best = Self::beside(fewest, area, canvas);
        for columns in fewest + 1..=beside(LEAST) {
            let smaller = Self::beside(columns, area, canvas);
            if smaller.covered() * 8 > best.covered() * 9 {
                best = smaller;
            }
        }
        best
    }

    /// With so many beside each other.
    fn beside(columns: u16, area: Rect, canvas: Canvas) -> Self {
        let wide = ((area.width + GAP) / columns)
            .saturating_sub(GAP)
            .clamp(1, MOST);
        let (_, high) = poster::room((wide, u16::MAX), canvas.cell);
        let high = high.min(area.height.saturating_sub(WORDS)).max(1);
        // The last row needs no line below it.
        let rows = ((area.height + 1) / (high + WORDS + 1)).max(1);
        Self {
            columns: columns.into(),
            rows: rows.into(),
            wide,
            high,
        }
    }

    /// Characters that its posters take.
    fn covered(&self) -> usize {
        self.count() * usize::from(self.wide) * usize::from(self.high)
    }

    /// On a screen.
    pub(crate) fn count(&self) -> usize {
        self.columns * self.rows
    }

    /// Where the poster of that number on the screen stands.
    fn place(&self, area: Rect, number: usize) -> Rect {
        let cell =
            |number: usize, size: u16| u16::try_from(number).unwrap_or(0).saturating_mul(size);
        Rect {
            x: area.x + cell(number % self.columns, self.wide + GAP),
            y: area.y + cell(number / self.columns, self.high + WORDS + 1),
            width: self.wide,
            height: self.high,
        }
    }

    /// Which one of the screen is at a place.
    pub(super) fn at(&self, area: Rect, (x, y): (u16, u16)) -> Option<usize> {
        let spots = (0..self.count()).map(|number| self.place(area, number));
        let hit = |spot: &Rect| {
            (spot.left()..spot.right()).contains(&x)
                && (spot.top()..spot.bottom() + WORDS).contains(&y)
        };
        spots
            .enumerate()
            .find(|(_, spot)| hit(spot))
            .map(|(number, _)| number)
    }
}

/// The first row of the screen that the cursor is on, counted among those that are held.
pub(super) fn top(model: &Model, shape: Shape) -> usize {
    let window = &model.library.window;
    // By the place in the whole list, so that nothing moves when pages come and go.
    let place = window
        .place()
        .and_then(|place| usize::try_from(place).ok())
        .map_or(window.cursor(), |place| place.saturating_sub(1));
    window.cursor().saturating_sub(place % shape.count())
}

fn shown(model: &Model, shape: Shape) -> impl Iterator<Item = (usize, &VideoResponse)> {
    let top = top(model, shape);
    let rows = model.library.window.rows().enumerate();
    rows.skip(top).take(shape.count())
}

/// The posters, each with its place.
pub(super) fn spots(model: &Model, area: Rect, canvas: Canvas) -> Vec<Spot> {
    let shape = Shape::of(area, canvas);
    let spots = shown(model, shape)
        .enumerate()
        .map(|(number, (_, video))| spot(shape, area, number, video));
    spots.collect()
}

fn spot(shape: Shape, area: Rect, number: usize, video: &VideoResponse) -> Spot {
    Spot {
        video: video.video_id,
        updated_at: video.updated_at,
        place: shape.place(area, number),
    }
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect, canvas: Canvas) {
    let shape = Shape::of(area, canvas);
    for (number, (row, video)) in shown(model, shape).enumerate() {
        let spot = spot(shape, area, number, video);
        let is_selected = row == model.library.window.cursor();
        poster::draw(model, buffer, &spot);
        words(model, buffer, spot.place, video, is_selected);
    }
}

/// What stands below a poster.
fn words(
    model: &Model,
    buffer: &mut Buffer,
    place: Rect,
    video: &VideoResponse,
    is_selected: bool,
) {
    let theme = &model.theme;
    let is_marked = model.library.marks.contains_key(&video.video_id);
    let (y, end) = (place.bottom(), place.right());
    if is_selected {
        let below = Rect {
            y,
            height: WORDS,
            ..place
        };
        buffer.set_style(below.intersection(buffer.area), theme.style(Role::Cursor));
    }
    // The colour of the cursor stays below the words.
    let over = |style: Style| Style { bg: None, ..style };
    let mark = match (is_marked, is_selected) {
        (true, _) => theme.glyph("●", "*"),
        (false, true) => theme.glyph("▌", ">"),
        (false, false) => "",
    };
    let role = if is_marked { Role::Marked } else { Role::Text };
    let mut x = place.x;
    if !mark.is_empty() {
        x = put(buffer, (x, y), 2, mark, over(theme.style(Role::Accent))) + 1;
    }
    put(
        buffer,
        (x, y),
        end.saturating_sub(x),
        &name(video),
        over(theme.style(role)),
    );
    let (word, colour) = state::of(video);
    put(
        buffer,
        (place.x, y + 1),
        place.width,
        &word,
        over(theme.of(colour)),
    );
    if let Some(seconds) = video.duration_s {
        let room = place.width / 2;
        put_right(
            buffer,
            (end, y + 1),
            room,
            &size::length(seconds),
            over(theme.style(Role::Dim)),
        );
    }
}
