//! Cards of small files: few requests, one video each, and nothing twice, whoever dies when.

use std::collections::BTreeMap;

use fs_err as fs;
use heimdex_testkit::{Home, TestServer, wait_until};
use serde_json::Value;

use crate::support::{LIMIT, on_both_databases, summary};

const KIB: u64 = 1 << 10;

/// A card of so many files of this size, no two alike, in folders of fifty.
fn card(home: &Home, files: usize, size: u64) {
    for number in 0..files {
        let name = format!("CARD/D{:02}/C{number:04}.BIN", number / 50);
        home.write(name, noise(number as u64, size));
    }
}

fn noise(seed: u64, size: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(size).unwrap()];
    blake3::Hasher::new()
        .update(&seed.to_le_bytes())
        .finalize_xof()
        .fill(&mut bytes);
    bytes
}

/// The requests that the server answered, by route; those of the object store apart.
fn requests(server: &TestServer) -> (BTreeMap<String, usize>, usize) {
    let (mut api, mut store) = (BTreeMap::new(), 0);
    for line in server.log().lines() {
        let Some((_, rest)) = line.split_once("route=\"") else {
            continue;
        };
        let route = rest.split('"').next().unwrap().to_owned();
        if route.starts_with("/uploads") {
            store += 1;
        } else {
            *api.entry(route).or_default() += 1;
        }
    }
    (api, store)
}

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
        card(&home, FILES, 16 * KIB);
        let (before, _) = requests(server);
        let upload = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
        let ended = summary(&upload.ndjson());
        assert_eq!(
            (&ended["stored"], &ended["sent_bytes"]),
            (&FILES.into(), &(FILES as u64 * 16 * KIB).into()),
            "{upload}"
        );
        let (after, puts) = requests(server);
        let count = |api: &BTreeMap<String, usize>| api.values().sum::<usize>();
        let asked = count(&after) - count(&before);
        // One request a hundred files, and the few that every run asks: health, ingests, what is open, look-ups.
        assert!(asked <= FILES / 100 + 9, "{asked} requests: {after:#?}");
        assert_eq!(puts, FILES, "one PUT a file");
        is_whole(&home, FILES, 16 * KIB);

        let (before, _) = requests(server);
        let again = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
        let ended = summary(&again.ndjson());
        assert_eq!(
            (&ended["already_stored"], &ended["sent_bytes"]),
            (&FILES.into(), &0.into()),
            "{again}"
        );
        let (after, puts_again) = requests(server);
        let asked = count(&after) - count(&before);
        assert!(asked <= 6, "{asked} requests to find nothing to do: {after:#?}");
        assert_eq!(puts_again, puts);
        is_whole(&home, FILES, 16 * KIB);
    }
}

/// Lets an upload die at a failpoint, and then lets it go on.
fn killed_at(failpoint: &str, acknowledged: u64) {
    const FILES: usize = 60;
    let size = 4 * KIB;
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    card(&home, FILES, size);
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
    card(&home, 20, KIB);
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
    card(&first, 40, 2 * KIB);
    let mut client = first
        .heimdex(["upload", "CARD"])
        .env("HEIMDEX_FAILPOINT", "client.batch.completing")
        .spawn();
    client.wait(LIMIT);
    let second = Home::new();
    second.login(server.url(), "ana@example.org");
    card(&second, 40, 2 * KIB);
    let upload = second
        .heimdex(["upload", "CARD", "--json"])
        .limit(LIMIT)
        .ok();
    assert_eq!(summary(&upload.ndjson())["sent_bytes"], 0, "{upload}");
    assert_eq!(crate::support::videos(&second).len(), 40);
}

#[test]
fn ctrl_c_keeps_what_has_arrived_and_the_same_command_goes_on() {
    const FILES: usize = 400;
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    card(&home, FILES, 64 * KIB);
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
