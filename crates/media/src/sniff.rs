//! What the first bytes say: the container, or nothing. The name of a file is never asked.

mod avi;
mod matroska;
mod mpegts;
mod mxf;

pub(crate) use self::mpegts::{SYNC, grid};
use crate::container::Container;
use crate::mp4;

#[cfg(test)]
mod tests;

/// How many first bytes are looked at: enough for the packets of a transport stream to repeat.
pub const SNIFF_LEN: usize = 4096;

/// What `head`, at most [`SNIFF_LEN`] bytes from the beginning of a file, says it is.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Container> {
    let head = &head[..head.len().min(SNIFF_LEN)];
    if is_text(head) {
        return None;
    }
    mp4::sniff(head)
        .or_else(|| matroska::sniff(head))
        .or_else(|| avi::sniff(head))
        .or_else(|| mxf::sniff(head))
        .or_else(|| mpegts::sniff(head))
}

/// A text may begin with "The moov atom", or be one long row of `G`; no container is without
/// control characters.
fn is_text(head: &[u8]) -> bool {
    head.iter()
        .all(|&byte| byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
}
