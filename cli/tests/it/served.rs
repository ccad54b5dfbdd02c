//! The verbs against a real server: in a pipe, as JSON, and in a terminal of 80 columns.

use fs_err as fs;
use heimdex_testkit::{Home, Output, TestDaemon, TestServer, sample_mp4};

use crate::snapshot::hx_snapshot;
use crate::terminal::in_terminal;

/// A home with an account, a card and what a person would keep on it; all of it uploaded and looked at.
fn uploaded() -> (TestServer, Home, Output) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir_all(home.path("CARD_A/CLIP")).unwrap();
    fs::copy(sample_mp4(2), home.path("CARD_A/CLIP/A003C012.mp4")).unwrap();
    home.write("CARD_A/notes.txt", "take 3 is the good one\n");
    home.write("CARD_A/.DS_Store", "x");
    let upload = home
        .heimdex([
            "upload",
            "CARD_A",
            "--source",
            "A cam, day 3",
            "--tag",
            "paris",
        ])
        .args([
            "--wait",
            "--json=event,path,reason,files,stored,failed,left_out,sent_bytes",
        ])
        .ok();
    (server, home, upload)
}

pub(crate) fn id_of(home: &Home, name: &str) -> String {
    let listed = home.heimdex(["list", name, "--json=video_id"]).ok().json();
    listed["videos"][0]["video_id"].as_str().unwrap().to_owned()
}

#[test]
fn every_verb_reads_well_in_a_pipe() {
    let (_server, home, upload) = uploaded();
    // Progress comes as often as there is some; what stands is the rest, in no order between files.
    let mut events: Vec<String> = upload
        .stdout()
        .lines()
        .filter(|line| !line.contains("\"progress\""))
        .map(str::to_owned)
        .collect();
    let summary = events.pop().unwrap();
    events.sort();
    events.push(summary);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("an_upload_as_json", events.join("\n"));
    });
    let again = home.heimdex(["upload", "CARD_A/notes.txt"]).ok();
    hx_snapshot!("an_upload_of_what_is_stored", again);
    hx_snapshot!(
        "list_in_a_pipe",
        home.heimdex(["list", "--sort", "title"]).ok()
    );
    hx_snapshot!("whoami_in_a_pipe", home.heimdex(["whoami"]).ok());
    let id = id_of(&home, "A003");
    hx_snapshot!("show_in_a_pipe", home.heimdex(["show", &id[..8]]).ok());
    hx_snapshot!(
        "download_in_a_pipe",
        home.heimdex(["download", &id, "--to", "back"]).ok()
    );
    hx_snapshot!(
        "download_again",
        home.heimdex(["download", &id, "--to", "back"]).ok()
    );
    hx_snapshot!("queue_in_a_pipe", home.heimdex(["queue"]).ok());
    hx_snapshot!("rm_in_a_pipe", home.heimdex(["rm", &id]).run().exits(2));
    assert_eq!(
        fs::read(home.path("back/A003C012.mp4")).unwrap(),
        fs::read(home.path("CARD_A/CLIP/A003C012.mp4")).unwrap()
    );
}

/// An upload that ends as soon as it has begun.
fn begin(home: &Home, name: &str, seed: u64) {
    let mut file = fs::File::create(home.path(name)).unwrap();
    heimdex_testkit::write_noise(&mut file, 100_000, seed).unwrap();
    let mut client = home
        .heimdex(["upload", name])
        .env("HEIMDEX_FAILPOINT", "client.upload.opened")
        .spawn();
    let ended = client.wait(std::time::Duration::from_secs(20));
    assert!(!ended.success(), "the failpoint ends it");
}

#[test]
fn the_queue_is_one_table_that_has_each_file_once() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let other = Home::new();
    other.login(server.url(), "ana@example.org");
    begin(&other, "theirs.mov", 1);
    begin(&home, "unfinished.mov", 2);
    begin(&home, "handed over.mov", 3);
    let daemon = TestDaemon::start(&home);
    home.heimdex(["pause"]).ok();
    home.write("card/new.mov", "abc");
    home.heimdex(["queue", "send", "card/new.mov", "handed over.mov"])
        .ok();
    hx_snapshot!(
        "queue_of_both_at_80_columns",
        in_terminal(&home, 80, "queue")
    );
    hx_snapshot!(
        "queue_of_both_at_40_columns",
        in_terminal(&home, 40, "queue")
    );
    let piped = home.heimdex(["queue"]).ok();
    let rows: Vec<Vec<&str>> = piped
        .stdout()
        .lines()
        .map(|row| row.split('\t').collect())
        .collect();
    let names = [
        (home.path("card/new.mov").display().to_string(), "paused"),
        (home.path("handed over.mov").display().to_string(), "paused"),
        (
            home.path("unfinished.mov").display().to_string(),
            "unfinished",
        ),
        ("theirs.mov".to_owned(), "elsewhere"),
    ];
    let mut seen: Vec<(String, &str)> =
        rows.iter().map(|row| (row[0].to_owned(), row[1])).collect();
    seen[2..].sort_by_key(|(_, state)| std::cmp::Reverse(*state));
    assert_eq!(seen, names);
    for row in &rows {
        assert_eq!(row.len(), 7, "{row:?}");
    }
    let listed = home.heimdex(["queue", "--json"]).ok().json();
    let (uploads, queue) = (&listed["uploads"], &listed["queue"]);
    assert_eq!(uploads.as_array().unwrap().len(), 2, "{listed:#}");
    assert_eq!(queue.as_array().unwrap().len(), 2, "{listed:#}");
    assert!(queue[0]["upload"].is_null(), "{listed:#}");
    assert_eq!(
        queue[1]["upload"]["filename"], "handed over.mov",
        "{listed:#}"
    );
    // Without the server what is known here is shown.
    drop(server);
    let alone = home.heimdex(["queue"]).ok();
    let rows: Vec<&str> = alone.stdout().lines().collect();
    assert_eq!(rows.len(), 3, "{alone}");
    assert!(
        alone
            .stderr()
            .starts_with("warning: what the server has of unfinished uploads is not shown"),
        "{alone}"
    );
    // What was handed over is the daemon's: only the rest is offered.
    assert!(alone.stderr().contains("`heimdex queue resume`"), "{alone}");
    drop(daemon);
}

