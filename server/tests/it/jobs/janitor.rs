//! The janitor, under a clock that the test moves.

use std::time::Duration;

use heimdex_api::{Timestamp, VideoState};
use heimdex_process::clock::{Clock, ManualClock};
use heimdex_server::jobs::{Janitor, JobContext};

use crate::backends::{TestDatabase, both_backends};
use crate::uploads::server::Server;
use crate::uploads::{PART, claim, in_parts, noise, opened, sent, uploaded};

const DAY: Duration = Duration::from_hours(24);

/// A server whose clock the test holds, and its janitor. Signatures keep the real time.
async fn with_clock(database: &TestDatabase) -> (Server, ManualClock, Janitor) {
    let clock = ManualClock::new(Clock::System.now());
    let server = Server::with(database, &[], Clock::Manual(clock.clone())).await;
    let config = &server.app.config;
    let janitor = Janitor::new(JobContext::of(&server.app), &config.limits, &config.jobs);
    (server, clock, janitor)
}

async fn open_in_store(server: &Server) -> usize {
    server
        .app
        .objects
        .list_uploads(None)
        .await
        .unwrap()
        .items
        .len()
}

both_backends! {
    fn an_upload_without_progress_expires_and_frees_its_parts(database) {
        let (server, clock, janitor) = with_clock(database).await;
        let bytes = noise(PART + 5);
        let (video, _) = opened(&server, "a.mp4", bytes.len()).await;
        server.send_part(&video, 2, &bytes[PART..]).await;
        clock.advance(DAY * 29);
        janitor.round().await.unwrap();
        assert_eq!(server.row(&video).await.state, VideoState::Uploading);
        clock.advance(DAY * 2);
        janitor.round().await.unwrap();
        let row = server.row(&video).await;
        assert_eq!((row.state, row.error_text.as_deref()), (VideoState::Failed, Some("upload expired")));
        assert_eq!(open_in_store(&server).await, 0);
    }

    fn progress_puts_the_end_off(database) {
        let (server, clock, janitor) = with_clock(database).await;
        let bytes = noise(PART + 5);
        let (video, reply) = opened(&server, "a.mp4", bytes.len()).await;
        clock.advance(Duration::from_mins(10));
        server.sign(&video, 1, &bytes[..PART]).await;
        let before: Timestamp = reply["expires_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(server.row(&video).await.expires_at, before.saturating_add(Duration::from_mins(10)));
        clock.advance(DAY * 29);
        clock.advance(Duration::from_hours(23));
        janitor.round().await.unwrap();
        assert_eq!(server.row(&video).await.state, VideoState::Uploading);
    }

    fn a_whole_object_of_an_expired_upload_is_taken(database) {
        let (server, clock, janitor) = with_clock(database).await;
        let bytes = b"all there".to_vec();
        let video = sent(&server, "a.bin", &bytes).await;
        clock.advance(DAY * 31);
        janitor.round().await.unwrap();
        assert_eq!(server.row(&video).await.state, VideoState::Validating);
        server.work();
        let row = server.settled(&video).await;
        assert_eq!((row.state, row.blake3), (VideoState::Indexed, Some(blake3::hash(&bytes).into())));
        server.stop().await;
    }

    fn a_purge_that_nobody_finished_is_finished(database) {
        let (server, clock, janitor) = with_clock(database).await;
        let (video, _) = opened(&server, "a.mp4", PART + 5).await;
        let row = server.row(&video).await;
        let now = server.app.clock.now();
        server.app.catalog.cancel_upload(row.library_id, row.video_id, now).await.unwrap();
        assert_eq!(open_in_store(&server).await, 1, "whoever claimed it died");
        janitor.round().await.unwrap();
        assert_eq!(open_in_store(&server).await, 1, "it may still be at it");
        clock.advance(Duration::from_mins(6));
        janitor.round().await.unwrap();
        assert_eq!(open_in_store(&server).await, 0);
        assert!(server.row(&video).await.closed_at.is_some());
    }

    fn uploads_of_the_store_that_no_row_names_are_held_for_a_week(database) {
        let (server, clock, janitor) = with_clock(database).await;
        opened(&server, "a.mp4", PART + 5).await;
        let nobody = format!("videos/{}/{}.bin", uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
        server.app.objects.create_multipart(&nobody, "video/mp4").await.unwrap();
        server.app.objects.create_multipart("backups/monday.tar", "video/mp4").await.unwrap();
        janitor.round().await.unwrap();
        assert_eq!(open_in_store(&server).await, 3);
        clock.advance(DAY * 8);
        janitor.round().await.unwrap();
        assert_eq!(open_in_store(&server).await, 2, "the named one stays, and what is not ours");
    }

    fn what_a_used_url_leaves_behind_is_held_for_a_week(database) {
        let (server, clock, janitor) = with_clock(database).await;
        let waiting = sent(&server, "a.bin", b"sent, not completed").await;
        let done = uploaded(&server, "b.bin", b"done").await;
        server.work();
        server.settled(&done).await;
        let stray = format!("incoming/{done}");
        server.app.objects.put(&stray, "video/mp4", "late".into()).await.unwrap();
        clock.advance(DAY * 6);
        janitor.round().await.unwrap();
        assert!(server.app.objects.head(&stray).await.unwrap().is_some());
        clock.advance(DAY * 2);
        janitor.round().await.unwrap();
        assert_eq!(server.app.objects.head(&stray).await.unwrap(), None);
        let awaited = format!("incoming/{waiting}");
        assert!(server.app.objects.head(&awaited).await.unwrap().is_some());
        server.stop().await;
    }

    fn the_trash_is_emptied_after_its_time(database) {
        let (server, clock, janitor) = with_clock(database).await;
        let video = uploaded(&server, "a.bin", b"some bytes").await;
        let kept = uploaded(&server, "b.bin", b"other bytes").await;
        server.work();
        server.settled(&video).await;
        server.settled(&kept).await;
        server.delete(&format!("/videos/{video}")).await.expect(200);
        clock.advance(DAY * 29);
        janitor.round().await.unwrap();
        let id = video.parse().unwrap();
        assert!(server.app.catalog.stored_video(id).await.unwrap().is_some());
        clock.advance(DAY * 2);
        janitor.round().await.unwrap();
        assert_eq!(server.app.catalog.stored_video(id).await.unwrap(), None);
        let left = server.app.objects.list("videos/", None).await.unwrap().items;
        assert!(left.iter().all(|object| object.key.contains(&kept)), "{left:?}");
        assert_eq!(left.len(), 2, "bytes and side-car of the other: {left:?}");
        server.stop().await;
    }

    fn one_janitor_works_at_a_time(database) {
        let (server, clock, janitor) = with_clock(database).await;
        janitor.round().await.unwrap();
        let (video, _) = opened(&server, "a.mp4", 5).await;
        clock.advance(DAY * 31);
        let row = server.row(&video).await;
        let now = server.app.clock.now();
        let other = now.saturating_add(Duration::from_mins(10));
        assert!(server.app.catalog.hold_lease("janitor", "another", other, now).await.unwrap());
        janitor.round().await.unwrap();
        assert_eq!(server.row(&video).await.state, row.state, "the other holds the lease");
        clock.advance(Duration::from_mins(11));
        janitor.round().await.unwrap();
        assert_eq!(server.row(&video).await.state, VideoState::Failed);
    }

    fn an_expired_upload_says_so(database) {
        let (mut server, clock, janitor) = with_clock(database).await;
        let body = in_parts("a.mp4", 5);
        let reply = server.post_with_key("/videos/upload/init", &body, "k").await.expect(201);
        let video = reply["video_id"].as_str().unwrap().to_owned();
        clock.advance(DAY * 31);
        janitor.round().await.unwrap();
        let login = serde_json::json!({"email": "ada@example.org", "password": "correct horse battery"});
        let session = server.post("/auth/login", &login).await.expect(200);
        server.authorised(session["access_token"].as_str().unwrap().to_owned());
        let path = format!("/videos/{video}/upload");
        assert_eq!(server.get(&path).await.refused(410), "upload_expired");
        let complete = server.post("/videos/upload/complete", &claim(&video, b"12345")).await;
        assert_eq!(complete.refused(410), "upload_expired");
        server.delete(&path).await.expect(204);
    }
}
