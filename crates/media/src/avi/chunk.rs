//! One RIFF chunk: its head, and the walk over the chunks within one.

use crate::reader::{Reader, Stop};

/// A size that says nothing: what is written first, and put right when the file is closed.
const UNWRITTEN: [u32; 2] = [0, u32::MAX];

/// A chunk, be it longer than what holds it. All positions count from the start of the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    pub(super) id: [u8; 4],
    /// Of a `RIFF` or `LIST`: what it is a list of; its chunks begin after that.
    pub(super) form: [u8; 4],
    pub(super) body: u64,
    /// Where its content ends, without the byte that fills it up; `None` where its size was never
    /// written.
    pub(super) end: Option<u64>,
}

impl Chunk {
    pub(super) const HEAD: u64 = 8;

    /// Reads the head of the chunk at `at`. At least eight bytes must lie between `at` and the end
    /// of the source.
    pub(super) fn read(reader: &mut Reader<'_>, at: u64) -> Result<Self, Stop> {
        reader.count_box()?;
        let id = reader.array(at)?;
        let size = u32::from_le_bytes(reader.array(at + 4)?);
        let body = at + Self::HEAD;
        let list = matches!(&id, b"RIFF" | b"LIST");
        let mut chunk = Self {
            id,
            form: [0; 4],
            body,
            end: Some(body + u64::from(size)),
        };
        if list && reader.size() - body >= 4 {
            chunk.form = reader.array(body)?;
            chunk.body += 4;
            // Only what grows while it is recorded has a size that is written last.
            let grows = matches!(&chunk.form, b"AVI " | b"AVIX" | b"movi");
            if UNWRITTEN.contains(&size) && grows {
                chunk.end = None;
            }
        }
        Ok(chunk)
    }

    pub(super) fn is_list(&self, form: [u8; 4]) -> bool {
        &self.id == b"LIST" && self.form == form
    }

    /// Whether its name could be one.
    pub(super) fn is_plausible(&self) -> bool {
        self.id.iter().all(|byte| (0x20..0x7f).contains(byte))
    }

    /// Its first bytes, at most `limit` of them and none past its end or that of the source.
    pub(super) fn bytes(&self, reader: &mut Reader<'_>, limit: usize) -> Result<Vec<u8>, Stop> {
        let end = self.end.unwrap_or(u64::MAX).min(reader.size());
        reader.bytes(self.body, end, limit)
    }

    /// The chunks within it, as far as both it and the source reach.
    pub(super) fn children(&self, reader: &Reader<'_>) -> Children {
        Children {
            at: self.body,
            end: self.end.unwrap_or(u64::MAX).min(reader.size()),
        }
    }
}

/// The chunks that lie one after another within another.
pub(super) struct Children {
    at: u64,
    end: u64,
}

impl Children {
    /// The next chunk; `None` after the last, and where it has no end or ends past its holder.
    pub(super) fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<Chunk>, Stop> {
        if self.end.saturating_sub(self.at) < Chunk::HEAD {
            return Ok(None);
        }
        let chunk = Chunk::read(reader, self.at)?;
        let Some(end) = chunk.end.filter(|&end| end <= self.end) else {
            return Ok(None);
        };
        self.at = padded(end);
        Ok(Some(chunk))
    }
}

/// Where the next chunk begins: chunks of odd length are filled up by a byte.
pub(super) fn padded(end: u64) -> u64 {
    end + end % 2
}
