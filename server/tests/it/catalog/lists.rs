//! Lists of videos: each filter finds what it says, and pages tile the list in every order and both directions.

use std::collections::BTreeSet;

use heimdex_api::{VideoId, VideoKind, VideoState};
use heimdex_media::Probe;
use heimdex_server::catalog::{FoundFile, NewTag, Total, VideoListQuery};
use heimdex_server::domain::fold::fold;
use heimdex_server::domain::listing::{IdPrefix, Order, PageStart, VideoFilter, VideoSort};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::at;
use super::library::Library;
use crate::backends::both_backends;

fn query(filter: VideoFilter) -> VideoListQuery {
    VideoListQuery {
        filter,
        sort: VideoSort::CreatedAt,
        order: Order::Descending,
        start: PageStart::Offset(0),
        limit: 500,
    }
}

async fn ids(library: &Library<'_>, query: &VideoListQuery) -> Vec<VideoId> {
    let id = library.account.library_id;
    let page = library.catalog.list_videos(id, query).await.unwrap();
    page.videos
        .into_iter()
        .map(|video| video.row.video_id)
        .collect()
}

/// Twenty videos of which many are equal in what they are sorted by.
async fn filled(library: &Library<'_>) {
    for number in 0..20_u64 {
        let second = i64::try_from(number / 3).unwrap();
        let mut new = library.plain("clip.mp4", 100 + number / 4, at(second));
        new.title = Some(format!(
            "{}{}",
            if number % 2 == 0 { "take" } else { "TAKE" },
            number / 5
        ));
        if number % 3 == 0 {
            new.captured_at = Some(at(-second));
        }
        if number % 7 == 0 {
            new.size_bytes = None;
        }
        if number % 4 == 0 {
            let probe = Probe {
                duration_ms: Some(number / 8),
                ..Probe::default()
            };
            library.indexed(new, number, &probe, at(second)).await;
        } else {
            library.open(new, at(second)).await;
        }
    }
}

/// Every page from one end on.
async fn walked(library: &Library<'_>, first: &VideoListQuery, forward: bool) -> Vec<Vec<VideoId>> {
    let (mut page, mut pages) = (first.clone(), Vec::new());
    loop {
        let id = library.account.library_id;
        let got = library.catalog.list_videos(id, &page).await.unwrap();
        pages.push(got.videos.iter().map(|video| video.row.video_id).collect());
        let Some(next) = (if forward { got.next } else { got.previous }) else {
            return pages;
        };
        page.start = next;
    }
}

