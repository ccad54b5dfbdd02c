//! Changes of single videos, wherever in what is held they are.

use std::collections::BTreeSet;

use heimdex_api::VideoId;
use heimdex_api::video::{VideoListResponse, VideoResponse};

use super::{Anchor, Side, Window, page};

impl Window {
    /// The row of a video, where it is held.
    pub(crate) fn row(&self, video: VideoId) -> Option<&VideoResponse> {
        self.rows().find(|row| row.video_id == video)
    }

    fn row_mut(&mut self, video: VideoId) -> Option<&mut VideoResponse> {
        let mut rows = self.pages.iter_mut().flat_map(|page| &mut page.videos);
        rows.find(|row| row.video_id == video)
    }

    /// The videos that the server lists no more, as far as its first page tells: those that stood before one that it still
    /// lists, and all where nothing comes behind it.
    pub(crate) fn missing_in(&self, reply: &VideoListResponse) -> Vec<VideoId> {
        if self.anchor != Anchor::Start || !self.holds(Side::Before) {
            return Vec::new();
        }
        let there: BTreeSet<VideoId> = reply.videos.iter().map(|video| video.video_id).collect();
        let here: Vec<VideoId> = self.rows().map(|video| video.video_id).collect();
        let told = match reply.next_cursor {
            None => here.len(),
            Some(_) => here
                .iter()
                .rposition(|video| there.contains(video))
                .unwrap_or(0),
        };
        let told = here.into_iter().take(told);
        told.filter(|video| !there.contains(video)).collect()
    }

    /// Takes a changed video in, unless what is held is newer; whether anything is another.
    pub(crate) fn replace(&mut self, video: &VideoResponse) -> bool {
        let Some(row) = self.row_mut(video.video_id) else {
            return false;
        };
        let video = page::row(video.clone());
        if row.updated_at > video.updated_at || *row == video {
            return false;
        }
        *row = video;
        true
    }

    /// Takes in how much of an upload arrived; whether that is more than was known.
    pub(crate) fn received(&mut self, video: VideoId, bytes: u64) -> bool {
        match self.row_mut(video) {
            Some(row) if row.bytes_received.is_some_and(|known| known < bytes) => {
                row.bytes_received = Some(bytes);
                true
            }
            _ => false,
        }
    }
}
