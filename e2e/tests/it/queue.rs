//! The daemon's queue with a real server: what settles is stored once, whoever dies, whatever is away.

use std::path::Path;

use fs_err as fs;
use heimdex_testkit::{ChaosProxy, Home, TestDaemon, TestServer, wait_until};
use serde_json::{Value, json};

use crate::support::{LIMIT, blake3_of, large_video, on_sqlite, small_video, the_video, videos};

const MIB: u64 = 1 << 20;

/// A home whose folder `card` is under watch.
fn watching(home: &Home) {
    let card = home.path("card");
    fs::create_dir_all(&card).unwrap();
    let text = format!(
        "[[watch]]\ndir = {:?}\nsettle = 1\n",
        card.display().to_string()
    );
    let config = home.home().join(".config/heimdex");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("watches.toml"), text).unwrap();
}

fn queue(daemon: &TestDaemon<'_>) -> Value {
    daemon.status()["queue"].clone()
}

/// Waits until nothing is left to be sent and so many videos are ready.
fn wait_for(home: &Home, daemon: &TestDaemon<'_>, count: usize) {
    wait_until("everything to be stored", LIMIT, || {
        let indexed = videos(home)
            .iter()
            .filter(|video| video["state"] == "indexed")
            .count();
        let queue = queue(daemon);
        let left = ["waiting", "sending", "delayed", "failed"]
            .iter()
            .filter_map(|part| queue[*part]["files"].as_u64())
            .sum::<u64>();
        let seen = format!("{indexed} videos, {queue}\n{}", daemon.log());
        if indexed == count && left == 0 {
            Ok(())
        } else {
            Err(seen)
        }
    });
}

fn replace(path: &Path, by: &Path) {
    let beside = path.with_extension("part");
    fs::copy(by, &beside).unwrap();
    fs::rename(&beside, path).unwrap();
}

#[test]
fn what_settles_in_a_watched_folder_is_stored_once_and_by_its_content() {
    let served = on_sqlite(TestServer::builder()).unwrap();
    let home = served.registered("ana@example.org");
    watching(&home);
    let first = small_video(&home, "card/a.mp4");
    let daemon = TestDaemon::start(&home);
    wait_for(&home, &daemon, 1);
    let video = the_video(&home);
    assert_eq!(video["blake3"], blake3_of(&first));

    // The same bytes under another name are one more place of the same video.
    fs::copy(&first, home.path("card/b.mp4")).unwrap();
    wait_until("the second place", LIMIT, || {
        let shown = home
            .heimdex(["show", video["video_id"].as_str().unwrap(), "--json"])
            .ok()
            .json();
        let places = shown["locations"].as_array().map_or(0, Vec::len);
        if places == 2 {
            Ok(())
        } else {
            Err(shown.to_string())
        }
    });
    assert_eq!(videos(&home).len(), 1);

    // An edited file is a new video that names the one before.
    let edit = large_video(&home, "edit.mp4", 3 * MIB);
    replace(&first, &edit);
    wait_for(&home, &daemon, 2);
    let newer = videos(&home)
        .into_iter()
        .find(|newer| newer["video_id"] != video["video_id"])
        .unwrap();
    assert_eq!(newer["blake3"], blake3_of(&edit));
    let id = newer["video_id"].as_str().unwrap();
    let shown = home.heimdex(["show", id, "--json"]).ok().json();
    assert_eq!(shown["replaces"], video["video_id"], "{shown:#}");
}

