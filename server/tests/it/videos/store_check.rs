//! What the store has now: look-ups that ask it, and bytes that are read again.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use heimdex_api::{Blake3, JobState, VideoState};
use heimdex_process::clock::{Clock, ManualClock};
use heimdex_server::catalog::VideoJobRow;
use heimdex_server::objects::ObjectsError;
use heimdex_testkit::wait_until_async;
use serde_json::{Value, json};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{PART, noise, uploaded};

const LIMIT: Duration = Duration::from_secs(30);

async fn looked_up(server: &Server, bytes: &[u8], check: &str) -> Value {
    let hash = Blake3::from(blake3::hash(bytes));
    let body = json!({"check": check, "files": [{"size_bytes": bytes.len(), "blake3": hash}]});
    server.post("/videos/lookup", &body).await.expect(200)["results"][0].clone()
}

async fn stored(server: &Server, name: &str, bytes: &[u8]) -> String {
    let video = uploaded(server, name, bytes).await;
    assert_eq!(server.settled(&video).await.state, VideoState::Indexed);
    video
}

async fn key_of(server: &Server, video: &str) -> String {
    let stored = server
        .app
        .catalog
        .stored_video(video.parse().unwrap())
        .await;
    stored.unwrap().unwrap().object_key
}

/// The files below the store's directory that hold these bytes, whole.
fn data_files(server: &Server, bytes: &[u8]) -> Vec<PathBuf> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs_err::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&server.app.config.objects_dir(), &mut files);
    files.retain(|file| fs_err::read(file).unwrap() == bytes);
    files
}

/// The store's files are read-only; an accident does not ask.
fn writable(path: &Path) -> fs_err::File {
    fs_err::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
    fs_err::OpenOptions::new().write(true).open(path).unwrap()
}

/// Flips one bit in the store's only file with these bytes.
fn flip_a_bit(server: &Server, bytes: &[u8]) {
    let files = data_files(server, bytes);
    assert_eq!(files.len(), 1, "{files:?}");
    let mut other = bytes.to_vec();
    other[bytes.len() / 2] ^= 1;
    // The store's files are read-only; an accident does not ask.
    fs_err::remove_file(&files[0]).unwrap();
    fs_err::write(&files[0], other).unwrap();
}

async fn reread(server: &Server, videos: &[&str]) -> Value {
    let started = server
        .post("/videos/lookup/reread", &json!({"video_ids": videos}))
        .await
        .expect(202);
    done(server, started["id"].as_str().unwrap()).await
}

async fn done(server: &Server, id: &str) -> Value {
    wait_until_async("the run to end", LIMIT, async || {
        let run = server
            .get(&format!("/videos/lookup/reread/{id}"))
            .await
            .expect(200);
        if run["state"] == "done" {
            return Ok(run);
        }
        assert!(run["progress"].as_f64().unwrap() < 1.0, "{run}");
        Err(run)
    })
    .await
}

