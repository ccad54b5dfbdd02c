//! The pages of a list, whatever way the server counts them.

use std::collections::HashSet;

use heimdex_api::VideoId;
use heimdex_api::limits::{PAGE_DEFAULT, PAGE_MAX};
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_client::ApiClient;

use crate::error::CliError;

/// The pages of a list, one after another, up to a limit.
pub(super) struct Pages<'a> {
    client: &'a ApiClient,
    query: VideoListQuery,
    left: Option<u64>,
    seen: HashSet<VideoId>,
    /// How many there are, by the latest page.
    pub(super) total: u64,
    /// Or more.
    pub(super) is_lower_bound: bool,
    next: Next,
    /// Before the first page.
    before: Option<String>,
}

/// Where the next page begins.
#[derive(Debug, Clone)]
enum Next {
    First,
    Cursor(String),
    /// An older server without cursors.
    Offset(u64),
    End,
}

impl<'a> Pages<'a> {
    /// Up to `limit` videos; of a query with a cursor its one page.
    pub(super) fn new(
        client: &'a ApiClient,
        mut query: VideoListQuery,
        limit: Option<u64>,
    ) -> Self {
        let (next, left) = match query.cursor.take() {
            // Only one page is meant: beyond it a cursor that leads back would come around.
            Some(cursor) => (
                Next::Cursor(cursor),
                Some(
                    limit
                        .unwrap_or(u64::from(PAGE_DEFAULT))
                        .min(u64::from(PAGE_MAX)),
                ),
            ),
            None => (Next::First, limit),
        };
        Self {
            client,
            query,
            left,
            seen: HashSet::new(),
            total: 0,
            is_lower_bound: false,
            next,
            before: None,
        }
    }

    /// Shows no more than so many, unless a limit was set.
    pub(super) fn at_most(&mut self, most: u64) {
        self.left.get_or_insert(most);
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<VideoResponse>>, CliError> {
        if self.left == Some(0) {
            return Ok(None);
        }
        let limit = self.left.unwrap_or(u64::MAX).min(u64::from(PAGE_MAX));
        let mut query = self.query.clone();
        query.limit = Some(limit.to_string());
        match &self.next {
            Next::First => {}
            Next::Cursor(cursor) => query.cursor = Some(cursor.clone()),
            Next::Offset(offset) => query.offset = Some(offset.to_string()),
            Next::End => return Ok(None),
        }
        let page = self.client.videos(&query).await?;
        let is_first = self.seen.is_empty();
        if is_first {
            self.before = page.prev_cursor;
        }
        let is_one_page = is_first && query.cursor.is_some();
        let count = page.videos.len() as u64;
        let offset = match self.next {
            Next::Offset(offset) => offset + count,
            Next::First | Next::Cursor(_) | Next::End => count,
        };
        self.next = match (page.next_cursor, &self.next) {
            (Some(cursor), _) => Next::Cursor(cursor),
            (None, Next::First | Next::Offset(_)) if count > 0 && offset < page.total => {
                Next::Offset(offset)
            }
            (None, _) => Next::End,
        };
        (self.total, self.is_lower_bound) = (page.total, page.total_is_lower_bound);
        // What arrives between two pages shifts offsets: a video may come twice.
        let mut videos = page.videos;
        videos.retain(|video| self.seen.insert(video.video_id));
        self.left = if is_one_page {
            Some(0)
        } else {
            self.left
                .map(|left| left.saturating_sub(videos.len() as u64))
        };
        Ok(Some(videos))
    }

    /// Where a program goes on, if the limit came before the end.
    pub(super) fn cursor_of_rest(&self) -> Option<String> {
        match &self.next {
            Next::Cursor(cursor) => Some(cursor.clone()),
            Next::First | Next::Offset(_) | Next::End => None,
        }
    }

    /// Where a program finds what stands before the first of these videos.
    pub(super) fn cursor_before(&self) -> Option<String> {
        self.before.clone()
    }
}
