//! Announcing files: shapes, limits, quota, repeats, and what strangers see.

use serde_json::{Value, json};

use super::server::{Server, to_sign};
use super::{PART, in_parts, opened};
use crate::backends::both_backends;

const INIT: &str = "/videos/upload/init";

fn original(size: u64) -> Value {
    json!({"filename": "C0001.MP4", "mime_type": "video/mp4", "size_bytes": size})
}

fn fields(body: &Value) -> Vec<&str> {
    body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect()
}

both_backends! {
    fn a_client_of_the_original_gets_its_three_fields(database) {
        let server = Server::start(database).await;
        let reply = server.post(INIT, &original(5)).await.expect(201);
        let mut names: Vec<&String> = reply.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["expires_in", "upload_url", "video_id"]);
        assert_eq!(reply["expires_in"], 900);
        let url = reply["upload_url"].as_str().unwrap();
        assert_eq!(server.put_original(url, b"12345").await, 200);
        assert!(server.put_original(url, b"123456").await >= 400, "the promised length is signed");
    }

    fn a_repeated_request_makes_one_video_and_signs_anew(database) {
        let server = Server::start(database).await;
        let body = in_parts("a.mp4", 3 * PART);
        let first = server.post_with_key(INIT, &body, "key-1").await.expect(201);
        let again = server.post_with_key(INIT, &body, "key-1").await.expect(201);
        assert_eq!(first, again);
        let mut learnt = body.clone();
        learnt["blake3"] = "ab".repeat(32).into();
        learnt["part_size_hint"] = (16 << 20).into();
        assert_eq!(server.post_with_key(INIT, &learnt, "key-1").await.expect(201), first);
        let mut other = body.clone();
        other["filename"] = "b.mp4".into();
        assert_eq!(server.post_with_key(INIT, &other, "key-1").await.refused(422), "idempotency_conflict");
        let list = server.get("/videos/uploads").await.expect(200);
        assert_eq!(list["uploads"].as_array().unwrap().len(), 1);
        let open = server.app.objects.list_uploads(None).await.unwrap().items;
        assert_eq!(open.len(), 1, "what the repeats opened in the store is gone: {open:?}");
    }

    fn parts_known_at_init_come_with_their_urls(database) {
        let server = Server::start(database).await;
        let bytes = vec![7; PART];
        let mut body = in_parts("a.mp4", PART + 1);
        body["parts"] = json!([to_sign(1, &bytes), to_sign(2, b"x")]);
        let reply = server.post(INIT, &body).await.expect(201);
        assert_eq!(reply["part_count"], 2);
        let part = serde_json::from_value(reply["parts"][1].clone()).unwrap();
        assert_eq!(server.put(&part, b"x").await.0, 200);
    }

    fn shapes_follow_the_size(database) {
        let server = Server::start(database).await;
        for (size, count) in [(json!(0), json!(0)), (json!(5), json!(1)), (json!(PART), json!(1)),
            (json!(PART + 1), json!(2)), (json!(2 * PART), json!(2)), (Value::Null, Value::Null)]
        {
            let mut body = in_parts("a.bin", 1);
            body["size_bytes"] = size.clone();
            let reply = server.post(INIT, &body).await.expect(201);
            assert_eq!(reply["part_count"], count, "{size}");
            assert_eq!(reply["epoch"], 1);
            assert_eq!(reply["part_checksum"], "crc32c");
            assert_eq!(reply["max_parts_per_request"], 1000);
        }
    }

    fn what_cannot_be_taken_is_named(database) {
        let settings = [("HEIMDEX_SERVER_LIMITS_MAX_FILE_SIZE", "20 MiB"),
            ("HEIMDEX_SERVER_LIMITS_MAX_SINGLE_PUT_SIZE", "10 MiB")];
        let server = Server::with(database, &settings, heimdex_process::clock::Clock::System).await;
        let mut text = original(5);
        text["mime_type"] = "text/plain".into();
        assert_eq!(server.post(INIT, &text).await.refused(400), "unsupported_mime_type");
        assert_eq!(server.post(INIT, &original(11 << 20)).await.refused(422), "file_too_large");
        let reply = server.post(INIT, &in_parts("a", 21 << 20)).await.expect(422);
        assert!(reply["detail"].as_str().unwrap().contains("20 MiB"), "{reply}");
        assert_eq!(fields(&server.post(INIT, &original(0)).await.expect(422)), ["size_bytes"]);

        let nul = in_parts("a\0b", 5);
        assert_eq!(fields(&server.post(INIT, &nul).await.expect(422)), ["filename"]);
        let mut odd = in_parts(&"n".repeat(256), 5);
        odd["title"] = "x".repeat(256).into();
        odd["tags"] = json!(["ok", " "]);
        odd["path"] = "a/../b".into();
        let reply = server.post(INIT, &odd).await.expect(422);
        assert_eq!(fields(&reply), ["filename", "title", "tags[1]", "path"]);

        let mut unknown = in_parts("a", 5);
        unknown["ingest_id"] = "7f3a9142-6f0e-4c9b-8a53-0d6a5f1c2b11".into();
        unknown["path"] = "a".into();
        assert_eq!(fields(&server.post(INIT, &unknown).await.expect(422)), ["ingest_id"]);
        unknown = in_parts("a", 5);
        unknown["replaces"] = "7f3a9142-6f0e-4c9b-8a53-0d6a5f1c2b11".into();
        assert_eq!(fields(&server.post(INIT, &unknown).await.expect(422)), ["replaces"]);
        let list = server.get("/videos/uploads").await.expect(200);
        assert_eq!(list["uploads"], json!([]), "nothing was opened");
    }

    fn a_quota_counts_what_is_promised(database) {
        let server = Server::start(database).await;
        server.set_quota(1_000_000).await;
        let (video, _) = opened(&server, "a", 900_000).await;
        assert_eq!(server.post(INIT, &in_parts("b", 200_000)).await.refused(403), "quota_exceeded");
        server.delete(&format!("/videos/{video}/upload")).await.expect(204);
        opened(&server, "b", 200_000).await;
    }

    fn a_stream_counts_as_it_grows(database) {
        let settings = [("HEIMDEX_SERVER_LIMITS_STREAM_PART_SIZE", "8 MiB")];
        let server = Server::with(database, &settings, heimdex_process::clock::Clock::System).await;
        server.set_quota(20_000_000).await;
        let body = json!({"filename": "live.ts", "multipart": true, "size_bytes": null});
        let reply = server.post(INIT, &body).await.expect(201);
        let video = reply["video_id"].as_str().unwrap();
        let path = format!("/videos/{video}/upload/parts");
        let bytes = vec![7; PART];
        server.post(&path, &json!({"parts": [to_sign(1, &bytes), to_sign(2, &bytes)]})).await.expect(200);
        let usage = server.get("/usage").await.expect(200);
        assert_eq!(usage["bytes_uploading"], 2 * PART);
        server.post(&path, &json!({"parts": [to_sign(2, &bytes)]})).await.expect(200);
        let third = json!({"parts": [to_sign(3, &bytes)]});
        assert_eq!(server.post(&path, &third).await.refused(403), "quota_exceeded");
        assert_eq!(server.get("/usage").await.expect(200)["bytes_uploading"], 2 * PART, "nothing was counted twice");
        server.post(&path, &json!({"parts": [to_sign(3, b"end")]})).await.expect(200);
        opened(&server, "b", 3_000_000).await;
        assert_eq!(server.post(INIT, &in_parts("c", 1_000_000)).await.refused(403), "quota_exceeded");
    }

    fn open_uploads_are_listed_page_by_page_and_by_name_and_size(database) {
        let server = Server::start(database).await;
        for index in 0..52 {
            opened(&server, &format!("{}.mp4", index % 2), 10 + index).await;
        }
        let first = server.get("/videos/uploads").await.expect(200);
        assert_eq!(first["uploads"].as_array().unwrap().len(), 50);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = server.get(&format!("/videos/uploads?cursor={cursor}")).await.expect(200);
        assert_eq!(second["uploads"].as_array().unwrap().len(), 2);
        assert_eq!(second["next_cursor"], Value::Null);
        let found = server.get("/videos/uploads?filename=1.mp4&size_bytes=13").await.expect(200);
        assert_eq!(found["uploads"].as_array().unwrap().len(), 1);
        assert_eq!(found["uploads"][0]["size_bytes"], 13);
        let foreign = format!("/videos/uploads?filename=1.mp4&cursor={cursor}");
        assert_eq!(fields(&server.get(&foreign).await.expect(422)), ["cursor"]);
    }

    fn another_accounts_upload_answers_as_one_that_does_not_exist(database) {
        let mut server = Server::start(database).await;
        let (video, _) = opened(&server, "a.mp4", 5).await;
        let stranger = server.register("eve@example.org").await;
        server.authorised(stranger);
        let nobody = "7f3a9142-6f0e-4c9b-8a53-0d6a5f1c2b11";
        for id in [video.as_str(), nobody, "nonsense"] {
            let path = format!("/videos/{id}/upload");
            assert_eq!(server.get(&path).await.refused(404), "not_found");
            assert_eq!(server.delete(&path).await.refused(404), "not_found");
            let parts = json!({"parts": []});
            assert_eq!(server.post(&format!("{path}/parts"), &parts).await.refused(404), "not_found");
            let adopt = json!({"epoch": 1});
            assert_eq!(server.post(&format!("{path}/adopt"), &adopt).await.refused(404), "not_found");
        }
        let complete = json!({"video_id": video});
        assert_eq!(server.post("/videos/upload/complete", &complete).await.refused(404), "not_found");
        assert_eq!(server.get("/videos/uploads").await.expect(200)["uploads"], json!([]));
    }
}
