//! What became of a file of which the server has no copy that counts: so that a person reads why, not only that.

use futures::{StreamExt as _, stream};
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_api::{Blake3, VideoState, path};

use super::facts::Trace;
use crate::transfer::TransferContext;

/// So many files are looked after by name; of more the same can be said.
const TRACED_MOST: usize = 200;
const AT_ONCE: usize = 8;
/// Videos of one name that are looked at.
const LIMIT: &str = "100";

/// A file that is not stored.
#[derive(Debug, Clone)]
pub(super) struct Lost {
    /// Which file, for whoever asks.
    pub(super) index: usize,
    /// The bytes of its path within the card.
    pub(super) path: Vec<u8>,
    pub(super) size: u64,
    pub(super) blake3: Blake3,
}

/// What is known of each. A catalog that cannot be asked costs words only: without a copy there is no yes.
pub(super) async fn trace(context: &TransferContext, lost: &[Lost]) -> Vec<(usize, Trace)> {
    // Made before any is awaited: a closure that is kept would not let the whole be sent to another thread.
    let traces: Vec<_> = lost
        .iter()
        .take(TRACED_MOST)
        .map(|lost| indexed(context, lost))
        .collect();
    stream::iter(traces)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

async fn indexed(context: &TransferContext, lost: &Lost) -> (usize, Trace) {
    (lost.index, of(context, lost).await)
}

async fn of(context: &TransferContext, lost: &Lost) -> Trace {
    let name = path::escaped(
        lost.path
            .rsplit(|byte| *byte == b'/')
            .next()
            .unwrap_or_default(),
    );
    let mut videos = Vec::new();
    for state in [None, Some(VideoState::Deleted)] {
        let query = VideoListQuery {
            q: Some(name.clone()),
            state: state.map(|state| state.to_string()),
            limit: Some(LIMIT.to_owned()),
            ..VideoListQuery::default()
        };
        match context.api().videos(&query).await {
            Ok(page) => videos.extend(page.videos),
            Err(error) => tracing::debug!(error = %error, "cannot look for a file by its name"),
        }
    }
    best(lost, &name, &videos)
}

/// The most telling of what the catalog has under a file's name. Pure.
fn best(lost: &Lost, name: &str, videos: &[VideoResponse]) -> Trace {
    let traces = videos.iter().filter_map(|video| {
        let is_same = video.blake3 == Some(lost.blake3) && video.size_bytes == Some(lost.size);
        let is_named = video.filename.as_deref() == Some(name);
        (is_same || is_named)
            .then(|| of_video(lost, video, is_same))
            .flatten()
    });
    traces
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, trace)| trace)
        .unwrap_or_default()
}

/// How telling a video is, and what it tells.
fn of_video(lost: &Lost, video: &VideoResponse, is_same: bool) -> Option<(u8, Trace)> {
    let video_id = video.video_id;
    let trace = match video.state.known()? {
        VideoState::Deleted if is_same => (5, Trace::Trashed { video_id }),
        VideoState::Deleted => return None,
        _ if is_same && video.quarantined_at.is_some() => (6, Trace::Quarantined { video_id }),
        VideoState::Failed if is_same || video.size_bytes == Some(lost.size) => {
            let reason = video.error_text.clone();
            (4, Trace::Failed { video_id, reason })
        }
        VideoState::Uploading if video.size_bytes == Some(lost.size) => {
            let received = video.bytes_received.unwrap_or(0).min(lost.size);
            let percent = u128::from(received) * 100 / u128::from(lost.size.max(1));
            // All of it is not there before somebody has looked.
            let percent = u64::try_from(percent).unwrap_or(0).min(99);
            (3, Trace::Arriving { video_id, percent })
        }
        VideoState::Failed | VideoState::Uploading => return None,
        VideoState::Validating | VideoState::Processing | VideoState::Indexed => {
            let since = video.created_at;
            (2, Trace::Differs { video_id, since })
        }
    };
    Some(trace)
}
