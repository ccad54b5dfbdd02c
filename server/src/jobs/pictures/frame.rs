//! One frame, and what it is worth: neither black nor white nor blurred. Pure.

/// Darker than this on average, of 255, is black; brighter than the other is white.
const DARK: f64 = 24.0;
const BRIGHT: f64 = 240.0;
/// What varies less shows nothing.
const FLAT: f64 = 6.0;
/// What frames are judged at, so that noise of large ones does not look sharp.
const JUDGED_SIDE: usize = 240;

/// Pixels, three bytes each, row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({}x{})", self.width, self.height)
    }
}

impl Frame {
    /// A frame of one colour.
    #[must_use]
    pub fn filled(width: usize, height: usize, colour: [u8; 3]) -> Self {
        let pixels = colour.iter().copied().cycle().take(width * height * 3);
        Self {
            width,
            height,
            pixels: pixels.collect(),
        }
    }

    /// Reads a binary PPM, as ffmpeg writes it: `P6`, width, height, 255, each followed by one white space.
    #[must_use]
    pub fn from_ppm(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut word = || {
            let end = rest.iter().position(u8::is_ascii_whitespace)?;
            let (word, behind) = rest.split_at(end);
            rest = &behind[1..];
            std::str::from_utf8(word).ok()
        };
        if word()? != "P6" {
            return None;
        }
        let (width, height) = (word()?.parse().ok()?, word()?.parse().ok()?);
        if word()? != "255" {
            return None;
        }
        let size = usize::checked_mul(width, height)?.checked_mul(3)?;
        let is_whole = rest.len() == size && size > 0;
        is_whole.then(|| Self {
            width,
            height,
            pixels: rest.to_vec(),
        })
    }

    /// Pixels a row.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// All of them.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The same within so many pixels, each the mean of those that it stands for; never larger.
    #[must_use]
    pub fn within(&self, width: usize, height: usize) -> Self {
        let (across, down) = (width.max(1), height.max(1));
        if self.width <= across && self.height <= down {
            return self.clone();
        }
        let (to_width, to_height) = if self.width * down > self.height * across {
            (across, (self.height * across / self.width).max(1))
        } else {
            ((self.width * down / self.height).max(1), down)
        };
        let mut pixels = Vec::with_capacity(to_width * to_height * 3);
        for row in 0..to_height {
            let rows = span(row, to_height, self.height);
            for column in 0..to_width {
                let columns = span(column, to_width, self.width);
                pixels.extend(self.mean(rows, columns));
            }
        }
        Self {
            width: to_width,
            height: to_height,
            pixels,
        }
    }

    /// Whether it is the better one of the two to show.
    pub(super) fn is_worth_more_than(&self, other: &Self) -> bool {
        Worth::of(self).is_more_than(&Worth::of(other))
    }

    /// Puts another one onto this one, its corner here; what does not fit is left out.
    pub(super) fn put(&mut self, other: &Self, left: usize, top: usize) {
        let across = other.width.min(self.width.saturating_sub(left)) * 3;
        for row in 0..other.height.min(self.height.saturating_sub(top)) {
            let from = row * other.width * 3;
            let to = ((top + row) * self.width + left) * 3;
            self.pixels[to..to + across].copy_from_slice(&other.pixels[from..from + across]);
        }
    }

    fn mean(&self, rows: (usize, usize), columns: (usize, usize)) -> [u8; 3] {
        let mut sums = [0_usize; 3];
        for row in rows.0..rows.1 {
            let from = (row * self.width + columns.0) * 3;
            let to = (row * self.width + columns.1) * 3;
            for pixel in self.pixels[from..to].as_chunks::<3>().0 {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += usize::from(*value);
                }
            }
        }
        let count = ((rows.1 - rows.0) * (columns.1 - columns.0)).max(1);
        sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX))
    }

    fn brightness(&self) -> Vec<f64> {
        let pixels = self.pixels.as_chunks::<3>().0.iter();
        pixels
            .map(|[red, green, blue]| {
                0.299 * f64::from(*red) + 0.587 * f64::from(*green) + 0.114 * f64::from(*blue)
            })
            .collect()
    }
}

fn span(index: usize, of: usize, all: usize) -> (usize, usize) {
    let from = index * all / of;
    (from, ((index + 1) * all / of).clamp(from + 1, all))
}

/// What a frame is worth.
#[derive(Debug, Clone, Copy)]
struct Worth {
    /// It is neither black nor white nor of one colour.
    shows: bool,
    contrast: f64,
    sharpness: f64,
}

