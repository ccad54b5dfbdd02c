//! Reads within a budget: a few windows of the source are kept, and what is read is counted.
//!
//! A hostile or merely huge file therefore costs a known number of reads and bytes, and the memory
//! of the windows, whatever its length fields say.

use crate::error::MediaError;
use crate::source::ReadAt;

/// The most bytes that one look at a source reads.
pub const READ_BUDGET: u64 = 64 * 1024 * 1024;

/// The most reads that one look at a source makes.
pub const READ_LIMIT: u32 = 32 * 1024;

/// What is read where only a few bytes were asked for: their neighbours come next.
pub(crate) const AHEAD: usize = 64 * 1024;

/// The largest window that is kept.
pub(crate) const MAX_WINDOW: usize = 1024 * 1024;

const MAX_SIZE: u64 = i64::MAX as u64;
const WINDOWS: usize = 6;
const MAX_BOXES: u32 = 1_000_000;

/// Why the reading of a container ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The source cannot be read.
    Media(MediaError),
    /// The budget is used up: what was not read is not judged.
    Budget,
    /// The container contradicts itself; in a few words for a person.
    Broken(String),
}

impl From<MediaError> for Stop {
    fn from(error: MediaError) -> Self {
        Self::Media(error)
    }
}

/// Turns a contradiction in a part that nothing depends on into "not there".
pub(crate) fn lenient<T>(result: Result<T, Stop>) -> Result<Option<T>, Stop> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Broken(_)) => Ok(None),
        Err(stop @ (Stop::Media(_) | Stop::Budget)) => Err(stop),
    }
}

/// Takes what could be had until the budget was used up or a contradiction was met.
pub(crate) fn or_default<T: Default>(result: Result<T, Stop>) -> Result<T, MediaError> {
    match result {
        Ok(value) => Ok(value),
        Err(Stop::Media(error)) => Err(error),
        Err(Stop::Budget | Stop::Broken(_)) => Ok(T::default()),
    }
}

/// How a walk over a file ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Where it should.
    #[default]
    AtItsEnd,
    /// There is more than one look reads: what was not read is not judged.
    Exhausted,
    /// At a contradiction, in a few words for a person.
    Broken(String),
}

impl Ended {
    /// How a walk with this result ended; a source that cannot be read is an error.
    pub(crate) fn of(result: Result<(), Stop>) -> Result<Self, MediaError> {
        match result {
            Ok(()) => Ok(Self::AtItsEnd),
            Err(Stop::Budget) => Ok(Self::Exhausted),
            Err(Stop::Broken(what)) => Ok(Self::Broken(what)),
            Err(Stop::Media(error)) => Err(error),
        }
    }
}

struct Window {
    start: u64,
    bytes: Vec<u8>,
    used: u64,
}

impl Window {
    fn slice(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.bytes.get(from..from.checked_add(length)?)
    }
}

