//! The list without the server: the videos that are known here, narrowed and sorted as the server would.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use heimdex_api::fold::fold;
use heimdex_api::video::{VideoListResponse, VideoResponse};
use heimdex_api::{Timestamp, VideoId};

use super::{Filter, Library, Rows, Sort};
use crate::tui::model::window::{Anchor, Side, Window};

/// What is known of the library beside the rows that are held.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The videos of the list that was kept or recalled last.
    videos: BTreeMap<VideoId, VideoResponse>,
    /// The list as it was when the server was last heard, while another one stands in for it.
    told: Option<Box<Told>>,
}

#[derive(Debug, Clone)]
struct Told {
    window: Window,
    filter: Filter,
    rows: Rows,
}

impl Known {
    /// The library as it is kept, or was when it was kept.
    pub(crate) fn keep(&mut self, videos: &[VideoResponse]) {
        let videos = videos.iter().cloned();
        self.videos = videos.map(|video| (video.video_id, video)).collect();
    }

    /// A video is so by now.
    pub(super) fn take(&mut self, video: &VideoResponse) {
        if let Some(known) = self.videos.get_mut(&video.video_id) {
            known.clone_from(video);
        }
    }

    /// Nothing is left of a video.
    pub(crate) fn forget(&mut self, video: VideoId) {
        self.videos.remove(&video);
    }

    /// The server is heard again: what it tells now holds.
    pub(super) fn heard(&mut self) {
        self.told = None;
    }

    /// All of them, as of the latest that is known of each.
    fn all(&self) -> Vec<&VideoResponse> {
        let mut all: BTreeMap<VideoId, &VideoResponse> =
            self.videos.iter().map(|(id, video)| (*id, video)).collect();
        let told = self.told.iter().flat_map(|told| told.window.rows());
        for video in told {
            let known = all.entry(video.video_id).or_insert(video);
            if known.updated_at <= video.updated_at {
                *known = video;
            }
        }
        all.into_values().collect()
    }
}

impl Library {
    /// Narrows and sorts what is known here, in place of a list that the server does not send; whether that is another
    /// list than the one that is held. The cursor stays on its video.
    pub(crate) fn list_known(&mut self) -> bool {
        if self.filter == self.narrowed_to {
            return false;
        }
        // What was asked for before is another list.
        self.generation += 1;
        (self.is_loading, self.is_comparing, self.trouble) = (false, false, None);
        let selected = self.window.selected().map(|video| video.video_id);
        if self.rows != Rows::Known {
            let told = Told {
                window: std::mem::take(&mut self.window),
                filter: self.narrowed_to.clone(),
                rows: self.rows,
            };
            self.known.told = Some(Box::new(told));
        }
        let is_told = |told: &mut Box<Told>| told.filter == self.filter;
        if let Some(told) = self.known.told.take_if(is_told) {
            (self.window, self.rows) = (told.window, told.rows);
            for side in [Side::Before, Side::After] {
                self.window.failed(side);
            }
        } else {
            let listed = self.filter.list(self.known.all());
            (self.window, self.rows) = (Window::begin(Anchor::Start, listed), Rows::Known);
        }
        self.window.find(selected);
        self.narrowed_to = self.filter.clone();
        true
    }
}

impl Filter {
    /// These as the server would list them from the beginning, all at once.
    fn list(&self, videos: Vec<&VideoResponse>) -> VideoListResponse {
        let text = fold(self.text.trim());
        let tag = self.tag.as_deref().map(fold);
        let since = self.since.as_ref();
        let since = since.and_then(|(_, since)| since.parse::<Timestamp>().ok());
        let is_meant = |video: &&VideoResponse| {
            let names = [&video.title, &video.filename];
            let has = |name: &Option<String>| {
                name.as_deref()
                    .is_some_and(|name| fold(name).contains(&text))
            };
            (text.is_empty() || names.into_iter().any(has))
                && tag
                    .as_ref()
                    .is_none_or(|tag| video.tags.iter().any(|one| fold(one) == *tag))
                && since.is_none_or(|since| video.created_at >= since)
                && !self.excludes(video)
        };
        let mut videos: Vec<_> = videos.into_iter().filter(is_meant).cloned().collect();
        videos.sort_by(|a, b| self.order(a, b));
        VideoListResponse {
            total: videos.len() as u64,
            videos,
            total_is_lower_bound: false,
            next_cursor: None,
            prev_cursor: None,
        }
    }

