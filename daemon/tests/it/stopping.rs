//! How it ends, and what its service manager hears of it.

use std::time::Duration;

use heimdex_testkit::{Home, TestDaemon, wait_until};
use rustix::process::Signal;
use serde_json::json;

const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn it_says_that_it_stops_and_ends_well() {
    let home = Home::new();
    for how in [Signal::TERM, Signal::INT] {
        let mut daemon = TestDaemon::start(&home);
        daemon.signal(how);
        assert!(daemon.wait_for_end(LIMIT).success());
        assert!(daemon.told().contains("STOPPING=1\n"), "{}", daemon.told());
        assert!(!daemon.socket().exists());
    }
}

#[test]
fn it_stops_when_its_socket_is_asked() {
    let home = Home::new();
    for body in [json!({}), json!({"now": true})] {
        let mut daemon = TestDaemon::start(&home);
        assert_eq!(daemon.ask("POST", "/v1/stop", Some(&body)).0, 200);
        assert!(daemon.wait_for_end(LIMIT).success());
    }
}

#[test]
fn it_shows_signs_of_life_where_somebody_waits_for_them() {
    let home = Home::new();
    let mut daemon = TestDaemon::builder()
        .env("WATCHDOG_USEC", "200000")
        .start(&home);
    wait_until("two signs of life", LIMIT, || {
        let told = daemon.told().to_owned();
        if told.matches("WATCHDOG=1\n").count() >= 2 {
            Ok(())
        } else {
            Err(told)
        }
    });
}

#[test]
fn a_watchdog_that_waits_for_another_process_is_not_ours() {
    let home = Home::new();
    let mut daemon = TestDaemon::builder()
        .env("WATCHDOG_USEC", "1000")
        .env("WATCHDOG_PID", "1")
        .start(&home);
    daemon.status();
    assert!(daemon.terminate().success());
    assert!(!daemon.told().contains("WATCHDOG"), "{}", daemon.told());
}

#[test]
fn a_hangup_is_no_end() {
    let home = Home::new();
    let mut daemon = TestDaemon::start(&home);
    daemon.signal(Signal::HUP);
    daemon.signal(Signal::HUP);
    assert_eq!(daemon.status()["daemon"]["pid"], daemon.pid());
}
