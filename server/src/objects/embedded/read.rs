//! Reads the bytes of an object, file by file, as a stream of blocks.
//!
//! What the page cache holds is read on the task that sends it; the blocking pool is asked only where the disk has
//! to be waited for.

use std::io::{self, IoSliceMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use fs_err as fs;
use futures::Stream;
use futures::stream;
use rustix::io::{Errno, ReadWriteFlags};

use super::error::StoreError;
use super::index::PartRow;
use super::layout::Layout;
use super::whole::{self, Wholeness};

/// How much is read at once.
const BLOCK: usize = 256 * 1024;

/// A run of bytes in one file.
#[derive(Debug)]
struct Extent {
    path: PathBuf,
    offset: u64,
    length: u64,
}

/// The bytes of an object from `start` up to `end`, out of the parts that hold them. Whoever asks is told at once where
/// some of them are lost, not after half of the others.
pub(super) async fn stream(
    layout: &Layout,
    data: &str,
    parts: &[PartRow],
    start: i64,
    end: i64,
) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, StoreError> {
    let extents: Vec<Extent> = parts
        .iter()
        .filter_map(|part| extent(layout, data, part, start, end))
        .collect();
    let mark = layout.identity_file();
    let (extents, open) = tokio::task::spawn_blocking(move || opened(extents, &mark)).await??;
    let reader = Reader {
        rest: extents.into_iter(),
        open,
        buffer: BytesMut::new(),
    };
    Ok(stream::try_unfold(reader, |mut reader| async move {
        let block = reader.next().await?;
        Ok(block.map(|block| (block, reader)))
    }))
}

/// A file that is read, and what of it.
type Open = (Arc<fs::File>, Extent);

/// Looks whether all files are there, and opens the first.
fn opened(extents: Vec<Extent>, mark: &Path) -> Result<(Vec<Extent>, Option<Open>), StoreError> {
    for extent in &extents {
        if whole::of_file(&extent.path, extent.offset + extent.length)? == Wholeness::Whole {
            continue;
        }
        // On a disk that is not mounted everything is missing, and nothing is lost.
        fs::metadata(mark)?;
        return Err(StoreError::Damaged);
    }
    let mut extents = extents.into_iter();
    let open = match extents.next() {
        Some(first) => Some((Arc::new(fs::File::open(&first.path)?), first)),
        None => None,
    };
    Ok((extents.collect(), open))
}

/// Whether the parts hold every byte from `start` up to `end`.
pub(super) fn covers(parts: &[PartRow], start: i64, end: i64) -> bool {
    let mut at = start;
    for part in parts {
        let Some(from) = part.start else { return false };
        if from > at {
            return false;
        }
        at = at.max(from + part.size);
    }
    at >= end
}

fn extent(layout: &Layout, data: &str, part: &PartRow, start: i64, end: i64) -> Option<Extent> {
    let from = part.start?;
    let first = start.max(from);
    let last = end.min(from + part.size);
    Some(Extent {
        path: layout.absolute(&Layout::part_file(data, &part.file)),
        offset: u64::try_from(first - from).ok()?,
        length: u64::try_from(last - first)
            .ok()
            .filter(|length| *length > 0)?,
    })
}

struct Reader {
    rest: std::vec::IntoIter<Extent>,
    open: Option<Open>,
    buffer: BytesMut,
}

impl Reader {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.open.is_none() {
            let Some(extent) = self.rest.next() else {
                return Ok(None);
            };
            let path = extent.path.clone();
            let file = blocking(move || fs::File::open(path)).await?;
            self.open = Some((Arc::new(file), extent));
        }
        let Some((file, extent)) = &mut self.open else {
            return Ok(None);
        };
        let wanted = usize::try_from(extent.length)
            .unwrap_or(usize::MAX)
            .min(BLOCK);
        // The memory of blocks that were sent meanwhile is used again.
        self.buffer.clear();
        self.buffer.resize(wanted, 0);
        let read = match read_cached(file, &mut self.buffer, extent.offset) {
            Ok(read) => read,
            Err(Errno::AGAIN | Errno::OPNOTSUPP) => {
                let (file, offset) = (Arc::clone(file), extent.offset);
                let mut buffer = std::mem::take(&mut self.buffer);
                let (read, buffer) = blocking(move || {
                    let read = rustix::io::retry_on_intr(|| {
                        rustix::io::pread(&*file, &mut *buffer, offset)
                    })?;
                    Ok((read, buffer))
                })
                .await?;
                self.buffer = buffer;
                read
            }
            Err(errno) => return Err(errno.into()),
        };
        if read == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "a part is shorter than the index says",
            ));
        }
        extent.offset += read as u64;
        extent.length -= read as u64;
        if extent.length == 0 {
            self.open = None;
        }
        Ok(Some(self.buffer.split_to(read).freeze()))
    }
}

fn read_cached(file: &fs::File, buffer: &mut [u8], offset: u64) -> rustix::io::Result<usize> {
    rustix::io::retry_on_intr(|| {
        rustix::io::preadv2(
            file,
            &mut [IoSliceMut::new(buffer)],
            offset,
            ReadWriteFlags::NOWAIT,
        )
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}
