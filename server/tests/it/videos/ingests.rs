//! Ingests over their routes, and look-ups.

use heimdex_api::Blake3;
use serde_json::{Value, json};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{noise, uploaded};

both_backends! {
    fn a_card_is_taken_in_counted_and_read_back(database) {
        let server = Server::start(database).await;
        server.work();
        let body = json!({"source": "A cam, day 3", "root_name": "CARD_A", "host": "cart"});
        let made = server.post_with_key("/ingests", &body, "k").await.expect(201);
        assert_eq!(server.post_with_key("/ingests", &body, "k").await.expect(201), made);
        let other = json!({"source": "B cam"});
        let refused = server.post_with_key("/ingests", &other, "k").await;
        assert_eq!(refused.refused(422), "idempotency_conflict");
        let ingest = made["ingest_id"].as_str().unwrap();
        let path = format!("/ingests/{ingest}");

        let video = uploaded(&server, "A003.mp4", &noise(1_000)).await;
        server.settled(&video).await;
        let files = json!({"files": [
            {"path": "CLIP/A003.mp4", "mtime": "2026-11-20T08:00:00Z", "video_id": video},
            {"path": "CLIP/\\xff.mp4", "path_raw": "Q0xJUC//Lm1wNA==", "video_id": video},
        ]});
        let put = server.put_json(&format!("{path}/files"), &files).await.expect(200);
        assert_eq!(put, json!({"added": 2, "unchanged": 0, "superseded": 0}));
        let put = server.put_json(&format!("{path}/files"), &files).await.expect(200);
        assert_eq!(put, json!({"added": 0, "unchanged": 2, "superseded": 0}));

        let totals = json!({"files": 3, "bytes": 2_500});
        let done = server.post(&format!("{path}/finish"), &totals).await.expect(200);
        assert_eq!(done["files"], json!({"expected": 3, "stored": 2, "verified": 2, "failed": 0}));
        assert_eq!(done["bytes"], 2_500);
        assert_eq!(server.get(&path).await.expect(200), done);
        let list = server.get("/ingests?source=A%20cam,%20day%203").await.expect(200);
        assert_eq!(list, json!({"ingests": [done], "next_cursor": null}));
        let found = server.get(&format!("{path}/files")).await.expect(200);
        assert_eq!(found["files"][0]["path"], "CLIP/A003.mp4");
        assert_eq!(found["files"][0]["mtime"], "2026-11-20T08:00:00Z");
        assert_eq!(found["files"][1]["path_raw"], "Q0xJUC//Lm1wNA==");
        assert_eq!(found["files"][1]["filename"], "\\xff.mp4");

        let shown = server.get(&format!("/videos/{video}")).await.expect(200);
        assert_eq!(shown["source"], "A cam, day 3");
        assert_eq!(shown["locations"].as_array().unwrap().len(), 2);
        let by_source = server.get("/videos?source=A%20cam,%20day%203").await.expect(200);
        assert_eq!(by_source["total"], 1);
        server.stop().await;
    }

    fn what_no_ingest_takes_is_refused_by_name(database) {
        let server = Server::start(database).await;
        for body in [json!({"source": ""}), json!({"source": "x".repeat(256)})] {
            let reply = server.post("/ingests", &body).await.expect(422);
            assert_eq!(reply["errors"][0]["field"], "source");
        }
        let made = server.post("/ingests", &json!({"source": "A"})).await.expect(201);
        let path = format!("/ingests/{}", made["ingest_id"].as_str().unwrap());
        let nobodys = "7f3a91aa-1111-4111-8111-111111111111";
        let put = async |files: Value| {
            let body = json!({"files": files});
            let reply = server.put_json(&format!("{path}/files"), &body).await.expect(422);
            reply["errors"][0]["field"].as_str().unwrap().to_owned()
        };
        assert_eq!(put(json!([{"path": "a", "video_id": nobodys}])).await, "files[0].video_id");
        assert_eq!(put(json!([{"path": "../a", "video_id": nobodys}])).await, "files[0].path");
        assert_eq!(put(json!([{"path": "a", "video": nobodys}])).await, "files[0].video");
        for path in [format!("/ingests/{nobodys}"), "/ingests/nothing".to_owned()] {
            assert_eq!(server.get(&path).await.refused(404), "not_found");
            assert_eq!(server.get(&format!("{path}/files")).await.refused(404), "not_found");
            let finish = server.post(&format!("{path}/finish"), &json!({"files": 1, "bytes": 1})).await;
            assert_eq!(finish.refused(404), "not_found");
        }
        assert_eq!(server.get("/ingests?cursor=AAAA").await.refused(422), "validation_failed");
        assert_eq!(server.get("/ingests?id_prefix=zz").await.refused(422), "validation_failed");
        server.stop().await;
    }

    fn a_look_up_finds_what_is_stored_and_counts_candidates(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = noise(1_000);
        let video = uploaded(&server, "A003.mp4", &bytes).await;
        server.settled(&video).await;
        let hash = Blake3::from(blake3::hash(&bytes));
        let files = json!([
            {"size_bytes": 1_000, "blake3": hash},
            {"size_bytes": 1_000, "blake3": Blake3::of_nothing()},
            {"size_bytes": 1_000},
            {"size_bytes": 1_001},
        ]);
        let reply = server.post("/videos/lookup", &json!({"files": files})).await.expect(200);
        let results = reply["results"].as_array().unwrap();
        assert_eq!(results[0]["video_id"], video);
        let shown = server.get(&format!("/videos/{video}")).await.expect(200);
        assert!(shown["verified_how"].is_string(), "{shown}");
        assert_eq!(results[0]["verified_how"], shown["verified_how"]);
        assert_eq!(results[1..], [Value::Null, json!({"candidates": 1}), json!({"candidates": 0})]);
        let nobody = json!({"files": [], "check": "nobody"});
        let refused = server.post("/videos/lookup", &nobody).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "check");
        let many = vec![json!({"size_bytes": 1}); 1_001];
        let refused = server.post("/videos/lookup", &json!({"files": many})).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "files");
        server.stop().await;
    }
}
