//! The command line against a server of the original API: one PUT, no parts, no extensions.
//!
//! The original itself cannot be run here; `original_server/api.py` answers as it did.

use std::path::Path;

use heimdex_testkit::{Home, Running, wait_until};

use crate::support::{LIMIT, small_video};

fn original(home: &Home) -> (Running, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/original_server/api.py");
    let running = home.any_program("python3").arg(script).spawn();
    let url = wait_until("the original's URL", LIMIT, || {
        let stdout = running.stdout();
        let line = String::from_utf8_lossy(&stdout);
        line.split_once('\n')
            .map(|(url, _)| url.to_owned())
            .ok_or_else(|| String::from_utf8_lossy(&running.stderr()).into_owned())
    });
    (running, url)
}

#[test]
fn a_video_goes_to_a_server_of_the_original_api() {
    let home = Home::new();
    let (_server, url) = original(&home);
    home.login(&url, "ana@example.org");
    let whoami = home.heimdex(["whoami"]).ok();
    assert!(whoami.stdout().contains("ana@example.org"), "{whoami}");

    // Its first PUT is answered with 503, the reply to its first completion is lost.
    small_video(&home, "clip.mp4");
    home.heimdex(["upload", "clip.mp4", "--title", "Clip", "--wait"])
        .limit(LIMIT)
        .ok();
    let list = home.heimdex(["list", "--json"]).ok().json();
    let videos = list["videos"].as_array().unwrap();
    let indexed: Vec<_> = videos
        .iter()
        .filter(|video| video["state"] == "indexed")
        .collect();
    assert_eq!(indexed.len(), 1, "{list:#}");
    assert_eq!(indexed[0]["title"], "Clip");
    let id = indexed[0]["video_id"].as_str().unwrap();
    let show = home.heimdex(["show", id]).ok();
    assert!(show.stdout().contains("Clip"), "{show}");
}

#[test]
fn what_the_original_cannot_do_is_a_sentence() {
    let home = Home::new();
    let (_server, url) = original(&home);
    home.login(&url, "ana@example.org");
    home.write("notes.txt", "no video");
    let refused = home.heimdex(["upload", "notes.txt"]).run().exits(1);
    assert!(refused.stderr().contains("MIME"), "{refused}");
    small_video(&home, "clip.mp4");
    home.heimdex(["upload", "clip.mp4"]).limit(LIMIT).ok();
    let list = home.heimdex(["list", "--json"]).ok().json();
    let id = list["videos"][0]["video_id"].as_str().unwrap();
    let download = home.heimdex(["download", id]).run();
    assert!(download.stderr().contains("hint:"), "{download}");
    home.heimdex(["token", "list"]).run().exits(1);
}
