//! What is said of a file at every moment: counted once, for a reason that holds, and not forgotten by a daemon that dies.

use std::io::Write as _;
use std::time::{Duration, Instant};

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, TestServer, wait_until};
use serde_json::{Value, json};

use crate::support::{LIMIT, large_video, small_video, the_video};

const KINDS: [&str; 9] = [
    "settling",
    "cut_off",
    "queued",
    "sending",
    "stored",
    "failed",
    "unreadable",
    "excluded",
    "skipped",
];

fn watching() -> (TestServer, Home) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir(home.path("Videos")).unwrap();
    home.heimdex(["watch", "add", "Videos", "--settle", "1s"])
        .ok();
    (server, home)
}

/// How often the files of the only watch are counted, and as what.
fn counted(status: &Value) -> Vec<(&'static str, u64)> {
    let counts = &status["watches"][0]["counts"];
    let files = KINDS.map(|kind| (kind, counts[kind]["files"].as_u64().unwrap()));
    files.into_iter().filter(|(_, files)| *files > 0).collect()
}

fn why(home: &Home, file: &str) -> Value {
    home.heimdex(["why", file, "--json"]).ok().json()
}

/// The reasons of the verdict and of what led to it.
fn reasons(why: &Value) -> Vec<&str> {
    let chain = why["chain"].as_array().unwrap().iter();
    let all = chain.chain([&why["verdict"]]);
    all.filter_map(|because| because["because"]["reason"].as_str())
        .collect()
}

#[track_caller]
fn until(daemon: &TestDaemon<'_>, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    wait_until(what, LIMIT, || {
        last = daemon.status();
        if holds(&last) {
            Ok(())
        } else {
            Err(last.to_string())
        }
    });
    last
}

#[test]
fn a_queued_file_is_counted_once_and_rightly_explained_after_its_daemon_was_killed() {
    let (_server, home) = watching();
    let mut daemon = TestDaemon::start(&home);
    home.heimdex(["pause", "--watch", "Videos"]).ok();
    let file = small_video(&home, "from/a.mp4");
    fs::copy(&file, home.path("Videos/a.mp4")).unwrap();
    until(&daemon, "it to be queued", |status| {
        // Never twice, from the first moment on.
        let counted = counted(status);
        assert!(
            counted.is_empty() || matches!(counted[..], [(_, 1)]),
            "{counted:?}"
        );
        counted == [("queued", 1)]
    });
    daemon.kill9();
    daemon.restart();
    // Longer than it would take to settle again.
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(1500) {
        let status = daemon.status();
        assert_eq!(counted(&status), [("queued", 1)], "{status:#}");
        let why = why(&home, "Videos/a.mp4");
        assert_eq!(reasons(&why), ["watched", "queued", "paused"], "{why:#}");
    }
    // What changes while it is queued is the watch's again, and as soon as it is finished the queue's.
    let edit = large_video(&home, "from/b.mp4", 300_000);
    fs::copy(&edit, home.path("Videos/a.mp4")).unwrap();
    until(&daemon, "the new version to be looked at", |status| {
        assert!(matches!(counted(status)[..], [(_, 1)]), "{status:#}");
        counted(status) == [("settling", 1)]
    });
    let settling = why(&home, "Videos/a.mp4");
    assert!(
        reasons(&settling).ends_with(&["queued", "paused", "changed_while_queued"]),
        "{settling:#}"
    );
    until(&daemon, "the new version to be queued", |status| {
        assert!(matches!(counted(status)[..], [(_, 1)]), "{status:#}");
        counted(status) == [("queued", 1)]
    });
    home.heimdex(["resume"]).ok();
    until(&daemon, "it to be stored", |status| {
        assert!(matches!(counted(status)[..], [(_, 1)]), "{status:#}");
        counted(status) == [("stored", 1)]
    });
    let stored = why(&home, "Videos/a.mp4");
    assert_eq!(reasons(&stored), ["watched", "stored"], "{stored:#}");
    // A stored file that is edited is not said to be stored as it is now.
    home.heimdex(["pause"]).ok();
    fs::copy(&file, home.path("Videos/a.mp4")).unwrap();
    wait_until("the edit to be queued", LIMIT, || {
        let why = why(&home, "Videos/a.mp4");
        let reasons = reasons(&why);
        assert_eq!(reasons[..2], ["watched", "changed_since"], "{why:#}");
        match reasons[2..] {
            ["queued", "paused"] => Ok(()),
            ["settling" | "not_looked_at" | "open_for_writing" | "growing"] => Err(why.to_string()),
            _ => panic!("{why:#}"),
        }
    });
}

#[test]
fn what_was_said_of_a_file_that_is_still_written_survives_a_daemon_that_is_killed() {
    let (_server, home) = watching();
    let mut daemon = TestDaemon::start(&home);
    let whole = fs::read(small_video(&home, "from/a.mp4")).unwrap();
    let (first, rest) = whole.split_at(whole.len() / 2);
    let mut file = fs::File::create(home.path("Videos/a.mp4")).unwrap();
    file.write_all(first).unwrap();
    let texts = json!({"title": "The harbour", "description": "At dawn", "tags": ["day 3"]});
    let request = json!({"paths": [home.path("Videos/a.mp4")], "texts": texts});
    let (status, changed) = daemon.ask("POST", "/v1/queue/send", Some(&request));
    assert_eq!((status, &changed), (200, &json!({"items": []})));
    daemon.kill9();
    daemon.restart();
    // A second daemon that dies before the file is finished does not forget it either.
    home.heimdex(["queue", "send", "Videos/a.mp4"]).ok();
    daemon.kill9();
    home.heimdex(["pause"]).ok();
    daemon.restart();
    file.write_all(rest).unwrap();
    drop(file);
    let status = until(&daemon, "it to be queued", |status| {
        counted(status) == [("queued", 1)]
    });
    assert_eq!(status["current"][0]["lane"], "interactive", "{status:#}");
    // Queued it is the queue's row that has it.
    daemon.kill9();
    daemon.restart();
    home.heimdex(["resume"]).ok();
    until(&daemon, "it to be stored", |status| {
        counted(status) == [("stored", 1)]
    });
    let video = the_video(&home);
    assert_eq!(
        (&video["title"], &video["description"], &video["tags"]),
        (&texts["title"], &texts["description"], &texts["tags"]),
        "{video:#}"
    );
}

