//! Accounts by the server's own command, while the server runs.

use heimdex_testkit::{Home, Terminal, TestServer, wait_until};

use crate::support::{LIMIT, on_both_databases, small_video};

const FIRST: &str = "correct horse battery staple\n";
const SECOND: &str = "another horse altogether\n";

fn closed() -> heimdex_testkit::TestServerBuilder {
    TestServer::builder().env("HEIMDEX_SERVER_AUTH_REGISTRATION", "closed")
}

fn log_in(home: &Home, server: &TestServer, password: &str) -> heimdex_testkit::Output {
    home.heimdex([
        "login",
        "ada@example.org",
        "--server",
        server.url(),
        "--password-stdin",
    ])
    .stdin(password)
    .run()
}

on_both_databases! {
    fn an_account_of_a_closed_server_is_made_limited_and_ended_from_outside(start) {
        let running = start(closed())?;
        let server = &running.server;
        let home = Home::new();
        let registered = home
            .heimdex(["register", "ada@example.org", "--server", server.url(), "--password-stdin"])
            .stdin(FIRST)
            .run();
        assert!(registered.exits(1).stderr().contains("operator"));
        let add = ["user", "add", "Ada@Example.org", "--name", "Ada", "--quota", "1 MiB", "--password-stdin"];
        let added = server.command(add).stdin(FIRST).ok();
        assert!(added.stderr().contains("ada@example.org"), "{added}");
        assert_eq!(added.stdout(), "", "nothing but talk: {added}");
        let again = server.command(add).stdin(FIRST).run().exits(1);
        assert!(again.stderr().contains("there is an account `ada@example.org` already"), "{again}");
        log_in(&home, server, FIRST).exits(0);
        small_video(&home, "clip.mp4");
        home.heimdex(["upload", "clip.mp4", "--wait"]).ok();

        home.write("large.bin", vec![7; 1 << 20]);
        let refused = home.heimdex(["upload", "large.bin"]).run();
        assert!(refused.stderr().contains("quota"), "{refused}");
        let shown = server.command(["user", "quota", "ada@example.org"]).ok();
        assert_eq!(shown.stdout(), "1 MiB\n");
        server.command(["user", "quota", "ada@example.org", "none"]).ok();
        home.heimdex(["upload", "large.bin", "--wait"]).ok();
        let list = server.command(["user", "list", "--json"]).ok().json();
        let ada = &list["users"][0];
        assert_eq!((&ada["email"], &ada["videos"]), (&"ada@example.org".into(), &2.into()));
        assert!(ada["bytes"].as_u64().unwrap() > 1 << 20 && ada["quota_bytes"].is_null(), "{list:#}");
        assert!(ada["last_seen_at"].is_string(), "{list:#}");
        let piped = server.command(["user", "list"]).ok();
        assert!(piped.stdout().starts_with("ada@example.org\tactive\t2\t"), "{piped}");

        server.command(["user", "passwd", "ada@example.org", "--password-stdin"]).stdin(SECOND).ok();
        refused_soon(&home, 4);
        log_in(&home, server, FIRST).exits(1);
        log_in(&home, server, SECOND).exits(0);

        let token = home.heimdex(["token", "create", "cron", "--scope", "read"]).ok();
        let token = token.stdout().trim().to_owned();
        let by_token = || home.heimdex(["list"]).env("HEIMDEX_TOKEN", &token).env("HEIMDEX_SERVER", server.url()).run();
        by_token().exits(0);
        server.command(["user", "disable", "ada@example.org"]).ok();
        refused_soon(&home, 4);
        assert!(by_token().stderr().contains("disabled"));
        assert!(log_in(&home, server, SECOND).exits(4).stderr().contains("disabled"));
        assert!(server.command(["user", "list"]).ok().stdout().contains("\tdisabled\t"));
        server.command(["user", "enable", "ada@example.org"]).ok();
        home.heimdex(["list"]).run().exits(4);
        by_token().exits(4);
        log_in(&home, server, SECOND).exits(0);
        assert_eq!(crate::support::videos(&home).len(), 2, "its videos were kept");

        let log = server.log();
        for secret in [FIRST, SECOND] {
            assert!(!log.contains(secret.trim()), "a password is in the log");
        }
    }
}

