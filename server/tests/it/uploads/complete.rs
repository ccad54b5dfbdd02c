//! The end of an upload: what is missing, what contradicts itself, what was done already.

use heimdex_api::VideoState;
use heimdex_server::objects::CompletedPart;
use serde_json::{Value, json};

use super::server::Server;
use super::{PART, claim, noise, opened, sent};
use crate::backends::both_backends;

const COMPLETE: &str = "/videos/upload/complete";

both_backends! {
    fn completing_begins_the_checks_and_may_be_repeated(database) {
        let server = Server::start(database).await;
        for size in [0, 5, PART, PART + 1, 2 * PART] {
            let bytes = noise(size);
            let video = sent(&server, "a.mp4", &bytes).await;
            let first = server.post(COMPLETE, &claim(&video, &bytes)).await.expect(202);
            assert_eq!(first["state"], "validating");
            let again = server.post(COMPLETE, &claim(&video, &bytes)).await.expect(202);
            assert_eq!(first, again);
            assert_eq!(server.jobs(&video).await.len(), 1, "{size}");
            let other = json!({"video_id": video, "blake3": "ab".repeat(32)});
            assert_eq!(server.post(COMPLETE, &other).await.refused(409), "hash_mismatch");
            let open = server.get(&format!("/videos/{video}/upload")).await;
            assert_eq!(open.refused(409), "upload_not_open");
            let cancel = server.delete(&format!("/videos/{video}/upload")).await;
            assert_eq!(cancel.refused(409), "upload_not_open");
        }
    }

    fn a_url_takes_nothing_once_its_upload_is_over(database) {
        let server = Server::start(database).await;
        let bytes = noise(5);
        let body = json!({"filename": "a.mp4", "mime_type": "video/mp4", "size_bytes": 5});
        for is_completed in [true, false] {
            let opened = server.post("/videos/upload/init", &body).await.expect(201);
            let (video, url) = (opened["video_id"].as_str().unwrap(), opened["upload_url"].as_str().unwrap());
            assert_eq!(server.put_original(url, &bytes).await, 200);
            assert_eq!(server.put_original(url, &bytes).await, 200, "a lost reply is asked for again");
            if is_completed {
                server.post(COMPLETE, &json!({"video_id": video})).await.expect(202);
            } else {
                server.delete(&format!("/videos/{video}/upload")).await.expect(204);
            }
            assert_eq!(server.put_original(url, &bytes).await, 403, "completed: {is_completed}");
        }
    }

    fn missing_parts_are_named_and_the_upload_stays_open(database) {
        let server = Server::start(database).await;
        let bytes = noise(3 * PART);
        let (video, _) = opened(&server, "a.mp4", bytes.len()).await;
        server.send_part(&video, 2, &bytes[PART..2 * PART]).await;
        let reply = server.post(COMPLETE, &claim(&video, &bytes)).await.expect(409);
        assert_eq!(reply["code"], "part_missing");
        assert_eq!(reply["missing"], json!([1, 3]));
        for number in [1, 3] {
            let start = (number as usize - 1) * PART;
            server.send_part(&video, number, &bytes[start..start + PART]).await;
        }
        server.post(COMPLETE, &claim(&video, &bytes)).await.expect(202);

        let (video, _) = opened(&server, "b.mp4", 5).await;
        let reply = server.post(COMPLETE, &json!({"video_id": video})).await.expect(409);
        assert_eq!((reply["code"].as_str(), &reply["missing"]), (Some("part_missing"), &json!([1])));
    }

    fn words_that_contradict_each_other_are_refused_and_the_upload_stays_open(database) {
        let server = Server::start(database).await;
        let bytes = noise(PART + 5);
        let video = sent(&server, "a.mp4", &bytes).await;
        let good = claim(&video, &bytes);
        let with = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body
        };
        for (body, code) in [
            (with("blake3", json!("ab".repeat(32))), "hash_mismatch"),
            (with("subtrees", json!(["ab".repeat(32)])), "hash_mismatch"),
            (with("subtrees", json!([good["subtrees"][1], good["subtrees"][0]])), "hash_mismatch"),
            (with("size_bytes", json!(PART)), "size_mismatch"),
        ] {
            assert_eq!(server.post(COMPLETE, &body).await.refused(409), code, "{body}");
        }
        server.post(COMPLETE, &good).await.expect(202);
    }

    fn a_completion_whose_record_was_lost_is_found_in_the_store(database) {
        let server = Server::start(database).await;
        let bytes = noise(PART + 5);
        let video = sent(&server, "a.mp4", &bytes).await;
        let open = server.app.objects.list_uploads(None).await.unwrap().items.remove(0);
        let parts = server.app.objects.list_parts(&open.key, &open.upload_id, None, 10).await.unwrap();
        let parts: Vec<CompletedPart> = parts
            .items
            .into_iter()
            .map(|part| CompletedPart { number: part.number, etag: part.etag, checksum: part.checksum })
            .collect();
        server.app.objects.complete_multipart(&open.key, &open.upload_id, &parts).await.unwrap();
        let shown = server.get(&format!("/videos/{video}/upload")).await.expect(200);
        assert_eq!(shown["bytes_received"], bytes.len());
        assert!(shown["parts"].as_array().unwrap().iter().all(|part| part["checksum"].is_string()));
        server.post(COMPLETE, &claim(&video, &bytes)).await.expect(202);
        assert_eq!(server.row(&video).await.state, VideoState::Validating);
    }

    fn two_completions_at_once_make_one_job(database) {
        let server = Server::start(database).await;
        let bytes = noise(PART + 5);
        let video = sent(&server, "a.mp4", &bytes).await;
        let body = claim(&video, &bytes);
        let (a, b, c) = tokio::join!(
            server.post(COMPLETE, &body), server.post(COMPLETE, &body), server.post(COMPLETE, &body),
        );
        for reply in [a, b, c] {
            assert_eq!(reply.expect(202)["state"], "validating");
        }
        assert_eq!(server.jobs(&video).await.len(), 1);
    }

    fn a_stream_tells_its_size_at_the_end(database) {
        let settings = [("HEIMDEX_SERVER_LIMITS_STREAM_PART_SIZE", "8 MiB")];
        let server = Server::with(database, &settings, heimdex_process::clock::Clock::System).await;
        for size in [0, 5, PART, PART + 5] {
            let bytes = noise(size);
            let body = json!({"filename": "live.ts", "multipart": true, "size_bytes": null});
            let reply = server.post("/videos/upload/init", &body).await.expect(201);
            assert_eq!(reply["part_size"], PART);
            let video = reply["video_id"].as_str().unwrap().to_owned();
            for (index, part) in bytes.chunks(PART).enumerate() {
                server.send_part(&video, u32::try_from(index + 1).unwrap(), part).await;
            }
            let mut body = claim(&video, &bytes);
            assert_eq!(server.post(COMPLETE, &body).await.refused(422), "validation_failed");
            body["size_bytes"] = size.into();
            server.post(COMPLETE, &body).await.expect(202);
            assert_eq!(server.row(&video).await.size_bytes, Some(size as u64));
        }
    }
}
