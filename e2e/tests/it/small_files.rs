//! Cards of small files: few requests, one video each, and nothing twice, whoever dies when.

use std::collections::BTreeMap;
use std::time::Instant;

use fs_err as fs;
use heimdex_testkit::{Home, TestServer, wait_until, without_syncs, wrong_clock};
use serde_json::Value;

use crate::support::{
    LIMIT, asked_since, card_of, large_video, noise, on_both_databases, requests, summary,
};

const KIB: u64 = 1 << 10;

/// Every video by its path, as `list` gives it; a path twice is a video too many.
#[track_caller]
fn by_path(home: &Home) -> BTreeMap<String, Value> {
    let listed = home.heimdex(["list", "--json"]).limit(LIMIT).ok().json();
    let mut videos = BTreeMap::new();
    for video in listed["videos"].as_array().unwrap() {
        let path = video["path"].as_str().unwrap().to_owned();
        let twice = videos.insert(path, video.clone());
        assert!(
            twice.is_none(),
            "two videos of one file: {twice:#?} {video:#}"
        );
    }
    videos
}

/// Every file is one video with its bytes.
#[track_caller]
fn is_whole(home: &Home, files: usize, size: u64) {
    let videos = by_path(home);
    assert_eq!(videos.len(), files);
    for number in 0..files {
        let path = format!("D{:02}/C{number:04}.BIN", number / 50);
        let expected = blake3::hash(&noise(number as u64, size))
            .to_hex()
            .to_string();
        let video = &videos[&path];
        assert_eq!(video["blake3"], expected, "{video:#}");
        assert_ne!(video["state"], "uploading", "{video:#}");
    }
}

on_both_databases! {
    fn a_card_of_small_files_takes_few_requests(start) {
        const FILES: usize = 300;
        let running = start(TestServer::builder())?;
        let server = &running.server;
        let home = Home::registered(server, "ana@example.org");
        card_of(&home, FILES, 16 * KIB);
        let (before, _) = requests(server);
        let upload = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
        let ended = summary(&upload.ndjson());
        assert_eq!(
            (&ended["stored"], &ended["sent_bytes"]),
            (&FILES.into(), &(FILES as u64 * 16 * KIB).into()),
            "{upload}"
        );
        let (asked, which) = asked_since(server, &before);
        let (_, puts) = requests(server);
        // One request a hundred files, and the few that every run asks: health, ingests, what is open, look-ups.
        assert!(asked <= FILES / 100 + 9, "{asked} requests: {which:#?}");
        assert_eq!(puts, FILES, "one PUT a file");
        is_whole(&home, FILES, 16 * KIB);
    }
}

/// A server whose videos stay as they were sent, and a home with an account on it. What is counted here needs no disk that
/// keeps it.
fn without_worker() -> (TestServer, Home) {
    let (name, value) = without_syncs();
    let builder = TestServer::builder().arg("--no-worker");
    let server = builder.env(&name, &value).start();
    let home = Home::registered(&server, "ana@example.org").with_env(name, value);
    (server, home)
}

/// The card of the promise: all that the API is asked for is a request a hundred files.
#[test]
fn two_thousand_files_take_a_request_a_hundred() {
    const FILES: usize = 2_000;
    const SIZE: u64 = 256 * KIB;
    let (server, home) = without_worker();
    card_of(&home, FILES, SIZE);
    let (before, puts_before) = requests(&server);
    let upload = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
    let ended = summary(&upload.ndjson());
    assert_eq!(
        (&ended["stored"], &ended["sent_bytes"]),
        (&FILES.into(), &(FILES as u64 * SIZE).into()),
        "{ended:#}"
    );
    let (asked, which) = asked_since(&server, &before);
    assert!(asked <= FILES / 100, "{asked} requests: {which:#?}");
    assert_eq!(requests(&server).1 - puts_before, FILES, "one PUT a file");
}

