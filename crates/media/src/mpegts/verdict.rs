//! Whether a transport stream is all there, and the sentence if it is not.

use super::scan::Seen;
use crate::reader::Ended;
use crate::report::{Completeness, TrackKind};
use crate::sentence::{CUT_SHORT, ends_at_least_in};

/// Judges what was seen.
pub(super) fn judge(seen: &Seen) -> Completeness {
    Completeness::judged(damage(seen), &seen.ended)
}

fn damage(seen: &Seen) -> Option<String> {
    if seen.missing > 0 {
        return Some(ends_at_least_in(
            "a packet of the transport stream",
            seen.missing,
        ));
    }
    if seen.ended == Ended::Exhausted {
        return None;
    }
    if seen.foreign {
        return Some(format!(
            "The end of the file is not of its transport stream: what was there is missing. {CUT_SHORT}"
        ));
    }
    if seen.streams.is_empty() {
        return Some(
            "The file's list of streams (PAT and PMT) is missing: nobody can tell what it holds."
                .to_owned(),
        );
    }
    if seen.reference.is_none() {
        return Some(format!(
            "The file ends right after its list of streams: pictures and sound are missing. {CUT_SHORT}"
        ));
    }
    // A capture from a broadcast begins in the middle of things, and ends so.
    let mut playing = seen.streams.iter().filter(|stream| stream.plays());
    let cut = playing.find(|stream| stream.missing() > 0 && !seen.captured)?;
    let part = match cut.format.kind {
        TrackKind::Video => "its last pictures",
        _ => "its last sound",
    };
    Some(ends_at_least_in(part, cut.missing()))
}
