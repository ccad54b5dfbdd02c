//! What is said of videos: changed by flags and in an editor, never over somebody else's change; the trash and back.

use std::os::unix::fs::PermissionsExt;

use fs_err as fs;
use heimdex_testkit::{Binary, Home, Output, TestServer, binary_path};

use crate::support::{small_video, the_video};

fn uploaded() -> (TestServer, Home, String) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    small_video(&home, "A003C012.mp4");
    home.heimdex(["upload", "A003C012.mp4", "--tag", "day 3", "--wait"])
        .ok();
    let id = the_video(&home)["video_id"].as_str().unwrap().to_owned();
    (server, home, id)
}

/// In a terminal, with an editor that is this shell script; `$1` is the text.
fn in_editor(home: &Home, id: &str, script: &str, answers: &str) -> Output {
    let editor = home.write("editor.sh", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(&editor, PermissionsExt::from_mode(0o700)).unwrap();
    let binaries = binary_path(Binary::Cli);
    let binaries = binaries.parent().unwrap().display().to_string();
    home.any_program("script")
        .env("PATH", format!("{binaries}:/usr/bin:/bin"))
        .env("EDITOR", &editor)
        .args(["-qec", &format!("heimdex edit {id}"), "/dev/null"])
        .stdin(answers)
        .run()
}

#[test]
fn flags_change_what_they_name_and_nothing_else() {
    let (_server, home, id) = uploaded();
    let edit = home
        .heimdex([
            "edit",
            &id[..6],
            "--title",
            "Interview",
            "--tag",
            "Paris",
            "--tag",
            "paris",
        ])
        .args(["--untag", "DAY 3", "--description", "Take 3 is good."])
        .ok();
    assert!(edit.stderr().contains("is `Interview` now"), "{edit}");
    let video = the_video(&home);
    assert_eq!(
        (&video["title"], &video["tags"], &video["description"]),
        (
            &"Interview".into(),
            &serde_json::json!(["Paris"]),
            &"Take 3 is good.".into()
        ),
        "{video:#}"
    );
    let again = home.heimdex(["edit", &id, "--title", "Interview"]).ok();
    assert!(again.stderr().contains("is like that already"), "{again}");
    let none = home.heimdex(["edit", &id]).run().exits(2);
    assert!(none.stderr().contains("--title"), "{none}");
}

#[test]
fn an_editor_opens_a_private_text_and_what_was_changed_in_it_is_changed() {
    let (_server, home, id) = uploaded();
    let script = "stat -c %a \"$1\" >\"$HOME/mode\"; sed -i -e 's/A003C012\"/Interview\"/' -e \
                  's/\\[\"day 3\"\\]/[\"paris\"]/' \"$1\"; echo 'Two good takes.' >>\"$1\"";
    let edit = in_editor(&home, &id, script, "");
    assert_eq!(edit.code, Some(0), "{edit}");
    assert_eq!(
        fs::read_to_string(home.home().join("mode")).unwrap(),
        "600\n"
    );
    let video = the_video(&home);
    assert_eq!(
        (&video["title"], &video["tags"], &video["description"]),
        (
            &"Interview".into(),
            &serde_json::json!(["paris"]),
            &"Two good takes.".into()
        ),
        "{video:#} {edit}"
    );
    let untouched = in_editor(&home, &id, "true", "");
    assert!(
        untouched.stdout().contains("Nothing was changed"),
        "{untouched}"
    );
    let broken = in_editor(&home, &id, "echo nonsense >\"$1\"", "n\n");
    assert_ne!(broken.code, Some(0), "{broken}");
    assert!(
        broken.stdout().contains("what you wrote is kept in"),
        "{broken}"
    );
    let failing = in_editor(&home, &id, "exit 3", "");
    assert!(failing.stdout().contains("cannot edit with"), "{failing}");
}

#[test]
fn what_somebody_else_changed_meanwhile_is_said_and_kept() {
    let (_server, home, id) = uploaded();
    // While the text is open, the same title is changed elsewhere.
    let script = format!(
        "heimdex edit {id} --title Theirs --tag theirs; sed -i 's/A003C012\"/Ours\"/' \"$1\""
    );
    let edit = in_editor(&home, &id, &script, "");
    assert_ne!(edit.code, Some(0), "{edit}");
    assert!(
        edit.stdout()
            .contains("its title was `A003C012` and is `Theirs` now"),
        "{edit}"
    );
    assert!(
        edit.stdout().contains("what you wrote is kept in"),
        "{edit}"
    );
    assert_eq!(the_video(&home)["title"], "Theirs");
    // Where it is something else, both stay.
    let script = format!("heimdex edit {id} --tag rome; sed -i 's/Theirs\"/Ours\"/' \"$1\"");
    let edit = in_editor(&home, &id, &script, "");
    assert_eq!(edit.code, Some(0), "{edit}");
    let video = the_video(&home);
    assert_eq!(video["title"], "Ours");
    assert_eq!(video["tags"].as_array().unwrap().len(), 3, "{video:#}");
}

#[test]
fn what_is_in_the_trash_comes_out_again() {
    let (_server, home, id) = uploaded();
    let removed = home.heimdex(["rm", &id[..6], "--yes"]).ok();
    assert!(removed.stderr().contains("rm --undo"), "{removed}");
    assert_eq!(crate::support::videos(&home).len(), 0);
    home.heimdex(["rm", "--undo", &id[..6]]).ok();
    assert_eq!(the_video(&home)["state"], "indexed");
    let again = home.heimdex(["rm", "--undo", &id[..6]]).ok();
    assert!(again.stderr().contains("is not in the trash"), "{again}");
}

#[test]
fn a_damaged_video_is_kept_as_it_is() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let whole = fs::read(heimdex_testkit::sample_mp4(2)).unwrap();
    home.write("A003C007.mp4", &whole[..whole.len() / 2]);
    home.heimdex(["upload", "A003C007.mp4", "--wait"])
        .run()
        .exits(1);
    let id = the_video(&home)["video_id"].as_str().unwrap().to_owned();
    home.heimdex(["edit", &id[..6], "--damaged"]).ok();
    heimdex_testkit::wait_until("it is indexed", crate::support::LIMIT, || {
        let video = the_video(&home);
        if video["state"] == "indexed" {
            Ok(())
        } else {
            Err(video.to_string())
        }
    });
}

