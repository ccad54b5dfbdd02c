//! MXF: the key of a header partition pack at the very beginning.
//!
//! The run-in that the standard allows before it is not looked for: an archive whose first member
//! is an MXF file has the key in its head as well.

use crate::container::Container;

const PARTITION_PACK: [u8; 13] = [
    0x06, 0x0e, 0x2b, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0d, 0x01, 0x02, 0x01, 0x01,
];
const HEADER_PARTITION: u8 = 0x02;

pub(super) fn sniff(head: &[u8]) -> Option<Container> {
    let key = head.strip_prefix(&PARTITION_PACK)?;
    (key.first() == Some(&HEADER_PARTITION)).then_some(Container::Mxf)
}
