//! What ends a stream: its login, its server, its own slowness.

use std::time::{Duration, Instant};

use heimdex_process::clock::{Clock, ManualClock};
use serde_json::{Value, json};

use super::reader::Reader;
use super::rename;
use crate::backends::both_backends;
use crate::uploads::opened;
use crate::uploads::server::Server;

/// A login that was ended is believed for so long at most.
const SOON: Duration = Duration::from_secs(8);

both_backends! {
    fn a_stream_ends_with_its_login(database) {
        let mut server = Server::start(database).await;
        let body = json!({"name": "script", "scopes": ["read"]});
        let token = server.post("/auth/tokens", &body).await.expect(201);
        let script = token["token"].as_str().unwrap().to_owned();
        let ada = server.token().to_owned();
        let mut by_login = Reader::open(&server, None).await;
        let mut by_token = Reader::as_token(&server, &script, None).await;
        let bob = server.register("bob@example.org").await;
        server.authorised(bob);
        let mut of_bob = Reader::open(&server, None).await;
        let him = server.get("/auth/me").await.expect(200)["id"].as_str().unwrap().parse().unwrap();
        let began = Instant::now();
        server.authorised(ada);
        server.delete(&format!("/auth/tokens/{}", token["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(by_token.end().await, []);
        // The others' streams hold.
        let (video, _) = opened(&server, "a.bin", 10).await;
        assert_eq!(by_login.next().await.unwrap().data["video_id"], video.as_str());
        server.post("/auth/logout", &Value::Null).await.expect(200);
        assert_eq!(by_login.end().await, []);
        server.app.catalog.disable_account(him, server.app.clock.now()).await.unwrap();
        assert_eq!(of_bob.end().await, []);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        server.stop().await;
    }

    fn a_stream_ends_when_its_token_expires(database) {
        let clock = ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap());
        let server = Server::with(database, &[], Clock::Manual(clock.clone())).await;
        let mut reader = Reader::open(&server, None).await;
        clock.advance(Duration::from_mins(61));
        let began = Instant::now();
        assert_eq!(reader.end().await, []);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        server.stop().await;
    }

    fn a_server_that_stops_ends_its_streams_at_once(database) {
        let server = Server::start(database).await;
        let mut reader = Reader::open(&server, None).await;
        let began = Instant::now();
        server.stop().await;
        assert_eq!(reader.end().await, []);
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }

    fn a_reader_that_is_too_slow_is_let_go_and_nothing_is_kept_for_it(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "a.bin", 10).await;
        let mut slow = Reader::open(&server, None).await;
        rename(&server, &video, "one").await;
        assert_eq!(slow.next().await.unwrap().data["video"]["title"], "one");
        // More than the sockets hold; it reads nothing of it. What it is behind then is more than it may be.
        server.flood(4_000).await;
        rename(&server, &video, "two").await;
        let mut quick = Reader::open(&server, None).await;
        server.flood(4_900).await;
        rename(&server, &video, "three").await;
        let events = slow.end().await;
        let last = events.last().unwrap();
        assert_eq!(last.words(), "reset too_slow");
        assert!(slow.bytes < 12 << 20, "{} bytes", slow.bytes);
        // The other one had room for all of it, and who comes back with the id of the reset has missed nothing since.
        assert_eq!(quick.until("video uploading").await.len(), 4_901);
        let mut back = Reader::open(&server, Some(&last.id)).await;
        rename(&server, &video, "four").await;
        assert_eq!(back.next().await.unwrap().data["video"]["title"], "four");
        server.stop().await;
    }
}
