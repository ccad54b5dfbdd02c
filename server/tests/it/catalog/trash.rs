//! The trash: what is deleted comes back as it was, and counters follow.

use heimdex_api::{VideoId, VideoState};
use heimdex_media::Probe;
use heimdex_server::catalog::{DeleteOutcome, RestoreOutcome};
use uuid::Uuid;

use super::at;
use super::library::Library;
use crate::backends::both_backends;

both_backends! {
    fn what_is_deleted_comes_back_as_it_was(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let new = library.plain("a.mp4", 10, at(1));
        let video = library.indexed(new, 1, &Probe::default(), at(1)).await;
        let before = library.video(video).await.unwrap();

        assert_eq!(catalog.delete_video(id, video, at(5)).await.unwrap(), DeleteOutcome::Deleted);
        assert_eq!(catalog.delete_video(id, video, at(6)).await.unwrap(), DeleteOutcome::Deleted);
        let row = library.video(video).await.unwrap().row;
        assert_eq!((row.state, row.state_before), (VideoState::Deleted, Some(VideoState::Indexed)));
        assert_eq!((row.deleted_at, row.version), (Some(at(5)), 2), "deleting again changes nothing");
        assert_eq!(library.counts().await, ["deleted 1 10"]);

        let restored = catalog.restore_video(id, video, at(7)).await.unwrap();
        assert_eq!(restored, RestoreOutcome::Restored);
        catalog.restore_video(id, video, at(8)).await.unwrap();
        let mut after = library.video(video).await.unwrap();
        assert_eq!((after.row.version, after.row.updated_at), (3, at(7)));
        (after.row.version, after.row.updated_at) = (before.row.version, before.row.updated_at);
        assert_eq!(after, before);
        assert_eq!(library.counts().await, ["indexed 1 10"]);
        catalog.close().await;
    }

    fn work_goes_on_in_the_trash_and_the_video_comes_back_further(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let video = library.open(library.plain("a.mp4", 10, at(1)), at(1)).await;
        library.complete(video, 10, 1, at(2)).await;
        catalog.delete_video(id, video, at(3)).await.unwrap();
        library.validate(1, None, at(4)).await;
        library.probe(&Probe::default(), at(5)).await;
        assert_eq!(library.counts().await, ["deleted 1 10"]);
        catalog.restore_video(id, video, at(6)).await.unwrap();
        assert_eq!(library.video(video).await.unwrap().row.state, VideoState::Indexed);
        assert_eq!(library.counts().await, ["indexed 1 10"]);
        catalog.close().await;
    }

    fn one_that_still_uploads_comes_back_as_cancelled(database) {
        let catalog = database.open().await;
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        let video = library.open(library.plain("a.mp4", 10, at(1)), at(1)).await;
        catalog.delete_video(id, video, at(2)).await.unwrap();
        assert_eq!(library.counts().await, ["deleted 1 0"]);
        catalog.restore_video(id, video, at(3)).await.unwrap();
        let row = library.video(video).await.unwrap().row;
        assert_eq!(row.state, VideoState::Failed);
        assert_eq!(row.error_text.as_deref(), Some("upload cancelled"));
        assert_eq!(library.counts().await, ["failed 1 0"]);
        catalog.close().await;
    }

    fn another_librarys_video_is_neither_deleted_nor_restored(database) {
        let catalog = database.open().await;
        let ada = Library::new(&catalog, "ada@example.org").await;
        let bob = Library::new(&catalog, "bob@example.org").await;
        let video = ada.open(ada.plain("a.mp4", 1, at(1)), at(1)).await;
        for (library, video) in [
            (bob.account.library_id, video),
            (ada.account.library_id, VideoId::new(Uuid::new_v4())),
        ] {
            let deleted = catalog.delete_video(library, video, at(2)).await.unwrap();
            assert_eq!(deleted, DeleteOutcome::NoSuchVideo);
            let restored = catalog.restore_video(library, video, at(2)).await.unwrap();
            assert_eq!(restored, RestoreOutcome::NoSuchVideo);
        }
        assert_eq!(ada.counts().await, ["uploading 1 1"]);
        catalog.close().await;
    }
}
