//! What a watched folder and its daemon have to bear: a card that is pulled, a disk that is full, a quota, limits of the
//! system, permissions that go and come.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Binary, Home, TestDaemon, TestServer, binary_path, left_out, wait_until};
use serde_json::{Value, json};

use crate::safe_to_wipe::flip;
use crate::support::{LIMIT, blake3_of, file_in_store, large_video, noise, small_video, videos};

const MIB: u64 = 1 << 20;
/// Where the kernel holds on to a page, memory answers: that is a test of its own.
const ACCEPT: &str = "--accept-cached";

/// Something that is mounted, until it is pulled.
struct Mounted(PathBuf);

impl Mounted {
    /// `None` where nothing may be mounted; in CI that is an error.
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mount = Command::new("mount").args(arguments).arg(at).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Self(at.to_owned()));
        }
        left_out("nothing may be mounted here");
        None
    }

    /// At once, whoever has files of it open.
    fn pull(self) {
        drop(self);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let ended = Command::new("umount").arg("-l").arg(&self.0).status();
        let is_ended = ended.is_ok_and(|status| status.success());
        assert!(is_ended || std::thread::panicking(), "it stays mounted");
    }
}

/// Waits until it holds of what the daemon says of itself.
#[track_caller]
fn until_status(daemon: &TestDaemon<'_>, what: &str, holds: impl Fn(&Value) -> bool) {
    wait_until(what, LIMIT, || {
        let status = daemon.status();
        if holds(&status) {
            Ok(())
        } else {
            Err(format!("{status:#}\n{}", daemon.log()))
        }
    });
}

fn stored(status: &Value) -> u64 {
    let files = &status["watches"][0]["counts"]["stored"]["files"];
    files.as_u64().unwrap_or_default()
}

#[track_caller]
fn until_indexed(home: &Home, count: usize) {
    wait_until("every video to be ready", LIMIT, || {
        let all = videos(home);
        let ready = all.iter().filter(|video| video["state"] == "indexed");
        if ready.count() == count && all.len() == count {
            Ok(())
        } else {
            Err(format!("{all:#?}"))
        }
    });
}

fn safe(home: &Home, arguments: &[&str], code: i32) -> String {
    let output = home
        .heimdex(["safe-to-wipe", "card", "--json", ACCEPT])
        .args(arguments)
        .run()
        .exits(code);
    output.stdout().to_owned()
}

/// Filled, watched, pulled in mid-upload, put back, finished: it may be wiped then, and not if anything is amiss.
#[test]
fn a_card_that_is_pulled_in_mid_upload_is_finished_when_it_is_back_and_may_be_wiped() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    // The reader keeps what is on the card; the card is where it is looked at.
    let reader = home.path("reader");
    let Some(_reader) = Mounted::new(&["-t", "tmpfs", "-o", "size=64m", "tmpfs"], &reader) else {
        return;
    };
    let put = || {
        let slot = reader.display().to_string();
        Mounted::new(&["--bind", &slot], &home.path("card")).expect("mounted before")
    };
    large_video(&home, "reader/DCIM/100TEST/LARGE.MP4", 24 * MIB);
    small_video(&home, "reader/DCIM/100TEST/SMALL.MP4");
    home.write("reader/DCIM/notes.bin", noise(7, 100_000));
    let card = put();
    home.heimdex(["watch", "add", "card", "--settle", "1s", "--bwlimit", "4M"])
        .ok();
    let mut daemon = TestDaemon::start(&home);
    until_status(&daemon, "the large file to be on its way", |status| {
        let current = status["current"].as_array().unwrap();
        current
            .iter()
            .any(|item| item["acknowledged_bytes"].as_u64() > Some(0))
    });
    card.pull();
    until_status(&daemon, "the card to be missed", |status| {
        status["watches"][0]["root"]["state"] == "gone" && status["queue"]["sending"]["files"] == 0
    });
    let file = "card/DCIM/100TEST/LARGE.MP4";
    let why = home.heimdex(["why", file, "--json"]).ok().json();
    assert_eq!(why["verdict"]["because"]["reason"], "root_gone", "{why:#}");
    assert_eq!(
        daemon.status()["errors"],
        json!([]),
        "pulling it is no error"
    );
    let _card = put();
    let back = ["watch", "edit", "card", "--no-bwlimit"];
    home.heimdex(back).ok();
    until_status(&daemon, "all of it to be stored", |status| {
        stored(status) == 3
    });
    until_indexed(&home, 3);
    safe(&home, &[], 0);
    assert!(daemon.terminate().success());

    // Nobody watches any more: one difference each, and it is named.
    let large = home.path(file);
    flip(&large);
    assert!(safe(&home, &[], 3).contains("LARGE.MP4"));
    flip(&large);
    safe(&home, &[], 0);
    let object = file_in_store(&server, &home.path("card/DCIM/notes.bin"));
    fs::rename(&object, home.path("taken")).unwrap();
    assert!(safe(&home, &[], 3).contains("notes.bin"));
    fs::rename(home.path("taken"), &object).unwrap();
    safe(&home, &[], 0);
    flip(&object);
    safe(&home, &[], 0);
    assert!(safe(&home, &["--reread"], 3).contains("notes.bin"));
}

