//! Makes a poster into what a terminal shows. Nothing in it is believed: what it says of its size is checked before
//! anything is made of it, and only one format is read.

use std::io::Cursor;

use heimdex_api::VideoId;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::halfblocks::Halfblocks;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::kitty::Kitty;
use ratatui_image::protocol::sixel::Sixel;

use crate::tui::picture::{Canvas, Means, Picture, Sent, Size};

/// Pixels across and down at most.
const SIDE: u32 = 2048;
/// Bytes that decoding may take.
const MEMORY: u64 = 32 << 20;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecodeError {
    /// The bytes are none, or of one that is too large.
    #[error("it is no WebP of a size that posters have")]
    Image(#[from] image::ImageError),
    /// The terminal's way does not take it.
    #[error("it cannot be made into what the terminal shows")]
    Protocol(#[from] ratatui_image::errors::Errors),
}

/// The picture in at most this many columns and rows.
pub(super) fn picture(
    video: VideoId,
    bytes: &[u8],
    size: Size,
    canvas: Canvas,
) -> Result<Picture, DecodeError> {
    let image = decode(bytes)?;
    let number = number(video, size);
    let size = fitting((image.width(), image.height()), size, canvas.cell);
    let (columns, rows) = (u32::from(size.0), u32::from(size.1));
    let (cell_wide, cell_high) = (u32::from(canvas.cell.0), u32::from(canvas.cell.1));
    let (wide, high) = match canvas.means {
        Means::HalfBlocks => (columns, rows * 2),
        // In sixes of rows: the last ones would reach below it.
        Means::Sixel => (columns * cell_wide, (rows * cell_high / 6 * 6).max(1)),
        Means::Kitty { .. } | Means::Iterm2 => (columns * cell_wide, rows * cell_high),
    };
    // To a fraction of a character: nobody sees that it is not quite its shape.
    let image = image.resize_exact(wide, high, FilterType::Triangle);
    // A terminal is to see nothing through it.
    let image = DynamicImage::ImageRgb8(image.into_rgb8());
    Ok(drawn(image, size, canvas.means, number)?)
}

fn decode(bytes: &[u8]) -> image::ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::WebP);
    reader.limits(limits);
    reader.decode()
}

fn drawn(
    image: DynamicImage,
    size: Size,
    means: Means,
    number: u32,
) -> Result<Picture, ratatui_image::errors::Errors> {
    let cells = ratatui::layout::Size::from(size);
    let one = |data: String| Sent {
        size,
        kept: None,
        rows: vec![data],
    };
    let sent = match means {
        Means::HalfBlocks => {
            let cells = Protocol::Halfblocks(Halfblocks::new(image, cells)?);
            return Ok(Picture::of_cells(cells, size));
        }
        Means::Sixel => one(Sixel::new(image, cells, false)?.data),
        Means::Iterm2 => one(Iterm2::new(image, cells, false)?.data),
        Means::Kitty { deflated } => {
            let kitty = Kitty::new(image, cells, number, false, deflated)?;
            placeholders(&Protocol::Kitty(kitty), size, number)
        }
    };
    Ok(Picture::of_sent(sent))
}

/// What shows a picture that the terminal keeps: characters that it takes for parts of it.
fn placeholders(kitty: &Protocol, size: Size, number: u32) -> Sent {
    let area = Rect::new(0, 0, size.0, size.1);
    let first = |buffer: &Buffer| buffer[(0, 0)].symbol().to_owned();
    // The first time the picture itself comes before the first of them.
    let mut buffer = Buffer::empty(area);
    Image::new(kitty).render(area, &mut buffer);
    let with_picture = first(&buffer);
    Image::new(kitty).render(area, &mut buffer);
    let bytes = with_picture.strip_suffix(&first(&buffer));
    let bytes = bytes.unwrap_or_default().to_owned();
    let [_, red, green, blue] = number.to_be_bytes();
    let row = |y: u16| {
        let cells = (0..size.0).map(|x| buffer[(x, y)].symbol());
        let colour = format!("\u{1b}[38;2;{red};{green};{blue}m");
        std::iter::once(colour.as_str()).chain(cells).collect()
    };
    Sent {
        size,
        kept: Some((number, bytes)),
        rows: (0..size.1).map(row).collect(),
    }
}

/// What the terminal calls a picture: the same one by the same number.
fn number(video: VideoId, (columns, rows): Size) -> u32 {
    let mut number = u32::from(columns) << 16 | u32::from(rows);
    for bytes in video.as_uuid().as_bytes().chunks(4) {
        let word = bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u32::from(*byte));
        number = number.wrapping_mul(0x0100_0193) ^ word;
    }
    number.max(1)
}

