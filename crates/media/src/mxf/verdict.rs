//! Whether an MXF file is all there, and the sentence if it is not.

use super::layout::{Cut, Layout, Place};
use crate::reader::Ended;
use crate::report::Completeness;
use crate::sentence::{CUT_SHORT, LOST_POWER, ends_at_least_in, ends_in};

/// Judges what the walk found.
pub(super) fn judge(layout: &Layout) -> Completeness {
    Completeness::judged(damage(layout), &layout.ended)
}

fn damage(layout: &Layout) -> Option<String> {
    if let Some(cut) = layout.cut {
        return Some(cut_sentence(cut));
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
    let Some(footer) = &layout.footer else {
        return Some(if layout.content {
            format!("The file was never finished: its footer is missing. {LOST_POWER}")
        } else {
            format!(
                "The file ends right after its header: pictures and sound are missing. {CUT_SHORT}"
            )
        });
    };
    if !footer.footer {
        return Some(
            "The file contradicts itself: what should be its footer is another part of it."
                .to_owned(),
        );
    }
    let mut described = layout.metadata.sets.iter().map(|set| &set.described);
    if !described.any(|it| it.is_picture() || it.is_sound()) {
        return Some("The file describes neither pictures nor sound.".to_owned());
    }
    None
}

fn cut_sentence(cut: Cut) -> String {
    let part = match cut.place {
        Place::Header => "its header",
        Place::Essence => "its pictures and sound",
        Place::Footer => "its footer",
    };
    match cut.missing {
        0 => format!("The file ends in the middle of {part}. {CUT_SHORT}"),
        // The footer follows, of which nobody knows how long it is.
        missing if cut.place != Place::Footer => ends_at_least_in(part, missing),
        missing => ends_in(part, missing),
    }
}