/// The disk of the journal is full: what is finished is sent all the same, and not again once there is room.
#[test]
fn a_journal_that_cannot_be_written_keeps_nothing_from_being_sent() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir(home.path("card")).unwrap();
    let state = home.home().join(".local/state/heimdex");
    let Some(_state) = Mounted::new(&["-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs"], &state)
    else {
        return;
    };
    home.heimdex(["watch", "add", "card", "--settle", "1s"])
        .ok();
    let mut daemon = TestDaemon::start(&home);
    until_status(&daemon, "the first look", |status| {
        status["watches"][0]["scanned_at"].is_string()
    });
    let filler = state.join("filler");
    let is_full = fs::write(&filler, vec![1; 4 << 20]);
    assert!(is_full.is_err(), "the disk is full");
    let first = small_video(&home, "card/one.mp4");
    let second = large_video(&home, "card/two.mp4", 20 * MIB);
    until_indexed(&home, 2);
    until_status(&daemon, "nothing to be left", |status| stored(status) == 2);
    assert!(
        daemon.log().contains("the journal was not written"),
        "{}",
        daemon.log()
    );
    until_status(&daemon, "it to be said", |status| {
        let errors = status["errors"].as_array().unwrap();
        let is_said = |error: &Value| {
            let message = error["message"].as_str().unwrap();
            message.starts_with("the journal cannot be written: the disk is full")
        };
        errors.iter().filter(|error| is_said(error)).count() == 1
    });
    let third = large_video(&home, "elsewhere.mp4", 3 * MIB);
    let sent = home.heimdex(["queue", "send", "elsewhere.mp4"]).ok();
    assert!(
        sent.stderr().contains("the journal cannot be written"),
        "{sent}"
    );
    fs::remove_file(&filler).unwrap();
    // What is owed to the journal is made up for: at the end at the latest.
    assert!(daemon.terminate().success());
    let known = home.heimdex(["why", "card/one.mp4", "--json"]).ok().json();
    assert_eq!(known["verdict"]["because"]["reason"], "stored", "{known}");
    daemon.restart();
    until_status(&daemon, "it to be known", |status| {
        stored(status) == 2 && status["queue"]["waiting"]["files"] == 0
    });
    until_indexed(&home, 3);
    let hashes: Vec<Value> = videos(&home).iter().map(|v| v["blake3"].clone()).collect();
    for path in [first, second, third] {
        assert!(hashes.contains(&blake3_of(&path).into()));
    }
}

#[test]
fn a_full_quota_is_said_and_the_queue_goes_on_when_it_is_raised() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir(home.path("card")).unwrap();
    home.heimdex(["watch", "add", "card", "--settle", "1s"])
        .ok();
    let quota = |most: &str| {
        server
            .command(["user", "quota", "ana@example.org", most])
            .ok();
    };
    quota("2 MiB");
    let daemon = TestDaemon::start(&home);
    large_video(&home, "card/large.mp4", 5 * MIB);
    until_status(&daemon, "the quota to be said", |status| {
        let account = &status["accounts"][0];
        let is_told = status["notices"]
            .as_array()
            .unwrap()
            .iter()
            .any(|notice| notice["notice"] == "full");
        account["outage"]["outage"] == "full" && account["next_try_at"].is_string() && is_told
    });
    let status = daemon.status();
    assert_eq!(status["queue"]["waiting"]["files"], 1, "{status:#}");
    let why = home
        .heimdex(["why", "card/large.mp4", "--json"])
        .ok()
        .json();
    assert_eq!(why["verdict"]["because"]["reason"], "held_up", "{why:#}");
    quota("none");
    home.heimdex(["queue", "retry"]).ok();
    until_status(&daemon, "it to be stored", |status| stored(status) == 1);
    until_status(&daemon, "nothing to be said any more", |status| {
        status["accounts"][0]["outage"].is_null() && status["notices"] == json!([])
    });
}

/// A namespace of its own has limits of its own.
#[test]
fn a_system_without_more_watches_is_polled_and_says_what_lifts_the_limit() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    for folder in ["one", "two", "three", "four"] {
        fs::create_dir_all(home.path("card").join(folder)).unwrap();
    }
    home.heimdex(["watch", "add", "card", "--settle", "1s"])
        .ok();
    let script = "echo 3 >/proc/sys/user/max_inotify_watches && exec \"$0\" --log-to stderr";
    let mut daemon = home
        .any_program("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", script])
        .arg(binary_path(Binary::Daemon))
        .spawn();
    let mut said = Value::Null;
    wait_until("it to poll", LIMIT, || {
        if let Some(status) = daemon.ended() {
            panic!("{status}: {}", String::from_utf8_lossy(&daemon.stderr()));
        }
        said = home.heimdex(["status", "--json"]).run().json();
        if said["watches"][0]["eyes"]["by"] == "polling" {
            Ok(())
        } else {
            Err(said.to_string())
        }
    });
    let why = said["watches"][0]["eyes"]["why"].as_str().unwrap();
    assert!(why.contains("fs.inotify.max_user_watches"), "{why}");
    let log = String::from_utf8_lossy(&daemon.stderr()).into_owned();
    let hint = "sudo sysctl fs.inotify.max_user_watches=1048576";
    assert_eq!(log.matches(hint).count(), 1, "said once: {log}");
    small_video(&home, "card/four/late.mp4");
    // Sooner than by itself.
    home.any_program("curl")
        .args(["-s", "--unix-socket"])
        .arg(home.daemon_socket())
        .args(["-d", "{}", "http://heimdexd/v1/rescan"])
        .ok();
    until_indexed(&home, 1);
    assert!(daemon.terminate(Duration::from_mins(1)).success());
}

