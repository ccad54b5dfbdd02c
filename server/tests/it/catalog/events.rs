//! The log of what happened has a bound.

use heimdex_api::{JobId, LibraryId, VideoId};
use heimdex_server::catalog::Catalog;
use heimdex_server::catalog::edits::{EditOutcome, VideoEdit};
use heimdex_server::domain::edit::Edit;
use uuid::Uuid;

use super::at;
use super::library::Library;
use crate::backends::both_backends;

/// Renames a video with the first version, which is not its version any more: what the log still tells.
async fn told(catalog: &Catalog, library: LibraryId, video: VideoId) -> EditOutcome {
    let wanted = Edit {
        title: Some("wanted".to_owned()),
        ..Edit::default()
    };
    renamed(catalog, library, video, &wanted, Some(&[1]), 0).await
}

async fn renamed(
    catalog: &Catalog,
    library: LibraryId,
    video: VideoId,
    wanted: &Edit,
    if_match: Option<&[u64]>,
    second: i64,
) -> EditOutcome {
    let edit = VideoEdit {
        library,
        video,
        wanted,
        tags: &[],
        if_match,
        probe_job: JobId::new(Uuid::new_v4()),
        side_car_job: JobId::new(Uuid::new_v4()),
    };
    catalog.edit_video(&edit, at(second)).await.unwrap()
}

both_backends! {
    fn old_events_and_those_beyond_the_newest_are_forgotten(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let bob = Library::new(&catalog, "bob@example.org").await;
        let id = library.account.library_id;
        bob.open(bob.plain("his.mp4", 1, at(90)), at(90)).await;
        let video = library.open(library.plain("a.mp4", 1, at(0)), at(0)).await;
        for number in 1..=4 {
            let wanted = Edit { title: Some(number.to_string()), ..Edit::default() };
            renamed(&catalog, id, video, &wanted, None, number * 10).await;
        }
        let all = EditOutcome::Stale { version: 5, changed: Some(vec!["title".to_owned()]) };
        let unknown = EditOutcome::Stale { version: 5, changed: None };
        assert_eq!(catalog.forget_events(at(0), 100).await.unwrap(), 0);
        assert_eq!(told(&catalog, id, video).await, all);
        assert_eq!(catalog.forget_events(at(5), 4).await.unwrap(), 1, "the announcement");
        assert_eq!(told(&catalog, id, video).await, all, "every edit is known");
        assert_eq!(catalog.forget_events(at(11), 4).await.unwrap(), 1, "by age");
        assert_eq!(told(&catalog, id, video).await, unknown);
        assert_eq!(catalog.forget_events(at(11), 1).await.unwrap(), 2, "by count, and his one stays");
        assert_eq!(catalog.forget_events(at(99), 0).await.unwrap(), 2);
        catalog.close().await;
    }
}