fn outcomes(run: &Value) -> Vec<&str> {
    let results = run["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| result["outcome"].as_str().unwrap())
        .collect()
}

both_backends! {
    fn the_store_is_asked_for_what_the_catalog_remembers(database) {
        let server = Server::start(database).await;
        server.work();
        let (kept, gone, lost, changed) = (noise(1_000), noise(1_001), noise(1_002), noise(PART + 7));
        let mut videos = Vec::new();
        for bytes in [&kept, &gone, &lost, &changed] {
            videos.push(stored(&server, "a.bin", bytes).await);
        }
        let empty = stored(&server, "empty", b"").await;
        for bytes in [&kept, &gone, &lost, &changed] {
            let found = looked_up(&server, bytes, "store").await;
            assert_eq!(found["store"], "present", "{found}");
            assert!(found["verified_at"].is_string() && found["verified_how"].is_string());
            let from_catalog = looked_up(&server, bytes, "catalog").await;
            assert_eq!(from_catalog.get("store"), None);
        }
        let found = looked_up(&server, b"", "store").await;
        assert_eq!((&found["video_id"], &found["store"]), (&json!(empty), &json!("present")));
        server.app.objects.delete(&key_of(&server, &videos[1]).await).await.unwrap();
        fs_err::remove_file(&data_files(&server, &lost)[0]).unwrap();
        let other = bytes::Bytes::from(noise(PART + 7).split_off(1));
        server.app.objects.put(&key_of(&server, &videos[3]).await, "video/mp4", other).await.unwrap();
        for (bytes, expected) in [(&kept, "present"), (&gone, "missing"), (&lost, "missing"), (&changed, "differs")] {
            let found = looked_up(&server, bytes, "store").await;
            assert_eq!(found["store"], expected, "{found}");
            assert_eq!(found["verified_at"].is_string(), expected == "present", "{found}");
            assert!(looked_up(&server, bytes, "catalog").await["verified_at"].is_string());
        }
        server.stop().await;
    }

    fn a_copy_that_is_there_stands_for_one_that_is_gone(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = noise(1_000);
        let first = stored(&server, "a.bin", &bytes).await;
        let second = stored(&server, "b.bin", &bytes).await;
        assert_eq!(looked_up(&server, &bytes, "store").await["video_id"], first);
        server.app.objects.delete(&key_of(&server, &first).await).await.unwrap();
        let found = looked_up(&server, &bytes, "store").await;
        assert_eq!((&found["video_id"], &found["store"]), (&json!(second), &json!("present")));
        for video in [&first, &second] {
            server.delete(&format!("/videos/{video}")).await.expect(200);
        }
        assert_eq!(looked_up(&server, &bytes, "store").await, Value::Null, "the trash never counts");
        server.stop().await;
    }

    fn an_object_that_is_cut_short_is_told_and_keeps_no_other_from_its_answer(database) {
        // Issue 10: the whole card had no answer, for ever.
        let server = Server::start(database).await;
        server.work();
        let (kept, cut) = (noise(1_000), noise(1_001));
        stored(&server, "a.bin", &kept).await;
        let video = stored(&server, "b.bin", &cut).await;
        let file = writable(&data_files(&server, &cut)[0]);
        file.set_len(1_000).unwrap();
        let files: Vec<_> = [&kept, &cut]
            .iter()
            .map(|bytes| json!({"size_bytes": bytes.len(), "blake3": Blake3::from(blake3::hash(bytes))}))
            .collect();
        let body = json!({"check": "store", "files": files});
        let found = server.post("/videos/lookup", &body).await.expect(200);
        let told: Vec<_> = found["results"].as_array().unwrap().iter().map(|found| &found["store"]).collect();
        assert_eq!(told, ["present", "differs"], "{found}");
        assert_eq!(found["results"][1].get("verified_at"), None, "{found}");
        let key = key_of(&server, &video).await;
        assert!(matches!(server.app.objects.get_range(&key, 0, 1_001).await, Err(ObjectsError::Damaged)));
        assert_eq!(outcomes(&reread(&server, &[&video]).await), ["differs"]);
        let row = server.row(&video).await;
        assert_eq!(row.state, VideoState::Failed);
        assert!(row.error_text.unwrap().contains("Send the file again."));
        server.stop().await;
    }

    fn a_part_in_the_middle_that_is_lost_is_found(database) {
        // Issue 10: first and last byte were there.
        let server = Server::start(database).await;
        server.work();
        let bytes = noise(2 * PART + 7);
        stored(&server, "a.bin", &bytes).await;
        assert_eq!(looked_up(&server, &bytes, "store").await["store"], "present");
        let middle = data_files(&server, &bytes[PART..2 * PART]).remove(0);
        let aside = server.app.config.objects_dir().join("aside");
        fs_err::rename(&middle, &aside).unwrap();
        assert_eq!(looked_up(&server, &bytes, "store").await["store"], "missing");
        fs_err::rename(&aside, &middle).unwrap();
        assert_eq!(looked_up(&server, &bytes, "store").await["store"], "present");
        writable(&middle).set_len(PART as u64 - 1).unwrap();
        assert_eq!(looked_up(&server, &bytes, "store").await["store"], "differs");
        server.stop().await;
    }

    fn bytes_that_are_read_again_are_found_equal_different_or_missing(database) {
        let server = Server::start(database).await;
        server.work();
        let (kept, flipped, lost, trashed) = (noise(PART + 1), noise(1_001), noise(1_002), noise(1_003));
        let mut videos = Vec::new();
        for bytes in [&kept, &flipped, &lost, &trashed] {
            videos.push(stored(&server, "a.bin", bytes).await);
        }
        let before = server.get(&format!("/videos/{}", videos[0])).await.expect(200);
        flip_a_bit(&server, &flipped);
        fs_err::remove_file(&data_files(&server, &lost)[0]).unwrap();
        server.delete(&format!("/videos/{}", videos[3])).await.expect(200);
        let nobodys = "7f3a9142-6f0e-4c9b-8a53-0d6a5f1c2b11";
        let asked = [videos[0].as_str(), &videos[1], &videos[2], &videos[3], nobodys, &videos[0]];
        let run = reread(&server, &asked).await;
        assert_eq!(outcomes(&run), ["equal", "differs", "missing", "not_counted", "not_counted"]);
        assert_eq!(run["bytes"], kept.len() + flipped.len() + lost.len());
        let results = run["results"].as_array().unwrap();
        let now = server.get(&format!("/videos/{}", videos[0])).await.expect(200);
        assert_ne!(now["verified_at"], before["verified_at"]);
        assert_eq!(results[0]["verified_at"], now["verified_at"]);
        assert!(["medium", "cached"].contains(&results[0]["verified_how"].as_str().unwrap()), "{run}");
        assert_eq!((&results[1]["verified_at"], &results[2]["verified_at"]), (&Value::Null, &Value::Null));
        let row = server.row(&videos[1]).await;
        assert_eq!(row.state, VideoState::Failed);
        assert!(row.error_text.unwrap().contains("differ"));
        assert_eq!(looked_up(&server, &flipped, "catalog").await, Value::Null, "nobody leans on it any more");
        let found = looked_up(&server, &lost, "catalog").await;
        assert_eq!((&found["state"], &found["verified_at"]), (&json!("indexed"), &Value::Null));
        server.stop().await;
    }

    fn a_store_that_went_away_has_lost_nothing(database) {
        let server = Server::start(database).await;
        server.work();
        let bytes = noise(1_000);
        let video = stored(&server, "a.bin", &bytes).await;
        let objects = server.app.config.objects_dir();
        let away = objects.with_extension("away");
        // As when its disk is not mounted: an empty directory.
        fs_err::rename(&objects, &away).unwrap();
        fs_err::create_dir(&objects).unwrap();
        let hash = Blake3::from(blake3::hash(&bytes));
        let body = json!({"check": "store", "files": [{"size_bytes": bytes.len(), "blake3": hash}]});
        let reply = server.post("/videos/lookup", &body).await;
        assert!(reply.headers.contains_key("retry-after"));
        reply.expect(503);
        let started = server.post("/videos/lookup/reread", &json!({"video_ids": [video]})).await.expect(202);
        let id = started["id"].as_str().unwrap();
        wait_until_async("it was tried", LIMIT, async || {
            let jobs = server.jobs(&video).await;
            let tried = |job: &&VideoJobRow| job.stage == "reread" && job.started_at.is_some();
            let put_back = jobs.iter().filter(tried).any(|job| job.state == JobState::Pending);
            if put_back { Ok(()) } else { Err(format!("{jobs:?}")) }
        })
        .await;
        fs_err::remove_dir(&objects).unwrap();
        fs_err::rename(&away, &objects).unwrap();
        assert_eq!(looked_up(&server, &bytes, "store").await["store"], "present");
        assert_eq!(outcomes(&done(&server, id).await), ["equal"]);
        server.stop().await;
    }

    fn one_run_goes_at_a_time_and_may_be_asked_for_again(database) {
        let server = Server::start(database).await;
        let bytes = noise(1_000);
        server.work();
        let video = stored(&server, "a.bin", &bytes).await;
        let server = server.restarted(database).await;
        let body = json!({"video_ids": [video]});
        let path = "/videos/lookup/reread";
        let first = server.post_with_key(path, &body, "k").await.expect(202);
        let again = server.post_with_key(path, &body, "k").await.expect(202);
        assert_eq!(first, again, "its reply was lost");
        let other = server.post(path, &body).await.expect(409);
        assert!(other["detail"].as_str().unwrap().contains(first["id"].as_str().unwrap()), "{other}");
        let conflict = server.post_with_key(path, &json!({"video_ids": [video, video]}), "k").await;
        assert_eq!(conflict.refused(422), "idempotency_conflict");
        let waiting = server.get(&format!("{path}/{}", first["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&waiting["state"], outcomes(&waiting)), (&json!("running"), vec!["pending"]));
        let server = server.restarted(database).await;
        server.work();
        let run = done(&server, first["id"].as_str().unwrap()).await;
        assert_eq!(outcomes(&run), ["equal"]);
        assert_eq!(outcomes(&reread(&server, &[&video]).await), ["equal"], "the next may begin");
        server.stop().await;
    }

    fn an_account_has_so_many_bytes_read_in_a_day_and_no_more(database) {
        let clock = ManualClock::new(Clock::System.now());
        let settings = [("HEIMDEX_SERVER_LIMITS_REREAD_BUDGET", "2500 B")];
        let server = Server::with(database, &settings, Clock::Manual(clock.clone())).await;
        server.work();
        let small = stored(&server, "a.bin", &noise(1_500)).await;
        let large = stored(&server, "b.bin", &noise(2_501)).await;
        let path = "/videos/lookup/reread";
        let refused = server.post(path, &json!({"video_ids": [large]})).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "video_ids");
        reread(&server, &[&small]).await;
        clock.advance(Duration::from_mins(30));
        let refused = server.post(path, &json!({"video_ids": [small]})).await;
        assert_eq!(refused.headers["retry-after"], (23 * 3600 + 1800).to_string());
        assert_eq!(refused.refused(429), "rate_limited");
        clock.advance(Duration::from_mins(23 * 60 + 30));
        // Its access token has ended by that clock meanwhile.
        let mut server = server;
        let login = json!({"email": "ada@example.org", "password": "correct horse battery"});
        let login = server.post("/auth/login", &login).await.expect(200);
        server.authorised(login["access_token"].as_str().unwrap().to_owned());
        reread(&server, &[&small]).await;
        server.stop().await;
    }

    fn strangers_and_small_scopes_read_nothing_again(database) {
        let mut server = Server::start(database).await;
        server.work();
        let video = stored(&server, "a.bin", &noise(1_000)).await;
        let run = reread(&server, &[&video]).await;
        let path = format!("/videos/lookup/reread/{}", run["id"].as_str().unwrap());
        let scopes = json!({"name": "r", "scopes": ["read", "upload"]});
        let token = server.post("/auth/tokens", &scopes).await.expect(201);
        let stranger = server.register("eve@example.org").await;
        server.authorised(stranger);
        assert_eq!(server.get(&path).await.refused(404), "not_found");
        assert_eq!(server.get("/videos/lookup/reread/nothing").await.refused(404), "not_found");
        assert_eq!(outcomes(&reread(&server, &[&video]).await), ["not_counted"]);
        server.authorised(token["token"].as_str().unwrap().to_owned());
        assert_eq!(server.get(&path).await.refused(403), "insufficient_scope");
        let body = json!({"video_ids": [video]});
        let refused = server.post("/videos/lookup/reread", &body).await;
        assert_eq!(refused.refused(403), "insufficient_scope");
        server.stop().await;
    }
}
