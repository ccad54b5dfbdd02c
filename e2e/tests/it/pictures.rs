//! Pictures of videos, when the server dies while it makes them.

use std::time::Duration;

use heimdex_testkit::{Home, Running, TestServer, wait_until};
use serde_json::Value;

use crate::support::{LIMIT, on_both_databases, small_video};

/// Waits until a video has its pictures, as its events tell.
#[track_caller]
fn until_made(events: &Running) {
    wait_until("pictures are made", LIMIT, || {
        let stdout = events.stdout();
        let text = String::from_utf8_lossy(&stdout).into_owned();
        let is_made = text.lines().any(|line| {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            event["stage"] == "thumbnail" && event["state"] == "completed"
        });
        if is_made { Ok(()) } else { Err(text) }
    });
}

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
    until_made(&events);
    let listed = home.heimdex(["list", "--json=state"]).ok().json();
    assert_eq!(listed["videos"][0]["state"], "indexed");
}

on_both_databases! {
    fn videos_from_before_get_theirs_when_the_operator_asks_for_them(start) {
        let mut running = start(TestServer::builder().env("HEIMDEX_SERVER_JOBS_THUMBNAILS", "false"))?;
        let home = running.registered("ana@example.org");
        small_video(&home, "one.mp4");
        home.write("notes.txt", "no film");
        home.heimdex(["upload", "one.mp4", "notes.txt", "--wait"]).ok();
        let pictures = ["pictures", "--limit", "5"];
        let refused = running.server.command(pictures).run().exits(1);
        assert!(refused.stderr().contains("`jobs.thumbnails` is off"), "{refused}");
        running.server.set_env("HEIMDEX_SERVER_JOBS_THUMBNAILS", "true");
        let events = home.heimdex(["events", "--json=stage,state"]).spawn();
        let queued = running.server.command(pictures).ok();
        assert_eq!(queued.stderr(), "Pictures of 1 video are queued.\n", "{queued}");
        let again = running.server.command(pictures).ok();
        assert!(again.stderr().starts_with("No video is without pictures"), "{again}");
        running.server.restart();
        until_made(&events);
        let again = running.server.command(["pictures", "--failed"]).ok();
        assert!(again.stderr().starts_with("No video is without pictures"), "{again}");
    }
}
