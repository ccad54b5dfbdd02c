//! `heimdex watch`, `status`, `why`, `pause` and `queue`, with the daemon and without it.

use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, wait_until};
use serde_json::json;

use crate::snapshot::hx_snapshot;
use crate::terminal::in_terminal;

const LIMIT: Duration = Duration::from_secs(20);

/// A home with a folder that is watched; folders have names of their own, since tests run side by side.
fn watched() -> Home {
    let home = Home::new();
    fs::create_dir(home.path("Videos")).unwrap();
    home.heimdex(["watch", "add", "Videos", "--tag", "paris"])
        .ok();
    home
}

#[test]
fn a_watch_is_added_shown_changed_and_taken_away() {
    let home = Home::new();
    fs::create_dir(home.path("Videos")).unwrap();
    let added = home.heimdex(["watch", "add", "Videos"]).ok();
    assert!(added.stdout().ends_with("/Videos (w1).\n"), "{added}");
    assert!(
        added.stderr().contains("*.part"),
        "the usual rules are printed: {added}"
    );
    assert!(
        added.stderr().contains("The daemon is not running"),
        "{added}"
    );
    let again = home.heimdex(["watch", "add", "Videos"]).run().exits(1);
    assert!(again.stderr().contains("is watched already"), "{again}");
    let listed = home.heimdex(["watch", "list", "--json"]).ok().json();
    let watch = &listed["watches"][0];
    assert_eq!(watch["id"], "w1");
    assert_eq!(watch["source"], "Videos");
    assert_eq!(watch["settle_seconds"], 10);
    let edit = [
        "watch",
        "edit",
        "Videos",
        "--exclude",
        "proxies/",
        "--settle",
        "2m",
        "--min-size",
        "1M",
        "--bwlimit",
        "08:00,2M 18:00,off",
        "--poll",
        "--title-from",
        "folder",
        "--parallel",
        "1",
        "--rescan",
        "15m",
        "--json=exclude,settle_seconds,min_size,bwlimit,poll,title_from,parallel,rescan_seconds",
    ];
    assert_eq!(
        home.heimdex(edit).ok().json(),
        json!({
            "exclude": ["proxies/"], "settle_seconds": 120, "min_size": 1 << 20, "poll": true,
            "bwlimit": "08:00,2M 18:00,off", "title_from": "folder", "parallel": 1,
            "rescan_seconds": 900,
        })
    );
    let back = [
        "watch",
        "edit",
        "w1",
        "--no-exclude",
        "--no-poll",
        "--no-bwlimit",
        "--no-parallel",
        "--no-rescan",
    ];
    let fields = "--json=exclude,poll,bwlimit,parallel,rescan_seconds";
    let back = home.heimdex(back).arg(fields).ok();
    assert_eq!(
        back.json(),
        json!({
            "exclude": [], "poll": false, "bwlimit": null, "parallel": null, "rescan_seconds": null,
        })
    );
    let rules = ["watch", "edit", "w1", "--ignore-file", "-", "--json=ignore"];
    let rules = home.heimdex(rules).stdin("*.wav\n").ok();
    assert_eq!(rules.json(), json!({"ignore": "*.wav\n"}));
    home.heimdex(["watch", "rm", "w1"]).run().exits(2);
    home.heimdex(["watch", "rm", "Videos", "--yes"]).ok();
    let listed = home.heimdex(["watch", "list", "--json"]).ok();
    assert_eq!(listed.json(), json!({"watches": []}));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let home = Home::new();
    home.write("a.mp4", "x");
    fs::create_dir(home.path("Videos")).unwrap();
    for (name, words) in [
        ("watch_of_nothing", vec!["nowhere"]),
        ("watch_of_a_file", vec!["a.mp4"]),
        (
            "watch_with_a_length_that_is_none",
            vec!["Videos", "--settle", "soon"],
        ),
        (
            "watch_with_a_size_that_is_none",
            vec!["Videos", "--min-size", "big"],
        ),
        (
            "watch_with_a_rate_that_is_none",
            vec!["Videos", "--bwlimit", "fast"],
        ),
        (
            "watch_with_a_number_that_is_none",
            vec!["Videos", "--parallel", "0"],
        ),
        (
            "watch_with_an_interval_that_is_none",
            vec!["Videos", "--rescan", "now"],
        ),
    ] {
        let output = home.heimdex(["watch", "add"]).args(words).run();
        assert!(matches!(output.code, Some(1 | 2)), "{output}");
        let shown = output
            .stderr()
            .replace(&home.work().display().to_string(), "[WORK]");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, shown);
        });
    }
    let unknown = home.heimdex(["watch", "rm", "w7", "--yes"]).run().exits(1);
    assert!(
        unknown.stderr().starts_with("error: no watch is `w7`"),
        "{unknown}"
    );
}

