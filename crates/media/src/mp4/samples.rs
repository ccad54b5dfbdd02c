//! The tables of samples: how long they last, and where the last of them ends.
//!
//! Tables are streamed in pieces, never held whole; a count that a box cannot hold is a
//! contradiction, so every loop here is bounded by bytes that exist.

use super::atom::Atom;
use crate::reader::{AHEAD, Reader, Stop};

/// How long samples last, from `stts`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Timing {
    pub(super) samples: u64,
    pub(super) duration: u64,
}

impl Timing {
    pub(super) fn read(reader: &mut Reader<'_>, stts: &Atom) -> Result<Self, Stop> {
        let mut timing = Self::default();
        let mut table = Table::open(reader, stts, 4, 8)?;
        while let Some(run) = table.next(reader)? {
            let (count, delta) = pair(run);
            // A sample that lasts no time is a writer's filling and counts for no rate.
            if delta > 0 {
                timing.samples += u64::from(count);
                timing.duration = timing
                    .duration
                    .saturating_add(u64::from(count) * u64::from(delta));
            }
        }
        Ok(timing)
    }
}

/// The first `limit` times at which samples begin, in units of their track.
pub(super) fn start_times(
    reader: &mut Reader<'_>,
    stts: &Atom,
    limit: usize,
) -> Result<Vec<u64>, Stop> {
    let mut starts = Vec::new();
    let mut at: u64 = 0;
    let mut table = Table::open(reader, stts, 4, 8)?;
    while let Some(run) = table.next(reader)? {
        let (count, delta) = pair(run);
        for _ in 0..count {
            if starts.len() >= limit {
                return Ok(starts);
            }
            starts.push(at);
            at = at.saturating_add(u64::from(delta));
        }
    }
    Ok(starts)
}

/// Where the tables of one track are.
#[derive(Default)]
pub(super) struct SampleTables {
    pub(super) times: Option<Atom>,
    sizes: Option<Atom>,
    runs: Option<Atom>,
    chunks: Option<Atom>,
}

impl SampleTables {
    pub(super) fn note(&mut self, atom: &Atom) {
        match &atom.kind {
            b"stts" => self.times = Some(*atom),
            b"stsz" | b"stz2" => self.sizes = Some(*atom),
            b"stsc" => self.runs = Some(*atom),
            b"stco" | b"co64" => self.chunks = Some(*atom),
            _ => {}
        }
    }

    /// Where the last byte of the samples lies, as the position after it; `None` without samples.
    pub(super) fn end(&self, reader: &mut Reader<'_>) -> Result<Option<u64>, Stop> {
        let (Some(sizes), Some(runs), Some(chunks)) = (self.sizes, self.runs, self.chunks) else {
            return Ok(None);
        };
        let mut sizes = Sizes::open(reader, &sizes)?;
        let mut runs = Runs::open(reader, &runs)?;
        let mut offsets = Chunks::open(reader, &chunks)?;
        let mut last = None;
        let mut number: u32 = 0;
        while sizes.left > 0 {
            let Some(offset) = offsets.next(reader)? else {
                break;
            };
            number = number.saturating_add(1);
            let samples = runs.samples_of(reader, number)?;
            let bytes = sizes.sum(reader, samples)?;
            if bytes > 0 {
                let end = offset
                    .checked_add(bytes)
                    .filter(|&end| i64::try_from(end).is_ok());
                let end = end.ok_or_else(|| chunks.broken("points nowhere"))?;
                last = last.max(Some(end));
            }
        }
        Ok(last)
    }

    /// Where the first sample lies.
    pub(super) fn first_offset(&self, reader: &mut Reader<'_>) -> Result<Option<u64>, Stop> {
        match &self.chunks {
            Some(chunks) => Chunks::open(reader, chunks)?.next(reader),
            None => Ok(None),
        }
    }
}

/// How many samples the chunks hold (`stsc`): runs of chunks that hold equally many.
struct Runs {
    table: Table,
    samples: u32,
    next: Option<(u32, u32)>,
}

