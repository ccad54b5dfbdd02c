//! The checks: whole and damaged films, other files, other bytes, no bytes.

use bytes::Bytes;
use futures::StreamExt as _;
use heimdex_api::{Blake3, JobState, VideoState};
use heimdex_server::catalog::uploads::UploadRow;
use heimdex_server::objects::ObjectKey;
use serde_json::{Value, json};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{PART, claim, in_parts, noise, opened, sent, uploaded};

fn film() -> Vec<u8> {
    fs_err::read(heimdex_testkit::demo_video()).unwrap()
}

/// A film whose end is missing.
pub(crate) fn cut_film() -> Vec<u8> {
    let mut film = film();
    film.truncate(film.len() / 2);
    film
}

async fn stored(server: &Server, row: &UploadRow) -> Vec<u8> {
    let video = server
        .app
        .catalog
        .stored_video(row.video_id)
        .await
        .unwrap()
        .unwrap();
    assert!(
        video.object_key.starts_with("videos/"),
        "{}",
        video.object_key
    );
    let frames = server
        .app
        .objects
        .get_stream(&video.object_key)
        .await
        .unwrap();
    let frames: Vec<Bytes> = frames.map(Result::unwrap).collect().await;
    frames.concat()
}

pub(crate) async fn side_car(server: &Server, row: &UploadRow) -> Value {
    let key = ObjectKey::SideCar {
        library: row.library_id,
        video: row.video_id,
    }
    .to_string();
    // In one read: it may be written anew between two.
    let frames = server.app.objects.get_stream(&key).await.unwrap();
    let frames: Vec<Bytes> = frames.map(Result::unwrap).collect().await;
    serde_json::from_slice(&frames.concat()).unwrap()
}

async fn states(server: &Server, video: &str) -> Vec<(String, JobState)> {
    server
        .jobs(video)
        .await
        .into_iter()
        .map(|job| (job.stage, job.state))
        .collect()
}