    fn order(&self, a: &VideoResponse, b: &VideoResponse) -> Ordering {
        let by_sort = match self.sort {
            Sort::Arrived => a.created_at.cmp(&b.created_at),
            Sort::Captured => a.captured_at.cmp(&b.captured_at),
            Sort::Title => folded(a).cmp(&folded(b)),
            Sort::Size => a.size_bytes.cmp(&b.size_bytes),
            Sort::Length => {
                let seconds = |video: &VideoResponse| video.duration_s.unwrap_or(-1.0);
                seconds(a).total_cmp(&seconds(b))
            }
        };
        let ascending = by_sort.then_with(|| a.video_id.cmp(&b.video_id));
        if self.is_descending() {
            ascending.reverse()
        } else {
            ascending
        }
    }
}

fn folded(video: &VideoResponse) -> String {
    fold(video.title.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use heimdex_api::VideoState;

    use super::*;
    use crate::tui::model::name;
    use crate::tui::model::tests::video;

    fn of(filter: &Filter) -> Vec<String> {
        let mut videos: Vec<_> = (0..6).map(video).collect();
        videos[1].title = Some("Straße 日本".into());
        videos[2].tags = vec!["Paris".into()];
        videos[3].state = serde_json::from_value("failed".into()).unwrap();
        videos[4].state = serde_json::from_value("deleted".into()).unwrap();
        videos[5].created_at = "2026-11-25T10:00:00Z".parse().unwrap();
        videos[5].captured_at = None;
        videos[5].duration_s = None;
        videos[5].title = None;
        let listed = filter.list(videos.iter().collect());
        assert_eq!(listed.total, listed.videos.len() as u64);
        listed.videos.iter().map(name).collect()
    }

    #[test]
    fn what_is_known_is_narrowed_and_sorted_as_the_server_would() {
        let all = Filter::default();
        let newest = [
            "A003C005.mp4",
            "A003C003",
            "A003C002",
            "Straße 日本",
            "A003C000",
        ];
        assert_eq!(of(&all), newest);
        let since = Some(("today".into(), "2026-11-25T00:00:00Z".into()));
        let narrowed = [
            (
                Filter {
                    text: " STRASSE ".into(),
                    ..all.clone()
                },
                &["Straße 日本"][..],
            ),
            (
                Filter {
                    text: "c005.MP4".into(),
                    ..all.clone()
                },
                &["A003C005.mp4"],
            ),
            (
                Filter {
                    tag: Some("pARIS".into()),
                    ..all.clone()
                },
                &["A003C002"],
            ),
            (
                Filter {
                    state: Some(VideoState::Failed),
                    ..all.clone()
                },
                &["A003C003"],
            ),
            (
                Filter {
                    state: Some(VideoState::Deleted),
                    ..all.clone()
                },
                &["A003C004"],
            ),
            (
                Filter {
                    source: Some("B cam".into()),
                    ..all.clone()
                },
                &[],
            ),
            (
                Filter {
                    since,
                    ..all.clone()
                },
                &["A003C005.mp4"],
            ),
        ];
        for (filter, names) in narrowed {
            assert_eq!(of(&filter), names, "{filter:?}");
        }
        for (sort, is_reversed, first) in [
            (Sort::Arrived, true, "A003C000"),
            (Sort::Captured, true, "A003C005.mp4"),
            (Sort::Title, false, "A003C005.mp4"),
            (Sort::Title, true, "Straße 日本"),
            (Sort::Size, false, "A003C005.mp4"),
            (Sort::Length, true, "A003C005.mp4"),
            (Sort::Length, false, "A003C003"),
        ] {
            let sorted = Filter {
                sort,
                is_reversed,
                ..all.clone()
            };
            assert_eq!(of(&sorted)[0], first, "{sorted:?}");
        }
    }
}
