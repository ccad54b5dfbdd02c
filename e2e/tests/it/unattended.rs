//! Uploads that nobody watches: lists of files, and a summary for whoever looks in the morning.

use fs_err as fs;
use heimdex_testkit::{Home, TestServer};
use serde_json::Value;

use crate::support::{small_video, the_video};

fn read(home: &Home, name: &str) -> Value {
    serde_json::from_slice(&fs::read(home.path(name)).unwrap()).unwrap()
}

#[test]
fn a_list_names_what_is_sent_and_what_is_missing() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("CARD/CLIP/a.txt", "one");
    home.write("CARD/SUB/a.txt", "two");
    let list = "CLIP/a.txt\0SUB/a.txt\0SUB/gone.txt\0";
    let upload = home
        .heimdex(["upload", "--files-from", "-", "-0", "--source", "A cam"])
        .dir(home.path("CARD"))
        .stdin(list)
        .run()
        .exits(3);
    assert!(
        upload
            .stderr()
            .contains("SUB/gone.txt: there is no such file"),
        "{upload}"
    );
    let listed = home.heimdex(["list", "--json=path,source"]).ok().json();
    let mut paths: Vec<&str> = listed["videos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|video| video["path"].as_str().unwrap())
        .collect();
    paths.sort_unstable();
    assert_eq!(paths, ["CLIP/a.txt", "SUB/a.txt"], "{listed:#}");
    assert_eq!(listed["videos"][0]["source"], "A cam");
}

#[test]
fn a_summary_says_how_it_ended_whatever_the_end() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("CARD/a.txt", "one");
    home.write("CARD/.hidden", "x");
    home.heimdex(["upload", "CARD", "--summary", "last.json"])
        .ok();
    let last = read(&home, "last.json");
    assert_eq!(
        (&last["outcome"], &last["stored"], &last["left_out"]),
        (&"done".into(), &1.into(), &1.into()),
        "{last:#}"
    );
    assert_eq!(last["left_out_files"][0]["reason"], "hidden");
    assert_eq!(last["ingests"][0]["source"], "CARD");
    assert!(last["ingests"][0]["ingest_id"].is_string(), "{last:#}");

    home.heimdex(["upload", "CARD", "none", "--summary", "last.json"])
        .run()
        .exits(3);
    let last = read(&home, "last.json");
    assert_eq!(last["outcome"], "partly_failed");
    assert_eq!(last["failures"][0]["path"], "none", "{last:#}");

    server.kill9();
    home.heimdex(["upload", "CARD", "--summary", "last.json"])
        .run()
        .exits(5);
    let last = read(&home, "last.json");
    assert_eq!(
        (&last["outcome"], &last["exit_code"]),
        (&"unreachable".into(), &5.into())
    );
    assert!(
        last["error"].as_str().unwrap().contains("cannot reach"),
        "{last:#}"
    );
}

#[test]
fn a_summary_that_cannot_be_written_is_known_before_anything_is_sent() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("a.txt", "one");
    let upload = home
        .heimdex(["upload", "a.txt", "--summary", "nowhere/last.json"])
        .run()
        .exits(1);
    assert!(
        upload.stderr().contains("cannot write the summary"),
        "{upload}"
    );
    assert_eq!(crate::support::videos(&home), Vec::<Value>::new());
}

#[test]
fn a_damaged_video_is_not_sent_again_and_goes_on_when_that_is_accepted() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    small_video(&home, "CARD/whole.mp4");
    let whole = fs::read(home.path("CARD/whole.mp4")).unwrap();
    home.write("CARD/A003C007.mp4", &whole[..whole.len() / 2]);
    fs::remove_file(home.path("CARD/whole.mp4")).unwrap();
    home.heimdex(["upload", "CARD", "--wait"]).run().exits(1);

    let again = home.heimdex(["upload", "CARD"]).run().exits(1);
    assert!(
        again.stderr().contains("is stored already, and failed"),
        "{again}"
    );
    assert!(again.stderr().contains("--damaged"), "{again}");
    the_video(&home);

    // From another machine too, which has no journal but the same card.
    let other = Home::new();
    other.login(server.url(), "ana@example.org");
    other.write("CARD/A003C007.mp4", &whole[..whole.len() / 2]);
    let ingest = read_ingest(&home);
    let told = other.heimdex(["upload", "CARD", "--json"]).run().exits(1);
    assert!(
        told.stdout().contains("is stored already, and failed"),
        "{ingest} {told}"
    );
    the_video(&other);

    home.heimdex(["upload", "CARD", "--damaged", "--wait"]).ok();
    let video = the_video(&home);
    assert_eq!(
        (&video["state"], &video["damaged"]),
        (&"indexed".into(), &true.into())
    );
}

fn read_ingest(home: &Home) -> String {
    let shown = home.heimdex(["list", "--json=source"]).ok().json();
    shown["videos"][0]["source"].to_string()
}
