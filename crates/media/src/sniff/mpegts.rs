//! MPEG transport streams: the byte 0x47 at the same place of every packet.

use crate::container::Container;

pub(crate) const SYNC: u8 = 0x47;
const PACKETS: usize = 5;

/// Lengths of a packet: plain, with a time stamp before it, with parity after it.
const LENGTHS: [usize; 3] = [188, 192, 204];

/// The length of the packets, and where the first sync byte stands: a capture may begin within a
/// packet.
pub(crate) fn grid(head: &[u8]) -> Option<(usize, usize)> {
    LENGTHS.into_iter().find_map(|length| {
        let first = (0..length).find(|&at| repeats(head, length, at))?;
        Some((length, first))
    })
}

pub(super) fn sniff(head: &[u8]) -> Option<Container> {
    grid(head).map(|_| Container::MpegTs)
}

fn repeats(head: &[u8], length: usize, at: usize) -> bool {
    let packets = head.len().saturating_sub(at).div_ceil(length);
    packets >= PACKETS
        && head
            .iter()
            .skip(at)
            .step_by(length)
            .all(|&byte| byte == SYNC)
}
