//! The contact sheet: small pictures in rows. Pure.

use super::frame::Frame;

/// Pictures a row.
const ACROSS: usize = 4;
/// The most that one of them takes either way, in pixels.
pub(super) const SIDE: usize = 320;
/// The space between them.
const GAP: usize = 4;
const GROUND: [u8; 3] = [16, 16, 16];

/// All of these in one, each in its place.
#[must_use]
pub(super) fn sheet(frames: &[Frame]) -> Frame {
    let small: Vec<Frame> = frames
        .iter()
        .map(|frame| frame.within(SIDE, SIDE))
        .collect();
    let across = small.len().clamp(1, ACROSS);
    let down = small.len().div_ceil(ACROSS).max(1);
    let width = small.iter().map(Frame::width).max().unwrap_or(1);
    let height = small.iter().map(Frame::height).max().unwrap_or(1);
    let all = |count: usize, size: usize| count * size + (count + 1) * GAP;
    let mut sheet = Frame::filled(all(across, width), all(down, height), GROUND);
    for (index, frame) in small.iter().enumerate() {
        let (column, row) = (index % ACROSS, index / ACROSS);
        let left = GAP + column * (width + GAP) + (width - frame.width()) / 2;
        let top = GAP + row * (height + GAP) + (height - frame.height()) / 2;
        sheet.put(frame, left, top);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_has_its_place() {
        let frames: Vec<Frame> = (0..6)
            .map(|shade| Frame::filled(640, 360, [shade * 40; 3]))
            .collect();
        let sheet = sheet(&frames);
        assert_eq!(
            (sheet.width(), sheet.height()),
            (4 * 320 + 5 * 4, 2 * 180 + 3 * 4)
        );
        let at = |column: usize, row: usize| sheet.pixels()[(row * sheet.width() + column) * 3];
        assert_eq!(at(0, 0), 16);
        assert_eq!([at(10, 10), at(334, 10), at(10, 200)], [0, 40, 160]);
        let one = super::sheet(&frames[..1]);
        assert_eq!((one.width(), one.height()), (328, 188));
    }
}
