//! Where a login is kept: a real gnome-keyring, none, a locked one, and one that hangs; and many processes at once.

use std::time::{Duration, Instant};

use fs_err as fs;
use heimdex_testkit::{Desktop, Home, Output, TestServer};

use crate::snapshot::hx_snapshot;
use crate::terminal::run_in_terminal;

const EMAIL: &str = "ana@example.org";

fn profile(home: &Home) -> String {
    fs::read_to_string(home.home().join(".config/heimdex/config.toml")).unwrap()
}

/// What the file has of logins; nothing where there is none.
fn file(home: &Home) -> String {
    let path = home.home().join(".config/heimdex/credentials.toml");
    fs::read_to_string(path).unwrap_or_default()
}

fn login(home: &Home, server: &TestServer, arguments: &[&str]) -> Output {
    home.heimdex(["login", EMAIL, "--server", server.url(), "--password-stdin"])
        .args(arguments)
        .stdin("correct horse battery staple\n")
        .run()
}

#[test]
fn the_keyring_is_used_where_one_answers() {
    let server = TestServer::start();
    let home = Home::new();
    let desktop = Desktop::start(&home);
    let registered = home.register(server.url(), EMAIL);
    hx_snapshot!("a_login_in_the_keyring", registered);
    assert_eq!(desktop.entries(&home), 1);
    assert!(profile(&home).contains("store = \"keyring\""));
    assert!(!file(&home).contains("token"), "nothing is kept twice");
    let secrets = ["token", "eyJ", "correct horse"];
    assert!(
        secrets
            .iter()
            .all(|secret| !profile(&home).contains(secret))
    );
    home.heimdex(["whoami"]).ok();
    // A second time it is where it was, and nobody has to be told again.
    let again = login(&home, &server, &[]).exits(0);
    assert!(!again.stderr().contains("keyring"), "{again}");
    assert_eq!(desktop.entries(&home), 1);
    home.heimdex(["logout"]).ok();
    assert_eq!(desktop.entries(&home), 0);
    home.heimdex(["whoami"]).run().exits(4);
}

#[test]
fn a_change_of_store_leaves_no_login_behind() {
    let server = TestServer::start();
    let home = Home::new();
    let desktop = Desktop::start(&home);
    home.register(server.url(), EMAIL);
    login(&home, &server, &["--store", "file"]).exits(0);
    assert_eq!(desktop.entries(&home), 0);
    assert!(file(&home).contains("refresh_token"));
    assert!(profile(&home).contains("store = \"file\""));
    home.heimdex(["whoami"]).ok();
    login(&home, &server, &["--store", "keyring"]).exits(0);
    assert_eq!(desktop.entries(&home), 1);
    assert!(!file(&home).contains("token"));
    home.heimdex(["whoami"]).ok();
    // Another profile has an entry of its own, and takes it along when it goes.
    login(&home, &server, &["--profile", "work"]).exits(0);
    assert_eq!(desktop.entries(&home), 2);
    home.heimdex(["profile", "rm", "work", "--yes"]).ok();
    assert_eq!(desktop.entries(&home), 1);
}

#[test]
fn without_a_keyring_it_is_the_file_and_that_is_said_once() {
    let server = TestServer::start();
    for bus in [false, true] {
        let home = Home::new();
        let _desktop = bus.then(|| Desktop::without_keyring(&home));
        let email = format!("ana{}@example.org", u8::from(bus));
        let first = home.register(server.url(), &email);
        if bus {
            assert!(first.stderr().contains("only you can read"), "{first}");
        } else {
            hx_snapshot!("a_login_without_a_keyring", first);
        }
        assert!(profile(&home).contains("store = \"file\""));
        let again = home.login(server.url(), &email);
        assert!(!again.stderr().contains("only you"), "{again}");
        let refused = home
            .heimdex([
                "login",
                &email,
                "--server",
                server.url(),
                "--password-stdin",
            ])
            .args(["--store", "keyring"])
            .stdin("correct horse battery staple\n")
            .run()
            .exits(4);
        assert!(refused.stderr().contains("--store file"), "{refused}");
        home.heimdex(["whoami"]).ok();
    }
}

