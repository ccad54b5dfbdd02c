//! Where it logs.

use std::os::unix::fs::PermissionsExt as _;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon};

#[test]
fn without_a_journal_it_logs_to_a_file_that_is_its_owners() {
    let home = Home::new();
    let daemon = TestDaemon::builder()
        .arg("--log-to")
        .arg("auto")
        .start(&home);
    let file = home.daemon_logs().join("heimdexd.log");
    let log = fs::read_to_string(&file).unwrap();
    assert!(log.contains("heimdexd starts"), "{log}");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(daemon.log(), "");
}

#[test]
fn a_filter_that_is_none_is_refused() {
    let home = Home::new();
    let output = home
        .program(heimdex_testkit::Binary::Daemon)
        .args(["--log", "heimdex=loud"])
        .run()
        .exits(2);
    assert!(
        output
            .stderr()
            .starts_with("error: the log's filter cannot be read"),
        "{output}"
    );
}
