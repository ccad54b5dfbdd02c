//! A login that works in a cron job: access tokens, and nothing but two variables.

use heimdex_testkit::{Binary, Home, TestServer};

use crate::support::{small_video, videos};

#[test]
fn a_token_works_without_a_home() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let created = home
        .heimdex([
            "token",
            "create",
            "cron",
            "--scope",
            "write",
            "--expires",
            "90d",
        ])
        .ok();
    let token = created.stdout().trim().to_owned();
    assert!(
        token.starts_with("hdx_") && token.len() == 53,
        "the token alone is on stdout"
    );
    small_video(&home, "clip.mp4");

    let bare = |arguments: &[&str]| {
        home.program(Binary::Cli)
            .env_clear()
            .env("HEIMDEX_SERVER", server.url())
            .env("HEIMDEX_TOKEN", &token)
            .args(arguments)
    };
    let upload = bare(&["upload", "clip.mp4", "--wait"]).ok();
    assert!(
        upload.stderr().contains("journal"),
        "it says that it works without a journal: {upload}"
    );
    let listed = bare(&["list", "--json"]).ok().json();
    assert_eq!(listed["videos"].as_array().unwrap().len(), 1);
    let who = bare(&["whoami", "--json"]).ok();
    assert_eq!(who.json()["user"]["email"], "ana@example.org", "{who}");
    assert!(
        !format!("{upload}{who}").contains(&token),
        "no output shows the token"
    );
    assert_eq!(videos(&home).len(), 1);
}

#[test]
fn a_token_may_do_what_its_scope_says_and_no_more() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let create = |scope: &str| {
        let created = home
            .heimdex(["token", "create", scope, "--scope", scope])
            .ok();
        created.stdout().trim().to_owned()
    };
    let (read, upload) = (create("read"), create("upload"));
    small_video(&home, "clip.mp4");
    let with = |token: &str, arguments: &[&str]| {
        Home::new()
            .heimdex(arguments)
            .dir(home.work())
            .env("HEIMDEX_SERVER", server.url())
            .env("HEIMDEX_TOKEN", token)
            .run()
    };
    with(&read, &["upload", "clip.mp4"]).exits(1);
    with(&upload, &["upload", "clip.mp4", "--wait"]).exits(0);
    with(&upload, &["list"]).exits(1);
    with(&read, &["list"]).exits(0);
    with(&upload, &["token", "create", "more", "--scope", "write"]).exits(1);

    let tokens = home.heimdex(["token", "list", "--json"]).ok().json();
    let id = |name: &str| {
        let tokens = tokens["tokens"].as_array().unwrap();
        tokens.iter().find(|token| token["name"] == name).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    home.heimdex(["token", "revoke", &id("read"), "--yes"]).ok();
    with(&read, &["list"]).exits(4);
}

#[test]
fn without_any_login_the_exit_code_is_4_and_a_hint_says_what_to_do() {
    let server = TestServer::start();
    let home = Home::new();
    let output = home
        .heimdex(["list"])
        .env("HEIMDEX_SERVER", server.url())
        .run()
        .exits(4);
    assert!(
        output.stderr().contains("error: not logged in to "),
        "{output}"
    );
    assert!(
        output.stderr().contains("hint: run `heimdex login"),
        "{output}"
    );
}

#[test]
fn a_token_is_never_sent_to_another_origin() {
    let (server, other) = (TestServer::start(), TestServer::start());
    let home = Home::registered(&server, "ana@example.org");
    // The stored login belongs to `server`: asked for another one, it is as if nobody had logged in.
    home.heimdex(["list"])
        .env("HEIMDEX_SERVER", other.url())
        .run()
        .exits(4);
}

#[test]
fn an_unreachable_server_is_exit_code_5() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    server.kill9();
    let output = home.heimdex(["list"]).run().exits(5);
    assert!(output.stderr().starts_with("error: "), "{output}");
    assert!(output.stderr().contains("hint: "), "{output}");
}

#[test]
fn eight_processes_at_once_do_not_log_each_other_out() {
    let server = TestServer::builder()
        .env("HEIMDEX_SERVER_AUTH_ACCESS_TOKEN_TTL", "15 min")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    let mut running: Vec<_> = (0..8)
        .map(|_| home.heimdex(["whoami", "--json"]).spawn())
        .collect();
    for process in &mut running {
        assert!(process.wait(crate::support::LIMIT).success());
    }
    home.heimdex(["whoami"]).ok();
}
