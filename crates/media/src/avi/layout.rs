//! The walk over the RIFF chunks of the file: its head, where pictures and sound lie, where the
//! bytes end.

use std::collections::BTreeMap;

use super::chunk::{Chunk, padded};
use super::head::Head;
use crate::error::MediaError;
use crate::fields::Fields;
use crate::reader::{AHEAD, Ended, Reader, Stop};

/// The head of a chunk, and what a list is of.
const LIST_HEAD: u64 = 12;

/// More chunks than this are hopped through by their heads alone.
const MANY_CHUNKS: u32 = 256;

/// What lies where in the file.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) head: Option<Head>,
    pub(super) movie: bool,
    /// `idx1`, or an index in the style of `OpenDML` that lies where the head says.
    pub(super) indexed: bool,
    /// The first RIFF chunk has no size: the file was never closed, or written to a pipe.
    pub(super) open: bool,
    /// Bytes that the last RIFF chunk says it has and the file has not.
    pub(super) missing: u64,
    /// Where an index of the head lies past the end of the file: how far.
    pub(super) index_missing: u64,
    /// Where the end of the file cuts something.
    pub(super) cut: Option<Place>,
    /// Pictures and sound of an open file, by the number of their stream.
    pub(super) counted: BTreeMap<u8, Counted>,
    pub(super) captured: Option<String>,
    pub(super) ended: Ended,
}

/// Chunks of one stream.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counted {
    pub(super) chunks: u64,
    pub(super) bytes: u64,
}

/// What the end of the file cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Head,
    Movie,
    Index,
}

/// Walks over the file from its first byte to its last.
pub(super) fn walk(reader: &mut Reader<'_>) -> Result<Layout, MediaError> {
    let mut layout = Layout::default();
    layout.ended = Ended::of(layout.walk(reader))?;
    Ok(layout)
}

impl Layout {
    fn walk(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        let size = reader.size();
        let mut at = 0;
        while size - at >= Chunk::HEAD + 4 {
            let riff = Chunk::read(reader, at)?;
            // What follows the last RIFF chunk is not of the film.
            let form = matches!(&riff.form, b"AVI " | b"AVI\x19" | b"AVIX");
            if &riff.id != b"RIFF" || !form {
                break;
            }
            self.walk_riff(reader, &riff)?;
            let Some(end) = riff.end else {
                self.open = true;
                return Ok(());
            };
            self.missing = end.saturating_sub(size);
            at = padded(end);
            if at >= size {
                break;
            }
        }
        let streams = self.head.iter().flat_map(|head| &head.streams);
        let indexed_end = streams.map(|stream| stream.indexed_end).max();
        self.index_missing = indexed_end.unwrap_or_default().saturating_sub(size);
        self.indexed |= indexed_end.is_some_and(|end| end > 0 && end <= size);
        Ok(())
    }

    fn walk_riff(&mut self, reader: &mut Reader<'_>, riff: &Chunk) -> Result<(), Stop> {
        let size = reader.size();
        let end = riff.end.unwrap_or(u64::MAX);
        let mut at = riff.body;
        while end.saturating_sub(at) >= Chunk::HEAD {
            if size.saturating_sub(at) < Chunk::HEAD {
                self.note_cut(self.next_place());
                return Ok(());
            }
            let chunk = Chunk::read(reader, at)?;
            if !chunk.is_plausible() {
                return Err(Stop::Broken(format!("there is no chunk at byte {at}")));
            }
            self.visit(reader, &chunk)?;
            let Some(chunk_end) = chunk.end else {
                return self.walk_open_movie(reader, chunk.body);
            };
            if chunk_end > size {
                self.note_cut(place(&chunk));
                return Ok(());
            }
            at = padded(chunk_end);
        }
        Ok(())
    }

