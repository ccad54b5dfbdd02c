//! The blocks of a cluster: whose they are, and when they are shown.

use std::collections::BTreeMap;

use super::ebml::{self, Element, Found, Marker, elements_in, ends_cluster, id, number, unsigned};
use crate::reader::{AHEAD, Reader, Stop};

/// The head of an element, and of the block in it.
const BLOCK_HEAD: u64 = 32;

/// More blocks than this are hopped through by their heads alone.
const MANY_BLOCKS: u64 = 256;

const MAX_GROUP: usize = 64;
const MAX_TRACKS: usize = 256;

/// The blocks of one track, in units of the segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) count: u64,
    pub(super) first: i64,
    pub(super) last: i64,
    /// How long the last one lasts, where it says so itself.
    pub(super) last_length: Option<u64>,
}

/// The blocks that were looked at, by the number of their track.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) tracks: BTreeMap<u64, Times>,
    pub(super) blocks: u64,
}

/// How a walk over a cluster ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// At its end, or where an element begins that is not of it.
    At(u64),
    /// Something in it ends that many bytes past the end of the source; zero where the source ends
    /// within a head.
    Cut(u64),
    /// What follows is no element.
    Nothing(u64),
    /// More blocks than were asked for.
    Enough,
}

impl Timeline {
    /// Walks over the blocks of `cluster` as far as `limit`, the end of the segment or the source.
    pub(super) fn walk(
        &mut self,
        reader: &mut Reader<'_>,
        cluster: &Element,
        limit: u64,
        most: u64,
    ) -> Result<Reached, Stop> {
        let end = cluster.end.unwrap_or(limit).min(limit);
        let enough = self.blocks.saturating_add(most);
        let mut at = cluster.body;
        let mut timestamp = 0;
        while at < end {
            if self.blocks >= enough {
                return Ok(Reached::Enough);
            }
            let wanted = if self.blocks < MANY_BLOCKS {
                AHEAD as u64
            } else {
                BLOCK_HEAD
            };
            reader.prefetch(at, BLOCK_HEAD, wanted)?;
            let element = match ebml::find(reader, at, end)? {
                Found::Element(element) => element,
                Found::Cut => return Ok(Reached::Cut(0)),
                Found::Nothing => return Ok(Reached::Nothing(at)),
            };
            if cluster.end.is_none() && ends_cluster(element.id) {
                return Ok(Reached::At(at));
            }
            let Some(element_end) = element.end else {
                return Ok(Reached::Nothing(at));
            };
            if element_end > end {
                // Past the source something is missing; past its cluster it contradicts it.
                let size = reader.size();
                return Ok(if element_end > size {
                    Reached::Cut(element_end - size)
                } else {
                    Reached::Nothing(at)
                });
            }
            match element.id {
                id::TIMESTAMP => {
                    let value = unsigned(&reader.bytes(element.body, element_end, 8)?);
                    timestamp = i64::try_from(value).unwrap_or(i64::MAX);
                }
                id::SIMPLE_BLOCK => {
                    let head = reader.bytes(element.body, element_end, 12)?;
                    self.note(&head, timestamp, None);
                }
                id::BLOCK_GROUP => {
                    self.note_group(reader, element.body, element_end, timestamp)?;
                }
                _ => {}
            }
            at = element_end;
        }
        Ok(Reached::At(end))
    }

    fn note_group(
        &mut self,
        reader: &mut Reader<'_>,
        body: u64,
        end: u64,
        timestamp: i64,
    ) -> Result<(), Stop> {
        let (mut at, mut head, mut length) = (body, Vec::new(), None);
        while at < end {
            let Found::Element(Element {
                id,
                body,
                end: Some(element_end),
            }) = ebml::find(reader, at, end)?
            else {
                break;
            };
            match id {
                id::BLOCK => head = reader.bytes(body, element_end.min(end), 12)?,
                id::BLOCK_DURATION => {
                    length = Some(unsigned(&reader.bytes(body, element_end.min(end), 8)?));
                }
                _ => {}
            }
            at = element_end;
        }
        self.note(&head, timestamp, length);
        Ok(())
    }

    /// Notes a block by its head: the number of its track, and its time after that of the cluster.
    fn note(&mut self, mut head: &[u8], timestamp: i64, length: Option<u64>) -> Option<()> {
        let (track, _) = number(&mut head, 8, Marker::Dropped).ok()?;
        let offset = i16::from_be_bytes(*head.first_chunk()?);
        let time = timestamp.saturating_add(offset.into());
        self.blocks += 1;
        if self.tracks.len() >= MAX_TRACKS && !self.tracks.contains_key(&track) {
            return None;
        }
        let times = self.tracks.entry(track).or_insert(Times {
            count: 0,
            first: time,
            last: time,
            last_length: length,
        });
        times.count += 1;
        times.first = times.first.min(time);
        if time >= times.last {
            (times.last, times.last_length) = (time, length);
        }
        Some(())
    }
}

/// Whether a cluster begins with these bytes: its name, a size, and what stands first in one.
pub(super) fn begins_cluster(bytes: &[u8]) -> bool {
    const FIRST: [u32; 4] = [id::TIMESTAMP, id::CRC32, id::VOID, id::PREV_SIZE];
    let mut rest = bytes;
    let named =
        number(&mut rest, 4, Marker::Kept).is_ok_and(|(name, _)| name == u64::from(id::CLUSTER));
    if !named || number(&mut rest, 8, Marker::Dropped).is_err() {
        return false;
    }
    let mut first = rest;
    let name = number(&mut first, 4, Marker::Kept).ok();
    let first_id = name.and_then(|(name, _)| u32::try_from(name).ok());
    let timed = elements_in(&rest[..rest.len().min(MAX_GROUP)]).any(|(id, _)| id == id::TIMESTAMP);
    first_id.is_some_and(|id| FIRST.contains(&id) || id == id::POSITION) && timed
}