/// Waits until a request is refused with this exit code.
fn refused_soon(home: &Home, code: i32) {
    wait_until("the end of the login", LIMIT, || {
        let listed = home.heimdex(["list"]).run();
        if listed.code == Some(code) {
            Ok(())
        } else {
            Err(listed.to_string())
        }
    });
}

#[test]
fn in_a_terminal_a_password_is_asked_for_twice_and_never_shown() {
    let server = TestServer::builder()
        .env("HEIMDEX_SERVER_AUTH_REGISTRATION", "closed")
        .start();
    let home = Home::new();
    let data_dir = server.data_dir();
    let run = |verb: &str| {
        let typed = format!(
            "heimdex-server user {verb} ada@example.org --data-dir '{}'",
            data_dir.display()
        );
        // What it ended with is on the screen, and stays there.
        Terminal::start(&home, &format!("{typed}; echo ended with $?; exec cat"))
    };
    let (first, second) = (FIRST.trim(), SECOND.trim());
    let types = |terminal: &Terminal<'_>, passwords: [&str; 2]| {
        for (question, password) in ["New password:", "Again:"].into_iter().zip(passwords) {
            terminal.sees(question);
            terminal.types(password, &["Enter"]);
        }
    };
    for (verb, passwords, code) in [
        ("add", [first, second], 2),
        ("add", ["1234567", "1234567"], 2),
        ("add", [first, first], 0),
        ("passwd", [second, second], 0),
    ] {
        let terminal = run(verb);
        types(&terminal, passwords);
        terminal.sees(&format!("ended with {code}"));
        let screen = terminal.screen();
        assert!(
            passwords.iter().all(|password| !screen.contains(password)),
            "{screen}"
        );
        assert_eq!(screen.contains("error:"), code != 0, "{screen}");
    }
    log_in(&home, &server, FIRST).exits(1);
    log_in(&home, &server, SECOND).exits(0);
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let server = TestServer::start();
    let nobody = server
        .command(["user", "passwd", "eve@example.org", "--password-stdin"])
        .stdin(FIRST)
        .run();
    let nobody = nobody.exits(1);
    assert_eq!(
        nobody.stderr(),
        "error: there is no account `eve@example.org`\nhint: `heimdex-server user list` names the accounts\n"
    );
    let asked = server
        .command(["user", "add", "eve@example.org"])
        .run()
        .exits(2);
    assert!(asked.stderr().contains("--password-stdin"), "{asked}");
    let short = server
        .command(["user", "add", "eve@example.org", "--password-stdin"])
        .stdin("short\n")
        .run();
    assert!(short.exits(2).stderr().contains("at least 8 characters"));
    let odd = server
        .command(["user", "add", "eve", "--password-stdin"])
        .stdin(FIRST)
        .run();
    assert!(odd.exits(2).stderr().contains("not an e-mail address"));
    let size = server
        .command(["user", "quota", "eve@example.org", "much"])
        .run();
    assert!(size.exits(2).stderr().contains("64 MiB"));
}

#[test]
fn the_first_account_is_made_before_the_server_first_starts() {
    let home = Home::new();
    let user = |arguments: &[&str]| {
        home.program(heimdex_testkit::Binary::Server)
            .args(["user"])
            .args(arguments)
            .args(["--data-dir", "data"])
    };
    let nothing = user(&["list"]).run().exits(1);
    assert!(
        nothing.stderr().contains("there is no catalog"),
        "{nothing}"
    );
    assert!(!home.path("data").exists(), "looking makes nothing");
    user(&["add", "ada@example.org", "--password-stdin"])
        .stdin(FIRST)
        .ok();
    assert_eq!(user(&["list"]).ok().stdout().lines().count(), 1);
}