    fn visit(&mut self, reader: &mut Reader<'_>, chunk: &Chunk) -> Result<(), Stop> {
        if chunk.is_list(*b"hdrl") && self.head.is_none() {
            self.head = Some(Head::read(reader, chunk)?);
            let mut children = chunk.children(reader);
            while let Some(child) = children.next(reader)? {
                if &child.id == b"IDIT" {
                    self.captured = text(&child.bytes(reader, 64)?);
                }
            }
        } else if chunk.is_list(*b"INFO") {
            let mut children = chunk.children(reader);
            while let Some(child) = children.next(reader)? {
                if &child.id == b"ICRD" {
                    self.captured = text(&child.bytes(reader, 64)?).or(self.captured.take());
                }
            }
        } else if chunk.is_list(*b"movi") {
            self.movie = true;
        } else if &chunk.id == b"idx1" {
            self.indexed |= chunk.end.is_some_and(|end| end <= reader.size());
        }
        Ok(())
    }

    /// Counts the chunks of pictures and sound where no size says how many there are.
    fn walk_open_movie(&mut self, reader: &mut Reader<'_>, body: u64) -> Result<(), Stop> {
        self.open = true;
        let closed = self.head.as_ref().map_or(0, |head| head.flags) & Head::HAS_INDEX;
        if closed != 0 {
            // The head promises an index that never came: how far it got is not asked.
            return Ok(());
        }
        let size = reader.size();
        let mut at = body;
        let mut steps = 0;
        while size.saturating_sub(at) > 0 {
            if size - at < Chunk::HEAD {
                self.note_cut(Place::Movie);
                return Ok(());
            }
            steps += 1;
            let wanted = if steps < MANY_CHUNKS {
                AHEAD as u64
            } else {
                LIST_HEAD
            };
            reader.prefetch(at, LIST_HEAD, wanted)?;
            let chunk = Chunk::read(reader, at)?;
            if !chunk.is_plausible() {
                return Err(Stop::Broken(format!("there is no chunk at byte {at}")));
            }
            if matches!(&chunk.id, b"LIST" | b"idx1") {
                let end = chunk.end.unwrap_or(u64::MAX);
                if &chunk.id == b"idx1" {
                    self.indexed = end <= size;
                }
                // Pictures of one moment may be grouped (`rec `): what lies in the group comes next.
                if chunk.is_list(*b"rec ") {
                    at = chunk.body;
                    continue;
                }
                at = self.step(end, size, place(&chunk));
                continue;
            }
            let end = chunk.end.unwrap_or(u64::MAX);
            if end <= size {
                self.count(chunk.id, end - chunk.body);
            }
            at = self.step(end, size, Place::Movie);
        }
        Ok(())
    }

    fn step(&mut self, end: u64, size: u64, place: Place) -> u64 {
        if end > size {
            self.missing = end - size;
            self.note_cut(place);
            return size;
        }
        padded(end)
    }

    /// The chunks of stream 1 are named `01wb`, `01dc` and so on.
    fn count(&mut self, id: [u8; 4], bytes: u64) {
        let digit = |byte: u8| char::from(byte).to_digit(10);
        let number = digit(id[0]).zip(digit(id[1]));
        let Some(number) = number.and_then(|(tens, ones)| u8::try_from(tens * 10 + ones).ok())
        else {
            return;
        };
        let counted = self.counted.entry(number).or_default();
        counted.chunks += 1;
        counted.bytes = counted.bytes.saturating_add(bytes);
    }

    fn next_place(&self) -> Place {
        match (self.head.is_some(), self.movie) {
            (false, _) => Place::Head,
            (true, false) => Place::Movie,
            (true, true) => Place::Index,
        }
    }

    fn note_cut(&mut self, place: Place) {
        self.cut.get_or_insert(place);
    }
}

fn place(chunk: &Chunk) -> Place {
    match &chunk.id {
        b"LIST" if &chunk.form == b"hdrl" => Place::Head,
        b"idx1" => Place::Index,
        _ => Place::Movie,
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    let mut fields = Fields::new(bytes);
    let length = bytes
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(bytes.len());
    crate::text::tidy(fields.take(length)?)
}