both_backends! {
    fn walking_forward_and_backward_gives_the_same_rows(database) {
        let catalog = database.open().await;
        let mut runner = TestRunner::deterministic();
        // Few different values, so that most rows are equal in what they are sorted by.
        let video = ("[aA\u{e4}b]{1,2}", 0..3_i64, proptest::option::of(1..3_u64));
        let sort = proptest::sample::select(VideoSort::WORDS.to_vec());
        let cases = (proptest::collection::vec(video, 1..14), 1..5_u32, sort, any::<bool>());
        for case in 'a'..'q' {
            let (videos, limit, (word, sort), ascending) = cases.new_tree(&mut runner).unwrap().current();
            let library = Library::new(&catalog, &format!("{case}@example.org")).await;
            for (title, second, size) in &videos {
                let mut new = library.plain("clip.mp4", 1, at(*second));
                new.title = Some(title.clone());
                new.size_bytes = *size;
                library.open(new, at(*second)).await;
            }
            let order = if ascending { Order::Ascending } else { Order::Descending };
            let whole = VideoListQuery { sort, order, ..query(VideoFilter::default()) };
            let expected = ids(&library, &whole).await;
            assert_eq!(expected.len(), videos.len(), "{word}");
            let first = VideoListQuery { limit, ..whole };
            let forward = walked(&library, &first, true).await;
            assert_eq!(forward.concat(), expected, "{word} {order:?} {limit}: {videos:?}");
            let mut last = first.clone();
            let whole_pages = (videos.len() - 1) / limit as usize;
            last.start = PageStart::Offset((whole_pages * limit as usize) as u64);
            let mut backward = walked(&library, &last, false).await;
            backward.reverse();
            assert_eq!(backward, forward, "{word} {order:?} {limit}: {videos:?}");
        }
        catalog.close().await;
    }

    fn pages_tile_the_list_in_every_order_and_both_directions(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        filled(&library).await;
        for (word, sort) in VideoSort::WORDS {
            for order in [Order::Ascending, Order::Descending] {
                let whole = VideoListQuery { sort, order, ..query(VideoFilter::default()) };
                let expected = ids(&library, &whole).await;
                assert_eq!(expected.iter().collect::<BTreeSet<_>>().len(), 20, "{word}");
                let mut page = VideoListQuery { limit: 3, ..whole };
                let (mut forward, mut last) = (Vec::new(), None);
                loop {
                    let got = catalog.list_videos(id, &page).await.unwrap();
                    forward.extend(got.videos.iter().map(|video| video.row.video_id));
                    last = got.previous.or(last);
                    let Some(next) = got.next else { break };
                    page.start = next;
                }
                assert_eq!(forward, expected, "{word} {order:?}");
                let mut backward = expected[18..].to_vec();
                while let Some(previous) = last {
                    page.start = previous;
                    let got = catalog.list_videos(id, &page).await.unwrap();
                    let ids = got.videos.iter().map(|video| video.row.video_id);
                    backward.splice(0..0, ids);
                    last = got.previous;
                }
                assert_eq!(backward, expected, "{word} {order:?} backwards");
                page.start = PageStart::Offset(4);
                assert_eq!(ids(&library, &page).await, expected[4..7], "{word} {order:?} by offset");
                page.start = PageStart::Offset(20);
                assert!(ids(&library, &page).await.is_empty());
            }
        }
        catalog.close().await;
    }

    fn a_page_by_offset_is_the_same_from_whichever_end_it_is_walked_to(database) {
        const VIDEOS: usize = 140;
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        // Four in the trash, which are counted apart.
        for number in 0..VIDEOS as u64 + 4 {
            let second = at(i64::try_from(number / 3).unwrap());
            let mut new = library.plain("clip.mp4", number % 5, second);
            new.title = Some(format!("take {}", number % 9));
            let video = library.open(new, second).await;
            if number % 36 == 0 {
                catalog.delete_video(id, video, second).await.unwrap();
            }
        }
        let mut runner = TestRunner::deterministic();
        // Most are behind the middle, and some behind the end.
        let cases = (0..VIDEOS + 10, 1..20_usize, any::<bool>());
        for (word, sort) in VideoSort::WORDS {
            for state in [None, Some(VideoState::Uploading)] {
                let whole = VideoListQuery { sort, ..query(VideoFilter { state, ..VideoFilter::default() }) };
                for _ in 0..6 {
                    let (offset, limit, ascending) = cases.new_tree(&mut runner).unwrap().current();
                    let order = if ascending { Order::Ascending } else { Order::Descending };
                    let whole = VideoListQuery { order, ..whole.clone() };
                    let all = ids(&library, &whole).await;
                    assert_eq!(all.len(), VIDEOS, "{word}");
                    let start = PageStart::Offset(offset as u64);
                    let rows = u32::try_from(limit).unwrap();
                    let page = VideoListQuery { start, limit: rows, ..whole.clone() };
                    let got = catalog.list_videos(id, &page).await.unwrap();
                    let expected: Vec<VideoId> =
                        all.iter().copied().skip(offset).take(limit).collect();
                    let what = format!("{word} {order:?} {offset} {limit}");
                    let found = got.videos.iter().map(|video| video.row.video_id);
                    assert_eq!(found.collect::<Vec<_>>(), expected, "{what}");
                    let goes_on = offset + limit < VIDEOS;
                    assert_eq!(got.next.is_some(), goes_on, "{what}");
                    if !expected.is_empty() || got.total.is_some() {
                        assert_eq!(got.total, Some(VIDEOS as u64), "{what}");
                    }
                    let Some(next) = got.next else { continue };
                    let after = ids(&library, &VideoListQuery { start: next, limit: 1, ..whole }).await;
                    assert_eq!(after, all[offset + limit..][..1], "{what}");
                }
            }
        }
        catalog.close().await;
    }

    fn each_filter_finds_what_it_says(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let (id, user_id) = (library.account.library_id, library.account.user_id);
        let bob = Library::new(&catalog, "bob@example.org").await;
        bob.open(bob.plain("wanted.mp4", 1, at(50)), at(50)).await;
        let ingest_id = heimdex_api::IngestId::new(Uuid::new_v4());
        let ingest = heimdex_server::catalog::NewIngest {
            ingest_id,
            library_id: id,
            user_id,
            source: "A cam, day 3".to_owned(),
            root_name: None,
            host: None,
        };
        catalog.create_ingest(&ingest, None, at(0)).await.unwrap();
        let mut new = library.plain("A003_50%.MP4", 9, at(50));
        new.title = Some("Stra\u{df}e".to_owned());
        new.tags = vec![NewTag { tag_id: Uuid::new_v4(), name: "Paris".to_owned() }];
        new.captured_at = Some(at(-50));
        new.location = Some((ingest_id, FoundFile {
            location_id: Uuid::new_v4(),
            path: "a".to_owned(),
            path_raw: None,
            filename: "a".to_owned(),
            mtime: None,
            video_id: new.video_id,
        }));
        let probe = Probe {
            duration_ms: Some(90_000),
            camera: Some("Canon EOS R5".to_owned()),
            ..Probe::default()
        };
        let wanted = library.indexed(new, 1, &probe, at(50)).await;
        let mut other = library.plain("B.mov", 9, at(10));
        other.kind = VideoKind::File;
        let other = library.open(other, at(10)).await;
        let text = |text: &str| VideoFilter { text: Some(fold(text)), ..VideoFilter::default() };
        let prefix = IdPrefix::parse(&wanted.to_string()[..8]);
        let filters = [
            ("id", VideoFilter { id_prefix: prefix, ..VideoFilter::default() }),
            ("state", VideoFilter { state: Some(VideoState::Indexed), ..VideoFilter::default() }),
            ("title", text("STRASSE")),
            ("filename", text("a003")),
            ("percent", text("50%")),
            ("underscore", text("3_5")),
            ("tag", VideoFilter { tag: Some(fold("PARIS")), ..VideoFilter::default() }),
            ("source", VideoFilter { source: Some("A cam, day 3".to_owned()), ..VideoFilter::default() }),
            ("kind", VideoFilter { kind: Some(VideoKind::Video), ..VideoFilter::default() }),
            ("since", VideoFilter { since: Some(at(50)), ..VideoFilter::default() }),
            ("captured since", VideoFilter { captured_since: Some(at(-50)), ..VideoFilter::default() }),
            ("captured until", VideoFilter { captured_until: Some(at(-49)), ..VideoFilter::default() }),
            ("min", VideoFilter { min_duration_ms: Some(90_000), ..VideoFilter::default() }),
            ("max", VideoFilter { max_duration_ms: Some(90_000), ..VideoFilter::default() }),
            ("camera", VideoFilter { camera: Some(fold("eos")), ..VideoFilter::default() }),
        ];
        for (name, filter) in filters {
            let found = ids(&library, &query(filter.clone())).await;
            assert_eq!(found, [wanted], "{name}");
            let total = catalog.count_videos(id, &filter).await.unwrap();
            assert_eq!(total, Total { videos: 1, is_lower_bound: false }, "{name}");
        }
        let nothing = [
            text("%a003"),
            text("3%5"),
            text("\\"),
            VideoFilter { tag: Some("pari".to_owned()), ..VideoFilter::default() },
            VideoFilter { source: Some("a cam, day 3".to_owned()), ..VideoFilter::default() },
            VideoFilter { captured_until: Some(at(-50)), ..VideoFilter::default() },
            VideoFilter { min_duration_ms: Some(90_001), ..VideoFilter::default() },
        ];
        for filter in nothing {
            assert!(ids(&library, &query(filter.clone())).await.is_empty(), "{filter:?}");
        }
        let until = VideoFilter { until: Some(at(50)), ..VideoFilter::default() };
        assert_eq!(ids(&library, &query(until)).await, [other]);
        let all = query(VideoFilter::default());
        assert_eq!(ids(&library, &all).await, [wanted, other], "the newest first");
        let page = catalog.list_videos(id, &all).await.unwrap();
        assert_eq!(page.videos[0].tags, ["Paris"]);
        assert_eq!(page.videos[0].row.source.as_deref(), Some("A cam, day 3"));
        catalog.close().await;
    }

    fn the_trash_is_a_list_of_its_own(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let kept = library.open(library.plain("a.mp4", 1, at(1)), at(1)).await;
        let trashed = library.open(library.plain("b.mp4", 1, at(2)), at(2)).await;
        catalog.delete_video(id, trashed, at(3)).await.unwrap();
        let deleted = VideoFilter { state: Some(VideoState::Deleted), ..VideoFilter::default() };
        for (filter, expected) in [(VideoFilter::default(), kept), (deleted, trashed)] {
            assert_eq!(ids(&library, &query(filter.clone())).await, [expected]);
            let total = catalog.count_videos(id, &filter).await.unwrap();
            assert_eq!(total, Total { videos: 1, is_lower_bound: false });
        }
        let found = VideoFilter { text: Some("b".to_owned()), ..VideoFilter::default() };
        assert!(ids(&library, &query(found)).await.is_empty());
        catalog.close().await;
    }

    fn ways_back_survive_rows_that_went_meanwhile(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let mut videos = Vec::new();
        for second in 0..3 {
            videos.push(library.open(library.plain("a.mp4", 1, at(second)), at(second)).await);
        }
        let mut page = VideoListQuery { limit: 2, ..query(VideoFilter::default()) };
        let first = catalog.list_videos(id, &page).await.unwrap();
        assert_eq!(first.previous, None);
        page.start = first.next.unwrap();
        catalog.delete_video(id, videos[0], at(9)).await.unwrap();
        let empty = catalog.list_videos(id, &page).await.unwrap();
        assert!(empty.videos.is_empty() && empty.next.is_none());
        page.start = empty.previous.unwrap();
        assert_eq!(ids(&library, &page).await, [videos[2]], "all before the row that it came from");
        catalog.close().await;
    }
}