/// The most columns and rows that a picture of so many pixels takes of these without losing its shape.
fn fitting(
    (wide, high): (u32, u32),
    (columns, rows): Size,
    (cell_wide, cell_high): (u16, u16),
) -> Size {
    let (wide, high) = (u64::from(wide.max(1)), u64::from(high.max(1)));
    let room_wide = u64::from(columns) * u64::from(cell_wide);
    let room_high = u64::from(rows) * u64::from(cell_high);
    let (across, down) = if wide * room_high > high * room_wide {
        (room_wide, high * room_wide / wide)
    } else {
        (wide * room_high / high, room_high)
    };
    let cells = |pixels: u64, cell: u16, most: u16| {
        let cells = pixels.div_ceil(u64::from(cell.max(1)));
        u16::try_from(cells).unwrap_or(most).clamp(1, most.max(1))
    };
    (
        cells(across, cell_wide, columns),
        cells(down, cell_high, rows),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn webp(wide: u32, high: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = DynamicImage::new_rgb8(wide, high);
        image.write_to(&mut bytes, ImageFormat::WebP).unwrap();
        bytes.into_inner()
    }

    fn video() -> VideoId {
        "7f3a91a2-0000-4000-8000-000000000001".parse().unwrap()
    }

    fn canvas(means: Means) -> Canvas {
        Canvas {
            means,
            cell: (10, 20),
        }
    }

    #[test]
    fn each_way_takes_a_poster_and_keeps_its_shape() {
        let poster = webp(320, 180);
        for means in [
            Means::HalfBlocks,
            Means::Kitty { deflated: true },
            Means::Iterm2,
            Means::Sixel,
        ] {
            let picture = picture(video(), &poster, (32, 20), canvas(means)).unwrap();
            assert_eq!(format!("{picture:?}"), "Picture(32x9)", "{means:?}");
        }
        assert_eq!(fitting((1080, 1920), (32, 9), (10, 20)), (11, 9));
    }

    #[test]
    fn kitty_keeps_a_picture_and_shows_it_by_characters() {
        for deflated in [false, true] {
            let means = Means::Kitty { deflated };
            let picture = picture(video(), &webp(320, 180), (8, 4), canvas(means)).unwrap();
            let placed = picture.placed(Rect::new(0, 0, 8, 4)).unwrap();
            let sent = placed.sent().unwrap();
            let (number, bytes) = sent.kept.as_ref().unwrap();
            assert!(bytes.contains(&format!("i={number},a=T,U=1")) && bytes.ends_with("\u{1b}\\"));
            assert_eq!(bytes.contains("o=z"), deflated);
            let [_, red, green, blue] = number.to_be_bytes();
            let colour = format!("\u{1b}[38;2;{red};{green};{blue}m\u{10eeee}");
            assert_eq!(sent.rows.len(), usize::from(sent.size.1));
            for row in &sent.rows {
                assert!(row.starts_with(&colour), "{row:?}");
                let parts = row.matches('\u{10eeee}').count();
                assert_eq!(parts, usize::from(sent.size.0));
            }
        }
    }

    #[test]
    fn sixels_do_not_reach_below_their_rows() {
        let canvas = Canvas {
            means: Means::Sixel,
            cell: (10, 20),
        };
        let picture = picture(video(), &webp(320, 180), (8, 4), canvas).unwrap();
        let placed = picture.placed(Rect::new(0, 0, 8, 4)).unwrap();
        let sixels = placed.sent().unwrap().rows[0].matches('-').count();
        let high = u16::try_from(sixels).unwrap() * 6;
        assert!(high <= picture.size().1 * 20, "{high}");
    }

    #[test]
    fn what_is_no_poster_is_refused_before_anything_is_made_of_it() {
        let error =
            |bytes: &[u8]| picture(video(), bytes, (32, 9), canvas(Means::HalfBlocks)).unwrap_err();
        let _ = error(b"");
        let _ = error(b"\x89PNG\r\n\x1a\n");
        let _ = error(&webp(320, 180)[..60]);
        let _ = error(&webp(SIDE + 1, 1));
        // A canvas of 16,383 by 16,383 pixels in thirty bytes.
        let mut bomb = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
        bomb.extend([0xfe, 0x3f, 0, 0xfe, 0x3f, 0]);
        let _ = error(&bomb);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_a_store_sends_is_a_picture_or_an_error(
            at in 0_usize..200, byte in any::<u8>(), end in 0_usize..400,
        ) {
            let mut bytes = webp(40, 30);
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(end.max(1));
            let _ = picture(video(), &bytes, (8, 4), canvas(Means::HalfBlocks));
        }

        #[test]
        fn it_fits(wide in 1_u32..5000, high in 1_u32..5000, columns in 1_u16..300, rows in 1_u16..100) {
            let (across, down) = fitting((wide, high), (columns, rows), (9, 18));
            prop_assert!((1..=columns).contains(&across) && (1..=rows).contains(&down));
        }
    }
}