#[test]
fn without_the_daemon_the_journal_answers() {
    let home = watched();
    let status = home.heimdex(["status", "--json"]).ok().json();
    assert_eq!(status["daemon"], json!(null));
    assert_eq!(status["watches"][0]["id"], "w1");
    assert_eq!(status["queue"]["waiting"], json!({"files": 0, "bytes": 0}));
    let status = home.heimdex(["status"]).ok();
    assert!(
        status.stderr().starts_with("The daemon is not running"),
        "{status}"
    );
    home.write("Videos/a.mp4.part", "x");
    home.write("Videos/b.mp4", "x");
    home.write("c.mp4", "x");
    for (file, state) in [
        ("Videos/a.mp4.part", "left out"),
        ("Videos/b.mp4", "not looked at"),
        ("c.mp4", "not watched"),
        ("Videos/nothing.mp4", "missing"),
    ] {
        let why = home.heimdex(["why", file]).ok();
        assert!(
            why.stdout().contains(&format!("\nstate\t{state}\n")),
            "{why}"
        );
        assert!(
            why.stderr().starts_with("The daemon is not running"),
            "{why}"
        );
    }
    for verb in [
        vec!["queue", "retry"],
        vec!["queue", "send", "c.mp4"],
        vec!["queue", "move", "q1", "--first"],
        vec!["queue", "cancel", "q1", "--yes"],
    ] {
        let output = home.heimdex(verb).run().exits(5);
        assert!(
            output
                .stderr()
                .starts_with("error: the daemon is not running\nhint:"),
            "{output}"
        );
    }
}

#[test]
fn a_pause_is_written_down_for_the_next_daemon() {
    let home = watched();
    let paused = home.heimdex(["pause", "--for", "2h", "--json"]).ok().json();
    assert_eq!(
        (&paused["paused"], &paused["is_running"]),
        (&json!(true), &json!(false))
    );
    home.heimdex(["pause", "--watch", "Videos"]).ok();
    let listed = home.heimdex(["watch", "list", "--json=paused"]).ok().json();
    assert_eq!(listed["watches"][0]["paused"], true);
    let daemon = TestDaemon::start(&home);
    let status = daemon.status();
    assert!(status["paused"]["until"].is_string(), "{status}");
    home.heimdex(["resume"]).ok();
    wait_until("the pause is over", LIMIT, || {
        let status = daemon.status();
        status["paused"].is_null().then_some(()).ok_or(status)
    });
    for wrong in ["soon", "0s", "-1h"] {
        let output = home
            .heimdex(["pause", &format!("--for={wrong}")])
            .run()
            .exits(2);
        assert!(output.stderr().contains("is no length of time"), "{output}");
    }
}

#[test]
fn a_running_daemon_is_asked() {
    let home = watched();
    let _daemon = TestDaemon::start(&home);
    let status = home.heimdex(["status", "--json=watches,queue"]).ok().json();
    assert_eq!(status["watches"][0]["id"], "w1");
    hx_snapshot!("watch_list_of_nothing_left", {
        home.heimdex(["watch", "rm", "w1", "--yes", "--quiet"]).ok();
        home.heimdex(["watch", "list"]).ok()
    });
    wait_until("the daemon to let go of it", LIMIT, || {
        let status = home.heimdex(["status", "--json=watches"]).ok().json();
        (status["watches"] == json!([])).then_some(()).ok_or(status)
    });
    hx_snapshot!(
        "status_at_80_columns",
        strip(in_terminal(&home, 80, "status"))
    );
    hx_snapshot!(
        "status_at_40_columns",
        strip(in_terminal(&home, 40, "status"))
    );
}

/// Without what differs from run to run.
fn strip(mut output: heimdex_testkit::Output) -> heimdex_testkit::Output {
    let text = String::from_utf8(output.stdout).unwrap();
    let digits = |c: char| c.is_ascii_digit();
    let text = text.split("process ").collect::<Vec<_>>();
    let text = text.iter().map(|part| part.trim_start_matches(digits));
    output.stdout = text.collect::<Vec<_>>().join("process ").into_bytes();
    output
}
