//! The library: a list whose columns give way as the room does, and all about one video beside or over it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{grid, poster, whole};
use crate::commands::list::{COLUMNS, row};
use crate::output::table::Side;
use crate::output::text::{count, grouped};
use crate::tui::model::{Input, Link, Model, Spot, View};
use crate::tui::picture::{Canvas, Placed};
use crate::tui::theme::Role;
use crate::tui::widgets::{field, instead, put, put_right};

/// How wide each column of the list is; the title takes what is left.
const WIDTHS: [u16; 7] = [0, 14, 8, 9, 12, 16, 6];
const GAP: u16 = 2;
/// Columns that a search wants.
pub(super) const SEARCH: u16 = 40;
/// The least that is left to the title before a column gives way.
const TITLE_LEAST: u16 = 27;
/// The column of ids: whoever wants one copies it, so it gives way first.
const ID: usize = 6;

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let (left, right) = halves(model, area);
    if let Some(left) = left {
        match model.pictures.canvas.filter(|_| is_grid(model)) {
            Some(canvas) => grid::draw(model, buffer, left, canvas),
            // The line beside it touches nothing.
            None if right.is_some() => list(
                model,
                buffer,
                Rect {
                    width: left.width.saturating_sub(1),
                    ..left
                },
            ),
            None => list(model, buffer, left),
        }
    }
    if let (Some(left), Some(_)) = (left, right) {
        for y in area.top()..area.bottom() {
            let style = model.theme.style(Role::Dim);
            put(
                buffer,
                (left.right(), y),
                1,
                model.theme.glyph("│", "|"),
                style,
            );
        }
    }
    if let Some(right) = right {
        whole::draw(model, buffer, right);
    }
}

/// Where the list stands, and where all about a video does.
fn halves(model: &Model, area: Rect) -> (Option<Rect>, Option<Rect>) {
    // Where there is no video, the list says why.
    let is_empty = model.library.window.len() == 0;
    if !model.library.is_open || is_empty && !model.is_wide() {
        return (Some(area), None);
    }
    if !model.is_wide() {
        return (None, Some(area));
    }
    // At 120 columns an id stands on one line.
    let beside = (area.width * 2 / 5 + 1).min(70);
    let left = Rect {
        width: area.width - beside - 1,
        ..area
    };
    let right = Rect {
        x: left.right() + 2,
        width: beside.saturating_sub(1),
        ..area
    };
    (Some(left), Some(right))
}

/// The whole of the view on this screen, where it has room for one.
fn area(model: &Model) -> Option<Rect> {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    super::has_room(screen).then(|| super::body(screen))
}

fn is_grid(model: &Model) -> bool {
    model.pictures.is_grid && model.library.window.len() > 0
}

/// Where the grid of posters stands, where one is shown.
fn grid_area(model: &Model) -> Option<(Rect, Canvas)> {
    let canvas = model.pictures.canvas.filter(|_| is_grid(model))?;
    Some((halves(model, area(model)?).0?, canvas))
}

/// How the grid of posters is made up, where one is shown.
pub(crate) fn grid_shape(model: &Model) -> Option<grid::Shape> {
    grid_area(model).map(|(area, canvas)| grid::Shape::of(area, canvas))
}

/// Scrolls what is known of the video under the cursor, as far as there is more of it.
pub(crate) fn scroll_whole(model: &mut Model, rows: isize) {
    let right = area(model).and_then(|area| halves(model, area).1);
    let (Some(right), Some(video)) = (right, model.library.window.selected()) else {
        return;
    };
    let (video, scroll) = (video.video_id, model.library.scroll());
    let scroll = scroll
        .saturating_add_signed(rows)
        .min(whole::most(model, right));
    model.library.scrolled = Some((video, scroll));
}

/// How many posters ahead of the cursor the one at a place is.
pub(crate) fn poster_at(model: &Model, place: (u16, u16)) -> Option<isize> {
    let (area, canvas) = grid_area(model)?;
    let shape = grid::Shape::of(area, canvas);
    let row = grid::top(model, shape) + shape.at(area, place)?;
    let window = &model.library.window;
    (row < window.len()).then_some(())?;
    isize::try_from(row)
        .ok()?
        .checked_sub_unsigned(window.cursor())
}

/// The places for posters that there are on the screen.
pub(crate) fn poster_spots(model: &Model) -> Vec<Spot> {
    let mut spots = match grid_area(model) {
        Some((area, canvas)) => grid::spots(model, area, canvas),
        None => Vec::new(),
    };
    let right = area(model).and_then(|area| halves(model, area).1);
    let right = right.filter(|_| model.library.scroll() == 0);
    spots.extend(right.and_then(|right| poster::spot(model, right)));
    spots
}

/// The pictures that are to be sent beside the characters of the screen.
pub(crate) fn pictures(model: &Model) -> Vec<Placed> {
    if model.view != View::Library || model.overlay.is_some() || model.pictures.canvas.is_none() {
        return Vec::new();
    }
    let spots = poster_spots(model);
    let is_free = |spot: &&Spot| spot.place.bottom() <= super::notice_top(model);
    let placed = spots
        .iter()
        .filter(is_free)
        .filter_map(|spot| model.pictures.get(spot)?.placed(spot.place));
    placed.collect()
}

