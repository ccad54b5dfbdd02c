//! The daemon in the terminal interface: a folder is watched in it, what comes into the folder is seen on its way, and
//! whether it may be wiped is asked; and uploads are chosen in the browser of files.

use fs_err as fs;
use heimdex_testkit::{Home, Terminal, TestDaemon, TestServer};

use crate::support::{LIMIT, card_of, requests, small_video};

const EMAIL: &str = "ana@example.org";

#[test]
fn a_folder_is_watched_and_what_comes_into_it_is_stored_and_proven() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    fs::create_dir_all(home.path("CARD")).unwrap();
    let source = small_video(&home, "from/Interview.mp4");
    let shell = Terminal::start(&home, "bash --norc --noprofile");
    shell.types("clear; heimdex; echo \"ended: $?\"", &["Enter"]);
    shell.sees("There are no videos yet.");
    shell.types("4", &[]);
    shell.sees("The daemon does not run");
    // It is noticed without a key.
    let mut daemon = TestDaemon::start(&home);
    shell.sees("No folder is watched yet.");
    shell.types("a", &[]);
    shell.sees("Watch a folder");
    shell.types("CA", &["Tab"]);
    shell.sees("CARD/");
    shell.types("", &["Enter"]);
    shell.sees("These rules were written into it");
    shell.types("", &["Escape"]);
    shell.sees("no file yet");
    home.heimdex(["watch", "edit", "w1", "--settle", "1s"]).ok();
    fs::copy(&source, home.path("CARD/Interview.mp4")).unwrap();
    shell.sees("1 stored");
    shell.types("w", &[]);
    shell.sees("Safe to wipe. The only file");
    shell.types("2", &[]);
    shell.sees("Interview.mp4");
    shell.sees("✓ready");
    // The same in the library, and a folder that is watched no more.
    shell.types("1", &[]);
    shell.sees("1 of 1");
    shell.types("4x", &[]);
    shell.sees("What is stored stays.");
    shell.types("y", &[]);
    shell.sees("No folder is watched yet.");
    daemon.terminate();
    shell.sees("The daemon does not run");
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
}

#[test]
fn the_queue_of_the_daemon_is_seen_and_changed() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let daemon = TestDaemon::start(&home);
    home.heimdex(["pause"]).ok();
    let names = ["one", "two", "three"];
    for name in names {
        let path = small_video(&home, &format!("films/{name}.mp4"));
        heimdex_testkit::pad_mp4(
            &path,
            1_000_000,
            heimdex_testkit::Fill::Noise(name.len() as u64 + u64::from(name.as_bytes()[1])),
        );
        home.heimdex(["queue", "send"]).arg(&path).ok();
    }
    let shell = Terminal::start(&home, "bash --norc --noprofile");
    shell.types("clear; heimdex; echo \"ended: $?\"", &["Enter"]);
    shell.sees("There are no videos yet.");
    shell.types("2", &[]);
    shell.sees("daemon paused");
    for name in names {
        shell.sees(&format!("{name}.mp4"));
    }
    // The first one is taken out, and all goes on.
    shell.types("x", &[]);
    shell.sees("is out of the queue");
    shell.types("p", &[]);
    shell.sees("✓ready");
    heimdex_testkit::wait_until("both to be ready", crate::support::LIMIT, || {
        let screen = shell.screen();
        if screen.matches("✓ready").count() == 2 {
            Ok(())
        } else {
            Err(screen)
        }
    });
    // The server can be done with a file before the daemon has written down that it is.
    heimdex_testkit::wait_until("nothing to be left", crate::support::LIMIT, || {
        let status = daemon.status();
        if status["current"] == serde_json::json!([]) {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
}

#[test]
fn two_files_are_chosen_in_the_browser_and_uploaded() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    home.write("CARD/notes.txt", "not a film");
    for (name, seed) in [("one", 1), ("two", 2)] {
        let path = small_video(&home, &format!("CARD/{name}.mp4"));
        heimdex_testkit::pad_mp4(&path, 1_000_000, heimdex_testkit::Fill::Noise(seed));
    }
    let shell = Terminal::start(&home, "bash --norc --noprofile");
    shell.types("clear; heimdex; echo \"ended: $?\"", &["Enter"]);
    shell.sees("There are no videos yet.");
    shell.types("3", &[]);
    shell.sees("CARD/");
    shell.types("/CARD", &["Enter", "Enter"]);
    shell.sees("notes.txt");
    // How long they play, by their containers.
    shell.sees("0:00:02");
    shell.types("/mp4", &["Enter"]);
    shell.sees("1 of 2, with");
    shell.types("vs", &[]);
    shell.sees("2 files");
    shell.types("day 3, b-roll", &["Enter"]);
    heimdex_testkit::wait_until("both to be ready", crate::support::LIMIT, || {
        let screen = shell.screen();
        if screen.matches("✓ready").count() == 2 {
            Ok(())
        } else {
            Err(screen)
        }
    });
    shell.types("3r", &[]);
    shell.sees("uploaded");
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    let listed = home.heimdex(["list", "--tag", "day 3"]).ok();
    for name in ["one", "two"] {
        assert!(listed.stdout().contains(name), "{}", listed.stdout());
    }
}

#[test]
fn a_card_of_small_files_takes_few_requests() {
    const FILES: usize = 60;
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    card_of(&home, FILES, 4 << 10);
    let shell = Terminal::start(&home, "bash --norc --noprofile");
    shell.types("clear; heimdex; echo \"ended: $?\"", &["Enter"]);
    shell.sees("There are no videos yet.");
    shell.types("U", &[]);
    shell.types("CARD", &["Enter"]);
    shell.sees("uploading 60 files");
    heimdex_testkit::wait_until("all to be stored", LIMIT, || {
        let count = videos_in_all(&home);
        if count == FILES { Ok(()) } else { Err(count) }
    });
    let (routes, puts) = requests(&server);
    assert_eq!(puts, FILES, "one PUT a file");
    let sum = |part: &str| -> usize {
        let of_part = routes.iter().filter(|(route, _)| route.contains(part));
        of_part.map(|(_, count)| count).sum()
    };
    assert_eq!(sum("upload/init"), 0, "{routes:#?}");
    assert!(sum("upload/batch") <= 4, "{routes:#?}");
    assert!(sum("upload/complete") <= 4, "{routes:#?}");
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
}

/// How many videos are stored.
fn videos_in_all(home: &Home) -> usize {
    let listed = home
        .heimdex(["list", "--json", "--limit", "500"])
        .ok()
        .json();
    let videos = listed["videos"].as_array().unwrap();
    videos
        .iter()
        .filter(|video| video["state"] != "uploading")
        .count()
}
