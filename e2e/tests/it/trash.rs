//! `--after-verified trash`: a file goes when the proof holds that a card needs to be wiped, and not a moment before.

use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, TestServer, sample_mp4, wait_until};
use serde_json::Value;

use crate::support::{blake3_of, videos};

const LIMIT: Duration = Duration::from_mins(1);

/// A home whose watch puts what is proven in the trash.
fn watching(server: &TestServer) -> Home {
    let home = Home::registered(server, "ana@example.org");
    fs::create_dir(home.path("Videos")).unwrap();
    // What memory answered on the machine of the test is no matter of this.
    let declared = format!(
        "[[watch]]\ndir = '{}'\nsettle = 1\nafter_verified = 'trash'\naccept_cached = true\n",
        home.path("Videos").display()
    );
    fs::write(home.home().join(".config/heimdex/watches.toml"), declared).unwrap();
    home
}

fn why(home: &Home, file: &str) -> Value {
    home.heimdex(["why", file, "--json"]).ok().json()
}

fn trash(home: &Home, name: &str) -> std::path::PathBuf {
    home.home().join(".local/share/Trash").join(name)
}

#[test]
fn a_proven_file_goes_to_the_trash_and_says_where_it_was() {
    let server = TestServer::start();
    let home = watching(&server);
    let mut daemon = TestDaemon::start(&home);
    let file = home.path("Videos/a b.mp4");
    fs::copy(sample_mp4(2), &file).unwrap();
    let hash = blake3_of(&file);
    wait_until("the file to be in the trash", LIMIT, || {
        if trash(&home, "files/a b.mp4").is_file() {
            Ok(())
        } else {
            Err(why(&home, "Videos/a b.mp4").to_string())
        }
    });
    assert!(!file.exists());
    assert_eq!(blake3_of(&trash(&home, "files/a b.mp4")), hash);
    let info = fs::read_to_string(trash(&home, "info/a b.mp4.trashinfo")).unwrap();
    let real = fs::canonicalize(home.path("Videos")).unwrap();
    let expected = format!("Path={}/a%20b.mp4\n", real.display());
    assert!(
        info.starts_with("[Trash Info]\n") && info.contains(&expected),
        "{info}"
    );
    assert!(info.contains("DeletionDate=2"), "{info}");
    let listed = videos(&home);
    assert_eq!(listed[0]["state"], "indexed");
    assert!(listed[0]["verified_at"].is_string(), "{}", listed[0]);
    wait_until("why to say where the file is", LIMIT, || is_trashed(&home));
    // The journal knows it too.
    assert!(daemon.terminate().success());
    is_trashed(&home).unwrap();
}

fn is_trashed(home: &Home) -> Result<(), String> {
    let told = why(home, "Videos/a b.mp4");
    if told["verdict"]["because"]["reason"] == "trashed" {
        Ok(())
    } else {
        Err(told.to_string())
    }
}

#[test]
fn what_is_not_proven_stays_and_says_why() {
    // Nobody reads back what is stored.
    let server = TestServer::builder().arg("--no-worker").start();
    let home = watching(&server);
    let daemon = TestDaemon::start(&home);
    let file = home.path("Videos/a.mp4");
    fs::copy(sample_mp4(2), &file).unwrap();
    wait_until("the proof to be looked for", LIMIT, || {
        let why = why(&home, "Videos/a.mp4");
        let because = &why["verdict"]["because"];
        let is_said = because["reason"] == "awaiting_proof"
            && because["lacks"] == "stored, and not read back yet";
        if is_said {
            Ok(())
        } else {
            Err(why.to_string())
        }
    });
    let told = home.heimdex(["why", "Videos/a.mp4"]).ok();
    assert!(told.stdout().contains("not read back yet"), "{told}");
    assert_eq!(daemon.status()["awaiting_proof"]["files"], 1);
    assert!(file.is_file());
    assert!(!trash(&home, "files/a.mp4").exists());
}

