//! Rows of a list that came together, and where the list goes on at both sides.

use heimdex_api::video::{VideoListResponse, VideoResponse};

/// Which end of the list the window hangs on. From the end the list is asked for the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The first row of the first page is the first row of all.
    Start,
    /// The last row of the last page is.
    End,
}

/// A side of what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// What comes before.
    Before,
    /// What comes after.
    After,
}

/// Rows that came together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    pub(super) videos: Vec<VideoResponse>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// From where it was asked for; `None` of the anchored one.
    pub(super) from: Option<(Side, String)>,
}

impl Page {
    /// As the server answered from that end.
    pub(super) fn of(anchor: Anchor, reply: VideoListResponse) -> Self {
        let mut videos: Vec<VideoResponse> = reply.videos.into_iter().map(row).collect();
        match anchor {
            Anchor::Start => Self {
                videos,
                before: reply.prev_cursor,
                after: reply.next_cursor,
                from: None,
            },
            Anchor::End => {
                videos.reverse();
                Self {
                    videos,
                    before: reply.next_cursor,
                    after: reply.prev_cursor,
                    from: None,
                }
            }
        }
    }
}

/// A video as it stands in a list: what only one video's own reply has, and links, which are others each time, would make
/// it look like another.
pub(super) fn row(video: VideoResponse) -> VideoResponse {
    VideoResponse {
        thumbnail_url: None,
        contact_sheet_url: None,
        locations: None,
        media: None,
        ..video
    }
}
