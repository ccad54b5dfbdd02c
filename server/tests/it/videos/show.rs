//! One video: shown, downloaded, deleted, restored, and never another library's.

use heimdex_api::Blake3;
use heimdex_api::video::VideoResponse;
use serde_json::Value;

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{noise, uploaded};

both_backends! {
    fn a_video_is_shown_with_every_key_and_an_etag_of_its_version(database) {
        let server = Server::start(database).await;
        let video = uploaded(&server, "A003.mp4", &noise(1_000)).await;
        let reply = server.get(&format!("/videos/{video}")).await;
        assert_eq!(reply.headers["etag"], "\"1\"");
        let body = reply.expect(200);
        let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        insta::allow_duplicates! {
            insta::assert_snapshot!(keys.join(" "), @"audio_codec blake3 bytes_received camera captured_at contact_sheet_url created_at damaged deleted_at description duration_s error_text expires_at filename frame_rate height indexed_at kind library_id locations media mime_type path path_raw quarantined_at replaces rotation size_bytes source state tags thumbnail_url title updated_at user_id verified_at verified_how version video_codec video_id width");
        }
        assert_eq!(body["state"], "validating");
        assert_eq!(body["locations"], serde_json::json!([]));
        let status = server.get(&format!("/videos/{video}/status")).await.expect(200);
        assert_eq!(status["jobs"][0]["stage"], "upload_validate");
        assert_eq!(status["jobs"][0]["state"], "pending");
        server.stop().await;
    }

    fn what_was_sent_is_downloaded_equal_and_can_be_verified_part_by_part(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = noise(100_000);
        let video = uploaded(&server, "N\u{e4}me \"1\".mp4", &bytes).await;
        server.settled(&video).await;
        let reply = server.get(&format!("/videos/{video}/download?expires_in=60")).await.expect(200);
        assert_eq!(reply["expires_in"], 60);
        assert_eq!(reply["size_bytes"], 100_000);
        assert_eq!(reply["filename"], "N\u{e4}me \"1\".mp4");
        let hash = Blake3::from(blake3::hash(&bytes));
        assert_eq!(reply["blake3"], hash.to_string());
        assert_eq!(reply["subtrees"], serde_json::json!([hash]), "one part is the whole");
        let got = server.fetch(reply["url"].as_str().unwrap()).await;
        assert!(got == bytes, "{} bytes came back", got.len());
        let refused = server.get(&format!("/videos/{video}/download?expires_in=43201")).await;
        assert_eq!(refused.refused(422), "validation_failed");
        server.stop().await;
    }

    fn the_trash_takes_and_gives_back(database) {
        let server = Server::start(database).await;
        let video = uploaded(&server, "A003.mp4", &noise(1_000)).await;
        let path = format!("/videos/{video}");
        for _ in 0..2 {
            let reply = server.delete(&path).await;
            assert_eq!(reply.headers["etag"], "\"2\"");
            assert_eq!(reply.expect(200)["state"], "deleted");
        }
        let usage = server.get("/usage").await.expect(200);
        assert_eq!((&usage["videos"], &usage["bytes"]), (&Value::from(0), &Value::from(0)));
        assert_eq!(server.get("/videos").await.expect(200)["total"], 0);
        assert_eq!(server.get("/videos?state=deleted").await.expect(200)["total"], 1);
        let refused = server.get(&format!("{path}/download")).await;
        assert_eq!(refused.refused(409), "invalid_state");
        for _ in 0..2 {
            let reply = server.post(&format!("{path}/restore"), &Value::Null).await;
            assert_eq!(reply.expect(200)["state"], "validating");
        }
        let usage = server.get("/usage").await.expect(200);
        assert_eq!((&usage["videos"], &usage["bytes"]), (&Value::from(1), &Value::from(1_000)));
        server.stop().await;
    }

    fn deleting_what_still_uploads_cancels_the_upload(database) {
        let server = Server::start(database).await;
        let (video, _) = crate::uploads::opened(&server, "A003.mp4", 20 << 20).await;
        let usage = server.get("/usage").await.expect(200);
        assert_eq!(usage["bytes_uploading"], 20 << 20);
        let download = server.get(&format!("/videos/{video}/download")).await;
        assert_eq!(download.refused(409), "invalid_state");
        server.delete(&format!("/videos/{video}")).await.expect(200);
        assert_eq!(server.get("/videos/uploads").await.expect(200)["uploads"], serde_json::json!([]));
        let back = server.post(&format!("/videos/{video}/restore"), &Value::Null).await.expect(200);
        assert_eq!((&back["state"], &back["error_text"]), (&"failed".into(), &"upload cancelled".into()));
        assert_eq!(server.get("/usage").await.expect(200)["bytes_uploading"], 0);
        server.stop().await;
    }

    fn another_librarys_video_answers_as_one_that_does_not_exist(database) {
        let mut server = Server::start(database).await;
        let video = uploaded(&server, "A003.mp4", &noise(1_000)).await;
        let bob = server.register("bob@example.org").await;
        server.authorised(bob);
        let nobodys = "7f3a91aa-1111-4111-8111-111111111111";
        for suffix in ["", "/status", "/download", "/restore"] {
            let mut bodies = Vec::new();
            for id in [video.as_str(), nobodys, "not-an-id"] {
                let path = format!("/videos/{id}{suffix}");
                let reply = if suffix == "/restore" {
                    server.post(&path, &Value::Null).await
                } else {
                    server.get(&path).await
                };
                let mut body = reply.expect(404);
                body["request_id"] = Value::Null;
                bodies.push(body);
            }
            assert_eq!(bodies[0], bodies[1], "{suffix}");
            assert_eq!(bodies[2]["code"], "not_found", "{suffix}");
        }
        assert_eq!(server.delete(&format!("/videos/{video}")).await.refused(404), "not_found");
        assert_eq!(server.get("/videos").await.expect(200)["total"], 0);
        server.stop().await;
    }

    fn a_reply_reads_back_as_the_type_of_the_contract(database) {
        let server = Server::start(database).await;
        let video = uploaded(&server, "A003.mp4", &noise(1_000)).await;
        let body = server.get(&format!("/videos/{video}")).await.expect(200);
        let response: VideoResponse = serde_json::from_value(body.clone()).unwrap();
        let mut written = serde_json::to_value(response).unwrap();
        written["media"] = Value::Null;
        assert_eq!(written, body);
        assert_eq!(server.get(&format!("/videos/{video}?full=1")).await.refused(422), "validation_failed");
        server.stop().await;
    }
}
