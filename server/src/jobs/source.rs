//! An object of the store as something that can be read anywhere, for the blocking thread that looks into containers.

use std::cell::RefCell;
use std::io;

use bytes::Bytes;
use heimdex_media::ReadAt;
use tokio::runtime::Handle;

use crate::objects::{ObjectStore, ObjectsError};

/// What one request brings: boxes lie close together, so few requests serve many reads.
const BLOCK: u64 = 256 << 10;
/// How many blocks are kept.
const KEPT: usize = 8;

/// Positioned reads of one object. Only for a blocking thread: every miss waits for the store.
pub(super) struct ObjectSource {
    objects: ObjectStore,
    key: String,
    size: u64,
    runtime: Handle,
    recent: RefCell<Vec<(u64, Bytes)>>,
}

impl ObjectSource {
    /// The object under `key`, of which it is known that it has `size` bytes.
    #[must_use]
    pub(super) fn new(objects: ObjectStore, key: String, size: u64, runtime: Handle) -> Self {
        Self {
            objects,
            key,
            size,
            runtime,
            recent: RefCell::default(),
        }
    }

    fn block(&self, index: u64) -> io::Result<Bytes> {
        let mut recent = self.recent.borrow_mut();
        if let Some(at) = recent.iter().position(|(kept, _)| *kept == index) {
            // The last one is the one used last: the first goes when there is no room.
            let found = recent.remove(at);
            recent.push(found.clone());
            return Ok(found.1);
        }
        let offset = index * BLOCK;
        let length = BLOCK.min(self.size - offset);
        let bytes = self
            .runtime
            .block_on(self.objects.get_range(&self.key, offset, length))
            .map_err(io::Error::other)?;
        if bytes.len() as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if recent.len() == KEPT {
            recent.remove(0);
        }
        recent.push((index, bytes.clone()));
        Ok(bytes)
    }
}

impl ReadAt for ObjectSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            let at = offset.saturating_add(filled as u64);
            if at >= self.size {
                break;
            }
            let block = self.block(at / BLOCK)?;
            // Less than a block, so it fits any usize.
            let start = usize::try_from(at % BLOCK).unwrap_or(usize::MAX);
            let Some(here) = block.get(start..) else {
                break;
            };
            let length = here.len().min(buf.len() - filled);
            buf[filled..filled + length].copy_from_slice(&here[..length]);
            filled += length;
        }
        Ok(filled)
    }
}

/// What the store said, where a read failed because of it.
#[must_use]
pub(super) fn store_error(error: &io::Error) -> Option<&ObjectsError> {
    error.get_ref()?.downcast_ref()
}
