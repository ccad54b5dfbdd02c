//! One packet of a transport stream, and the walk over those in a piece of the file.

use crate::reader::{MAX_WINDOW, Reader, Stop};
use crate::sniff::SYNC;

/// Bytes of a packet from its sync byte, whatever stands before or after it.
pub(super) const PACKET: usize = 188;

/// What is read at once.
const PIECE: usize = MAX_WINDOW / 2;

/// A packet that carries something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) pid: u16,
    /// A table or a packet of pictures or sound begins in it.
    pub(super) begins: bool,
    pub(super) payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet from its sync byte; `None` where it carries nothing, or is broken.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let head: &[u8; 4] = bytes.first_chunk()?;
        let broken = head[1] & 0x80 != 0;
        let adaptation = head[3] & 0x20 != 0;
        let carries = head[3] & 0x10 != 0;
        if broken || !carries {
            return None;
        }
        let length = if adaptation {
            1 + usize::from(*bytes.get(4)?)
        } else {
            0
        };
        Some(Self {
            pid: u16::from_be_bytes([head[1] & 0x1f, head[2]]),
            begins: head[1] & 0x40 != 0,
            payload: bytes.get(4 + length..PACKET)?,
        })
    }
}

/// Gives `visit` every packet whose sync byte lies in the file from `from` on, as far as they lie
/// wholly before `end`, until it has seen enough (answers `false`). Answers where the next packet's
/// sync byte should stand.
pub(super) fn walk(
    reader: &mut Reader<'_>,
    from: u64,
    end: u64,
    length: usize,
    mut visit: impl FnMut(u64, &[u8]) -> bool,
) -> Result<u64, Stop> {
    let mut at = from;
    while end.saturating_sub(at) >= PACKET as u64 {
        let piece = reader.bytes(at, end, PIECE)?;
        let mut place = 0;
        while let Some(packet) = piece.get(place..place + PACKET) {
            if packet[0] != SYNC {
                // Bytes were lost or put in between: the next row of packets is looked for.
                place = resync(&piece, place, length).unwrap_or(piece.len());
                continue;
            }
            if !visit(at + place as u64, packet) {
                return Ok(at + (place + length) as u64);
            }
            place += length;
        }
        at += place as u64;
    }
    Ok(at)
}

/// Where the next row of sync bytes begins after `from`.
fn resync(bytes: &[u8], from: usize, length: usize) -> Option<usize> {
    (from + 1..bytes.len()).find(|&at| {
        let mut row = (0..3).map_while(|number| bytes.get(at + number * length));
        row.all(|&byte| byte == SYNC)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_past_its_adaptation() {
        let mut bytes = [0xff; PACKET];
        bytes[..6].copy_from_slice(&[SYNC, 0x41, 0x00, 0x30, 1, 0]);
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!((packet.pid, packet.begins), (0x100, true));
        assert_eq!(packet.payload.len(), PACKET - 6);
        bytes[4] = 255;
        assert!(Packet::parse(&bytes).is_none());
        bytes[3] = 0x20;
        assert!(Packet::parse(&bytes).is_none());
    }

    #[test]
    fn packets_are_found_again_after_bytes_were_lost() {
        let mut bytes = vec![0; PACKET * 8 + 50];
        for place in (0..4)
            .map(|n| n * PACKET)
            .chain((4..8).map(|n| n * PACKET + 50))
        {
            bytes[place] = SYNC;
        }
        let mut seen = Vec::new();
        let mut reader = Reader::new(&bytes);
        let next = walk(&mut reader, 0, bytes.len() as u64, PACKET, |at, _| {
            seen.push(at);
            true
        });
        assert_eq!(next.unwrap(), bytes.len() as u64);
        assert_eq!(seen, [0, 188, 376, 564, 802, 990, 1178, 1366]);
    }
}
