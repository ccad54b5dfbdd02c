//! Many small files by few requests: each answered as if it came alone, all written at once or not at all.

use heimdex_api::VideoState;
use heimdex_api::upload::SignedPart;
use serde_json::{Value, json};

use super::server::{Server, to_sign};
use super::{PART, claim, in_parts, noise};
use crate::backends::both_backends;

const INIT: &str = "/videos/upload/batch";
const COMPLETE: &str = "/videos/upload/complete/batch";

/// The body of init for these bytes, its one part signed at once.
fn announced(filename: &str, bytes: &[u8], key: &str) -> Value {
    let mut body = in_parts(filename, bytes.len());
    body["parts"] = json!([to_sign(1, bytes)]);
    body["idempotency_key"] = key.into();
    body
}

async fn statuses(server: &Server, path: &str, requests: &[Value]) -> (Vec<u64>, Vec<Value>) {
    let reply = server
        .post(path, &json!({"requests": requests}))
        .await
        .expect(200);
    let results = reply["results"].as_array().unwrap();
    let status = |result: &Value| result["status"].as_u64().unwrap();
    let body = |result: &Value| result["body"].clone();
    (
        results.iter().map(status).collect(),
        results.iter().map(body).collect(),
    )
}

both_backends! {
    fn a_card_of_small_files_goes_up_by_two_requests_beside_its_puts(database) {
        let server = Server::start(database).await;
        server.work();
        let files: Vec<Vec<u8>> = (1..=100).map(|number| noise(100 + number)).collect();
        let requests: Vec<Value> = (0..).zip(&files)
            .map(|(number, bytes)| announced(&format!("{number}.xml"), bytes, &format!("k-{number}")))
            .collect();
        let (status, bodies) = statuses(&server, INIT, &requests).await;
        assert_eq!(status, vec![201; 100]);
        let mut completions = Vec::new();
        for (body, bytes) in bodies.iter().zip(&files) {
            let part: SignedPart = serde_json::from_value(body["parts"][0].clone()).unwrap();
            let (status, etag) = server.put(&part, bytes).await;
            assert_eq!(status, 200);
            let mut completion = claim(body["video_id"].as_str().unwrap(), bytes);
            let part = to_sign(1, bytes);
            completion["acknowledged"] = json!([{"part_number": 1, "etag": etag, "checksum": part.checksum}]);
            completions.push(completion);
        }
        let (status, bodies) = statuses(&server, COMPLETE, &completions).await;
        assert_eq!(status, vec![202; 100]);
        for body in &bodies {
            let row = server.settled(body["video_id"].as_str().unwrap()).await;
            assert_eq!((row.state, row.error_text.as_deref()), (VideoState::Indexed, None));
        }
        let (status, again) = statuses(&server, COMPLETE, &completions).await;
        assert_eq!(status, vec![202; 100]);
        assert!(again.iter().all(|body| body["state"] == "indexed"), "{again:?}");
        server.stop().await;
    }

    fn a_batch_whose_reply_was_lost_is_repeated_whole_or_one_by_one(database) {
        let server = Server::start(database).await;
        let mut requests = vec![announced("a", b"1", "k-1"), announced("b", b"22", "k-2")];
        requests.push(json!({"filename": "c.mp4", "mime_type": "video/mp4", "size_bytes": 3, "idempotency_key": "k-3"}));
        let mut large = in_parts("d", 2 * PART);
        large["idempotency_key"] = "k-4".into();
        requests.push(large);
        let (status, first) = statuses(&server, INIT, &requests).await;
        assert_eq!(status, [201; 4]);
        assert!(first[2]["upload_url"].is_string(), "the original's shape: {}", first[2]);
        let (status, again) = statuses(&server, INIT, &requests).await;
        assert_eq!(status, [201; 4]);
        let ids = |bodies: &[Value]| -> Vec<Value> { bodies.iter().map(|body| body["video_id"].clone()).collect() };
        assert_eq!(ids(&again), ids(&first));
        let part: SignedPart = serde_json::from_value(again[1]["parts"][0].clone()).unwrap();
        assert_eq!(server.put(&part, b"22").await.0, 200, "a repeat's URL works");
        let mut alone = requests[0].clone();
        alone.as_object_mut().unwrap().remove("idempotency_key");
        let alone = server.post_with_key("/videos/upload/init", &alone, "k-1").await.expect(201);
        assert_eq!(alone["video_id"], first[0]["video_id"]);
        let open = server.app.objects.list_uploads(None).await.unwrap().items;
        assert_eq!(open.len(), 1, "what the repeat opened in the store is gone");
        requests[1]["filename"] = "other".into();
        let (status, bodies) = statuses(&server, INIT, &requests[..2]).await;
        assert_eq!(status, [201, 422]);
        assert_eq!(bodies[1]["code"], "idempotency_conflict");
    }

    fn one_that_is_refused_stops_none_of_the_others(database) {
        let server = Server::start(database).await;
        server.set_quota(1_000).await;
        let good = announced("a", &noise(400), "k-1");
        let mut keyless = good.clone();
        keyless.as_object_mut().unwrap().remove("idempotency_key");
        let mut unknown = announced("b", b"1", "k-2");
        unknown["filenam"] = "b".into();
        let mut elsewhere = announced("c", b"1", "k-3");
        elsewhere["ingest_id"] = "7f3a9142-6f0e-4c9b-8a53-0d6a5f1c2b11".into();
        elsewhere["path"] = "c".into();
        let requests = [good, keyless, unknown, elsewhere, announced("d", &noise(500), "k-4"),
            announced("e", &noise(200), "k-5"), announced("f", &noise(100), "k-6"), announced("a", &noise(400), "k-1")];
        let (status, bodies) = statuses(&server, INIT, &requests).await;
        assert_eq!(status, [201, 422, 422, 422, 201, 403, 201, 201]);
        let field = |index: usize| bodies[index]["errors"][0]["field"].as_str().unwrap();
        assert_eq!((field(1), field(2), field(3)), ("idempotency_key", "filenam", "ingest_id"));
        assert_eq!(bodies[5]["code"], "quota_exceeded");
        assert_eq!(bodies[7]["video_id"], bodies[0]["video_id"], "the same key twice in one batch is one video");
        assert!(!bodies[5]["request_id"].as_str().unwrap().is_empty());
        let list = server.get("/videos/uploads").await.expect(200);
        assert_eq!(list["uploads"].as_array().unwrap().len(), 3);
        let usage = server.get("/usage").await.expect(200);
        assert_eq!((&usage["bytes_uploading"], &usage["quota_bytes"]), (&json!(1_000), &json!(1_000)));

        let nobodys = json!({"video_id": "7f3a9142-6f0e-4c9b-8a53-0d6a5f1c2b11"});
        let missing = json!({"video_id": bodies[0]["video_id"]});
        let part: SignedPart = serde_json::from_value(bodies[6]["parts"][0].clone()).unwrap();
        assert_eq!(server.put(&part, &noise(100)).await.0, 200);
        let mut lying = claim(bodies[6]["video_id"].as_str().unwrap(), &noise(100));
        lying["acknowledged"] = json!([{"part_number": 1, "etag": "e", "checksum": to_sign(1, b"x").checksum}]);
        let mut honest = lying.clone();
        honest.as_object_mut().unwrap().remove("acknowledged");
        let (status, bodies) = statuses(&server, COMPLETE, &[nobodys, missing, lying, honest]).await;
        assert_eq!(status, [404, 409, 422, 202]);
        assert_eq!(bodies[1]["missing"], json!([1]));
        assert_eq!(bodies[2]["errors"][0]["field"], "acknowledged[0].checksum");
        assert_eq!(bodies[3]["state"], "validating");
    }

    fn too_many_and_other_shapes_are_refused_as_a_whole(database) {
        let server = Server::start(database).await;
        let many = json!({"requests": vec![json!({}); heimdex_api::limits::BATCH_MAX + 1]});
        for path in [INIT, COMPLETE] {
            let refused = server.post(path, &many).await.expect(422);
            assert_eq!(refused["errors"][0]["field"], "requests");
            assert_eq!(server.post(path, &json!({"requests": [1]})).await.refused(422), "validation_failed");
            assert_eq!(server.post(path, &json!({})).await.refused(422), "validation_failed");
            assert_eq!(server.post(path, &json!({"requests": []})).await.expect(200), json!({"results": []}));
        }
    }

    fn another_accounts_uploads_are_not_completed(database) {
        let mut server = Server::start(database).await;
        let (_, mine) = statuses(&server, INIT, &[announced("a", b"1", "k")]).await;
        let part: SignedPart = serde_json::from_value(mine[0]["parts"][0].clone()).unwrap();
        assert_eq!(server.put(&part, b"1").await.0, 200);
        let stranger = server.register("eve@example.org").await;
        server.authorised(stranger);
        let body = claim(mine[0]["video_id"].as_str().unwrap(), b"1");
        let (status, bodies) = statuses(&server, COMPLETE, &[body]).await;
        assert_eq!((status[0], bodies[0]["code"].as_str()), (404, Some("not_found")));
        let (status, theirs) = statuses(&server, INIT, &[announced("a", b"1", "k")]).await;
        assert_eq!(status, [201]);
        assert_ne!(theirs[0]["video_id"], mine[0]["video_id"], "keys belong to accounts");
    }
}
