//! What happens in a library, as `heimdex events` prints it: in a pipe, and as JSON.

use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, Running, TestServer, sample_mp4, wait_until};
use serde_json::Value;

use crate::served::id_of;
use crate::snapshot::text_snapshot;

const LIMIT: Duration = Duration::from_mins(1);

/// The whole lines that a process printed so far.
fn lines(running: &Running) -> Vec<String> {
    let stdout = running.stdout();
    let text = String::from_utf8_lossy(&stdout).into_owned();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(str::to_owned).collect()
}

/// Uploads files until an event of one is seen, and waits until nothing more happens: behind which event that is.
fn begun(home: &Home) -> String {
    let events = home.heimdex(["events", "--json=id,event,state"]).spawn();
    let mut last = Value::Null;
    wait_until("a first file that is ready", LIMIT, || {
        let seen: Vec<Value> = lines(&events)
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        last = seen.last().cloned().unwrap_or_default();
        if last["event"] == "video" && last["state"] == "indexed" {
            return Ok(());
        }
        if seen.is_empty() {
            home.write("first.txt", "first");
            home.heimdex(["upload", "first.txt", "--wait", "--allow-duplicate"])
                .ok();
        }
        Err(seen)
    });
    last["id"].as_str().unwrap().to_owned()
}

/// What is told of what happened behind an event, up to a film that is deleted.
fn told(home: &Home, arguments: &[&str], after: &str) -> String {
    let mut events = home
        .heimdex(["events", "--after", after])
        .args(arguments)
        .spawn();
    let lines = wait_until("the film to be deleted", LIMIT, || {
        let lines = lines(&events);
        // The video is told as it is by now: what happened last says so by its kind.
        let is_deleted = |line: &String| {
            line.contains("\tdeleted\tdeleted\t") || line.contains("\"event\":\"deleted\"")
        };
        if lines.iter().any(is_deleted) {
            Ok(lines)
        } else {
            Err(lines)
        }
    });
    events.interrupt();
    assert_eq!(events.wait(LIMIT).code(), Some(130));
    // How far a job was when somebody looked says nothing of how it is printed.
    let is_steady = |line: &&String| !line.contains("running");
    let steady: Vec<String> = lines.iter().filter(is_steady).cloned().collect();
    steady.join("\n")
}

#[test]
fn events_read_well_in_a_pipe_and_as_json() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let after = begun(&home);
    fs::copy(sample_mp4(2), home.path("A003C012.mp4")).unwrap();
    home.heimdex(["upload", "A003C012.mp4", "--wait"]).ok();
    let id = id_of(&home, "A003");
    home.heimdex(["edit", &id, "--title", "The harbour"]).ok();
    home.heimdex(["rm", &id, "--yes"]).ok();
    text_snapshot!("events_in_a_pipe", told(&home, &[], &after));
    let picked = "--json=event,state,progress,changed,bytes_received,size_bytes,stage,error_text,purged,at,video_id";
    text_snapshot!("events_as_json", told(&home, &[picked], &after));
    // All that there is, of one event: the video as `show` has it, and nothing that grants access.
    let all = told(&home, &["--json"], &after);
    let mut first: Value = serde_json::from_str(all.lines().next().unwrap()).unwrap();
    assert!(first["id"].is_string(), "{first:#}");
    first["id"] = "[EVENT]".into();
    // Memory may have answered, where the file system keeps it.
    first["video"]["verified_how"] = "[HOW]".into();
    text_snapshot!("an_event_as_json", format!("{first:#}"));
}
