//! Reads a whole object back and hashes it, part by part, while it comes.

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _, pin_mut};
use heimdex_api::Blake3;
use heimdex_api::hash::{PartHasher, root_of_parts};
use heimdex_api::plan::PartSize;
use tokio::sync::mpsc;

use crate::jobs::Progress;
use crate::objects::ObjectsError;

/// Frames that wait for the hashing thread; when it is full, reading waits.
const FRAMES_AHEAD: usize = 8;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadBack {
    /// Bytes.
    pub(super) size: u64,
    /// Of all of them.
    pub(super) blake3: Blake3,
    /// One a part; of one part the hash itself.
    pub(super) subtrees: Vec<Blake3>,
}

/// Hashes everything that `frames` bring. Hashing has its own thread, so that it goes on while the store is read.
///
/// # Errors
/// Whatever the store says in mid-way.
pub(super) async fn read_back(
    frames: impl Stream<Item = Result<Bytes, ObjectsError>>,
    expected: u64,
    part_size: PartSize,
    progress: &Progress,
) -> Result<ReadBack, ObjectsError> {
    let (sender, receiver) = mpsc::channel(FRAMES_AHEAD);
    let hashing = tokio::task::spawn_blocking(move || hash(receiver, part_size));
    pin_mut!(frames);
    let mut read = 0_u64;
    while let Some(frame) = frames.try_next().await? {
        read += frame.len() as u64;
        if sender.send(frame).await.is_err() {
            break;
        }
        progress.set(read, expected);
    }
    drop(sender);
    hashing
        .await
        .map_err(|error| ObjectsError::Other(Box::new(error)))
}

fn hash(mut frames: mpsc::Receiver<Bytes>, part_size: PartSize) -> ReadBack {
    let mut parts = PartsHasher::new(part_size);
    while let Some(frame) = frames.blocking_recv() {
        parts.update(&frame);
    }
    parts.finish()
}

/// Cuts a stream at part boundaries and takes each part's value.
struct PartsHasher {
    part_size: u64,
    size: u64,
    done: Vec<Blake3>,
    current: PartHasher,
}

impl PartsHasher {
    fn new(part_size: PartSize) -> Self {
        Self {
            part_size: part_size.get(),
            size: 0,
            done: Vec::new(),
            current: PartHasher::at(0),
        }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let within = self.size % self.part_size;
            if within == 0 && self.size > 0 {
                // A part is closed only when a byte follows: a file of one part keeps its root.
                self.done.extend(self.current.subtree());
                self.current = PartHasher::at(self.size);
            }
            let room = usize::try_from(self.part_size - within).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.current.update(now);
            self.size += now.len() as u64;
            bytes = later;
        }
    }

    fn finish(mut self) -> ReadBack {
        if self.size > 0 {
            let last = if self.done.is_empty() {
                Some(self.current.root())
            } else {
                self.current.subtree()
            };
            self.done.extend(last);
        }
        ReadBack {
            size: self.size,
            blake3: root_of_parts(&self.done),
            subtrees: self.done,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn frames_of_any_lengths_hash_as_the_whole_does(
            frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..3000), 0..8),
        ) {
            let whole = frames.concat();
            let mut parts = PartsHasher::new(PartSize::new(1024).unwrap());
            for frame in &frames {
                parts.update(frame);
            }
            let read = parts.finish();
            prop_assert_eq!(read.blake3, Blake3::from(blake3::hash(&whole)));
            prop_assert_eq!(read.subtrees.len(), whole.len().div_ceil(1024));
            prop_assert_eq!(read.size, whole.len() as u64);
        }
    }

    #[tokio::test]
    async fn a_store_that_fails_in_mid_way_is_an_error_and_progress_has_moved() {
        let frames = stream::iter([Ok(Bytes::from_static(b"abc")), Err(ObjectsError::NotFound)]);
        let progress = Progress::default();
        let read = read_back(frames, 6, PartSize::new(1024).unwrap(), &progress).await;
        assert!(matches!(read, Err(ObjectsError::NotFound)));
        assert!((progress.get() - 0.5).abs() < 0.01);
    }
}