impl Runs {
    fn open(reader: &mut Reader<'_>, atom: &Atom) -> Result<Self, Stop> {
        let mut runs = Self {
            table: Table::open(reader, atom, 4, 12)?,
            samples: 0,
            next: None,
        };
        runs.next = runs.read(reader)?;
        Ok(runs)
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Option<(u32, u32)>, Stop> {
        Ok(self.table.next(reader)?.map(pair))
    }

    fn samples_of(&mut self, reader: &mut Reader<'_>, chunk: u32) -> Result<u32, Stop> {
        while let Some((_, samples)) = self.next.filter(|&(first, _)| first <= chunk) {
            self.samples = samples;
            self.next = self.read(reader)?;
        }
        Ok(self.samples)
    }
}

/// How large samples are (`stsz`, `stz2`): all alike, or each by itself.
struct Sizes {
    left: u32,
    alike: Option<u32>,
    bits: u8,
    /// The second half of a byte that holds two sizes.
    half: Option<u8>,
    table: Table,
}

impl Sizes {
    fn open(reader: &mut Reader<'_>, atom: &Atom) -> Result<Self, Stop> {
        if atom.end - atom.body < 12 {
            return Err(atom.broken("is too short"));
        }
        let size = u32::from_be_bytes(reader.array(atom.body + 4)?);
        let left = u32::from_be_bytes(reader.array(atom.body + 8)?);
        let (alike, bits) = match (&atom.kind, size & 0xff) {
            (b"stz2", 4) => (None, 4),
            (b"stz2", 8) => (None, 8),
            (b"stz2", 16) => (None, 16),
            (b"stz2", _) => return Err(atom.broken("has sizes of no known width")),
            _ if size > 0 => (Some(size), 32),
            _ => (None, 32),
        };
        let needed = if alike.is_some() {
            0
        } else {
            (u64::from(left) * u64::from(bits)).div_ceil(8)
        };
        let width = usize::from(bits).div_ceil(8);
        let table = Table::over(atom, atom.body + 12, needed, width)?;
        Ok(Self {
            left,
            alike,
            bits,
            half: None,
            table,
        })
    }

    /// The sum of the next `count` sizes, or of as many as there are.
    fn sum(&mut self, reader: &mut Reader<'_>, count: u32) -> Result<u64, Stop> {
        let count = count.min(self.left);
        self.left -= count;
        if let Some(size) = self.alike {
            return Ok(u64::from(count) * u64::from(size));
        }
        let mut sum = 0;
        for _ in 0..count {
            sum += self.next(reader)?;
        }
        Ok(sum)
    }

    fn next(&mut self, reader: &mut Reader<'_>) -> Result<u64, Stop> {
        if let Some(half) = self.half.take() {
            return Ok(u64::from(half));
        }
        let bytes = self.table.next(reader)?.unwrap_or_default();
        if self.bits == 4 {
            let byte = bytes.first().copied().unwrap_or_default();
            self.half = Some(byte & 0xf);
            return Ok(u64::from(byte >> 4));
        }
        Ok(number(bytes))
    }
}

/// Where chunks begin (`stco`, `co64`).
struct Chunks(Table);

impl Chunks {
    fn open(reader: &mut Reader<'_>, atom: &Atom) -> Result<Self, Stop> {
        let width = if &atom.kind == b"co64" { 8 } else { 4 };
        Table::open(reader, atom, 4, width).map(Self)
    }

    fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<u64>, Stop> {
        Ok(self.0.next(reader)?.map(number))
    }
}

/// Entries of equal width, streamed.
struct Table {
    at: u64,
    end: u64,
    width: usize,
    piece: Vec<u8>,
    used: usize,
}

impl Table {
    /// The entries of a box whose body is `skip` bytes, their count, and then they.
    fn open(reader: &mut Reader<'_>, atom: &Atom, skip: u64, width: usize) -> Result<Self, Stop> {
        if atom.end - atom.body < skip + 4 {
            return Err(atom.broken("is too short"));
        }
        let count = u32::from_be_bytes(reader.array(atom.body + skip)?);
        Self::over(
            atom,
            atom.body + skip + 4,
            u64::from(count) * width as u64,
            width,
        )
    }

    fn over(atom: &Atom, at: u64, length: u64, width: usize) -> Result<Self, Stop> {
        let end = at.saturating_add(length);
        if end > atom.end {
            return Err(atom.broken("counts more entries than it holds"));
        }
        Ok(Self {
            at,
            end,
            width,
            piece: Vec::new(),
            used: 0,
        })
    }

    fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<&[u8]>, Stop> {
        if self.used >= self.piece.len() {
            self.piece = reader.bytes(self.at, self.end, AHEAD / self.width * self.width)?;
            self.at += self.piece.len() as u64;
            self.used = 0;
        }
        let entry = self.piece.get(self.used..self.used + self.width);
        self.used += self.width;
        Ok(entry)
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// The first two numbers of an entry.
fn pair(entry: &[u8]) -> (u32, u32) {
    let (numbers, _) = entry.as_chunks::<4>();
    match numbers {
        [first, second, ..] => (u32::from_be_bytes(*first), u32::from_be_bytes(*second)),
        _ => (0, 0),
    }
}
