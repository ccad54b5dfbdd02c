//! How files come into a watched folder: whatever the way, each becomes one video of all of its bytes, and what is said of
//! it meanwhile is true.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Fill, Home, TestDaemon, TestServer, pad_mp4, sample_mp4, wait_until};
use serde_json::Value;

use crate::support::{LIMIT, blake3_of, noise, small_video, videos};

const SMALL: usize = 10_000;

fn watching() -> (TestServer, Home) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir(home.path("Videos")).unwrap();
    home.heimdex(["watch", "add", "Videos", "--settle", "1s"])
        .ok();
    (server, home)
}

/// What is said of a file: the reason, and its words.
fn why(home: &Home, file: &str) -> (String, String) {
    let why = home.heimdex(["why", file, "--json"]).ok().json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let verdict = &why["verdict"];
    (text(&verdict["because"]["reason"]), text(&verdict["text"]))
}

#[track_caller]
fn until_said(home: &Home, file: &str, reasons: &[&str]) -> String {
    let mut words = String::new();
    wait_until(&format!("`{file}` to be {reasons:?}"), LIMIT, || {
        let (reason, text) = why(home, file);
        words.clone_from(&text);
        if reasons.contains(&reason.as_str()) {
            Ok(())
        } else {
            Err(format!("{reason}: {text}"))
        }
    });
    words
}

/// The file is the only video of its bytes, and there are so many of all.
#[track_caller]
fn is_one_video(home: &Home, file: &Path, of: usize) {
    let hash = blake3_of(file);
    wait_until("it to be indexed", LIMIT, || {
        let all = videos(home);
        let same = all
            .iter()
            .filter(|video| video["blake3"] == hash.as_str() && video["state"] == "indexed");
        if same.count() == 1 && all.len() == of {
            Ok(())
        } else {
            Err(format!("{all:#?}"))
        }
    });
}

