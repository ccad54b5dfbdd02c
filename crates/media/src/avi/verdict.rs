//! Whether an AVI is all there, and the sentence if it is not.

use super::head::Head;
use super::layout::{Layout, Place};
use crate::reader::Ended;
use crate::report::Completeness;
use crate::sentence::{CUT_SHORT, LOST_POWER, bytes, ends_in};

/// Judges what the walk found.
pub(super) fn judge(layout: &Layout) -> Completeness {
    Completeness::judged(damage(layout), &layout.ended)
}

fn damage(layout: &Layout) -> Option<String> {
    if let Ended::Broken(what) = &layout.ended {
        return Some(format!("The file contradicts itself: {what}."));
    }
    if layout.missing > 0 || layout.cut.is_some() {
        return Some(cut(layout));
    }
    if layout.ended == Ended::Exhausted {
        return None;
    }
    let Some(head) = &layout.head else {
        return Some(
            "The file's head (hdrl) is missing: nobody can tell what it holds.".to_owned(),
        );
    };
    if layout.open && head.flags & Head::HAS_INDEX != 0 {
        return Some(format!(
            "The file was never finished: its sizes and its index (idx1) are missing. {LOST_POWER}"
        ));
    }
    if layout.index_missing > 0 {
        return Some(format!(
            "The file ends before its last part: at least {} missing. {CUT_SHORT}",
            bytes(layout.index_missing)
        ));
    }
    if head.streams.is_empty() {
        return Some(
            "The file's head (hdrl) names no streams: there is nothing to play.".to_owned(),
        );
    }
    if !layout.movie {
        return Some(
            "The file ends right after its head: pictures and sound are missing.".to_owned(),
        );
    }
    None
}

fn cut(layout: &Layout) -> String {
    let part = match layout.cut {
        Some(Place::Head) => "its head (hdrl)",
        Some(Place::Movie) | None => "its pictures and sound (movi)",
        Some(Place::Index) => "its index (idx1)",
    };
    if layout.missing == 0 {
        return format!("The file ends in the middle of {part}. {CUT_SHORT}");
    }
    let before_index = layout.cut == Some(Place::Index);
    if before_index || layout.indexed || layout.open {
        return ends_in(part, layout.missing);
    }
    format!(
        "The file ends in the middle of {part}: {} missing, and its index (idx1) too. {CUT_SHORT}",
        bytes(layout.missing)
    )
}
