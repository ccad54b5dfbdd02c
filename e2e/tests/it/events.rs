//! What happens in a library, seen from the command line: across the death of the server, behind a proxy, in a pipe.

use heimdex_testkit::{Home, Nginx, Running, TestServer, wait_until};
use serde_json::Value;

use crate::support::{LIMIT, small_video};

/// What a process printed so far.
fn text_of(running: &Running) -> String {
    String::from_utf8_lossy(&running.stdout()).into_owned()
}

/// The same, line by line.
fn lines(running: &Running) -> Vec<Value> {
    let text = text_of(running);
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

/// Files that are stored, the first one first, by their ids.
fn stored<const N: usize>(home: &Home, names: [&str; N]) -> [String; N] {
    for name in names {
        home.write(name, name);
        home.heimdex(["upload", name, "--wait"]).ok();
    }
    let listed = home
        .heimdex(["list", "--json=video_id,filename"])
        .ok()
        .json();
    let videos = listed["videos"].as_array().unwrap();
    names.map(|name| {
        let video = videos.iter().find(|video| video["filename"] == name);
        video.unwrap()["video_id"].as_str().unwrap().to_owned()
    })
}

/// A video of this name in this state.
fn is_in(name: &str, state: &str) -> impl Fn(&Value) -> bool {
    move |video| video["filename"] == name && video["state"] == state
}

fn end(mut running: Running) {
    running.interrupt();
    assert_eq!(running.wait(LIMIT).code(), Some(130));
}

#[test]
fn a_list_that_is_followed_tells_what_is_deleted_and_what_comes_back() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let [one, _] = stored(&home, ["one.txt", "two.txt"]);
    let follow = |arguments: &[&str]| home.heimdex(["list", "--follow"]).args(arguments).spawn();
    // As lines, as objects, and as objects that nobody asked the state of.
    let plain = follow(&[]);
    let all = follow(&["--json=filename,deleted_at,state"]);
    let names = follow(&["--json=filename"]);
    let so_many = |running: &Running, count: usize| {
        wait_until("what is there", LIMIT, || {
            let text = text_of(running);
            if text.lines().count() == count {
                Ok(text)
            } else {
                Err(text)
            }
        })
    };
    for running in [&plain, &all, &names] {
        so_many(running, 2);
    }
    home.heimdex(["rm", &one, "--yes"]).ok();
    let text = so_many(&plain, 3);
    let last = text.lines().last().unwrap();
    assert!(
        last.contains("\tdeleted\t") && last.ends_with(&one),
        "{text}"
    );
    let seen = until(&all, "the deletion", is_in("one.txt", "deleted"));
    assert!(seen[2]["deleted_at"].is_string(), "{seen:#?}");
    until(&names, "the deletion", is_in("one.txt", "deleted"));
    home.heimdex(["rm", "--undo", &one]).ok();
    so_many(&all, 4);
    assert!(is_in("one.txt", "indexed")(&lines(&all)[3]));
    for running in [plain, all, names] {
        end(running);
    }
}

#[test]
fn what_newer_ones_push_out_of_a_list_that_is_followed_is_not_told_as_deleted() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let [one] = stored(&home, ["one.txt"]);
    let follow = |arguments: &[&str]| home.heimdex(["list", "--follow"]).args(arguments).spawn();
    let newest = follow(&["--json=filename,state", "--limit", "1"]);
    until(&newest, "the only one", is_in("one.txt", "indexed"));
    stored(&home, ["two.txt"]);
    until(&newest, "the newest", is_in("two.txt", "indexed"));
    // It is nothing to this list any more.
    home.heimdex(["rm", &one, "--yes"]).ok();
    stored(&home, ["three.txt"]);
    until(&newest, "the newest", is_in("three.txt", "indexed"));
    let seen = lines(&newest);
    assert!(!seen.iter().any(is_in("one.txt", "deleted")), "{seen:#?}");
    end(newest);
    // One that is none of a narrowed list any more is told as it is by now.
    let trash = follow(&["--json=filename,state", "--state", "deleted"]);
    until(&trash, "the trash", is_in("one.txt", "deleted"));
    home.heimdex(["rm", "--undo", &one]).ok();
    until(&trash, "its coming back", is_in("one.txt", "indexed"));
    end(trash);
}