/// They are asked for together, and a look-up is for a thousand of them.
#[test]
fn waiting_for_hundreds_takes_few_requests() {
    const FILES: usize = 300;
    let (server, home) = without_worker();
    card_of(&home, FILES, KIB);
    let begun = Instant::now();
    let mut client = home.heimdex(["upload", "CARD", "--wait", "--json"]).spawn();
    wait_until("all are stored, and waited for", LIMIT, || {
        let (asked, _) = requests(&server);
        asked
            .get("/videos/lookup")
            .filter(|looks| **looks >= 3)
            .copied()
            .ok_or(asked)
    });
    let mut worker = server.command(["worker"]).spawn();
    let status = client.wait(LIMIT);
    let said = String::from_utf8_lossy(&client.stderr()).into_owned();
    assert!(status.success(), "{status}: {said}");
    let events = String::from_utf8_lossy(&client.stdout()).into_owned();
    assert_eq!(events.matches("\"event\":\"ready\"").count(), FILES);
    worker.terminate(LIMIT);
    let (asked, _) = requests(&server);
    assert_eq!(asked.get("/videos/{id}"), None, "none is asked for alone");
    // However long the worker takes: a look a second at first, some more for the last hundred and the last ten.
    let (looks, took) = (asked["/videos/lookup"], begun.elapsed().as_secs());
    assert!(
        looks as u64 <= 20 + 3 * took,
        "{looks} look-ups in {took} s: {asked:#?}"
    );
}

/// Lets an upload die at a failpoint, and then lets it go on.
fn killed_at(failpoint: &str, acknowledged: u64) {
    const FILES: usize = 60;
    let size = 4 * KIB;
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    card_of(&home, FILES, size);
    let mut client = home
        .heimdex(["upload", "CARD"])
        .env("HEIMDEX_FAILPOINT", failpoint)
        .spawn();
    let ended = client.wait(LIMIT);
    assert!(!ended.success(), "the failpoint {failpoint} ends it");

    let again = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
    let ended = summary(&again.ndjson());
    assert_eq!(ended["failed"], 0, "after {failpoint}: {again}");
    let sent = ended["sent_bytes"].as_u64().unwrap();
    let most = (FILES as u64 - acknowledged) * size;
    assert!(
        sent <= most,
        "after {failpoint}: {sent} of at most {most} bytes sent again"
    );
    is_whole(&home, FILES, size);
    let third = home.heimdex(["upload", "CARD", "--json"]).ok();
    assert_eq!(summary(&third.ndjson())["sent_bytes"], 0, "{third}");
    let queue = home.heimdex(["queue", "--json"]).ok().json();
    assert_eq!(queue["uploads"], serde_json::json!([]), "after {failpoint}");
}

/// One test a line at which something of a group becomes durable.
macro_rules! killed {
    ($($name:ident: $failpoint:literal, $acknowledged:literal;)*) => {
        $(#[test] fn $name() { killed_at($failpoint, $acknowledged); })*
    };
}

killed! {
    killed_when_the_keys_are_written: "client.batch.asked", 0;
    killed_when_the_answer_is_there: "client.batch.answered", 0;
    killed_when_the_answer_is_written: "client.batch.opened", 0;
    killed_when_a_file_has_arrived: "client.batch.acknowledged:20", 0;
    killed_when_an_arrival_is_written: "client.batch.journaled:20", 20;
    killed_before_completing: "client.batch.completing", 60;
    killed_when_it_is_completed: "client.batch.completed", 60;
    killed_when_all_is_written: "client.batch.stored", 60;
}

#[test]
fn twins_empty_files_and_what_is_stored_are_one_video_each() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    for number in 0..30 {
        home.write(format!("CARD/a{number:02}"), noise(number % 10, 3 * KIB));
        home.write(format!("CARD/empty{number:02}"), "");
    }
    home.heimdex(["upload", "CARD/a00"]).ok();
    let upload = home.heimdex(["upload", "CARD", "--json"]).ok();
    let ended = summary(&upload.ndjson());
    // Ten contents and nothing; one of them was there before.
    assert_eq!(
        (&ended["stored"], &ended["already_stored"], &ended["failed"]),
        (&10.into(), &50.into(), &0.into()),
        "{upload}"
    );
    let videos = crate::support::videos(&home);
    assert_eq!(videos.len(), 11);
    let locations: usize = videos
        .iter()
        .map(|video| {
            let id = video["video_id"].as_str().unwrap();
            let shown = home.heimdex(["show", id, "--json"]).ok().json();
            let places = shown["locations"].as_array().unwrap().iter();
            places
                .filter(|place| place["superseded_at"].is_null())
                .count()
        })
        .sum();
    assert_eq!(locations, 61, "each file has its place, and `a00` two");
}