/// A source with a budget.
pub(crate) struct Reader<'a> {
    source: &'a dyn ReadAt,
    size: u64,
    bytes_left: u64,
    reads_left: u32,
    boxes_left: u32,
    windows: Vec<Window>,
    clock: u64,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a dyn ReadAt) -> Self {
        Self {
            source,
            // No file is larger, and positions after its end can be told without overflow.
            size: source.size().min(MAX_SIZE),
            bytes_left: READ_BUDGET,
            reads_left: READ_LIMIT,
            boxes_left: MAX_BOXES,
            windows: Vec::with_capacity(WINDOWS),
            clock: 0,
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Counts a box (or another element) that is about to be looked at.
    pub(crate) fn count_box(&mut self) -> Result<(), Stop> {
        self.boxes_left = self.boxes_left.checked_sub(1).ok_or(Stop::Budget)?;
        Ok(())
    }

    /// Makes sure that the `needed` bytes at `offset` are at hand; if they are not, reads
    /// `wanted` bytes at once. Both end with the source, and at a window.
    pub(crate) fn prefetch(&mut self, offset: u64, needed: u64, wanted: u64) -> Result<(), Stop> {
        let needed = self.clip(offset, needed.min(MAX_WINDOW as u64));
        let wanted = self.clip(offset, wanted.min(MAX_WINDOW as u64));
        if needed > 0 && self.find(offset, needed).is_none() {
            self.load(offset, wanted)?;
        }
        Ok(())
    }

    /// Fills `buf` from `offset`; what lies past the end of the source is a contradiction.
    pub(crate) fn read_into(&mut self, offset: u64, buf: &mut [u8]) -> Result<(), Stop> {
        if buf.is_empty() {
            return Ok(());
        }
        if self.clip(offset, buf.len() as u64) < buf.len() {
            return Err(Stop::Broken(
                "it points past the end of the file".to_owned(),
            ));
        }
        if let Some(index) = self.find(offset, buf.len()) {
            self.copy(index, offset, buf);
            return Ok(());
        }
        if buf.len() >= AHEAD {
            return self.read_source(offset, buf);
        }
        let length = self.clip(offset, AHEAD as u64);
        let index = self.load(offset, length)?;
        self.copy(index, offset, buf);
        Ok(())
    }

    /// The `N` bytes at `offset`.
    pub(crate) fn array<const N: usize>(&mut self, offset: u64) -> Result<[u8; N], Stop> {
        let mut bytes = [0; N];
        self.read_into(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes from `start` to `end`, at most `limit` of them.
    pub(crate) fn bytes(&mut self, start: u64, end: u64, limit: usize) -> Result<Vec<u8>, Stop> {
        let length = usize::try_from(end.saturating_sub(start))
            .unwrap_or(limit)
            .min(limit);
        let mut bytes = vec![0; length];
        self.read_into(start, &mut bytes)?;
        Ok(bytes)
    }

    fn clip(&self, offset: u64, length: u64) -> usize {
        let length = length.min(self.size.saturating_sub(offset));
        usize::try_from(length).unwrap_or(usize::MAX)
    }

    fn find(&self, offset: u64, length: usize) -> Option<usize> {
        self.windows
            .iter()
            .position(|window| window.slice(offset, length).is_some())
    }

    fn copy(&mut self, index: usize, offset: u64, buf: &mut [u8]) {
        self.clock += 1;
        let window = &mut self.windows[index];
        window.used = self.clock;
        if let Some(bytes) = window.slice(offset, buf.len()) {
            buf.copy_from_slice(bytes);
        }
    }

    /// Reads a window and answers its index; the one that was not used for longest makes room.
    fn load(&mut self, offset: u64, length: usize) -> Result<usize, Stop> {
        let mut bytes = vec![0; length];
        self.read_source(offset, &mut bytes)?;
        self.clock += 1;
        let window = Window {
            start: offset,
            bytes,
            used: self.clock,
        };
        if self.windows.len() < WINDOWS {
            self.windows.push(window);
            return Ok(self.windows.len() - 1);
        }
        let oldest = (0..WINDOWS)
            .min_by_key(|&index| self.windows[index].used)
            .unwrap_or_default();
        self.windows[oldest] = window;
        Ok(oldest)
    }

    fn read_source(&mut self, offset: u64, buf: &mut [u8]) -> Result<(), Stop> {
        self.reads_left = self.reads_left.checked_sub(1).ok_or(Stop::Budget)?;
        self.bytes_left = self
            .bytes_left
            .checked_sub(buf.len() as u64)
            .ok_or(Stop::Budget)?;
        let count = self
            .source
            .read_at(offset, buf)
            .map_err(|source| MediaError::Read { offset, source })?;
        if count < buf.len() {
            let ended = offset.saturating_add(count as u64);
            return Err(MediaError::Shrunk {
                ended,
                size: self.size,
            }
            .into());
        }
        Ok(())
    }
}
