//! `GET /videos/events`: everything that happens is told once and in order, to those who may know, as long as they may.

mod ends;
mod reader;
mod replicas;

use std::time::Duration;

use heimdex_process::clock::Clock;
use serde_json::{Value, json};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{noise, opened, uploaded};
use reader::{Event, Reader, number};

fn words(events: &[Event]) -> Vec<String> {
    events.iter().map(Event::words).collect()
}

async fn rename(server: &Server, video: &str, title: &str) {
    let path = format!("/videos/{video}");
    let body = json!({"title": title});
    server.patch(&path, &body, None).await.expect(200);
}

fn assert_whole(after: &str, events: &[Event]) {
    let first = number(after) + 1;
    let numbers: Vec<u64> = events.iter().map(Event::number).collect();
    let expected: Vec<u64> = (first..first + events.len() as u64).collect();
    assert_eq!(numbers, expected, "each number once, and none left out");
}

both_backends! {
    fn what_happens_is_told_as_it_happens(database) {
        let server = Server::start(database).await;
        let mut reader = Reader::open(&server, None).await;
        let head = reader.head.to_ascii_lowercase();
        for header in [
            "content-type: text/event-stream",
            "cache-control: no-cache, no-transform",
            "x-accel-buffering: no",
        ] {
            assert!(head.contains(header), "{head}");
        }
        let begin = reader.last_id.clone();
        let bytes = noise(1_000);
        let (video, _) = opened(&server, "a.bin", bytes.len()).await;
        let part = server.send_part(&video, 1, &bytes).await;
        let parts = json!({"epoch": 1, "parts": [], "acknowledged": [part]});
        server.post(&format!("/videos/{video}/upload/parts"), &parts).await.expect(200);
        let claim = crate::uploads::claim(&video, &bytes);
        server.post("/videos/upload/complete", &claim).await.expect(202);
        let mut events = reader.until("video validating").await;
        server.work();
        events.extend(reader.until("video indexed").await);
        assert_eq!(words(&events), [
            "video uploading", "upload", "job upload_validate pending", "video validating",
            "job upload_validate running", "job upload_validate completed", "video indexed",
        ]);
        assert_whole(&begin, &events);
        assert!(events.iter().all(|event| event.data["video_id"] == video.as_str()));
        assert_eq!((&events[1].data["bytes_received"], &events[1].data["size_bytes"]), (&json!(1_000), &json!(1_000)));
        let told = &events.last().unwrap().data;
        let mut shown = server.get(&format!("/videos/{video}")).await.expect(200);
        for key in ["locations", "media"] {
            shown.as_object_mut().unwrap().remove(key);
        }
        assert_eq!(told["video"], shown, "the fields are those of the video");
        assert_eq!((&told["progress"], &told["changed"]), (&Value::Null, &json!([])));
        rename(&server, &video, "Harbour").await;
        let renamed = reader.next().await.unwrap();
        assert_eq!((renamed.words().as_str(), &renamed.data["changed"]), ("video indexed", &json!(["title"])));
        assert_eq!(renamed.data["video"]["title"], "Harbour");
        server.delete(&format!("/videos/{video}")).await.expect(200);
        let deleted = reader.next().await.unwrap();
        assert_eq!((deleted.words().as_str(), &deleted.data["purged"]), ("deleted", &json!(false)));
        server.post(&format!("/videos/{video}/restore"), &Value::Null).await.expect(200);
        assert_eq!(reader.next().await.unwrap().words(), "video indexed");
        server.stop().await;
    }

    fn many_writers_leave_no_hole_and_nothing_is_told_twice(database) {
        const WRITERS: usize = 6;
        const CHANGES: usize = 15;
        let server = Server::start(database).await;
        let mut videos = Vec::new();
        for name in 0..WRITERS {
            videos.push(opened(&server, &format!("{name}.bin"), 10).await.0);
        }
        let mut steady = Reader::open(&server, None).await;
        let begin = steady.last_id.clone();
        let all = WRITERS * CHANGES;
        let writers = futures::future::join_all(videos.iter().map(async |video| {
            for change in 0..CHANGES {
                rename(&server, video, &format!("title {change}")).await;
            }
        }));
        let reading = async {
            let mut events = Vec::new();
            while events.len() < all {
                events.extend(steady.next().await);
            }
            events
        };
        // Another one goes away and comes back all the time.
        let restless = async {
            let (mut events, mut last) = (Vec::new(), begin.clone());
            while events.len() < all {
                let mut reader = Reader::open(&server, Some(&last)).await;
                for _ in 0..7.min(all - events.len()) {
                    events.extend(reader.next().await);
                }
                last.clone_from(&reader.last_id);
            }
            events
        };
        // And one looks at the log itself, as often as it can: it never sees a number before the one below it.
        let looking = async {
            let mut seen = number(&begin);
            let end = seen + all as u64;
            while seen < end {
                let page = server.app.catalog.events_after(server.library, seen, 500).await.unwrap();
                for row in page.events {
                    assert_eq!(row.seq, seen + 1);
                    seen = row.seq;
                }
            }
        };
        let (_, steady, restless, ()) = tokio::join!(writers, reading, restless, looking);
        assert_whole(&begin, &steady);
        assert_whole(&begin, &restless);
        for video in &videos {
            let own = steady.iter().filter(|event| event.data["video_id"] == video.as_str());
            assert_eq!(own.count(), CHANGES);
        }
        server.stop().await;
    }

    fn a_reader_goes_on_behind_what_it_saw_also_after_a_restart(database) {
        let server = Server::start(database).await;
        let (video, _) = opened(&server, "a.bin", 10).await;
        let mut reader = Reader::open(&server, None).await;
        rename(&server, &video, "one").await;
        assert_eq!(reader.next().await.unwrap().data["video"]["title"], "one");
        let last = reader.last_id.clone();
        drop(reader);
        rename(&server, &video, "two").await;
        let server = server.restarted(database).await;
        rename(&server, &video, "three").await;
        let mut reader = Reader::open(&server, Some(&last)).await;
        assert_eq!(reader.last_id, last);
        let events = [reader.next().await.unwrap(), reader.next().await.unwrap()];
        assert_whole(&last, &events);
        assert_eq!(events[1].data["video"]["title"], "three");
        server.stop().await;
    }

    fn what_is_forgotten_or_unknown_is_answered_with_one_reset(database) {
        let mut server = Server::start(database).await;
        let (video, _) = opened(&server, "a.bin", 10).await;
        let old = Reader::open(&server, None).await.last_id;
        rename(&server, &video, "one").await;
        rename(&server, &video, "two").await;
        let now = server.app.clock.now();
        server.app.catalog.forget_events(now.saturating_add(Duration::from_secs(1)), 100).await.unwrap();
        let mut reader = Reader::open(&server, Some(&old)).await;
        assert_eq!(reader.next().await.unwrap().words(), "reset too_old");
        rename(&server, &video, "three").await;
        assert_eq!(reader.next().await.unwrap().data["video"]["title"], "three");
        // Who has seen the last one misses nothing, though that one is forgotten too.
        let last = reader.last_id.clone();
        server.app.catalog.forget_events(now.saturating_add(Duration::from_hours(1)), 0).await.unwrap();
        rename(&server, &video, "four").await;
        let mut reader = Reader::open(&server, Some(&last)).await;
        assert_eq!(reader.next().await.unwrap().data["video"]["title"], "four");
        let last = reader.last_id.clone();
        let parts: Vec<&str> = last.split('-').collect();
        let elsewhere = format!("{}-{}-1", parts[0], parts[1]);
        let beyond = format!("{}-{}-{}", parts[0], number(&last) + 1, parts[2]);
        server.authorised(server.register("bob@example.org").await);
        let his = Reader::open(&server, None).await.last_id;
        server.authorised(reader_token(&server).await);
        for id in ["nonsense", "0", elsewhere.as_str(), &beyond, &his] {
            let mut reader = Reader::open(&server, Some(id)).await;
            assert_eq!(reader.next().await.unwrap().words(), "reset unknown", "{id}");
            assert_eq!(number(&reader.last_id), number(&last), "{id}");
        }
        server.stop().await;
    }

    fn nobody_is_told_of_another_library(database) {
        let mut server = Server::start(database).await;
        let ada = server.token().to_owned();
        let hers = opened(&server, "hers.bin", 10).await.0;
        let seen = Reader::open(&server, None).await.last_id;
        let bob = server.register("bob@example.org").await;
        server.authorised(bob.clone());
        // With her id, with none, and with one that is made up of her number.
        let guess = seen.replacen(&seen[..8], &Reader::open(&server, None).await.last_id[..8], 1);
        let mut readers = [
            Reader::open(&server, None).await,
            Reader::open(&server, Some(&seen)).await,
            Reader::open(&server, Some(&guess)).await,
        ];
        server.authorised(ada);
        for title in ["secret", "more"] {
            rename(&server, &hers, title).await;
        }
        server.authorised(bob);
        let his = opened(&server, "his.bin", 10).await.0;
        for (index, reader) in readers.iter_mut().enumerate() {
            let events = reader.until("video uploading").await;
            let expected: &[&str] = if index == 0 { &["video uploading"] } else { &["reset unknown", "video uploading"] };
            assert_eq!(words(&events), expected);
            let text = format!("{events:?}");
            assert!(text.contains(&his) && !text.contains(&hers), "{text}");
        }
        server.stop().await;
    }

    fn a_stream_outlives_the_limit_of_requests_and_says_that_it_lives(database) {
        let settings = [
            ("HEIMDEX_SERVER_HTTP_REQUEST_TIMEOUT", "500 ms"),
            ("HEIMDEX_SERVER_HTTP_HEADER_TIMEOUT", "500 ms"),
            ("HEIMDEX_SERVER_HTTP_BODY_TIMEOUT", "500 ms"),
            ("HEIMDEX_SERVER_HTTP_IDLE_TIMEOUT", "500 ms"),
            ("HEIMDEX_SERVER_HTTP_HEARTBEAT", "300 ms"),
        ];
        let server = Server::with(database, &settings, Clock::System).await;
        let mut reader = Reader::open(&server, None).await;
        reader.beats(6).await;
        let video = uploaded(&server, "a.bin", b"1").await;
        assert_eq!(reader.next().await.unwrap().data["video_id"], video.as_str());
        server.stop().await;
    }

    fn an_account_has_so_many_streams_and_no_more(database) {
        let settings = [("HEIMDEX_SERVER_HTTP_STREAMS_PER_ACCOUNT", "2")];
        let mut server = Server::with(database, &settings, Clock::System).await;
        let first = Reader::open(&server, None).await;
        let _second = Reader::open(&server, None).await;
        let third = Reader::open(&server, None).await;
        assert_eq!(third.status(), "429");
        assert!(third.head.to_ascii_lowercase().contains("retry-after: "), "{}", third.head);
        let ada = server.token().to_owned();
        server.authorised(server.register("bob@example.org").await);
        assert_eq!(Reader::open(&server, None).await.status(), "200");
        drop(first);
        server.authorised(ada);
        heimdex_testkit::wait_until_async("a place is free again", Duration::from_secs(20), async || {
            let status = Reader::open(&server, None).await.status().to_owned();
            if status == "200" { Ok(()) } else { Err(status) }
        })
        .await;
        server.stop().await;
    }

    fn only_who_may_read_is_told(database) {
        let mut server = Server::start(database).await;
        let body = json!({"name": "script", "scopes": ["upload"]});
        let uploader = server.post("/auth/tokens", &body).await.expect(201)["token"].as_str().unwrap().to_owned();
        server.authorised(uploader);
        assert_eq!(Reader::open(&server, None).await.status(), "403");
        assert_eq!(Reader::as_token(&server, "nonsense", None).await.status(), "401");
        server.stop().await;
    }
}

/// Ada's again.
async fn reader_token(server: &Server) -> String {
    let body = json!({"email": "ada@example.org", "password": "correct horse battery"});
    let reply = server.post("/auth/login", &body).await.expect(200);
    reply["access_token"].as_str().unwrap().to_owned()
}