/// A home whose login is in a keyring, and beside it a file with the login of somebody else.
fn two_accounts(server: &TestServer) -> (Home, Desktop) {
    let home = Home::new();
    home.register(server.url(), "somebody.else@example.org");
    let other = file(&home);
    let desktop = Desktop::start(&home);
    home.heimdex([
        "register",
        EMAIL,
        "--server",
        server.url(),
        "--password-stdin",
    ])
    .args(["--store", "keyring"])
    .stdin("correct horse battery staple\n")
    .ok();
    fs::write(home.home().join(".config/heimdex/credentials.toml"), other).unwrap();
    (home, desktop)
}

#[test]
fn a_locked_keyring_is_said_and_no_other_account_is_used() {
    let server = TestServer::start();
    let (home, desktop) = two_accounts(&server);
    desktop.lock(&home);
    hx_snapshot!(
        "a_keyring_that_is_locked",
        home.heimdex(["list"]).run().exits(4)
    );
    // Somebody at a terminal is told that a window asks. Here none can: that is an answer, too.
    let seen = run_in_terminal(&home, 80, "whoami").exits(4);
    hx_snapshot!("a_keyring_that_is_locked_in_a_terminal", seen);
    // The other way is named, works, and says what it could not take away.
    let output = login(&home, &server, &["--store", "file"]).exits(0);
    hx_snapshot!("an_old_login_in_a_locked_keyring", output);
    let who = home.heimdex(["whoami", "--json=user"]).ok().json();
    assert_eq!(who["user"]["email"], EMAIL);
}

#[test]
fn a_keyring_that_hangs_ends_it_in_time() {
    let server = TestServer::start();
    let (home, mut desktop) = two_accounts(&server);
    desktop.hang();
    let begun = Instant::now();
    hx_snapshot!(
        "a_keyring_that_hangs",
        home.heimdex(["list"]).run().exits(4)
    );
    // Two seconds, and what a loaded machine adds; it would be minutes if it were waited for.
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    home.heimdex(["logout"]).run().exits(4);
    run_in_terminal(&home, 80, "list").exits(4);
    // Whoever registers while it hangs is not kept waiting either.
    let other = Home::new();
    let path = other.runtime_dir().join("bus");
    std::os::unix::fs::symlink(home.runtime_dir().join("bus"), path).unwrap();
    let registered = other.register(server.url(), "third@example.org");
    assert!(
        registered.stderr().contains("did not answer"),
        "{registered}"
    );
    desktop.go_on();
    let who = home.heimdex(["whoami", "--json=user"]).ok().json();
    assert_eq!(who["user"]["email"], EMAIL);
}

/// Makes every access token invalid, as time does.
fn expire_access_tokens(server: &mut TestServer) {
    server.terminate();
    fs::remove_file(server.data_dir().join("keys/access-token.keys")).unwrap();
    server.restart();
}

fn eight_at_once(server: &mut TestServer, home: &Home) {
    for _ in 0..3 {
        expire_access_tokens(server);
        let running: Vec<_> = (0..8)
            .map(|_| home.heimdex(["whoami", "--json=user"]).spawn())
            .collect();
        for mut process in running {
            let status = process.wait(Duration::from_mins(2));
            let said = String::from_utf8_lossy(&process.stderr()).into_owned();
            assert!(status.success(), "{status}: {said}");
        }
    }
    home.heimdex(["whoami"]).ok();
}

#[test]
fn eight_processes_refresh_one_login_in_a_file() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    eight_at_once(&mut server, &home);
}

#[test]
fn eight_processes_refresh_one_login_in_a_keyring() {
    let mut server = TestServer::start();
    let home = Home::new();
    let desktop = Desktop::start(&home);
    home.register(server.url(), EMAIL);
    eight_at_once(&mut server, &home);
    assert_eq!(desktop.entries(&home), 1);
}
