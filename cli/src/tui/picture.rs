//! A picture as one terminal shows it: characters in two colours that are drawn like all others, or what is sent to it
//! beside them and stands where the frame leaves room.

use std::fmt;
use std::sync::Arc;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::protocol::Protocol;

/// Columns and rows of a picture.
pub(crate) type Size = (u16, u16);

/// By what a terminal shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// The protocol of kitty.
    Kitty {
        /// Whether it takes them deflated.
        deflated: bool,
    },
    /// That of iTerm2.
    Iterm2,
    /// Sixels.
    Sixel,
    /// Characters, each of two pixels.
    HalfBlocks,
}

/// What pictures are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Canvas {
    /// By what they are shown.
    pub(crate) means: Means,
    /// Pixels of a character: width and height.
    pub(crate) cell: (u16, u16),
}

/// A picture. Copies share it.
#[derive(Clone)]
pub(crate) struct Picture(Arc<Way>);

enum Way {
    Cells(Box<Protocol>, Size),
    Sent(Sent),
}

/// What is sent to the terminal for a picture.
#[derive(Default)]
pub(crate) struct Sent {
    /// Columns and rows that it takes.
    pub(crate) size: Size,
    /// What the terminal is to keep of it, and by which number, before it can be shown.
    pub(crate) kept: Option<(u32, String)>,
    /// What shows it, row by row; the first one may show all of it.
    pub(crate) rows: Vec<String>,
}

/// A picture that is sent, and the column and row where it is to be seen.
#[derive(Clone)]
pub(crate) struct Placed {
    picture: Arc<Way>,
    /// From the left and from the top.
    pub(crate) at: (u16, u16),
}

impl Picture {
    /// One of characters.
    pub(crate) fn of_cells(cells: Protocol, size: Size) -> Self {
        Self(Arc::new(Way::Cells(Box::new(cells), size)))
    }

    /// One that is sent.
    pub(crate) fn of_sent(sent: Sent) -> Self {
        Self(Arc::new(Way::Sent(sent)))
    }

    /// Columns and rows that it takes.
    pub(crate) fn size(&self) -> Size {
        match &*self.0 {
            Way::Cells(_, size) => *size,
            Way::Sent(sent) => sent.size,
        }
    }

    /// Bytes that it takes here, about.
    pub(crate) fn weight(&self) -> usize {
        match &*self.0 {
            Way::Cells(_, (columns, rows)) => usize::from(*columns) * usize::from(*rows) * 16,
            Way::Sent(sent) => sent.weight(),
        }
    }

    /// Where it stands in a place: in the middle; `None` where it is too large.
    fn within(&self, place: Rect) -> Option<Rect> {
        let (width, height) = self.size();
        let fits = width <= place.width && height <= place.height;
        fits.then(|| Rect {
            x: place.x + (place.width - width) / 2,
            y: place.y + (place.height - height) / 2,
            width,
            height,
        })
    }

    /// Draws it into a place, or leaves room for it there.
    pub(crate) fn draw(&self, place: Rect, buffer: &mut Buffer) {
        let Some(own) = self.within(place) else {
            return;
        };
        let own = own.intersection(buffer.area);
        match &*self.0 {
            Way::Cells(cells, _) => Image::new(cells).render(own, buffer),
            Way::Sent(_) => {
                for position in own.positions() {
                    buffer[position].reset();
                    buffer[position].set_diff_option(CellDiffOption::Skip);
                }
            }
        }
    }

    /// Where in a place it is to be seen, where it is one that is sent.
    pub(crate) fn placed(&self, place: Rect) -> Option<Placed> {
        let own = self.within(place)?;
        matches!(*self.0, Way::Sent(_)).then(|| Placed {
            picture: Arc::clone(&self.0),
            at: (own.x, own.y),
        })
    }
}

impl Sent {
    fn weight(&self) -> usize {
        let kept = self.kept.as_ref().map_or(0, |(_, bytes)| bytes.len());
        kept + self.rows.iter().map(String::len).sum::<usize>()
    }
}

impl Placed {
    /// What is sent for it.
    pub(crate) fn sent(&self) -> Option<&Sent> {
        match &*self.picture {
            Way::Cells(..) => None,
            Way::Sent(sent) => Some(sent),
        }
    }

    /// Whether it is the same picture.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.picture, &other.picture)
    }

    /// Whether nobody else holds the picture any more.
    pub(crate) fn is_last(&self) -> bool {
        Arc::strong_count(&self.picture) == 1
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (columns, rows) = self.size();
        write!(f, "Picture({columns}x{rows})")
    }
}

impl fmt::Debug for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Placed({:?})", self.at)
    }
}