/// What the watch says when a file would be moved counts, not what it said when the file was stored.
#[test]
fn what_is_taken_back_before_the_proof_stays_where_it_is() {
    let server = TestServer::builder().arg("--no-worker").start();
    let home = Home::registered(&server, "ana@example.org");
    for folder in ["Videos", "Card"] {
        fs::create_dir(home.path(folder)).unwrap();
        home.heimdex(["watch", "add", folder, "--settle", "1s"])
            .args(["--after-verified", "trash"])
            .ok();
    }
    let daemon = TestDaemon::start(&home);
    let files = ["Videos/a.bin", "Card/b.bin"].map(|name| {
        home.write(name, name.repeat(10_000));
        home.path(name)
    });
    let awaiting = |count: u64| {
        wait_until("the files to wait for their proof", LIMIT, || {
            let status = daemon.status();
            if status["awaiting_proof"]["files"] == count {
                Ok(())
            } else {
                Err(status.to_string())
            }
        });
    };
    awaiting(2);
    home.heimdex(["watch", "edit", "Videos", "--after-verified", "keep"])
        .ok();
    home.heimdex(["watch", "rm", "Card", "--yes"]).ok();
    awaiting(0);
    let _worker = server.command(["worker"]).spawn();
    wait_until("both to be verified", LIMIT, || {
        let listed = videos(&home);
        if listed.iter().all(|video| video["verified_at"].is_string()) {
            Ok(())
        } else {
            Err(format!("{listed:?}"))
        }
    });
    assert!(files.iter().all(|file| file.is_file()));
    assert!(!trash(&home, "files").exists());
}

#[test]
fn a_file_that_changed_after_it_was_stored_is_not_the_one_that_was_proven() {
    let server = TestServer::builder().arg("--no-worker").start();
    let home = watching(&server);
    let _daemon = TestDaemon::start(&home);
    let file = home.path("Videos/a.bin");
    home.write("Videos/a.bin", vec![1; 300_000]);
    wait_until("the file to be stored", LIMIT, || {
        let why = why(&home, "Videos/a.bin");
        if why["verdict"]["because"]["reason"] == "awaiting_proof" {
            Ok(())
        } else {
            Err(why.to_string())
        }
    });
    // Before the proof, and in the same size: only its bytes are other ones.
    home.write("Videos/a.bin", vec![2; 300_000]);
    let _worker = server.command(["worker"]).spawn();
    wait_until("the new version to be proven", LIMIT, || {
        if trash(&home, "files/a.bin").is_file() {
            Ok(())
        } else {
            Err(why(&home, "Videos/a.bin").to_string())
        }
    });
    // What went is what was stored as the newer video, and the older one is there as well.
    assert_eq!(
        fs::read(trash(&home, "files/a.bin")).unwrap(),
        vec![2; 300_000]
    );
    assert!(!file.exists());
    let listed = videos(&home);
    let hash = blake3_of(&trash(&home, "files/a.bin"));
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(
        listed.iter().any(|video| video["blake3"] == hash.as_str()),
        "{listed:?}"
    );
}

/// Whoever may write in the folder must not be able to point at files that nobody gave to be watched.
#[test]
fn a_folder_that_became_a_link_leads_to_nothing() {
    let server = TestServer::start();
    let home = watching(&server);
    let daemon = TestDaemon::start(&home);
    home.heimdex(["pause"]).ok();
    fs::create_dir(home.path("Videos/day")).unwrap();
    fs::copy(sample_mp4(2), home.path("Videos/day/a.mp4")).unwrap();
    wait_until("the file to be queued", LIMIT, || {
        let why = why(&home, "Videos/day/a.mp4");
        if why["verdict"]["because"]["reason"] == "paused" {
            Ok(())
        } else {
            Err(why.to_string())
        }
    });
    fs::create_dir(home.path("private")).unwrap();
    fs::copy(sample_mp4(3), home.path("private/a.mp4")).unwrap();
    fs::rename(home.path("Videos/day"), home.path("day")).unwrap();
    std::os::unix::fs::symlink(home.path("private"), home.path("Videos/day")).unwrap();
    home.heimdex(["resume"]).ok();
    fs::copy(sample_mp4(1), home.path("Videos/b.mp4")).unwrap();
    wait_until("the next one to be in the trash", LIMIT, || {
        if trash(&home, "files/b.mp4").is_file() {
            Ok(())
        } else {
            Err(daemon.status().to_string())
        }
    });
    wait_until("the queue to be empty", LIMIT, || {
        let (_, queue) = daemon.ask("GET", "/v1/queue", None);
        if queue["total"] == 0 {
            Ok(())
        } else {
            Err(queue.to_string())
        }
    });
    assert!(home.path("private/a.mp4").is_file());
    assert!(home.path("day/a.mp4").is_file());
    assert_eq!(videos(&home).len(), 1);
}
