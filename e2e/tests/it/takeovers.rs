//! Two machines with the same file: the daemon leaves an upload to whoever took it over, as long as that one may still be
//! at it.

use heimdex_testkit::{Home, TestDaemon, TestServer, wait_until, wrong_clock};
use serde_json::Value;

use crate::support::{LIMIT, blake3_of, large_video, requests, the_video};

const MIB: u64 = 1 << 20;
const FILE: &str = "card/A003C020.mp4";

/// A home whose daemon died with a part of a file sent, and another one with the same file.
fn begun(server: &TestServer) -> (Home, Home) {
    let home = Home::registered(server, "ana@example.org");
    let other = Home::new();
    other.login(server.url(), "ana@example.org");
    for home in [&home, &other] {
        large_video(home, FILE, 17 * MIB);
    }
    home.heimdex(["watch", "add", "card", "--settle", "1s"])
        .ok();
    let dying = TestDaemon::builder().env("HEIMDEX_FAILPOINT", "client.part.journaled");
    let ended = dying.start(&home).wait_for_end(LIMIT);
    assert!(!ended.success(), "a part was sent");
    (home, other)
}

/// How often an upload was taken over.
fn adoptions(server: &TestServer) -> usize {
    let (routes, _) = requests(server);
    let adoptions = routes.iter().filter(|(route, _)| route.ends_with("/adopt"));
    adoptions.map(|(_, count)| count).sum()
}

/// The daemon of a home by a clock that is so far ahead.
fn later(home: &Home, minutes: i64) -> TestDaemon<'_> {
    let clock = wrong_clock(minutes * 60).into_iter();
    let builder = clock.fold(TestDaemon::builder(), |builder, (name, value)| {
        builder.env(name, value)
    });
    builder.start(home)
}

/// Waits until the only file of the queue stands so, and says why it does.
#[track_caller]
fn until_left_alone(daemon: &TestDaemon<'_>) -> Value {
    let mut because = Value::Null;
    wait_until("the file to be left to somebody else", LIMIT, || {
        let status = daemon.status();
        because = status["current"][0]["state"]["because"].clone();
        if because["reason"] == "sent_elsewhere" {
            Ok(())
        } else {
            Err(format!("{status:#}\n{}", daemon.log()))
        }
    });
    because
}

#[track_caller]
fn until_stored(daemon: &TestDaemon<'_>) {
    wait_until("the file to be stored", LIMIT, || {
        let status = daemon.status();
        if status["watches"][0]["counts"]["stored"]["files"] == 1 {
            Ok(())
        } else {
            Err(format!("{status:#}\n{}", daemon.log()))
        }
    });
}

#[test]
fn what_was_taken_over_is_taken_back_only_when_nothing_arrived_for_a_quarter_of_an_hour() {
    let server = TestServer::start();
    let (home, other) = begun(&server);
    let mut theirs = other.heimdex(["upload", FILE, "--bwlimit", "1k"]).spawn();
    wait_until(
        "the other machine to take it over",
        LIMIT,
        || match adoptions(&server) {
            1 => Ok(()),
            count => Err(format!("{count} adoptions")),
        },
    );
    let mut daemon = TestDaemon::start(&home);
    until_left_alone(&daemon);
    let why = home.heimdex(["why", FILE, "--json"]).ok().json();
    assert_eq!(
        why["verdict"]["because"]["reason"], "sent_elsewhere",
        "{why:#}"
    );
    // Asked for at once, it is still not fought for.
    home.heimdex(["queue", "send", FILE]).ok();
    until_left_alone(&daemon);
    theirs.kill9();
    assert!(daemon.terminate().success());

    let mut daemon = later(&home, 14);
    home.heimdex(["queue", "send", FILE]).ok();
    until_left_alone(&daemon);
    assert!(daemon.terminate().success());
    assert_eq!(adoptions(&server), 1, "nobody fights for it");

    let daemon = later(&home, 16);
    until_stored(&daemon);
    assert_eq!(adoptions(&server), 2, "{}", daemon.log());
    let video = the_video(&home);
    assert_eq!(video["blake3"], blake3_of(&home.path(FILE)), "{video:#}");
}

#[test]
fn what_the_other_one_finished_is_one_more_place_and_is_not_sent() {
    let server = TestServer::start();
    let (home, other) = begun(&server);
    other.heimdex(["upload", FILE]).limit(LIMIT).ok();
    let (_, puts) = requests(&server);
    let daemon = TestDaemon::start(&home);
    until_stored(&daemon);
    assert_eq!(requests(&server).1, puts, "nothing is sent again");
    let video = the_video(&home);
    let shown = home
        .heimdex(["show", video["video_id"].as_str().unwrap(), "--json"])
        .ok()
        .json();
    let places = shown["locations"].as_array().map(Vec::len);
    assert_eq!(places, Some(2), "{shown:#}");
}