#[test]
fn a_server_that_is_away_is_waited_for_and_said() {
    let served = on_sqlite(TestServer::builder()).unwrap();
    let proxy = ChaosProxy::start(served.server.authority());
    let home = served.home();
    home.register(&proxy.url(), "ana@example.org");
    watching(&home);
    proxy.refuse();
    let daemon = TestDaemon::start(&home);
    let path = small_video(&home, "card/a.mp4");
    wait_until("the outage to be said", LIMIT, || {
        let status = daemon.status();
        let account = &status["accounts"][0];
        let is_said = account["outage"]["outage"] == "offline"
            && account["next_try_at"].is_string()
            && status["queue"]["waiting"]["files"] == 1;
        if is_said {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    proxy.restore();
    wait_for(&home, &daemon, 1);
    assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
    assert!(daemon.status()["accounts"][0]["outage"].is_null());
}

#[test]
fn an_expired_login_is_waited_for_and_the_queue_goes_on_after_the_next_one() {
    let served = on_sqlite(TestServer::builder()).unwrap();
    let home = served.registered("ana@example.org");
    watching(&home);
    home.heimdex(["logout"]).ok();
    let daemon = TestDaemon::start(&home);
    small_video(&home, "card/a.mp4");
    wait_until("the login to be missed", LIMIT, || {
        let status = daemon.status();
        let notices = status["notices"].as_array().unwrap();
        let is_said = notices
            .iter()
            .any(|notice| notice["notice"] == "login_expired");
        if is_said {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    home.login(served.server.url(), "ana@example.org");
    wait_for(&home, &daemon, 1);
}

#[test]
fn a_file_that_changes_or_goes_while_it_waits_is_noticed() {
    let served = on_sqlite(TestServer::builder()).unwrap();
    let home = served.registered("ana@example.org");
    watching(&home);
    let daemon = TestDaemon::start(&home);
    let (status, _) = daemon.ask("POST", "/v1/pause", Some(&json!({})));
    assert_eq!(status, 200);
    let changed = small_video(&home, "card/changed.mp4");
    let moved = large_video(&home, "card/moved.mp4", MIB);
    let gone = large_video(&home, "card/gone.mp4", 2 * MIB);
    wait_until("three files to wait", LIMIT, || {
        let status = daemon.status();
        if status["queue"]["waiting"]["files"] == 3 {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    let edit = large_video(&home, "edit.mp4", 3 * MIB);
    replace(&changed, &edit);
    fs::rename(&moved, home.path("card/elsewhere.mp4")).unwrap();
    fs::remove_file(&gone).unwrap();
    wait_until("one of them to leave", LIMIT, || {
        let status = daemon.status();
        if status["queue"]["waiting"]["files"] == 2 {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    let (status, _) = daemon.ask("POST", "/v1/resume", Some(&json!({})));
    assert_eq!(status, 200);
    wait_for(&home, &daemon, 2);
    let hashes: Vec<_> = videos(&home)
        .iter()
        .map(|video| video["blake3"].clone())
        .collect();
    assert!(hashes.contains(&blake3_of(&edit).into()));
    assert!(hashes.contains(&blake3_of(&home.path("card/elsewhere.mp4")).into()));
}

#[test]
fn many_small_files_dropped_at_once_arrive_each_once() {
    let served = on_sqlite(TestServer::builder()).unwrap();
    let home = served.registered("ana@example.org");
    watching(&home);
    let daemon = TestDaemon::start(&home);
    for number in 0..40 {
        large_video(&home, &format!("card/{number}.mp4"), 200_000 + number);
    }
    wait_until("all of them to be stored", LIMIT, || {
        let status = daemon.status();
        let stored = &status["watches"][0]["counts"]["stored"]["files"];
        if *stored == 40 {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    let listed = home.heimdex(["list", "--json"]).ok().json();
    assert_eq!(listed["videos"].as_array().unwrap().len(), 40);
}

#[test]
fn what_is_said_of_a_file_that_the_daemon_is_given_is_what_the_server_knows_of_it() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let path = small_video(&home, "one.mp4");
    let daemon = TestDaemon::start(&home);
    let (_, facts) = daemon.ask("GET", "/v1/version", None);
    assert_eq!(facts["features"], json!(["send_texts"]), "{facts:#}");
    let texts =
        json!({"title": "The harbour", "description": "At dawn", "tags": ["day 3", "paris"]});
    let request = json!({"paths": [path], "texts": texts});
    let (status, changed) = daemon.ask("POST", "/v1/queue/send", Some(&request));
    assert_eq!(status, 200, "{changed:#}");
    wait_for(&home, &daemon, 1);
    let video = the_video(&home);
    assert_eq!(
        (&video["title"], &video["description"], &video["tags"]),
        (&texts["title"], &texts["description"], &texts["tags"]),
        "{video:#}"
    );
}
