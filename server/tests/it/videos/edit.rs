//! `PATCH /videos/{id}` over the wire, and the side-cars that follow it.

use std::time::Duration;

use heimdex_api::VideoState;
use heimdex_testkit::wait_until_async;
use serde_json::{Value, json};

use crate::backends::both_backends;
use crate::jobs::validate::{cut_film, side_car};
use crate::uploads::server::Server;
use crate::uploads::{noise, opened, uploaded};

const LIMIT: Duration = Duration::from_secs(30);

/// Waits until the side-car says this.
async fn side_car_says(server: &Server, video: &str, field: &str, expected: &Value) {
    let row = server.row(video).await;
    wait_until_async("the side-car to say it", LIMIT, async || {
        let says = side_car(server, &row).await;
        (says[field] == *expected).then_some(()).ok_or(says)
    })
    .await;
}

both_backends! {
    fn an_edit_answers_with_the_video_and_its_new_tag(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "A003.mp4", 5).await;
        let path = format!("/videos/{video}");
        let first = server.get(&path).await;
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        let body = json!({"title": " Harbour ", "description": "dusk", "tags": ["Paris", "paris", "B cam"]});
        let edited = server.patch(&path, &body, Some(&tag)).await;
        assert_eq!(edited.headers["etag"], "\"2\"");
        let edited = edited.expect(200);
        assert_eq!((&edited["title"], &edited["version"]), (&json!("Harbour"), &json!(2)));
        assert_eq!(edited["tags"], json!(["B cam", "Paris"]));
        let again = server.patch(&path, &body, Some(&tag)).await.expect(200);
        assert_eq!(again["version"], 2, "its lost reply may be asked for again with the old tag");
        let cleared = server.patch(&path, &json!({"title": null, "description": null, "tags": null}), None).await;
        let cleared = cleared.expect(200);
        assert_eq!((&cleared["title"], &cleared["description"]), (&json!("A003"), &Value::Null));
        assert_eq!((&cleared["tags"], &cleared["version"]), (&json!([]), &json!(3)));
        assert_eq!(server.patch(&path, &json!({}), None).await.expect(200)["version"], 3);
    }

    fn who_comes_second_is_told_what_the_first_changed(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "A003.mp4", 5).await;
        let path = format!("/videos/{video}");
        server.patch(&path, &json!({"title": "Harbour", "tags": ["paris"]}), Some("\"1\"")).await.expect(200);
        let stale = server.patch(&path, &json!({"title": "Pier"}), Some("\"1\"")).await.expect(412);
        assert_eq!(stale["code"], "precondition_failed");
        assert_eq!(stale["errors"], json!([
            {"field": "tags", "message": "It is \u{201c}paris\u{201d} now."},
            {"field": "title", "message": "It is \u{201c}Harbour\u{201d} now."},
        ]));
        for other in ["\"7\"", "W/\"2\"", "\"x\""] {
            let stale = server.patch(&path, &json!({"title": "Pier"}), Some(other)).await;
            assert_eq!(stale.refused(412), "precondition_failed", "{other}");
        }
        assert_eq!(server.patch(&path, &json!({"title": "Pier"}), Some("2")).await.refused(422), "validation_failed");
        server.patch(&path, &json!({"title": "Pier"}), Some("\"1\", \"2\"")).await.expect(200);
        server.patch(&path, &json!({"title": "Quay"}), Some("*")).await.expect(200);
    }

    fn what_cannot_be_is_refused_by_name(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "A003.mp4", 5).await;
        let path = format!("/videos/{video}");
        for (body, field) in [
            (json!({"title": "x".repeat(256)}), "title"),
            (json!({"description": "x".repeat(10_001)}), "description"),
            (json!({"tags": ["ok", " "]}), "tags[1]"),
            (json!({"tags": vec!["t"; 101]}), "tags"),
            (json!({"tags": "paris"}), "tags"),
            (json!({"titel": "a"}), "titel"),
            (json!({"title": "a\u{0}b"}), "title"),
        ] {
            let refused = server.patch(&path, &body, None).await.expect(422);
            assert_eq!(refused["errors"][0]["field"], field, "{body}");
        }
        server.delete(&path).await.expect(200);
        assert_eq!(server.patch(&path, &json!({"title": "a"}), None).await.refused(409), "invalid_state");
    }

    fn another_accounts_video_answers_as_one_that_does_not_exist(database) {
        let mut server = Server::start(database).await;
        let (video, _) = opened(&server, "A003.mp4", 5).await;
        let read = server.post("/auth/tokens", &json!({"name": "r", "scopes": ["read", "upload"]})).await.expect(201);
        let stranger = server.register("eve@example.org").await;
        server.authorised(stranger);
        let mut bodies = Vec::new();
        for id in [video.as_str(), "7f3a9142-6f0e-4c9b-8a53-0d6a5f1c2b11"] {
            let reply = server.patch(&format!("/videos/{id}"), &json!({"title": "a"}), Some("\"1\"")).await;
            bodies.push(reply.expect(404)["detail"].clone());
        }
        assert_eq!(bodies[0], bodies[1]);
        server.authorised(read["token"].as_str().unwrap().to_owned());
        let refused = server.patch(&format!("/videos/{video}"), &json!({"title": "a"}), None).await;
        assert_eq!(refused.refused(403), "insufficient_scope");
    }

    fn the_side_car_follows_an_edit(database) {
        let server = Server::start(database).await;
        let video = uploaded(&server, "A003.mp4", &noise(1_000)).await;
        let path = format!("/videos/{video}");
        server.patch(&path, &json!({"title": "before the checks"}), None).await.expect(200);
        server.work();
        server.settled(&video).await;
        side_car_says(&server, &video, "title", &json!("before the checks")).await;
        server.patch(&path, &json!({"title": "Harbour", "tags": ["paris"]}), None).await.expect(200);
        side_car_says(&server, &video, "title", &json!("Harbour")).await;
        side_car_says(&server, &video, "tags", &json!(["paris"])).await;
        let row = server.settled(&video).await;
        assert_eq!((row.state, row.error_text), (VideoState::Indexed, None));
        let stages: Vec<String> = server.jobs(&video).await.into_iter().map(|job| job.stage).collect();
        assert_eq!(stages[0], "upload_validate");
        assert!(stages[1..].iter().all(|stage| stage == "side_car") && stages.len() > 1, "{stages:?}");
        server.stop().await;
    }

    fn a_place_that_is_learnt_of_later_is_told_by_the_side_car(database) {
        let server = Server::start(database).await;
        server.work();
        let video = uploaded(&server, "A003.mp4", &noise(1_000)).await;
        server.settled(&video).await;
        side_car_says(&server, &video, "locations", &json!([])).await;
        let made = server.post("/ingests", &json!({"source": "A cam"})).await.expect(201);
        let path = format!("/ingests/{}/files", made["ingest_id"].as_str().unwrap());
        let place = |mtime: &str| json!({"files": [{"path": "CLIP/A.mp4", "mtime": mtime, "video_id": video}]});
        let told = async |mtime: &str| {
            let row = server.row(&video).await;
            let side_car = side_car(&server, &row).await;
            let place = &side_car["locations"][0];
            (place["path"] == "CLIP/A.mp4" && place["mtime"] == mtime).then_some(()).ok_or(side_car)
        };
        for mtime in ["2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"] {
            server.put_json(&path, &place(mtime)).await.expect(200);
            wait_until_async("the place in the side-car", LIMIT, async || told(mtime).await).await;
        }
        // The same again is nothing to write down.
        let settled = server.settled(&video).await;
        assert_eq!(settled.state, VideoState::Indexed);
        let jobs = server.jobs(&video).await.len();
        server.put_json(&path, &place("2026-11-20T09:00:00Z")).await.expect(200);
        assert_eq!(server.jobs(&video).await.len(), jobs);
        server.stop().await;
    }

    fn damage_that_is_accepted_later_is_told_by_the_side_car(database) {
        let server = Server::start(database).await;
        server.work();
        let by_patch = uploaded(&server, "a.mp4", &cut_film()).await;
        let by_complete = uploaded(&server, "b.mp4", &cut_film()).await;
        for video in [&by_patch, &by_complete] {
            assert_eq!(server.settled(video).await.state, VideoState::Failed);
            side_car_says(&server, video, "damaged", &json!(false)).await;
        }
        let path = format!("/videos/{by_patch}");
        let edited = server.patch(&path, &json!({"damaged": true}), Some("\"1\"")).await.expect(200);
        assert!(["processing", "indexed"].contains(&edited["state"].as_str().unwrap()), "{edited:#}");
        let again = json!({"video_id": by_complete, "damaged": true});
        server.post("/videos/upload/complete", &again).await.expect(202);
        for video in [&by_patch, &by_complete] {
            assert_eq!(server.settled(video).await.state, VideoState::Indexed);
            side_car_says(&server, video, "damaged", &json!(true)).await;
            let shown = server.get(&format!("/videos/{video}")).await.expect(200);
            assert_eq!((&shown["damaged"], &shown["version"]), (&json!(true), &json!(2)));
            let row = server.row(video).await;
            assert_eq!(side_car(&server, &row).await["damage"], shown["error_text"]);
        }
        let refused = server.patch(&path, &json!({"damaged": false}), None).await;
        assert_eq!(refused.refused(409), "invalid_state");
        server.stop().await;
    }
}