#[test]
fn a_file_that_is_forced_is_the_queues_alone_whatever_dies() {
    let (_server, home) = watching();
    let mut daemon = TestDaemon::start(&home);
    home.heimdex(["pause"]).ok();
    let whole = fs::read(small_video(&home, "from/a.mp4")).unwrap();
    fs::write(home.path("Videos/a.mp4"), &whole[..whole.len() / 2]).unwrap();
    until(&daemon, "it to look cut off", |status| {
        counted(status) == [("cut_off", 1)]
    });
    home.heimdex(["queue", "send", "--force", "Videos/a.mp4"])
        .ok();
    assert_eq!(counted(&daemon.status()), [("queued", 1)]);
    daemon.kill9();
    daemon.restart();
    home.heimdex(["resume"]).ok();
    until(&daemon, "it to be stored", |status| {
        counted(status) == [("stored", 1)]
    });
    assert_eq!(the_video(&home)["damaged"], true);
}

/// A time zone in which it is about noon: what lasts two hours from now ends today there, whenever this runs.
fn noon() -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let hour = now.as_secs() / 3600 % 24;
    // By the rule of POSIX, hours to the west.
    format!("NOON{}", i64::try_from(hour).unwrap() - 12)
}

#[test]
fn a_pause_is_named_by_what_it_holds_and_until_when() {
    let (_server, home) = watching();
    let daemon = TestDaemon::start(&home);
    home.heimdex(["pause", "--watch", "Videos", "--for", "2h"])
        .ok();
    small_video(&home, "Videos/a.mp4");
    until(&daemon, "it to be queued", |status| {
        counted(status) == [("queued", 1)]
    });
    let says = |verb: &[&str], words: &str| {
        let said = home.heimdex(verb).env("TZ", noon()).ok();
        assert!(said.stdout().contains(words), "{said}");
    };
    let why = ["why", "Videos/a.mp4"];
    says(&why, "Waiting: watch w1 is paused, until today ");
    says(&why, "`heimdex resume --watch w1` goes on now.");
    says(&["status"], "\nwatch_paused\tw1\t20");
    // Of two, the one that holds everything comes first, and the other is not left out.
    home.heimdex(["pause"]).ok();
    says(
        &why,
        "verdict\tWaiting: everything is paused. `heimdex resume` goes on.",
    );
    says(&why, "because\tWaiting: watch w1 is paused, until today ");
    says(&["status"], "\npaused\t\nwatch_paused\tw1\t20");
    drop(daemon);
    says(
        &why,
        "verdict\tWaiting: everything is paused. `heimdex resume` goes on.",
    );
    says(&["status"], "Paused until `heimdex resume`.\n");
    says(&["status"], "/Videos\tPaused until today ");
}

#[test]
fn files_of_the_queue_are_named_by_their_paths_too() {
    use std::os::unix::ffi::OsStrExt as _;
    let (_server, home) = watching();
    let daemon = TestDaemon::start(&home);
    home.heimdex(["pause"]).ok();
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.mp4");
    for name in [odd, "a.mp4".as_ref(), "b.mp4".as_ref()] {
        fs::copy(small_video(&home, "from/a.mp4"), home.path(name)).unwrap();
        home.heimdex(["queue", "send"]).arg(name).ok();
    }
    let order = || -> Vec<String> {
        let (_, queue) = daemon.ask("GET", "/v1/queue", None);
        let items = queue["items"].as_array().unwrap().iter();
        items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(order(), ["q1", "q2", "q3"]);
    home.heimdex(["queue", "move", "./b.mp4", "--first"]).ok();
    assert_eq!(order(), ["q3", "q1", "q2"]);
    home.heimdex(["queue", "move", "q3", "--before", "a.mp4"])
        .ok();
    assert_eq!(order(), ["q1", "q3", "q2"]);
    let retried = home
        .heimdex(["queue", "retry", "from/../b.mp4", "--json"])
        .ok();
    assert_eq!(retried.json(), json!({"items": ["q3"]}));
    home.heimdex(["queue", "cancel", "--yes"]).arg(odd).ok();
    // A file that went is named as it was.
    fs::remove_file(home.path("a.mp4")).unwrap();
    home.heimdex(["queue", "cancel", "--yes", "a.mp4", "q3"])
        .ok();
    assert_eq!(order(), Vec::<String>::new());
    for (verb, text) in [
        (vec!["retry", "b.mp4"], "`b.mp4` is not in the queue"),
        (
            vec!["move", "b.mp4", "--last"],
            "`b.mp4` is not in the queue",
        ),
        (
            vec!["cancel", "b.mp4", "--yes"],
            "no upload of `b.mp4` is unfinished",
        ),
        (
            vec!["resume", "b.mp4"],
            "no upload of `b.mp4` is unfinished",
        ),
    ] {
        let refused = home.heimdex(["queue"]).args(verb).run().exits(1);
        let wanted = format!("error: {text}\nhint: `heimdex why b.mp4` says where it stands");
        assert!(refused.stderr().contains(&wanted), "{refused}");
    }
}