#[test]
fn every_list_is_one_json_value() {
    let (_server, home, _) = uploaded();
    let picked = [
        "list",
        "--sort",
        "title",
        "--json=title,filename,state,size_bytes,source",
    ];
    hx_snapshot!("list_as_json", home.heimdex(picked).ok());
    let limited = home.heimdex(["list", "--limit", "1", "--json"]).ok().json();
    assert_eq!(limited["total"], 2);
    assert!(limited["next_cursor"].is_string(), "{limited}");
    let video = &limited["videos"][0];
    assert!(
        video.get("thumbnail_url").is_none(),
        "a URL that grants access is never printed"
    );
    hx_snapshot!("queue_as_json", home.heimdex(["queue", "--json"]).ok());
    let who = home.heimdex(["whoami", "--json=user,login"]).ok().json();
    assert_eq!(who["user"]["email"], "ana@example.org");
    assert_eq!(who["login"], "session");
    let shown = home
        .heimdex(["show", &id_of(&home, "A003"), "--json=locations,tags"])
        .ok()
        .json();
    assert_eq!(shown["locations"][0]["path"], "CLIP/A003C012.mp4");
    assert_eq!(shown["tags"], serde_json::json!(["paris"]));
}

#[test]
fn every_verb_fits_a_terminal() {
    let (_server, home, _) = uploaded();
    hx_snapshot!(
        "list_at_80_columns",
        in_terminal(&home, 80, "list --sort title")
    );
    hx_snapshot!(
        "list_at_40_columns",
        in_terminal(&home, 40, "list --sort title")
    );
    hx_snapshot!(
        "list_with_more",
        in_terminal(&home, 80, "list --sort title --limit 1")
    );
    hx_snapshot!(
        "list_of_nothing",
        in_terminal(&home, 80, "list nothing-like-it")
    );
    hx_snapshot!("whoami_at_80_columns", in_terminal(&home, 80, "whoami"));
    hx_snapshot!("queue_at_80_columns", in_terminal(&home, 80, "queue"));
    hx_snapshot!(
        "dry_run_at_80_columns",
        in_terminal(&home, 80, "upload CARD_A --dry-run")
    );
    let id = id_of(&home, "A003");
    hx_snapshot!(
        "show_at_80_columns",
        in_terminal(&home, 80, &format!("show {}", &id[..6]))
    );
}

#[test]
fn an_id_that_begins_several_names_them_all() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("a.txt", "x");
    home.heimdex(["upload", "a.txt"]).ok();
    let id = id_of(&home, "a.txt");
    home.heimdex(["show", &id.to_uppercase().replace('-', "")])
        .ok();
    home.heimdex(["show", &id[..4]]).ok();
    let none = home
        .heimdex(["show", "00000000000000000000000000000000"])
        .run()
        .exits(1);
    assert!(none.stderr().contains("no video has the id"), "{none}");
}

#[test]
fn a_login_that_was_ended_elsewhere_is_exit_code_4() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let kept = home.home().join(".config/heimdex/credentials.toml");
    let before = fs::read(&kept).unwrap();
    home.heimdex(["logout"]).ok();
    // The tokens of a session that has ended, as a copy of the home would hold them.
    fs::write(&kept, before).unwrap();
    let output = home.heimdex(["list"]).run().exits(4);
    assert!(output.stderr().contains("has ended"), "{output}");
    home.login(server.url(), "ana@example.org");
    home.heimdex(["list"]).ok();
}

#[test]
fn a_damaged_video_says_so_wherever_it_is_shown() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let whole = fs::read(sample_mp4(2)).unwrap();
    home.write("A003C007.mp4", &whole[..whole.len() / 2]);
    hx_snapshot!(
        "an_upload_that_is_damaged",
        home.heimdex(["upload", "A003C007.mp4", "--wait"])
            .run()
            .exits(1)
    );
    let id = id_of(&home, "A003");
    hx_snapshot!("show_damaged_in_a_pipe", home.heimdex(["show", &id]).ok());
    hx_snapshot!(
        "show_damaged_in_a_terminal",
        in_terminal(&home, 80, &format!("show {id}"))
    );
    home.heimdex(["upload", "A003C007.mp4", "--wait", "--damaged"])
        .ok();
    hx_snapshot!(
        "list_with_a_damaged_one",
        in_terminal(&home, 80, "list --state ready")
    );
}
