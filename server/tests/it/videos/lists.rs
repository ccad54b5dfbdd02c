//! `GET /videos`: what may be asked, pages, and what is refused by name.

use serde_json::{Value, json};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{noise, opened, uploaded};

fn ids(page: &Value) -> Vec<String> {
    let videos = page["videos"].as_array().unwrap();
    videos
        .iter()
        .map(|video| video["video_id"].as_str().unwrap().to_owned())
        .collect()
}

both_backends! {
    fn cursors_lead_through_the_list_and_back(database) {
        let server = Server::start(database).await;
        for number in 0..5 {
            opened(&server, &format!("take {number}.mp4"), 1_000).await;
        }
        let whole = server.get("/videos?q=take").await.expect(200);
        assert_eq!((&whole["total"], &whole["total_is_lower_bound"]), (&json!(5), &json!(false)));
        assert_eq!((&whole["next_cursor"], &whole["prev_cursor"]), (&Value::Null, &Value::Null));
        let mut seen = Vec::new();
        let mut page = server.get("/videos?q=take&limit=2").await.expect(200);
        let first = page.clone();
        loop {
            seen.extend(ids(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            page = server.get(&format!("/videos?q=take&limit=2&cursor={cursor}")).await.expect(200);
        }
        assert_eq!(seen, ids(&whole));
        for _ in 0..2 {
            let cursor = page["prev_cursor"].as_str().unwrap();
            page = server.get(&format!("/videos?q=take&limit=2&cursor={cursor}")).await.expect(200);
        }
        assert_eq!(page["videos"], first["videos"]);
        assert_eq!(page["prev_cursor"], Value::Null);
        let cursor = first["next_cursor"].as_str().unwrap();
        for other in ["q=tak", "q=take&sort=title", "q=take&order=asc", "q=take&offset=0"] {
            let reply = server.get(&format!("/videos?{other}&cursor={cursor}")).await.expect(422);
            assert_eq!(reply["errors"][0]["field"], "cursor", "{other}");
        }
        server.stop().await;
    }

    fn the_originals_page_is_the_newest_first_by_offset(database) {
        let server = Server::start(database).await;
        let older = uploaded(&server, "a.mp4", &noise(1_000)).await;
        let newer = uploaded(&server, "b.mp4", &noise(1_000)).await;
        let page = server.get("/videos?limit=50&offset=0").await.expect(200);
        assert_eq!(ids(&page), [newer.clone(), older.clone()]);
        assert_eq!(page["total"], 2);
        let page = server.get("/videos?limit=1&offset=1").await.expect(200);
        assert_eq!(ids(&page), [older]);
        let prefix = &newer[..8];
        let page = server.get(&format!("/videos?id_prefix={prefix}")).await.expect(200);
        assert_eq!(ids(&page), [newer]);
        server.stop().await;
    }

    fn what_cannot_be_asked_is_refused_by_name(database) {
        let server = Server::start(database).await;
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=ten", "limit"),
            ("offset=-1", "offset"),
            ("state=ready", "state"),
            ("kind=film", "kind"),
            ("since=yesterday", "since"),
            ("sort=colour", "sort"),
            ("id_prefix=7f", "id_prefix"),
            ("q=", "q"),
            ("q=%00", "q"),
            ("sate=indexed", "sate"),
            ("cursor=AAAA", "cursor"),
        ] {
            let reply = server.get(&format!("/videos?{query}")).await.expect(422);
            assert_eq!(reply["errors"][0]["field"], field, "{query}");
        }
        server.stop().await;
    }
}