impl Worth {
    fn of(frame: &Frame) -> Self {
        let small = frame.within(JUDGED_SIDE, JUDGED_SIDE);
        let brightness = small.brightness();
        let (mean, contrast) = mean_and_deviation(&brightness);
        Self {
            shows: mean > DARK && mean < BRIGHT && contrast > FLAT,
            contrast,
            sharpness: sharpness(&brightness, small.width),
        }
    }

    /// Of two that show something the sharper one; of two that do not the one with more in it. The earlier one wins a tie.
    fn is_more_than(&self, other: &Self) -> bool {
        match (self.shows, other.shows) {
            (true, false) => true,
            (false, true) => false,
            (true, true) => self.sharpness > other.sharpness * 1.05,
            (false, false) => self.contrast > other.contrast,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a frame has few pixels")]
fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = values.iter().map(|value| (value - mean).powi(2));
    (mean, (spread.sum::<f64>() / count).sqrt())
}

/// How much neighbours differ beyond a slope: the deviation of the Laplacian, which blurring takes away first.
fn sharpness(brightness: &[f64], width: usize) -> f64 {
    let rows: Vec<&[f64]> = brightness.chunks_exact(width.max(1)).collect();
    let mut edges = Vec::new();
    for three in rows.windows(3) {
        for column in 1..width.saturating_sub(1) {
            let around =
                three[0][column] + three[2][column] + three[1][column - 1] + three[1][column + 1];
            edges.push(around - 4.0 * three[1][column]);
        }
    }
    mean_and_deviation(&edges).1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checked(size: usize, square: usize) -> Frame {
        let mut frame = Frame::filled(size, size, [60; 3]);
        let white = Frame::filled(square, square, [200; 3]);
        for row in (0..size).step_by(square) {
            for column in (0..size).step_by(square) {
                if (row / square + column / square).is_multiple_of(2) {
                    frame.put(&white, column, row);
                }
            }
        }
        frame
    }

    fn blurred(frame: &Frame) -> Frame {
        let mut blurred = frame.clone();
        for row in 0..frame.height {
            for column in 0..frame.width {
                let rows = (row.saturating_sub(6), (row + 7).min(frame.height));
                let columns = (column.saturating_sub(6), (column + 7).min(frame.width));
                let at = (row * frame.width + column) * 3;
                blurred.pixels[at..at + 3].copy_from_slice(&frame.mean(rows, columns));
            }
        }
        blurred
    }

    #[test]
    fn neither_black_nor_white_nor_blurred_is_chosen() {
        let sharp = checked(120, 10);
        let black = Frame::filled(120, 120, [3, 2, 4]);
        let white = Frame::filled(120, 120, [255; 3]);
        let grey = Frame::filled(120, 120, [90; 3]);
        let soft = blurred(&sharp);
        let from_worst_to_best = [&black, &soft, &sharp];
        for (index, better) in from_worst_to_best.iter().enumerate() {
            for worse in &from_worst_to_best[..index] {
                assert!(better.is_worth_more_than(worse));
                assert!(!worse.is_worth_more_than(better));
            }
        }
        for plain in [&black, &white, &grey] {
            assert!(soft.is_worth_more_than(plain) && !plain.is_worth_more_than(&soft));
        }
        assert!(
            !grey.is_worth_more_than(&black),
            "where nothing shows anything, the first"
        );
    }

    #[test]
    fn pictures_of_any_size_are_read_and_nothing_else() {
        let frame = Frame::from_ppm(b"P6\n2 1\n255\nabcdef").unwrap();
        assert_eq!(
            (frame.width(), frame.height(), frame.pixels()),
            (2, 1, &b"abcdef"[..])
        );
        for wrong in [
            &b""[..],
            b"P6",
            b"P6\n2 1\n255\nabcde",
            b"P6\n2 1\n255\nabcdefg",
            b"P5\n2 1\n255\nabcdef",
            b"P6\n0 0\n255\n",
            b"P6\n99999999999 99999999999\n255\n",
        ] {
            assert_eq!(Frame::from_ppm(wrong), None);
        }
    }

    proptest! {
        #[test]
        fn a_smaller_one_fits_and_has_all_its_pixels(
            width in 1_usize..90, height in 1_usize..90, across in 1_usize..40, down in 1_usize..40,
        ) {
            let frame = Frame::filled(width, height, [1, 2, 3]);
            let small = frame.within(across, down);
            prop_assert!(small.width() <= across.max(1) || small.width() == width);
            prop_assert!(small.width() <= across && small.height() <= down);
            prop_assert_eq!(small.pixels().len(), small.width() * small.height() * 3);
            prop_assert!(small.pixels().as_chunks::<3>().0.iter().all(|pixel| *pixel == [1, 2, 3]));
        }

        #[test]
        fn whatever_ffmpeg_gives_is_read_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Frame::from_ppm(&bytes);
        }
    }
}
