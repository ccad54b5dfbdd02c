//! Pictures of videos, when the server dies while it makes them.

use std::time::Duration;

use heimdex_testkit::{Home, TestServer, wait_until};
use serde_json::Value;

use crate::support::{LIMIT, small_video};

#[test]
fn killed_in_the_middle_they_are_made_by_the_next_worker() {
    let mut server = TestServer::builder()
        .env("HEIMDEX_SERVER_JOBS_THUMBNAILS", "true")
        .env("HEIMDEX_SERVER_JOBS_LEASE", "8 s")
        .env("HEIMDEX_FAILPOINT", "job.thumbnail.stored")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    small_video(&home, "one.mp4");
    home.heimdex(["upload", "one.mp4"]).ok();
    server.wait_for_end(Duration::from_mins(1));
    server.remove_env("HEIMDEX_FAILPOINT");
    server.restart();
    let events = home.heimdex(["events", "--json=stage,state"]).spawn();
    wait_until("pictures are made", LIMIT, || {
        let stdout = events.stdout();
        let text = String::from_utf8_lossy(&stdout).into_owned();
        let is_made = text.lines().any(|line| {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            event["stage"] == "thumbnail" && event["state"] == "completed"
        });
        if is_made { Ok(()) } else { Err(text) }
    });
    let listed = home.heimdex(["list", "--json=state"]).ok().json();
    assert_eq!(listed["videos"][0]["state"], "indexed");
}
