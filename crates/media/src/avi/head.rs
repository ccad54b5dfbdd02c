//! The head of an AVI (`hdrl`): the file's own, and a list for each stream.

use super::chunk::Chunk;
use crate::fields::Fields;
use crate::reader::{Reader, Stop};
use crate::windows_codec::{Bitmap, Wave};

const MAX_STREAMS: usize = 100;
const MAX_FORMAT: usize = 1024;
/// Entries of an index of indexes that are looked at: one a gibibyte, so enough for a tebibyte.
const MAX_INDEXES: usize = 1024;
/// An index of indexes: `wLongsPerEntry` 4, `bIndexType` 0.
const INDEX_OF_INDEXES: u8 = 0;

/// What the head says.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Microseconds a picture.
    pub(super) frame_time: u32,
    pub(super) flags: u32,
    /// Pictures in all RIFF chunks, where an `OpenDML` head tells.
    pub(super) all_frames: Option<u32>,
    pub(super) frames: u32,
    pub(super) streams: Vec<Stream>,
}

/// One stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) kind: [u8; 4],
    pub(super) handler: [u8; 4],
    /// Units last `scale` / `rate` seconds.
    pub(super) scale: u32,
    pub(super) rate: u32,
    pub(super) length: u32,
    /// Bytes a sample, zero where samples differ.
    pub(super) sample_size: u32,
    pub(super) bitmap: Option<Bitmap>,
    pub(super) wave: Option<Wave>,
    /// Where the furthest part of its index ends.
    pub(super) indexed_end: u64,
}

impl Head {
    /// The file says that it has an index.
    pub(super) const HAS_INDEX: u32 = 0x10;

    pub(super) fn read(reader: &mut Reader<'_>, list: &Chunk) -> Result<Self, Stop> {
        let mut head = Self::default();
        let mut children = list.children(reader);
        while let Some(chunk) = children.next(reader)? {
            if &chunk.id == b"avih" {
                head.read_main(&chunk.bytes(reader, 56)?);
            } else if chunk.is_list(*b"strl") && head.streams.len() < MAX_STREAMS {
                let stream = Stream::read(reader, &chunk)?;
                head.streams.push(stream);
            } else if chunk.is_list(*b"odml") {
                let mut inner = chunk.children(reader);
                while let Some(chunk) = inner.next(reader)? {
                    if &chunk.id == b"dmlh" {
                        head.all_frames = Fields::new(&chunk.bytes(reader, 4)?).u32_le();
                    }
                }
            }
        }
        Ok(head)
    }

    fn read_main(&mut self, bytes: &[u8]) -> Option<()> {
        let mut fields = Fields::new(bytes);
        self.frame_time = fields.u32_le()?;
        fields.skip(8)?;
        self.flags = fields.u32_le()?;
        self.frames = fields.u32_le()?;
        Some(())
    }
}

impl Stream {
    fn read(reader: &mut Reader<'_>, list: &Chunk) -> Result<Self, Stop> {
        let mut stream = Self::default();
        let mut children = list.children(reader);
        while let Some(chunk) = children.next(reader)? {
            match &chunk.id {
                b"strh" => {
                    stream.read_header(&chunk.bytes(reader, 56)?);
                }
                b"strf" => {
                    let bytes = chunk.bytes(reader, MAX_FORMAT)?;
                    match &stream.kind {
                        b"vids" => stream.bitmap = Bitmap::parse(&bytes),
                        b"auds" => stream.wave = Wave::parse(&bytes),
                        _ => {}
                    }
                }
                b"indx" => {
                    let bytes = chunk.bytes(reader, 24 + 16 * MAX_INDEXES)?;
                    stream.indexed_end = indexes_end(&bytes).unwrap_or_default();
                }
                _ => {}
            }
        }
        Ok(stream)
    }

    fn read_header(&mut self, bytes: &[u8]) -> Option<()> {
        let mut fields = Fields::new(bytes);
        self.kind = fields.array()?;
        self.handler = fields.array()?;
        fields.skip(12)?;
        self.scale = fields.u32_le()?;
        self.rate = fields.u32_le()?;
        fields.skip(4)?;
        self.length = fields.u32_le()?;
        fields.skip(8)?;
        self.sample_size = fields.u32_le()?;
        Some(())
    }
}

/// Where the furthest index ends that an index of indexes lists.
fn indexes_end(bytes: &[u8]) -> Option<u64> {
    let mut fields = Fields::new(bytes);
    let words = fields.u16_le()?;
    fields.skip(1)?;
    let kind = fields.u8()?;
    if kind != INDEX_OF_INDEXES || words != 4 {
        return None;
    }
    let count = fields.u32_le()?;
    fields.skip(16)?;
    let mut end = 0;
    for _ in 0..count.min(1024) {
        let offset = fields.u64_le()?;
        let size = fields.u32_le()?;
        fields.skip(4)?;
        // What was reserved for indexes that were not needed is zero.
        if offset > 0 {
            end = end.max(offset.checked_add(size.into())?);
        }
    }
    Some(end)
}
