//! Whether a Matroska or `WebM` file is all there, and the sentence if it is not.

use super::layout::{Cut, Layout, Place};
use crate::reader::Ended;
use crate::report::Completeness;
use crate::sentence::{CUT_SHORT, bytes, ends_in};

/// Judges what the walk found.
pub(super) fn judge(layout: &Layout) -> Completeness {
    Completeness::judged(damage(layout), &layout.ended)
}

fn damage(layout: &Layout) -> Option<String> {
    if layout.missing > 0 {
        let place = layout.cut.map_or_else(
            || match layout.clusters {
                0 => Place::Head,
                _ => Place::Clusters,
            },
            |cut| cut.place,
        );
        return Some(ends_in(part(place), layout.missing));
    }
    if let Some(cut) = layout.cut {
        return Some(live_cut(cut));
    }
    if let Some(at) = layout.broken {
        return Some(format!(
            "The file contradicts itself: what begins at byte {at} is not of it."
        ));
    }
    if let Ended::Broken(what) = &layout.ended {
        return Some(format!("The file contradicts itself: {what}."));
    }
    if layout.ended == Ended::Exhausted {
        return None;
    }
    if layout.segment.is_none() {
        return Some(format!(
            "The file ends right after its first bytes: all of its content is missing. {CUT_SHORT}"
        ));
    }
    if layout.index_missing > 0 {
        return Some(format!(
            "The file ends before its index (Cues), which is said to begin {} bytes further on. {CUT_SHORT}",
            layout.index_missing
        ));
    }
    match &layout.tracks {
        None => Some(format!(
            "The file ends before its list of tracks: there is nothing to play. {CUT_SHORT}"
        )),
        Some(tracks) if tracks.is_empty() => {
            Some("The file names no tracks: there is nothing to play.".to_owned())
        }
        Some(_) if layout.clusters == 0 && is_open(layout) => Some(
            "The file ends right after its list of tracks: pictures and sound are missing."
                .to_owned(),
        ),
        Some(_) => None,
    }
}

/// Whether the segment reaches as far as the file, having no size of its own.
fn is_open(layout: &Layout) -> bool {
    layout.segment.is_some_and(|segment| segment.end.is_none())
}

/// A live recording does not know its length: only what is cut itself tells.
fn live_cut(cut: Cut) -> String {
    if cut.place != Place::Clusters {
        return match cut.missing {
            0 => format!(
                "The file ends in the middle of {}. {CUT_SHORT}",
                part(cut.place)
            ),
            missing => ends_in(part(cut.place), missing),
        };
    }
    let missing = match cut.missing {
        0 => String::new(),
        missing => format!(": at least {} missing", bytes(missing)),
    };
    format!(
        "The file ends in the middle of its last pictures and sound (a cluster){missing}. \
         What comes before can be played."
    )
}

fn part(place: Place) -> &'static str {
    match place {
        Place::Head => "its head",
        Place::Clusters => "its pictures and sound (clusters)",
        Place::Index => "its index (Cues)",
        Place::Notes => "what follows its pictures and sound",
    }
}