#[test]
fn a_list_is_narrowed_and_turned_page_by_page_both_ways() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    small_video(&home, "CARD/clip.mp4");
    for number in 0..6 {
        home.write(format!("CARD/n{number}.txt"), number.to_string());
    }
    home.heimdex(["upload", "CARD", "--wait", "--tag", "a"])
        .ok();
    let titles = |arguments: &[&str]| -> Vec<String> {
        let listed = home.heimdex(["list", "--json"]).args(arguments).ok().json();
        let videos = listed["videos"].as_array().unwrap().iter();
        videos
            .map(|video| video["title"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(titles(&["--kind", "video"]), ["clip"]);
    assert_eq!(titles(&["--kind", "file", "--tag", "A"]).len(), 6);
    assert_eq!(
        titles(&["--min-duration", "1s", "--max-duration", "1m"]),
        ["clip"]
    );
    assert_eq!(titles(&["--min-duration", "1h"]), Vec::<String>::new());
    assert_eq!(titles(&["--camera", "none like it"]), Vec::<String>::new());
    let all = home.heimdex(["list", "--json=title,video_id"]).ok().json();
    let all = all["videos"].as_array().unwrap();
    let clip = all.iter().find(|video| video["title"] == "clip").unwrap();
    let digits = &clip["video_id"].as_str().unwrap()[..13];
    assert_eq!(titles(&["--id", digits]), ["clip"]);
    let ordered = titles(&["--kind", "file", "--sort", "title", "--order", "desc"]);
    assert_eq!(ordered, ["n5", "n4", "n3", "n2", "n1", "n0"]);

    let page = |cursor: Option<&str>| {
        let list = home.heimdex(["list", "--json", "--sort", "title", "--limit", "3"]);
        match cursor {
            Some(cursor) => list.args(["--cursor", cursor]).ok().json(),
            None => list.ok().json(),
        }
    };
    let first = page(None);
    let second = page(first["next_cursor"].as_str());
    let back = page(second["prev_cursor"].as_str());
    let names = |page: &serde_json::Value| -> Vec<String> {
        let videos = page["videos"].as_array().unwrap().iter();
        videos.map(|video| video["title"].to_string()).collect()
    };
    assert_eq!((names(&first).len(), names(&second).len()), (3, 3));
    assert_ne!(names(&first), names(&second));
    assert_eq!(names(&back), names(&first));
}
