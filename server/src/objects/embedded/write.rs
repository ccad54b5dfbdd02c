//! Takes the bytes of a part or an object in: written as they come, checked, durable, under a random name.
//!
//! Each frame is written by the task that received it: handing buffers to another thread costs more than the write.
//! What waits for the disk (sync, rename) goes to the blocking pool, and so do writes once the disk makes them wait.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crc_fast::{CrcAlgorithm, Digest as Crc};
use fs_err as fs;
use futures::StreamExt;
use md5::{Digest, Md5};
use rustix::fs::FlockOperation;
use s3s::dto::StreamingBlob;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::error::StoreError;
use super::layout::{Layout, random_name, sync_parent};
use super::manifest::TempPath;
use super::room;
use super::write_back::WriteBack;

/// A write into the page cache that takes this long was held up until the disk had caught up.
const HELD_UP: Duration = Duration::from_millis(20);

/// What the sender promised of a body.
#[derive(Debug, Clone, Default)]
pub(super) struct Promise {
    length: Option<u64>,
    crc32c: Option<u32>,
    md5: Option<[u8; 16]>,
}

impl Promise {
    /// Parses what the headers said: the length, and checksums in base64.
    pub(super) fn parse(
        length: Option<i64>,
        crc32c: Option<&str>,
        md5: Option<&str>,
    ) -> Result<Self, StoreError> {
        let length = match length {
            None => None,
            Some(length) => {
                Some(u64::try_from(length).map_err(|_| StoreError::MissingContentLength)?)
            }
        };
        Ok(Self {
            length,
            crc32c: crc32c
                .map(|text| digest::<4>(text).map(u32::from_be_bytes))
                .transpose()?,
            md5: md5.map(digest::<16>).transpose()?,
        })
    }

    pub(super) fn has_crc32c(&self) -> bool {
        self.crc32c.is_some()
    }
}

fn digest<const N: usize>(text: &str) -> Result<[u8; N], StoreError> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .map_err(|_| StoreError::InvalidDigest)?;
    bytes.try_into().map_err(|_| StoreError::InvalidDigest)
}

/// A CRC32C as S3 writes it.
pub(super) fn crc32c_text(crc32c: u32) -> String {
    BASE64_STANDARD.encode(crc32c.to_be_bytes())
}

/// Bytes that lie durably in their place and that no row names yet. Dropping it removes the file.
#[derive(Debug)]
pub(super) struct Placed {
    place: TempPath,
    pub(super) size: i64,
    pub(super) crc32c: u32,
    /// MD5 where the sender gave one (and it was right), else something random that no tool takes for one.
    pub(super) etag: String,
}

impl Placed {
    /// From now on the file stays; see [`TempPath`].
    pub(super) fn keep(&mut self) {
        self.place.keep();
    }
}

/// Receives a body into the file `target` (relative to the root).
pub(super) async fn receive(
    layout: &Arc<Layout>,
    body: Option<StreamingBlob>,
    promise: Promise,
    target: PathBuf,
) -> Result<Placed, StoreError> {
    let tmp = layout.tmp().join(random_name());
    let length = promise.length;
    let mut incoming = tokio::task::spawn_blocking(move || Incoming::create(tmp, length)).await??;
    if let Some(mut body) = body {
        let mut md5 = promise.md5.map(|_| Md5::new());
        while let Some(frame) = body.next().await {
            // A body that breaks off is the sender's (or the network's) doing, not the store's.
            let frame = frame.map_err(|_| StoreError::IncompleteBody)?;
            if promise
                .length
                .is_some_and(|length| incoming.size + frame.len() as u64 > length)
            {
                return Err(StoreError::IncompleteBody);
            }
            if let Some(md5) = &mut md5 {
                md5.update(&frame);
            }
            incoming.write(&frame)?;
        }
        if let (Some(md5), Some(promised)) = (md5, promise.md5)
            && <[u8; 16]>::from(md5.finalize()) != promised
        {
            return Err(StoreError::BadDigest);
        }
    } else if promise
        .md5
        .is_some_and(|promised| <[u8; 16]>::from(Md5::digest(b"")) != promised)
    {
        return Err(StoreError::BadDigest);
    }
    if promise.length.is_some_and(|length| incoming.size != length) {
        return Err(StoreError::IncompleteBody);
    }
    let crc32c = incoming.crc32c();
    if promise.crc32c.is_some_and(|promised| crc32c != promised) {
        return Err(StoreError::BadDigest);
    }
    let size = i64::try_from(incoming.size).map_err(|_| StoreError::IncompleteBody)?;
    let etag = match promise.md5 {
        Some(md5) => hex(&md5),
        None => format!("{}-1", random_name()),
    };
    let target = layout.absolute(&target);
    let place = tokio::task::spawn_blocking(move || incoming.place(&target)).await??;
    Ok(Placed {
        place,
        size,
        crc32c,
        etag,
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A file below `tmp/` that is being written.
struct Incoming {
    file: fs::File,
    place: TempPath,
    size: u64,
    crc: Crc,
    write_back: WriteBack,
    disk_is_slow: bool,
    promised: Option<u64>,
}

impl Incoming {
    fn create(path: PathBuf, promised: Option<u64>) -> io::Result<Self> {
        let place = TempPath::new(path);
        let file = fs::File::create_new(place.path())?;
        room::check(&file, promised, promised.unwrap_or_default())?;
        // Held until the file is in its place: this is how a sweep in another process knows that it is in use.
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self {
            file,
            place,
            size: 0,
            crc: Crc::new(CrcAlgorithm::Crc32Iscsi),
            write_back: WriteBack::default(),
            disk_is_slow: false,
            promised,
        })
    }

    /// Writes on this thread. Once the disk has held a write of this part up, other tasks leave the thread first, so that
    /// nobody who only asks the API waits for the disk too.
    fn write(&mut self, frame: &[u8]) -> io::Result<()> {
        if self.disk_is_slow && Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            return tokio::task::block_in_place(|| self.append(frame));
        }
        let began = Instant::now();
        self.append(frame)?;
        self.disk_is_slow |= began.elapsed() >= HELD_UP;
        Ok(())
    }

    fn append(&mut self, frame: &[u8]) -> io::Result<()> {
        self.crc.update(frame);
        self.file.write_all(frame)?;
        self.size += frame.len() as u64;
        if self.write_back.written(&self.file, self.size) {
            // Others may have taken the room that was there when this body began.
            room::check(&self.file, self.promised, 0)?;
        }
        Ok(())
    }

    fn crc32c(&self) -> u32 {
        // The algorithm is 32 bits wide; crc-fast answers in 64.
        u32::try_from(self.crc.finalize()).unwrap_or_default()
    }

    /// Makes the bytes durable, then their name.
    fn place(mut self, target: &Path) -> io::Result<TempPath> {
        self.file.sync_data()?;
        self.place.rename(target.to_owned())?;
        sync_parent(target)?;
        Ok(self.place)
    }
}
