//! Sources that count what is read of them, and that have holes no disk would hold.

use std::cell::Cell;
use std::io;

use heimdex_media::ReadAt;

use crate::boxes::{Film, ftyp, words};

/// Counts what is read.
pub(crate) struct Counted<S> {
    pub(crate) source: S,
    pub(crate) reads: Cell<u32>,
    pub(crate) bytes: Cell<u64>,
}

impl<S> Counted<S> {
    pub(crate) fn new(source: S) -> Self {
        Self {
            source,
            reads: Cell::new(0),
            bytes: Cell::new(0),
        }
    }
}

impl<S: ReadAt> ReadAt for Counted<S> {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.reads.set(self.reads.get() + 1);
        self.bytes.set(self.bytes.get() + buf.len() as u64);
        self.source.read_at(offset, buf)
    }
}

/// Bytes with a hole of zeros of any size in them.
pub(crate) struct Sparse {
    pub(crate) head: Vec<u8>,
    pub(crate) hole: u64,
    pub(crate) tail: Vec<u8>,
}

impl Sparse {
    /// A film whose media data are `hole` zeros, with its index after them.
    pub(crate) fn film(hole: u64, film: &Film) -> Self {
        let size = (hole + 16).to_be_bytes();
        let long = [&words(&[1]), b"mdat".as_slice(), &size].concat();
        Self {
            head: [ftyp(*b"isom"), long].concat(),
            hole,
            tail: film.moov(),
        }
    }
}

impl ReadAt for Sparse {
    fn size(&self) -> u64 {
        self.head.len() as u64 + self.hole + self.tail.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let tail = self.head.len() as u64 + self.hole;
        let length = self.size().saturating_sub(offset).min(buf.len() as u64);
        let buf = &mut buf[..usize::try_from(length).unwrap()];
        buf.fill(0);
        self.head.read_at(offset, buf)?;
        if offset >= tail {
            self.tail.read_at(offset - tail, buf)?;
        } else if let Some(rest) = (tail - offset)
            .try_into()
            .ok()
            .and_then(|at: usize| buf.get_mut(at..))
        {
            self.tail.read_at(0, rest)?;
        }
        Ok(buf.len())
    }
}