/// The columns that have room: which one, where, how wide.
fn arranged(area: Rect) -> Vec<(usize, u16, u16)> {
    let mut kept: Vec<usize> = (0..COLUMNS.len()).collect();
    let others = |kept: &[usize]| -> u16 { kept.iter().skip(1).map(|&at| WIDTHS[at] + GAP).sum() };
    // The mark takes two columns.
    while others(&kept) + TITLE_LEAST + 2 > area.width {
        let rank = |at: usize| if at == ID { u8::MAX } else { COLUMNS[at].rank };
        let worst = kept.iter().copied().filter(|&at| rank(at) > 0);
        let worst = worst.max_by_key(|&at| rank(at)).or(kept.get(2).copied());
        let Some(worst) = worst else { break };
        kept.retain(|&at| at != worst);
    }
    let title = area.width.saturating_sub(others(&kept) + 2);
    let mut x = area.x + 2;
    kept.into_iter()
        .map(|at| {
            let wide = if at == 0 { title } else { WIDTHS[at] };
            let place = (at, x, wide);
            x += wide + GAP;
            place
        })
        .collect()
}

fn list(model: &Model, buffer: &mut Buffer, area: Rect) {
    let columns = arranged(area);
    let heading = model.theme.style(Role::Dim);
    for &(at, x, wide) in &columns {
        cell(buffer, (x, area.y), (at, wide), COLUMNS[at].name, heading);
    }
    let rows = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let library = &model.library;
    if library.window.len() == 0 {
        nothing(model, buffer, rows);
        return;
    }
    let (top, visible) = library.window.visible(usize::from(rows.height));
    for (index, (y, video)) in (rows.top()..).zip(visible).enumerate() {
        let is_selected = top + index == library.window.cursor();
        let is_marked = library.marks.contains_key(&video.video_id);
        if is_selected {
            let line = Rect {
                y,
                height: 1,
                ..rows
            };
            buffer.set_style(line, model.theme.style(Role::Cursor));
        }
        let mark = match (is_marked, is_selected) {
            (true, _) => model.theme.glyph("●", "*"),
            (false, true) => model.theme.glyph("▌", ">"),
            (false, false) => " ",
        };
        let role = if is_marked {
            Role::Marked
        } else {
            Role::Accent
        };
        put(buffer, (rows.x, y), 1, mark, model.theme.style(role));
        let cells = row(video, &model.moment);
        for &(at, x, wide) in &columns {
            let style = match cells[at].colour() {
                Some(colour) => model.theme.of(colour),
                None if is_marked => model.theme.style(Role::Marked),
                None => Style::new(),
            };
            // The colour of the line stays below it.
            let style = Style { bg: None, ..style };
            cell(buffer, (x, y), (at, wide), cells[at].shown(), style);
        }
    }
}

fn cell(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    (at, wide): (usize, u16),
    text: &str,
    style: Style,
) {
    match COLUMNS[at].side {
        Side::Left => {
            put(buffer, (x, y), wide, text, style);
        }
        Side::Right => put_right(buffer, (x + wide, y), wide, text, style),
    }
}

/// Why there is no row.
fn nothing(model: &Model, buffer: &mut Buffer, area: Rect) {
    let library = &model.library;
    let upload = model.keymap.shown(crate::tui::actions::Action::UploadPath);
    let clear = model
        .keymap
        .shown(crate::tui::actions::Action::ClearFilters);
    let (first, second, role) = match (&library.trouble, &model.link) {
        (Some(trouble), _) => (
            trouble.text.clone(),
            trouble.hint.clone().unwrap_or_default(),
            Role::Bad,
        ),
        (None, Link::LoggedOut) => ("not logged in".into(), String::new(), Role::Warning),
        (None, _) if library.is_loading => ("asking the server".into(), String::new(), Role::Dim),
        (None, _) if library.filter.is_narrow() => (
            if model.is_away() {
                "No video that is known here is like that.".into()
            } else {
                "No video is like that.".into()
            },
            // Keys are text while a search is typed.
            if library.search.is_some() {
                "esc clears the search".into()
            } else {
                format!("{clear} shows everything again")
            },
            Role::Dim,
        ),
        (None, _) => (
            "There are no videos yet.".into(),
            format!("{upload} uploads a file or a folder"),
            Role::Dim,
        ),
    };
    let style = |role| model.theme.style(role);
    let told = [(first, style(role)), (second, style(Role::Dim))];
    instead(buffer, area, &told);
}

/// Where in the list one is, and what it is narrowed to.
pub(super) fn status(model: &Model) -> String {
    let library = &model.library;
    let dot = model.theme.glyph("·", "-");
    let mut words = library.filter.words();
    if !library.marks.is_empty() {
        words.insert(0, format!("{} marked", library.marks.len()));
    }
    let place = place(model);
    format!("{place} {dot} {}", words.join(&format!(" {dot} ")))
}

/// What is searched for as it is typed, and how much of it was found.
pub(super) fn search(model: &Model, buffer: &mut Buffer, area: Rect, input: &Input) {
    let theme = &model.theme;
    let style = theme.style(Role::Accent);
    let x = put(buffer, (area.x, area.y), area.width, "/ ", style);
    let room = (area.width / 2).max(10);
    field(buffer, theme, (x, area.y), room, input, true);
    let (place, style) = (place(model), theme.style(Role::Dim));
    put_right(
        buffer,
        (area.right(), area.y),
        area.width / 3,
        &place,
        style,
    );
}

fn place(model: &Model) -> String {
    let window = &model.library.window;
    let more = if window.is_lower_bound { "+" } else { "" };
    let total = format!("{}{more}", grouped(window.total));
    match window.place() {
        Some(place) => format!("{} of {total}", grouped(place)),
        None if window.len() == 0 => count(window.total, "video", "videos"),
        None => format!("end of {total}"),
    }
}
