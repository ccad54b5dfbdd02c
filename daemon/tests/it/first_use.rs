//! What a new user does: a folder, a daemon, a video; and what is seen of it at every moment.

use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, TestServer, sample_mp4, wait_until, write_noise};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_mins(1);

/// A home with a login and a watched folder, whose files settle after a second.
fn watching(server: &TestServer, more: &[&str]) -> Home {
    let home = Home::registered(server, "ana@example.org");
    fs::create_dir(home.path("Videos")).unwrap();
    home.heimdex(["watch", "add", "Videos", "--settle", "1s"])
        .args(more)
        .ok();
    home
}

fn videos(home: &Home) -> Value {
    let listed = home.heimdex(["list", "--json=filename,state"]).ok().json();
    listed["videos"].clone()
}

/// Waits until the daemon says of the file that it is stored.
fn until_stored(home: &Home, file: &str) -> String {
    wait_until(&format!("`{file}` to be stored"), LIMIT, || {
        let why = home.heimdex(["why", file, "--json"]).ok().json();
        match why["verdict"]["because"]["reason"].as_str() {
            Some("stored" | "same_as") => Ok(why["verdict"]["because"]["video_id"]
                .as_str()
                .unwrap()
                .to_owned()),
            _ => Err(why.to_string()),
        }
    })
}

#[test]
fn a_video_that_is_copied_in_becomes_one_video() {
    let server = TestServer::start();
    let home = watching(&server, &["--tag", "paris"]);
    let daemon = TestDaemon::start(&home);
    fs::copy(sample_mp4(2), home.path("Videos/sunrise.mp4")).unwrap();
    home.write("Videos/sunset.mp4.part", "left by a downloader");
    let video = until_stored(&home, "Videos/sunrise.mp4");
    let shown = home.heimdex(["show", &video, "--json=tags"]).ok().json();
    assert_eq!(shown["tags"], json!(["paris"]));
    let listed = videos(&home);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let left = home
        .heimdex(["why", "Videos/sunset.mp4.part", "--json"])
        .ok()
        .json();
    assert_eq!(left["verdict"]["because"]["reason"], "excluded", "{left}");
    wait_until("the counts to be right", LIMIT, || {
        let status = daemon.status();
        let counts = &status["watches"][0]["counts"];
        let as_wanted = counts["stored"]["files"] == 1 && counts["excluded"]["files"] == 1;
        if as_wanted {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    let queue = home.heimdex(["queue", "--json"]).ok().json();
    assert_eq!(queue, json!({"uploads": [], "queue": []}));
    home.heimdex(["download", &video, "--to", "back"]).ok();
    assert_eq!(
        fs::read(home.path("back/sunrise.mp4")).unwrap(),
        fs::read(sample_mp4(2)).unwrap()
    );
}

#[test]
fn a_daemon_that_is_stopped_in_mid_upload_goes_on_at_the_next_start() {
    let server = TestServer::start();
    let home = watching(&server, &["--bwlimit", "1M"]);
    let file = home.path("noise.bin");
    write_noise(&mut fs::File::create(&file).unwrap(), 24 << 20, 7).unwrap();
    fs::rename(&file, home.path("Videos/noise.bin")).unwrap();
    let mut daemon = TestDaemon::start(&home);
    wait_until("the upload to be under way", LIMIT, || {
        let listed = videos(&home);
        if listed[0]["state"] == "uploading" {
            Ok(())
        } else {
            Err(format!("{listed} {}", daemon.status()))
        }
    });
    assert!(daemon.terminate().success());
    assert_eq!(videos(&home)[0]["state"], "uploading");
    let watch = ["watch", "edit", "Videos", "--no-bwlimit"];
    home.heimdex(watch).ok();
    daemon.restart();
    until_stored(&home, "Videos/noise.bin");
    assert_eq!(videos(&home).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_pause_holds_files_back_until_it_is_over() {
    let server = TestServer::start();
    let home = watching(&server, &[]);
    let daemon = TestDaemon::start(&home);
    home.heimdex(["pause"]).ok();
    fs::copy(sample_mp4(2), home.path("Videos/sunrise.mp4")).unwrap();
    wait_until("the file to be queued", LIMIT, || {
        let why = home
            .heimdex(["why", "Videos/sunrise.mp4", "--json"])
            .ok()
            .json();
        if why["verdict"]["because"]["reason"] == "paused" {
            Ok(())
        } else {
            Err(why.to_string())
        }
    });
    assert_eq!(daemon.status()["queue"]["sending"]["files"], 0);
    home.heimdex(["resume"]).ok();
    until_stored(&home, "Videos/sunrise.mp4");
}
