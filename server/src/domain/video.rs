//! The moves of a video's state. Pure.

use heimdex_api::VideoState::{self, Deleted, Failed, Indexed, Processing, Uploading, Validating};

/// Whether a video may go from one state to the other, by anybody.
///
/// Of a way forward each step may be skipped over where there is nothing to do in it. Which failures may be healed is
/// the caller's to know: never those where bytes are missing or differ.
#[must_use]
pub const fn may_become(from: VideoState, to: VideoState) -> bool {
    match (from, to) {
        (Uploading, Validating)
        | (Validating, Processing | Indexed)
        | (Processing, Indexed)
        | (Uploading | Validating | Processing | Indexed, Failed)
        | (Failed, Validating | Processing | Indexed) => true,
        (_, Deleted) => !matches!(from, Deleted),
        (Deleted, _) => !matches!(to, Uploading),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moves_are_these_and_no_others() {
        let table: Vec<String> = VideoState::ALL
            .iter()
            .map(|from| {
                let to: Vec<&str> = VideoState::ALL
                    .iter()
                    .filter(|to| may_become(*from, **to))
                    .map(|to| to.as_str())
                    .collect();
                format!("{from} -> {}", to.join(", "))
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        uploading -> validating, failed, deleted
        validating -> processing, indexed, failed, deleted
        processing -> indexed, failed, deleted
        indexed -> failed, deleted
        failed -> validating, processing, indexed, deleted
        deleted -> validating, processing, indexed, failed
        ");
    }
}
