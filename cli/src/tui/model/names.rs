//! What things are called in sentences.

use heimdex_api::video::VideoResponse;

use super::library::name;
use crate::output::text::count;

/// A name as it stands in a sentence: titles hold what they like.
pub(super) fn quoted(text: &str) -> String {
    format!("`{text}`")
}

/// One by its name, several by how many there are, and none by nothing.
pub(super) fn these(videos: &[&VideoResponse]) -> Option<String> {
    match videos {
        [] => None,
        [video] => Some(quoted(&name(video))),
        several => Some(count(several.len() as u64, "video", "videos")),
    }
}

/// The verb that goes with so many.
pub(super) fn are(videos: &[&VideoResponse]) -> &'static str {
    if videos.len() == 1 { "is" } else { "are" }
}