both_backends! {
    fn a_film_is_read_back_probed_and_indexed(database) {
        let server = Server::start(database).await;
        let bytes = film();
        let video = uploaded(&server, "sunrise.mp4", &bytes).await;
        server.work();
        let row = server.settled(&video).await;
        assert_eq!((row.state, row.error_text.as_deref()), (VideoState::Indexed, None));
        assert_eq!(row.blake3, Some(blake3::hash(&bytes).into()));
        assert_eq!(stored(&server, &row).await, bytes);
        assert_eq!(states(&server, &video).await, [
            ("upload_validate".to_owned(), JobState::Completed), ("probe".to_owned(), JobState::Completed),
        ]);
        assert!(server.jobs(&video).await.iter().all(|job| (job.progress - 1.0).abs() < 1e-9));
        let shown = server.get(&format!("/videos/{video}")).await.expect(200);
        assert_eq!(shown["kind"], "video");
        assert!(["cached", "medium"].contains(&shown["verified_how"].as_str().unwrap()), "{shown:#}");
        assert!(shown["verified_at"].is_string() && shown["duration_s"].as_f64().unwrap() > 0.5, "{shown:#}");
        let side_car = side_car(&server, &row).await;
        assert_eq!(side_car["blake3"], Blake3::from(blake3::hash(&bytes)).to_string());
        assert_eq!(side_car["filename"], "sunrise.mp4");
        server.stop().await;
    }

    fn the_original_clients_single_put_ends_at_its_own_key(database) {
        let server = Server::start(database).await;
        let bytes = film();
        let init = json!({"filename": "a.mp4", "mime_type": "video/mp4", "size_bytes": bytes.len()});
        let reply = server.post("/videos/upload/init", &init).await.expect(201);
        let (video, url) = (reply["video_id"].as_str().unwrap(), reply["upload_url"].as_str().unwrap());
        assert_eq!(server.put_original(url, &bytes).await, 200);
        server.post("/videos/upload/complete", &json!({"video_id": video})).await.expect(202);
        server.work();
        let row = server.settled(video).await;
        assert_eq!(row.state, VideoState::Indexed);
        assert_eq!(row.blake3, Some(blake3::hash(&bytes).into()), "recorded, as nobody had told it");
        // Another store's gate knows nothing of uploads: there the old URL still works, but not on what was verified.
        let (key, late) = (format!("incoming/{video}"), vec![0; bytes.len()].into());
        server.app.objects.put(&key, "video/mp4", late).await.unwrap();
        assert_eq!(stored(&server, &row).await, bytes);
        server.stop().await;
    }

    fn files_of_every_shape_that_are_no_film_are_verified_and_indexed(database) {
        let server = Server::start(database).await;
        server.work();
        for bytes in [Vec::new(), b"hello".to_vec(), noise(PART), noise(2 * PART), noise(2 * PART + 1)] {
            let video = uploaded(&server, "notes.mp4", &bytes).await;
            let row = server.settled(&video).await;
            assert_eq!((row.state, row.error_text.as_deref()), (VideoState::Indexed, None));
            assert_eq!(stored(&server, &row).await, bytes);
            assert_eq!(states(&server, &video).await.len(), 1, "no probe");
            assert_eq!(server.get(&format!("/videos/{video}")).await.expect(200)["kind"], "file");
        }
        server.stop().await;
    }

    fn a_film_that_ends_in_the_middle_is_named_but_kept(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = cut_film();
        let video = uploaded(&server, "a.mp4", &bytes).await;
        let row = server.settled(&video).await;
        assert_eq!(row.state, VideoState::Failed);
        let sentence = row.error_text.clone().unwrap();
        assert!(sentence.contains("ends in the middle"), "{sentence}");
        assert_eq!(stored(&server, &row).await, bytes);
        assert_eq!(server.jobs(&video).await[0].error_text.as_deref(), Some(sentence.as_str()));
        let repeated = server.post("/videos/upload/complete", &claim(&video, &bytes)).await.expect(202);
        assert_eq!(repeated["state"], "failed");
        let shown = server.get(&format!("/videos/{video}")).await.expect(200);
        assert!(shown["verified_at"].is_string(), "its bytes are equal: {shown:#}");
        server.stop().await;
    }

    fn a_damaged_film_that_was_announced_as_such_is_indexed_with_its_sentence(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = cut_film();
        for at_init in [true, false] {
            let mut init = in_parts("a.mp4", bytes.len());
            init["damaged"] = at_init.into();
            let reply = server.post("/videos/upload/init", &init).await.expect(201);
            let video = reply["video_id"].as_str().unwrap().to_owned();
            for (number, part) in (1..).zip(bytes.chunks(PART)) {
                server.send_part(&video, number, part).await;
            }
            let mut complete = claim(&video, &bytes);
            complete["damaged"] = (!at_init).into();
            server.post("/videos/upload/complete", &complete).await.expect(202);
            let row = server.settled(&video).await;
            assert_eq!(row.state, VideoState::Indexed);
            assert!(row.error_text.clone().unwrap().contains("ends in the middle"));
            let shown = server.get(&format!("/videos/{video}")).await.expect(200);
            assert_eq!(shown["damaged"], true);
            assert_eq!(side_car(&server, &row).await["damaged"], true);
        }
        server.stop().await;
    }

    fn a_damaged_film_may_be_accepted_later_and_differing_bytes_never(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = cut_film();
        let video = uploaded(&server, "a.mp4", &bytes).await;
        assert_eq!(server.settled(&video).await.state, VideoState::Failed);
        let accept = json!({"video_id": video, "damaged": true});
        let reply = server.post("/videos/upload/complete", &accept).await.expect(202);
        assert_eq!(reply["state"], "processing");
        let row = server.settled(&video).await;
        assert_eq!(row.state, VideoState::Indexed);
        assert!(row.error_text.unwrap().contains("ends in the middle"));
        assert_eq!(server.get(&format!("/videos/{video}")).await.expect(200)["damaged"], true);

        let video = sent(&server, "b.mp4", &bytes).await;
        let wrong = json!({"video_id": video, "blake3": "ab".repeat(32)});
        server.post("/videos/upload/complete", &wrong).await.expect(202);
        assert_eq!(server.settled(&video).await.state, VideoState::Failed);
        let accept = json!({"video_id": video, "damaged": true});
        let reply = server.post("/videos/upload/complete", &accept).await.expect(202);
        assert_eq!(reply["state"], "failed");
        server.stop().await;
    }

    fn a_whole_film_announced_as_damaged_is_not_called_damaged(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = film();
        let video = sent(&server, "a.mp4", &bytes).await;
        let mut complete = claim(&video, &bytes);
        complete["damaged"] = true.into();
        server.post("/videos/upload/complete", &complete).await.expect(202);
        let row = server.settled(&video).await;
        assert_eq!((row.state, row.error_text.as_deref()), (VideoState::Indexed, None));
        assert_eq!(server.get(&format!("/videos/{video}")).await.expect(200)["damaged"], false);
        server.stop().await;
    }

    fn other_bytes_than_promised_are_never_accepted(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = noise(2 * PART + 5);
        let mut other = bytes.clone();
        other[PART + 7] ^= 1;
        let (video, _) = opened(&server, "a.mp4", bytes.len()).await;
        for (number, part) in (1..).zip(other.chunks(PART)) {
            server.send_part(&video, number, part).await;
        }
        let mut complete = claim(&video, &bytes);
        complete["damaged"] = true.into();
        server.post("/videos/upload/complete", &complete).await.expect(202);
        let row = server.settled(&video).await;
        assert_eq!(row.state, VideoState::Failed);
        let sentence = row.error_text.unwrap();
        assert!(sentence.contains("differ from the file in part 2"), "{sentence}");
        let shown = server.get(&format!("/videos/{video}")).await.expect(200);
        assert_eq!(shown["verified_at"], Value::Null);
        server.stop().await;
    }

    fn bytes_that_vanish_before_the_checks_are_missed(database) {
        let server = Server::start(database).await;
        let (small, large) = (noise(5), noise(PART + 5));
        let videos = [uploaded(&server, "a.bin", &small).await, uploaded(&server, "b.bin", &large).await];
        for video in &videos {
            let id = video.parse().unwrap();
            let stored = server.app.catalog.stored_video(id).await.unwrap().unwrap();
            server.app.objects.delete(&stored.object_key).await.unwrap();
        }
        server.work();
        for video in &videos {
            let row = server.settled(video).await;
            assert_eq!(row.state, VideoState::Failed);
            assert!(row.error_text.unwrap().contains("not in the store any more"));
        }
        server.stop().await;
    }

    fn a_move_that_happened_before_a_crash_is_found_done(database) {
        let server = Server::start(database).await;
        let bytes = noise(5);
        let video = uploaded(&server, "a.bin", &bytes).await;
        let row = server.row(&video).await;
        let from = ObjectKey::Incoming(row.video_id).to_string();
        let to = format!("videos/{}/{}.mp4", row.library_id, row.video_id);
        server.app.objects.move_object(&from, &to).await.unwrap();
        server.app.objects.put(&from, "video/mp4", Bytes::from_static(b"other")).await.unwrap();
        server.work();
        let row = server.settled(&video).await;
        assert_eq!(row.state, VideoState::Indexed);
        assert_eq!(stored(&server, &row).await, bytes);
        server.stop().await;
    }
}