/// As somebody whom permissions hold back.
#[test]
fn a_folder_that_cannot_be_read_is_said_and_taken_once_it_can() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    small_video(&home, "card/locked/a.mp4");
    home.heimdex(["watch", "add", "card", "--settle", "1s"])
        .ok();
    let locked = home.path("card/locked");
    let permit =
        |mode| fs::set_permissions(&locked, std::fs::Permissions::from_mode(mode)).unwrap();
    permit(0o000);
    let nobody = Nobody::new(&home);
    let mut daemon = nobody
        .program(Binary::Daemon)
        .arg("--log-to=stderr")
        .spawn();
    let reason = || {
        let why = nobody
            .program(Binary::Cli)
            .args(["why", "card/locked/a.mp4", "--json"])
            .run();
        let is_known = why.code == Some(0);
        let reason = is_known.then(|| why.json()["verdict"]["because"]["reason"].clone());
        reason.unwrap_or_default()
    };
    let until = |wanted: &[&str]| {
        wait_until(&format!("it to be {wanted:?}"), LIMIT, || match reason() {
            Value::String(reason) if wanted.contains(&reason.as_str()) => Ok(()),
            other => Err(other.to_string()),
        });
    };
    until(&["unreadable", "missing", "not_looked_at"]);
    wait_until("the folder to be counted", LIMIT, || {
        let status = nobody
            .program(Binary::Cli)
            .args(["status", "--json"])
            .ok()
            .json();
        if status["watches"][0]["counts"]["unreadable"]["files"] == 1 {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    permit(0o755);
    until(&["stored"]);
    assert!(daemon.terminate(Duration::from_mins(1)).success());
}

/// Neither daemon nor commands can keep anything: each says what to make writable, and an upload goes on without.
#[test]
fn a_home_that_is_read_only_is_said_and_keeps_nobody_from_uploading() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let token = home
        .heimdex(["token", "create", "camera", "--scope", "write"])
        .ok();
    small_video(&home, "a.mp4");
    let read_only = home.path("read-only");
    let Some(_mounted) = Mounted::new(&["-t", "tmpfs", "-o", "ro,mode=755", "tmpfs"], &read_only)
    else {
        return;
    };
    let tried = |binary: Binary, arguments: &[&str]| {
        let mut program = home.program(binary).args(arguments);
        for variable in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            program = program.env(variable, &read_only);
        }
        program
            .env("HEIMDEX_SERVER", server.url())
            .env("HEIMDEX_TOKEN", token.stdout().trim())
            .run()
    };
    for (binary, arguments) in [
        (Binary::Daemon, &["--log-to=stderr"][..]),
        (Binary::Cli, &["watch", "add", "."]),
        (Binary::Cli, &["daemon", "start"]),
    ] {
        let output = tried(binary, arguments);
        assert_eq!(output.code, Some(1), "{arguments:?}: {output:#?}");
        assert!(
            output.stderr().contains("Read-only file system"),
            "{output:#?}"
        );
        assert!(output.stderr().contains("writable"), "{output:#?}");
    }
    let uploaded = tried(Binary::Cli, &["upload", "a.mp4", "--wait"]);
    assert_eq!(uploaded.code, Some(0), "{uploaded:#?}");
    until_indexed(&home, 1);
}

/// A home that belongs to somebody whom permissions hold back: root reads everything.
struct Nobody<'h>(&'h Home);

impl<'h> Nobody<'h> {
    fn new(home: &'h Home) -> Self {
        if rustix::process::getuid().is_root() {
            for binary in [Binary::Cli, Binary::Daemon] {
                let from = binary_path(binary);
                fs::copy(&from, home.path(from.file_name().unwrap())).unwrap();
            }
            let everything = home.work().parent().unwrap().to_owned();
            home.any_program("chown")
                .args(["-R", "65534:65534"])
                .arg(everything)
                .ok();
        }
        Self(home)
    }

    fn program(&self, binary: Binary) -> heimdex_testkit::Invocation {
        if !rustix::process::getuid().is_root() {
            return self.0.program(binary);
        }
        let name = binary_path(binary);
        self.0
            .any_program("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(self.0.path(name.file_name().unwrap()))
    }
}
