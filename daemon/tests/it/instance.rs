//! One daemon a home, and a socket that is only its owner's.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, wait_until};

#[test]
fn a_second_daemon_says_that_another_one_runs() {
    let home = Home::new();
    let daemon = TestDaemon::start(&home);
    let second = daemon.another().run().exits(6);
    let expected = format!(
        "error: another heimdexd runs already (process {})\nhint: `heimdex status` shows what it does, `heimdex daemon stop` ends it\n",
        daemon.pid()
    );
    assert_eq!(second.stderr(), expected);
    assert_eq!(daemon.status()["daemon"]["pid"], daemon.pid());
}

#[test]
fn two_homes_that_share_a_socket_do_not_take_it_from_each_other() {
    let (first, second) = (Home::new(), Home::new());
    let second = second.with_env("XDG_RUNTIME_DIR", first.runtime_dir());
    let daemon = TestDaemon::start(&first);
    let late = second
        .program(heimdex_testkit::Binary::Daemon)
        .run()
        .exits(6);
    assert!(late.stderr().contains("runs already"), "{late}");
    assert_eq!(daemon.status()["daemon"]["pid"], daemon.pid());
}

#[test]
fn what_a_killed_daemon_left_is_no_obstacle() {
    let home = Home::new();
    let mut daemon = TestDaemon::start(&home);
    let before = daemon.pid();
    daemon.kill9();
    assert!(daemon.socket().exists(), "kill -9 leaves the socket");
    daemon.restart();
    assert_ne!(daemon.status()["daemon"]["pid"], before);
}

#[test]
fn a_socket_of_somebody_who_is_gone_is_replaced() {
    let home = Home::new();
    fs::create_dir_all(home.daemon_socket().parent().unwrap()).unwrap();
    drop(UnixListener::bind(home.daemon_socket()).unwrap());
    let daemon = TestDaemon::start(&home);
    daemon.status();
}

#[test]
fn the_socket_is_only_its_owners() {
    let home = Home::new();
    let daemon = TestDaemon::start(&home);
    let socket = fs::metadata(daemon.socket()).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    let directory = fs::metadata(daemon.socket().parent().unwrap()).unwrap();
    assert_eq!(directory.permissions().mode() & 0o777, 0o700);
    assert_eq!(socket.uid(), directory.uid());
}

#[test]
fn a_runtime_directory_with_a_long_name_is_no_obstacle() {
    let home = Home::new();
    let deep = home.runtime_dir().join("a".repeat(120));
    fs::create_dir(&deep).unwrap();
    let home = home.with_env("XDG_RUNTIME_DIR", &deep);
    let mut running = home
        .program(heimdex_testkit::Binary::Daemon)
        .args(["--log-to", "stderr"])
        .spawn();
    let status = wait_until("an answer", Duration::from_secs(20), || {
        let output = home.heimdex(["daemon", "status", "--json"]).run();
        if output.code == Some(0) {
            Ok(output.json())
        } else {
            Err(output)
        }
    });
    let socket = std::path::PathBuf::from(status["socket"].as_str().unwrap());
    assert!(
        socket.starts_with(home.work().parent().unwrap().join("tmp")),
        "{status}"
    );
    assert!(running.terminate(Duration::from_secs(30)).success());
    assert!(!socket.exists(), "the socket goes with its daemon");
}

#[test]
fn without_a_runtime_directory_both_find_the_same_socket() {
    let home = Home::new().with_env("XDG_RUNTIME_DIR", "");
    let mut running = home.program(heimdex_testkit::Binary::Daemon).spawn();
    wait_until("an answer", Duration::from_secs(20), || {
        let output = home.heimdex(["daemon", "status", "--json"]).run();
        if output.code == Some(0) {
            Ok(())
        } else {
            Err(output)
        }
    });
    assert!(running.terminate(Duration::from_secs(30)).success());
}

#[test]
fn a_home_that_cannot_be_written_is_said() {
    let home = Home::new();
    let state = home.home().join(".local/state");
    fs::write(state.join("heimdex"), "in the way").unwrap();
    let output = home.program(heimdex_testkit::Binary::Daemon).run().exits(1);
    assert!(
        output.stderr().starts_with("error: cannot lock"),
        "{output}"
    );
    assert!(output.stderr().contains("\nhint: make `"), "{output}");
}

#[test]
fn without_a_home_it_does_not_start() {
    let output = Home::new()
        .program(heimdex_testkit::Binary::Daemon)
        .env_clear()
        .run()
        .exits(1);
    assert_eq!(
        output.stderr(),
        "error: there is no home directory\nhint: set HOME to a directory that is yours\n"
    );
}
