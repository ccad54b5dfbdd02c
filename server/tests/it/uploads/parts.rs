//! Parts on their way: signed, sent, acknowledged, adopted, cancelled.

use serde_json::{Value, json};

use super::server::{Server, crc32c, to_sign};
use super::{PART, claim, noise, opened};
use crate::backends::both_backends;

async fn upload(server: &Server, video: &str) -> Value {
    server
        .get(&format!("/videos/{video}/upload"))
        .await
        .expect(200)
}

both_backends! {
    fn the_list_is_the_stores_and_progress_is_what_was_acknowledged(database) {
        let server = Server::start(database).await;
        let bytes = noise(2 * PART + 5);
        let (video, _) = opened(&server, "a.mp4", bytes.len()).await;
        let second = server.send_part(&video, 2, &bytes[PART..2 * PART]).await;
        let shown = upload(&server, &video).await;
        assert_eq!(shown["bytes_received"], PART);
        assert_eq!(shown["parts"][0]["part_number"], 2);
        assert_eq!(shown["parts"][0]["checksum"], second.checksum.as_str());
        assert_eq!(server.row(&video).await.bytes_received, 0, "nobody has told yet");

        let parts = format!("/videos/{video}/upload/parts");
        let report = json!({"parts": [], "acknowledged": [second]});
        for _ in 0..2 {
            assert_eq!(server.post(&parts, &report).await.expect(200), json!({"parts": []}));
            assert_eq!(server.row(&video).await.bytes_received, PART as u64);
        }
        let list = server.get("/videos/uploads").await.expect(200);
        assert_eq!(list["uploads"][0]["bytes_received"], PART);
    }

    fn a_part_that_is_not_the_plans_is_refused_before_it_is_signed(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "a.mp4", PART + 5).await;
        let mut hex = to_sign(2, b"12345");
        hex.checksum = heimdex_api::Checksum::unchecked("e3069283".to_owned());
        let path = format!("/videos/{video}/upload/parts");
        let reply = server.post(&path, &json!({"parts": [hex]})).await.expect(200);
        assert_eq!(reply["parts"][0]["headers"]["x-amz-checksum-crc32c"], "4waSgw==");
        let mut bad = to_sign(2, b"12345");
        bad.checksum = heimdex_api::Checksum::unchecked("nonsense".to_owned());
        for (part, field) in [
            (to_sign(1, b"short"), "parts[0].size_bytes"),
            (to_sign(3, b"12345"), "parts[0].size_bytes"),
            (bad, "parts[0].checksum"),
        ] {
            let reply = server.post(&path, &json!({"parts": [part]})).await.expect(422);
            assert_eq!(reply["errors"][0]["field"], field);
        }
        let twice = json!({"parts": [to_sign(2, b"12345"), to_sign(2, b"12345")]});
        assert_eq!(server.post(&path, &twice).await.refused(422), "validation_failed");
        let many: Vec<_> = (1..=1001).map(|number| to_sign(number, b"1")).collect();
        assert_eq!(server.post(&path, &json!({"parts": many})).await.refused(422), "validation_failed");
    }

    fn of_two_checksums_signed_the_stored_one_stands(database) {
        let server = Server::start(database).await;
        let bytes = noise(PART + 5);
        let (video, _) = opened(&server, "a.mp4", bytes.len()).await;
        let old = server.send_part(&video, 2, b"older").await;
        let new = server.send_part(&video, 2, &bytes[PART..]).await;
        assert_eq!(upload(&server, &video).await["parts"][0]["checksum"], new.checksum.as_str());
        let report = json!({"parts": [], "acknowledged": [old, new]});
        server.post(&format!("/videos/{video}/upload/parts"), &report).await.expect(200);
        assert_eq!(server.row(&video).await.bytes_received, 5, "one part counts once");
        server.send_part(&video, 1, &bytes[..PART]).await;
        server.post("/videos/upload/complete", &claim(&video, &bytes)).await.expect(202);
    }

    fn an_acknowledgement_of_what_was_never_signed_is_refused(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "a.mp4", 5).await;
        let lie = json!({"part_number": 1, "etag": "e", "checksum": crc32c(b"never")});
        let path = format!("/videos/{video}/upload/parts");
        let reply = server.post(&path, &json!({"parts": [], "acknowledged": [lie]})).await.expect(422);
        assert_eq!(reply["errors"][0]["field"], "acknowledged[0].checksum");
    }

    fn adopting_shuts_the_earlier_sender_out(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "a.mp4", 5).await;
        let adopt = format!("/videos/{video}/upload/adopt");
        let parts = format!("/videos/{video}/upload/parts");
        assert_eq!(server.post(&adopt, &json!({"epoch": 1})).await.expect(200), json!({"epoch": 2}));
        assert_eq!(server.post(&adopt, &json!({"epoch": 1})).await.expect(200), json!({"epoch": 2}), "a lost reply");
        for stale in [json!({"parts": []}), json!({"parts": [], "epoch": 1})] {
            assert_eq!(server.post(&parts, &stale).await.refused(409), "upload_taken_over");
        }
        server.post(&parts, &json!({"parts": [], "epoch": 2})).await.expect(200);
        let complete = json!({"video_id": video, "epoch": 1});
        assert_eq!(server.post("/videos/upload/complete", &complete).await.refused(409), "upload_taken_over");
        assert_eq!(server.post(&adopt, &json!({"epoch": 2})).await.expect(200), json!({"epoch": 3}));
        assert_eq!(server.post(&adopt, &json!({"epoch": 1})).await.refused(409), "upload_taken_over");
    }

    fn cancelling_frees_the_parts_and_may_be_repeated(database) {
        let server = Server::start(database).await;
        let bytes = noise(PART + 5);
        let (video, _) = opened(&server, "a.mp4", bytes.len()).await;
        let part = server.sign(&video, 2, &bytes[PART..]).await;
        server.send_part(&video, 1, &bytes[..PART]).await;
        let path = format!("/videos/{video}/upload");
        for _ in 0..2 {
            server.delete(&path).await.expect(204);
        }
        assert!(server.app.objects.list_uploads(None).await.unwrap().items.is_empty());
        assert_eq!(server.put(&part, &bytes[PART..]).await.0, 404, "its URLs died with it");
        assert_eq!(server.get(&path).await.refused(409), "upload_not_open");
        assert_eq!(server.post(&format!("{path}/parts"), &json!({"parts": []})).await.refused(409), "upload_not_open");
        let complete = server.post("/videos/upload/complete", &claim(&video, &bytes)).await;
        assert_eq!(complete.refused(409), "upload_not_open");
        assert_eq!(server.row(&video).await.error_text.as_deref(), Some("upload cancelled"));
    }

    fn an_upload_that_the_store_forgot_begins_again(database) {
        let server = Server::start(database).await;
        let bytes = noise(PART + 5);
        let (video, _) = opened(&server, "a.mp4", bytes.len()).await;
        server.send_part(&video, 1, &bytes[..PART]).await;
        let lost = server.app.objects.list_uploads(None).await.unwrap().items.remove(0);
        server.app.objects.abort_multipart(&lost.key, &lost.upload_id).await.unwrap();
        assert_eq!(upload(&server, &video).await["parts"], json!([]));
        for (number, part) in [(1, &bytes[..PART]), (2, &bytes[PART..])] {
            server.send_part(&video, number, part).await;
        }
        server.post("/videos/upload/complete", &claim(&video, &bytes)).await.expect(202);
    }
}
