//! Buffers that are used again: what a transfer keeps in memory is parts in flight times a buffer or two.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Bytes of one buffer.
pub(crate) const BUFFER_SIZE: usize = 256 * 1024;
/// Buffers that wait for their next use; more are given back to the system.
const SPARE_MAX: usize = 16;

/// A pool of buffers of [`BUFFER_SIZE`] bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers {
    spare: Arc<Mutex<Vec<Box<[u8]>>>>,
}

/// One buffer; it goes back to its pool when it, or the last [`Bytes`] made of it, is dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    memory: Box<[u8]>,
    filled: usize,
    home: Buffers,
}

impl Buffers {
    /// A buffer, with whatever was in it before.
    pub(crate) fn take(&self) -> Buffer {
        let spare = self
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let memory = spare.unwrap_or_else(|| vec![0; BUFFER_SIZE].into_boxed_slice());
        Buffer {
            memory,
            filled: 0,
            home: self.clone(),
        }
    }
}

impl Buffer {
    /// The memory, to be filled.
    pub(crate) fn memory(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// The first `filled` bytes, shared without copying.
    pub(crate) fn into_bytes(mut self, filled: usize) -> Bytes {
        self.filled = filled.min(self.memory.len());
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.memory[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        let mut spare = self
            .home
            .spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE_MAX {
            spare.push(memory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_once_all_bytes_of_it_are_gone() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take();
        buffer.memory()[..3].copy_from_slice(b"abc");
        let address = buffer.memory().as_ptr();
        let bytes = buffer.into_bytes(3);
        let slice = bytes.slice(1..);
        drop(bytes);
        assert_eq!(&slice[..], b"bc");
        assert_ne!(buffers.take().memory().as_ptr(), address);
        drop(slice);
        let again: Vec<_> = [buffers.take(), buffers.take()]
            .iter_mut()
            .map(|buffer| buffer.memory().as_ptr())
            .collect();
        assert!(again.contains(&address));
    }
}
