//! What is read of the file: its beginning, its end, and places between them.

use std::collections::BTreeMap;

use super::packet::{PACKET, Packet, walk};
use super::streams::{Mark, Stream};
use super::tables::Tables;
use crate::SNIFF_LEN;
use crate::error::MediaError;
use crate::reader::{Ended, Reader, Stop};
use crate::report::TrackKind;
use crate::sniff::{SYNC, grid};

/// What is always read from the beginning.
const HEAD: u64 = 2 * 1024 * 1024;

/// What is read from the beginning where a stream has not shown its head before.
const LONG_HEAD: u64 = 12 * 1024 * 1024;

/// What is read from the end: more where no time is in less.
const TAILS: [u64; 3] = [1024 * 1024, 4 * 1024 * 1024, 16 * 1024 * 1024];

/// A file longer than this is looked at in between, too: times may wrap or jump there.
const LONG: u64 = 64 * 1024 * 1024;
const PLACES: u64 = 16;
const PLACE_LENGTH: u64 = 1024 * 1024;

/// Streams that are remembered before a table names them.
const MAX_EARLY: usize = 256;

/// What the packets say.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) streams: Vec<Stream>,
    /// Times of the stream that the others are compared with, over the whole file.
    pub(super) marks: Vec<Mark>,
    /// Which stream that is.
    pub(super) reference: Option<usize>,
    /// Bytes of the last packet that are missing.
    pub(super) missing: u64,
    /// The end of the file is no packets.
    pub(super) foreign: bool,
    /// The capture began and may end anywhere: its first packets are the rest of something.
    pub(super) captured: bool,
    pub(super) ended: Ended,
}

/// Reads the packets of the file as far as is needed.
pub(super) fn scan(reader: &mut Reader<'_>) -> Result<Seen, MediaError> {
    let mut scanner = Scanner::default();
    let mut seen = Seen::default();
    seen.ended = Ended::of(scanner.run(reader, &mut seen))?;
    let mut playing = scanner
        .tables
        .streams
        .iter()
        .filter(|stream| stream.plays());
    seen.captured |= playing.any(|stream| {
        let early = scanner.early.get(&stream.pid).copied();
        early.or(stream.begins_whole) == Some(false)
    });
    seen.streams = scanner.tables.streams;
    Ok(seen)
}

#[derive(Default)]
struct Scanner {
    tables: Tables,
    /// Whether the first packet of what no table has named yet begins something.
    early: BTreeMap<u16, bool>,
    /// Where the last packet ends that was seen.
    end: u64,
}

impl Scanner {
    fn run(&mut self, reader: &mut Reader<'_>, seen: &mut Seen) -> Result<(), Stop> {
        let size = reader.size();
        let head = reader.bytes(0, size, SNIFF_LEN)?;
        let Some((length, first)) = grid(&head) else {
            return Ok(());
        };
        let aligned = if length == 192 { 4 } else { 0 };
        seen.captured = first != aligned;
        let mut at = self.read(reader, first as u64, size.min(HEAD), length)?;
        if self.wants_more() {
            at = self.read(reader, at, size.min(LONG_HEAD), length)?;
        }
        for stream in &mut self.tables.streams {
            stream.look();
        }
        let reference = self.reference();
        seen.reference = reference;
        if let Some(index) = reference {
            seen.marks.clone_from(&self.tables.streams[index].marks);
        }
        if let Some(index) = reference.filter(|_| size > LONG) {
            let between = self.read_between(reader, index, at, length)?;
            seen.marks.extend(between);
        }
        self.read_tail(reader, at, length, reference)?;
        if let Some(index) = reference {
            let known = seen.marks.last().map_or(0, |mark| mark.place);
            let marks = &self.tables.streams[index].marks;
            let later = marks.iter().filter(|mark| mark.place > known);
            seen.marks.extend(later);
        }
        self.judge_end(reader, seen, length)
    }

    /// Takes all packets from `from` to `end`; answers where the next one should begin.
    fn read(
        &mut self,
        reader: &mut Reader<'_>,
        from: u64,
        end: u64,
        length: usize,
    ) -> Result<u64, Stop> {
        walk(reader, from, end, length, |place, packet| {
            self.end = place + PACKET as u64;
            self.feed(place, packet);
            true
        })
    }