#[test]
fn a_file_that_cannot_be_read_stops_none_of_the_others() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    card_of(&home, 20, KIB);
    // Named in a list and gone before it is opened is what a card has that is pulled out.
    let list: Vec<String> = (0..20)
        .map(|number| format!("CARD/D00/C{number:04}.BIN"))
        .chain(["CARD/D00/GONE.BIN".to_owned()])
        .collect();
    let list = list.join("\n");
    let upload = home
        .heimdex(["upload", "--files-from", "-", "--json"])
        .stdin(list)
        .run()
        .exits(3);
    let events = upload.ndjson();
    assert_eq!(summary(&events)["stored"], 20, "{upload}");
    let failed: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{upload}");
    assert_eq!(failed[0]["path"], "CARD/D00/GONE.BIN");
    let videos = by_path(&home);
    assert!(
        videos.contains_key("CARD/D00/C0007.BIN"),
        "{:?}",
        videos.keys()
    );
}

#[test]
fn a_second_machine_takes_over_what_a_first_one_left_open() {
    let server = TestServer::start();
    let first = Home::registered(&server, "ana@example.org");
    card_of(&first, 40, 2 * KIB);
    let mut client = first
        .heimdex(["upload", "CARD"])
        .env("HEIMDEX_FAILPOINT", "client.batch.completing")
        .spawn();
    client.wait(LIMIT);
    let second = Home::new();
    second.login(server.url(), "ana@example.org");
    card_of(&second, 40, 2 * KIB);
    let upload = second
        .heimdex(["upload", "CARD", "--json"])
        .limit(LIMIT)
        .ok();
    assert_eq!(summary(&upload.ndjson())["sent_bytes"], 0, "{upload}");
    assert_eq!(crate::support::videos(&second).len(), 40);
}

#[test]
fn a_card_whose_run_was_killed_is_finished_on_another_machine() {
    const SMALL: usize = 60;
    let server = TestServer::start();
    let first = Home::registered(&server, "ana@example.org");
    let second = Home::new();
    second.login(server.url(), "ana@example.org");
    for home in [&first, &second] {
        card_of(home, SMALL, 2 * KIB);
        large_video(home, "CARD/LONG.MP4", 80 << 20);
    }
    // Some small files have arrived, of others nothing has; of the long one there are parts.
    for failpoint in ["client.batch.journaled:20", "client.part.journaled:2"] {
        let mut client = first
            .heimdex(["upload", "CARD"])
            .env("HEIMDEX_FAILPOINT", failpoint)
            .spawn();
        assert!(!client.wait(LIMIT).success(), "{failpoint}");
    }
    let open = second.heimdex(["queue", "--json"]).ok().json();
    let open = open["uploads"].as_array().unwrap().len();
    assert!(open >= 1, "something is open on the server");
    // The next morning: nobody is at what the first machine had announced.
    let upload = wrong_clock(3_600)
        .into_iter()
        .fold(
            second.heimdex(["upload", "CARD", "--json"]),
            |call, (name, value)| call.env(name, value),
        )
        .limit(LIMIT)
        .ok();
    let ended = summary(&upload.ndjson());
    assert_eq!(ended["failed"], 0, "{upload}");
    let sent = ended["sent_bytes"].as_u64().unwrap();
    assert!(
        sent <= (80 << 20) - 2 * (16 << 20) + SMALL as u64 * 2 * KIB,
        "{upload}"
    );
    let videos = by_path(&second);
    assert_eq!(videos.len(), SMALL + 1);
    for video in videos.values() {
        assert_ne!(video["state"], "uploading", "{video:#}");
    }
    let queue = second.heimdex(["queue", "--json"]).ok().json();
    assert_eq!(
        queue["uploads"],
        serde_json::json!([]),
        "nothing is left over"
    );
}