/// A playable video beside the watch; no two are alike.
fn video(home: &Home, name: &str, seed: u64) -> std::path::PathBuf {
    let path = home.path(format!("from/{name}"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(sample_mp4(2), &path).unwrap();
    pad_mp4(&path, 2_000_000 + seed, Fill::Noise(seed));
    path
}

#[test]
fn what_is_copied_moved_synchronised_and_downloaded_becomes_one_video_each() {
    let (server, home) = watching();
    let daemon = TestDaemon::start(&home);
    let to = home.path("Videos");
    let mut stored = 0;
    let mut said = |name: &str| {
        until_said(&home, &format!("Videos/{name}"), &["stored"]);
        stored += 1;
        // What is said of all of it is no older than what was said of one file.
        let status = daemon.status();
        let counted = &status["watches"][0]["counts"]["stored"]["files"];
        assert_eq!(counted, &Value::from(stored), "{status:#}");
    };

    let copied = video(&home, "copied.mp4", 1);
    home.any_program("cp").arg(&copied).arg(&to).ok();
    said("copied.mp4");
    is_one_video(&home, &copied, 1);

    let moved = video(&home, "moved.mp4", 2);
    home.any_program("mv").arg(&moved).arg(&to).ok();
    said("moved.mp4");
    is_one_video(&home, &to.join("moved.mp4"), 2);

    let synchronised = video(&home, "synchronised.mp4", 3);
    home.any_program("rsync")
        .arg("-a")
        .arg(&synchronised)
        .arg(&to)
        .ok();
    said("synchronised.mp4");
    is_one_video(&home, &synchronised, 3);

    for (number, ending) in ["part", "crdownload"].into_iter().enumerate() {
        let name = format!("loaded-{ending}.mp4");
        let source = video(&home, &name, 4 + number as u64);
        let half = fs::read(&source).unwrap();
        let temporary = to.join(format!("{name}.{ending}"));
        fs::write(&temporary, &half[..half.len() / 2]).unwrap();
        let shown = format!("Videos/{name}.{ending}");
        until_said(&home, &shown, &["excluded"]);
        home.any_program("curl")
            .args(["-s", "-C", "-", "-o"])
            .arg(&temporary)
            .arg(format!("file://{}", source.display()))
            .ok();
        fs::rename(&temporary, to.join(&name)).unwrap();
        said(&name);
        is_one_video(&home, &source, 4 + number);
    }
    let status = daemon.status();
    assert_eq!(
        status["watches"][0]["counts"]["stored"]["files"], 5,
        "{status:#}"
    );
    assert_eq!(status["errors"], serde_json::json!([]), "{status:#}");
    drop(server);
}

#[test]
fn a_slow_writer_is_seen_at_work_and_waited_for() {
    let (server, home) = watching();
    let _daemon = TestDaemon::start(&home);
    let whole = fs::read(video(&home, "slow.mp4", 9)).unwrap();
    let path = home.path("Videos/slow.mp4");
    let mut file = fs::File::create(&path).unwrap();
    let (first, rest) = whole.split_at(whole.len() / 3);
    file.write_all(first).unwrap();
    let words = until_said(
        &home,
        "Videos/slow.mp4",
        &["open_for_writing", "settling", "growing", "copying"],
    );
    assert!(!words.is_empty());
    // It is still, and somebody has it open.
    let words = until_said(&home, "Videos/slow.mp4", &["open_for_writing"]);
    assert!(words.contains("open"), "{words}");
    assert_eq!(videos(&home), Vec::<Value>::new());
    file.write_all(rest).unwrap();
    drop(file);
    until_said(&home, "Videos/slow.mp4", &["stored"]);
    is_one_video(&home, &path, 1);
    drop(server);
}

#[test]
fn names_of_every_kind_come_once() {
    use std::os::unix::ffi::OsStrExt as _;
    let (server, home) = watching();
    let daemon = TestDaemon::start(&home);
    let odd = std::ffi::OsStr::from_bytes(b"Videos/caf\xe9.mp4");
    let from = small_video(&home, "from/odd.mp4");
    fs::copy(&from, home.path(odd)).unwrap();
    fs::hard_link(home.path(odd), home.path("Videos/again.mp4")).unwrap();
    std::os::unix::fs::symlink(home.path("Videos"), home.path("Videos/circle")).unwrap();
    let stored = |files: u64| {
        wait_until("so many to be stored", LIMIT, || {
            let status = daemon.status();
            if status["watches"][0]["counts"]["stored"]["files"] == files {
                Ok(())
            } else {
                Err(status.to_string())
            }
        });
    };
    stored(2);
    fs::rename(home.path("Videos/again.mp4"), home.path("Videos/AGAIN.MP4")).unwrap();
    until_said(&home, "Videos/AGAIN.MP4", &["stored", "same_as"]);
    is_one_video(&home, &from, 1);
    drop(server);
}

/// Ten thousand small files at once: each arrives once, in groups, and nobody waits for hours.
#[test]
fn ten_thousand_small_files_dropped_at_once_arrive_each_once() {
    let (server, home) = watching();
    let daemon = TestDaemon::start(&home);
    let outside = home.path("drop");
    for number in 0..SMALL {
        let folder = outside.join(format!("{:02}", number / 500));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join(format!("{number}.bin")),
            noise(number as u64, 64),
        )
        .unwrap();
    }
    fs::rename(&outside, home.path("Videos/drop")).unwrap();
    let limit = Duration::from_mins(10);
    wait_until("all of them to be stored", limit, || {
        let status = daemon.status();
        let stored = &status["watches"][0]["counts"]["stored"]["files"];
        if *stored == SMALL {
            Ok(())
        } else {
            Err(format!("{stored} of them, {}", status["queue"]))
        }
    });
    let total = home.heimdex(["list", "--json", "--limit", "1"]).ok().json();
    assert_eq!(total["total"], SMALL, "{total:#}");
    drop(server);
}