    fn feed(&mut self, place: u64, packet: &[u8]) {
        let Some(packet) = Packet::parse(packet) else {
            return;
        };
        if self.tables.has(packet.pid) {
            self.tables.feed(packet.pid, packet.begins, packet.payload);
            return;
        }
        let mut streams = self.tables.streams.iter_mut();
        if let Some(stream) = streams.find(|stream| stream.pid == packet.pid) {
            stream.feed(place, packet.begins, packet.payload);
        } else if self.early.len() < MAX_EARLY {
            self.early.entry(packet.pid).or_insert(packet.begins);
        }
    }

    fn wants_more(&self) -> bool {
        let streams = &self.tables.streams;
        streams.is_empty() || streams.iter().any(Stream::wants_head)
    }

    /// The first stream of pictures with times, else the first of sound.
    fn reference(&self) -> Option<usize> {
        let of_kind = |kind| {
            self.tables
                .streams
                .iter()
                .position(|stream| stream.format.kind == kind && !stream.marks.is_empty())
        };
        of_kind(TrackKind::Video).or_else(|| of_kind(TrackKind::Audio))
    }

    /// One time each at places evenly between the beginning and the end.
    fn read_between(
        &self,
        reader: &mut Reader<'_>,
        index: usize,
        from: u64,
        length: usize,
    ) -> Result<Vec<Mark>, Stop> {
        let reference = &self.tables.streams[index];
        let mut marks = Vec::new();
        let apart = reader.size().saturating_sub(from) / (PLACES + 1);
        for number in 1..=PLACES {
            let place = from + number * apart;
            let place = place - (place - from) % length as u64;
            let mut probe = Stream::new(reference.pid, reference.format.clone());
            walk(reader, place, place + PLACE_LENGTH, length, |at, packet| {
                if let Some(packet) = Packet::parse(packet).filter(|it| it.pid == probe.pid)
                    && packet.begins
                {
                    probe.feed(at, packet.begins, packet.payload);
                }
                probe.marks.is_empty()
            })?;
            marks.extend(probe.marks);
        }
        Ok(marks)
    }

    /// Takes the packets at the end, so many that the stream of reference has a time among them.
    fn read_tail(
        &mut self,
        reader: &mut Reader<'_>,
        head_end: u64,
        length: usize,
        reference: Option<usize>,
    ) -> Result<(), Stop> {
        let size = reader.size();
        if size.saturating_sub(head_end) < PACKET as u64 {
            return Ok(());
        }
        let count =
            |scanner: &Self| reference.map_or(1, |index| scanner.tables.streams[index].marks.len());
        let before = count(self);
        for tail in TAILS {
            let start = size.saturating_sub(tail).max(head_end);
            let start = start - (start - head_end) % length as u64;
            if start > head_end {
                self.tables.streams.iter_mut().for_each(Stream::interrupt);
            }
            self.read(reader, start, size, length)?;
            if start <= head_end || count(self) > before {
                break;
            }
        }
        Ok(())
    }

    /// Whether the file ends where a packet ends.
    fn judge_end(
        &self,
        reader: &mut Reader<'_>,
        seen: &mut Seen,
        length: usize,
    ) -> Result<(), Stop> {
        let size = reader.size();
        let rest = reader.bytes(self.end, size, length + PACKET)?;
        // Parity follows a packet of 204 bytes, unless it was left out after the last.
        let parity = (length - PACKET) * usize::from(length == 204);
        let stamp = (length - PACKET) * usize::from(length == 192);
        let Some(rest) = rest
            .get(parity.min(rest.len())..)
            .filter(|it| !it.is_empty())
        else {
            return Ok(());
        };
        if rest.iter().all(|&byte| byte == 0) || rest.iter().all(|&byte| byte == 0xff) {
            // A sector that was filled up is no packet.
            return Ok(());
        }
        let begins = rest.get(stamp).is_none_or(|&byte| byte == SYNC);
        if begins && rest.len() < length {
            seen.missing = (length - parity - rest.len().min(length - parity)) as u64;
        } else {
            seen.foreign = true;
        }
        Ok(())
    }
}