#[test]
fn two_runs_over_one_card_at_once_store_each_file_once() {
    const SMALL: usize = 700;
    let (_server, home) = without_worker();
    card_of(&home, SMALL, 4 * KIB);
    for name in ["CARD/LONG1.MP4", "CARD/LONG2.MP4"] {
        large_video(
            &home,
            name,
            (48 << 20) + name.len() as u64 + u64::from(name.as_bytes()[9]),
        );
    }
    let run = || {
        home.heimdex(["upload", "CARD", "--json"])
            .limit(LIMIT)
            .spawn()
    };
    let (mut one, mut other) = (run(), run());
    let mut sent = 0;
    for process in [&mut one, &mut other] {
        let status = process.wait(LIMIT);
        let talk = String::from_utf8_lossy(&process.stderr()).into_owned();
        assert!(status.success(), "{status}: {talk}");
        let events = String::from_utf8_lossy(&process.stdout()).into_owned();
        let ended: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
        assert_eq!(
            (
                &ended["failed"],
                ended["stored"].as_u64().unwrap() + ended["already_stored"].as_u64().unwrap()
            ),
            (&0.into(), SMALL as u64 + 2),
            "{ended:#}"
        );
        sent += ended["sent_bytes"].as_u64().unwrap();
    }
    let videos = by_path(&home);
    assert_eq!(videos.len(), SMALL + 2);
    let bytes: u64 = videos
        .values()
        .map(|video| video["size_bytes"].as_u64().unwrap())
        .sum();
    assert_eq!(sent, bytes, "nothing was sent twice");
    let ingests = home.heimdex(["ingests", "--json"]).ok().json();
    let ingests = ingests["ingests"].as_array().unwrap();
    assert_eq!(ingests.len(), 1, "it is one card: {ingests:#?}");
    assert_eq!(ingests[0]["files"]["expected"], SMALL + 2);
    let queue = home.heimdex(["queue", "--json"]).ok().json();
    assert_eq!(queue["uploads"], serde_json::json!([]));
}

#[test]
fn ctrl_c_keeps_what_has_arrived_and_the_same_command_goes_on() {
    const FILES: usize = 400;
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    card_of(&home, FILES, 64 * KIB);
    let mut client = home
        .heimdex(["upload", "CARD", "--summary", "night.json"])
        .spawn();
    wait_until("some files have arrived", LIMIT, || {
        let (_, puts) = requests(&server);
        if puts > 20 || client.ended().is_some() {
            Ok(())
        } else {
            Err(puts)
        }
    });
    client.interrupt();
    let status = client.wait(LIMIT);
    let talk = String::from_utf8_lossy(&client.stderr()).into_owned();
    let night: Value = serde_json::from_slice(&fs::read(home.path("night.json")).unwrap()).unwrap();
    if !status.success() {
        assert_eq!(status.code(), Some(130), "{talk}");
        assert_eq!(
            (&night["outcome"], &night["exit_code"]),
            (&"interrupted".into(), &130.into())
        );
        assert!(night["stored"].as_u64().unwrap() > 0, "{night:#}");
        assert!(talk.contains("goes on from here"), "{talk}");
    }
    let again = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
    let sent = summary(&again.ndjson())["sent_bytes"].as_u64().unwrap();
    let stored = night["stored"].as_u64().unwrap();
    assert!(sent <= (FILES as u64 - stored) * 64 * KIB, "{again}");
    is_whole(&home, FILES, 64 * KIB);
}
