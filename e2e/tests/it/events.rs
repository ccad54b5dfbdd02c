//! What happens in a library, seen from the command line: across the death of the server, behind a proxy, in a pipe.

use heimdex_testkit::{Home, Nginx, Running, TestServer, wait_until};
use serde_json::Value;

use crate::support::{LIMIT, small_video};

/// What a process printed so far, line by line.
fn lines(running: &Running) -> Vec<Value> {
    let stdout = running.stdout();
    let text = String::from_utf8_lossy(&stdout).into_owned();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn until(running: &Running, what: &str, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    wait_until(what, LIMIT, || {
        let lines = lines(running);
        if lines.iter().any(&wanted) {
            Ok(lines)
        } else {
            Err((
                lines,
                String::from_utf8_lossy(&running.stderr()).into_owned(),
            ))
        }
    })
}

/// Sends a video until its first event is seen: from then on the process listens.
fn listening(home: &Home, running: &Running) {
    wait_until("the first event", LIMIT, || {
        if running.stdout().is_empty() {
            home.write("first.txt", "first");
            home.heimdex(["upload", "first.txt", "--allow-duplicate"])
                .ok();
            Err("nothing yet")
        } else {
            Ok(())
        }
    });
}

#[test]
fn events_go_on_behind_the_last_one_when_the_server_was_killed() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let mut events = home
        .heimdex(["events", "--json=id,event,state,video_id,video"])
        .spawn();
    listening(&home, &events);
    small_video(&home, "one.mp4");
    home.heimdex(["upload", "one.mp4", "--wait"]).ok();
    let named = |name: &'static str| {
        move |event: &Value| event["video"]["filename"] == name && event["state"] == "indexed"
    };
    until(&events, "the first video is done", named("one.mp4"));
    server.kill9();
    server.restart();
    home.write("two.txt", "no film");
    home.heimdex(["upload", "two.txt", "--wait"]).ok();
    let seen = until(&events, "the second file is done", named("two.txt"));
    let numbers: Vec<u64> = seen
        .iter()
        .map(|event| {
            let id = event["id"].as_str().unwrap();
            id.split('-').nth(1).unwrap().parse().unwrap()
        })
        .collect();
    let first = numbers[0];
    let expected: Vec<u64> = (first..first + numbers.len() as u64).collect();
    assert_eq!(numbers, expected, "nothing is left out or told twice");
    assert!(
        !seen.iter().any(|event| event["event"] == "reset"),
        "{seen:#?}"
    );
    let text = format!("{seen:?}");
    assert!(
        !text.contains("thumbnail_url"),
        "no URL that grants access is printed"
    );
    // Whoever begins behind an event gets what followed it.
    let from = seen[0]["id"].as_str().unwrap();
    let mut again = home
        .heimdex(["events", "--json=id", "--after", from])
        .spawn();
    let rest = wait_until("what followed", LIMIT, || {
        let rest = lines(&again);
        if rest.len() + 1 >= seen.len() {
            Ok(rest)
        } else {
            Err(rest)
        }
    });
    for (event, same) in seen.iter().skip(1).zip(&rest) {
        assert_eq!(event["id"], same["id"]);
    }
    for running in [&mut events, &mut again] {
        running.interrupt();
        assert_eq!(running.wait(LIMIT).code(), Some(130));
    }
}

#[test]
fn events_pass_a_proxy_at_once() {
    let server = TestServer::builder()
        .env("HEIMDEX_SERVER_TRUSTED_PROXIES", "127.0.0.1")
        .start();
    // As nginx is without being told anything: it would gather what comes, were it not asked not to.
    let forwarded = "proxy_set_header X-Forwarded-Host $http_host; proxy_buffering on;";
    let Some(nginx) = Nginx::in_front_of(server.authority(), forwarded) else {
        return;
    };
    let home = Home::new();
    home.register(&nginx.url(), "ana@example.org");
    let events = home.heimdex(["events", "--json=event,state"]).spawn();
    listening(&home, &events);
    until(&events, "a video that is done", |event| {
        event["state"] == "indexed"
    });
}

#[test]
fn a_login_that_ends_ends_the_events_with_its_sentence() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let mut events = home.heimdex(["events", "--json=event"]).spawn();
    listening(&home, &events);
    home.heimdex(["logout"]).ok();
    let status = events.wait(LIMIT);
    assert_eq!(status.code(), Some(4), "not logged in");
    let said = String::from_utf8_lossy(&events.stderr()).into_owned();
    assert!(said.contains("heimdex login"), "{said}");
}

#[test]
fn a_list_that_is_followed_tells_what_changes_once() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("one.txt", "one");
    home.heimdex(["upload", "one.txt", "--wait"]).ok();
    let mut list = home
        .heimdex(["list", "--follow", "--json=title,filename,state"])
        .spawn();
    until(&list, "what is there", |video| {
        video["filename"] == "one.txt"
    });
    let listed = home.heimdex(["list", "--json=video_id"]).ok().json();
    let id = listed["videos"][0]["video_id"].as_str().unwrap();
    home.heimdex(["edit", id, "--title", "Harbour"]).ok();
    let seen = until(&list, "the new title", |video| video["title"] == "Harbour");
    assert_eq!(seen.len(), 2, "{seen:#?}");
    home.write("two.txt", "two");
    home.heimdex(["upload", "two.txt", "--wait"]).ok();
    let seen = until(&list, "another file", |video| {
        video["filename"] == "two.txt" && video["state"] == "indexed"
    });
    let of_one = seen.iter().filter(|video| video["filename"] == "one.txt");
    assert_eq!(of_one.count(), 2, "what did not change is not told again");
    list.interrupt();
    assert_eq!(list.wait(LIMIT).code(), Some(130));
}
