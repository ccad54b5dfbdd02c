//! One box (an atom, in `QuickTime`'s words): its header, and the walk over the boxes within one.

use std::fmt;

use crate::fields::Fields;
use crate::reader::{Reader, Stop};

/// The four characters that name a box or a format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct FourCc(pub(super) [u8; 4]);

impl FourCc {
    /// Whether it could be a name: printable, or the `©` of `QuickTime`'s user data.
    pub(super) fn is_plausible(self) -> bool {
        self.0
            .iter()
            .all(|&byte| matches!(byte, 0x20..=0x7e | 0xa9))
    }
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            match byte {
                0x20..=0x7e => write!(f, "{}", char::from(byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        Ok(())
    }
}

/// A box that lies wholly within what holds it. All positions count from the start of the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Atom {
    pub(super) kind: [u8; 4],
    pub(super) start: u64,
    pub(super) body: u64,
    pub(super) end: u64,
}

impl Atom {
    pub(super) fn length(&self) -> u64 {
        self.end - self.start
    }

    /// The first bytes of its body, at most `limit` of them.
    pub(super) fn read(&self, reader: &mut Reader<'_>, limit: usize) -> Result<Vec<u8>, Stop> {
        reader.bytes(self.body, self.end, limit)
    }

    /// A contradiction in this box.
    pub(super) fn broken(&self, what: &str) -> Stop {
        let kind = FourCc(self.kind);
        if kind.is_plausible() {
            return Stop::Broken(format!("`{kind}` {what}"));
        }
        Stop::Broken(format!("a box {what}"))
    }

    /// The boxes within it, after `skip` bytes of its own.
    pub(super) fn children(&self, skip: u64) -> Children {
        Children {
            at: self.body.saturating_add(skip).min(self.end),
            end: self.end,
        }
    }
}

/// What the first bytes of a box say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) kind: [u8; 4],
    pub(super) body: u64,
    /// Where the box says that it ends, be it past the end of what holds it; `None` where it
    /// reaches to the end of the file.
    pub(super) end: Option<u64>,
}

/// Reads the header of the box at `at`; `None` where these bytes are none. At least eight bytes
/// must lie between `at` and `limit`.
pub(super) fn header(reader: &mut Reader<'_>, at: u64, limit: u64) -> Result<Option<Header>, Stop> {
    reader.count_box()?;
    let size = u32::from_be_bytes(reader.array(at)?);
    let kind = reader.array(at + 4)?;
    Ok(match size {
        0 => Some(Header {
            kind,
            body: at + 8,
            end: None,
        }),
        1 if limit - at >= 16 => {
            let size = u64::from_be_bytes(reader.array(at + 8)?);
            let end = at
                .checked_add(size)
                .filter(|&end| size >= 16 && i64::try_from(end).is_ok());
            end.map(|end| Header {
                kind,
                body: at + 16,
                end: Some(end),
            })
        }
        1..8 => None,
        8.. => Some(Header {
            kind,
            body: at + 8,
            end: Some(at + u64::from(size)),
        }),
    })
}

/// The boxes that lie one after another within another.
pub(super) struct Children {
    at: u64,
    end: u64,
}

impl Children {
    /// The next box; `None` after the last. What is left over and too short for a box, or begins
    /// with a length of zero, is filling.
    pub(super) fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<Atom>, Stop> {
        if self.end.saturating_sub(self.at) < 8 {
            return Ok(None);
        }
        let start = self.at;
        let Some(header) = header(reader, start, self.end)? else {
            return Err(Stop::Broken(
                "a box in it is shorter than its own head".to_owned(),
            ));
        };
        let Some(end) = header.end else {
            return Ok(None);
        };
        let atom = Atom {
            kind: header.kind,
            start,
            body: header.body,
            end,
        };
        if end > self.end {
            return Err(atom.broken("is longer than what holds it"));
        }
        self.at = end;
        Ok(Some(atom))
    }
}

/// The boxes within bytes at hand; what contradicts itself ends them.
pub(super) fn boxes_in(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let mut fields = Fields::new(rest);
        let size = usize::try_from(fields.u32()?).ok()?;
        let kind = fields.array()?;
        let body = fields.take(size.checked_sub(8)?)?;
        rest = fields.rest();
        Some((kind, body))
    })
}
