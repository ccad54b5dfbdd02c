//! MPEG transport streams: the byte 0x47 at the same place of every packet.

use crate::container::Container;

const SYNC: u8 = 0x47;
const PACKETS: usize = 5;

/// Length of a packet, and where its sync byte stands: plain, with a time stamp before it, with
/// parity after it.
const FORMS: [(usize, usize); 3] = [(188, 0), (192, 4), (204, 0)];

pub(super) fn sniff(head: &[u8]) -> Option<Container> {
    FORMS
        .into_iter()
        .any(|(length, at)| repeats(head, length, at))
        .then_some(Container::MpegTs)
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
