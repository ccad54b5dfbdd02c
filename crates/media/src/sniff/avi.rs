//! AVI: a RIFF file of the form `AVI `.

use crate::container::Container;

pub(super) fn sniff(head: &[u8]) -> Option<Container> {
    let riff = head.get(..4)? == b"RIFF";
    // Some old cameras write 0x19 in place of the blank.
    let form = matches!(head.get(8..12)?, b"AVI " | b"AVI\x19");
    (riff && form).then_some(Container::Avi)
}
