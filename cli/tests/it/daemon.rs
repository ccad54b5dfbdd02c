//! `heimdex daemon`: started, stopped and installed as a person does it.

use std::os::unix::fs::PermissionsExt;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, left_out};

use crate::snapshot::hx_snapshot;

/// Ends what a test started, however the test ends.
struct Ended<'h>(&'h Home);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.heimdex(["daemon", "stop", "--now"]).run();
    }
}

const NO_SYSTEMD: &str = "#!/bin/sh
echo 'Failed to connect to bus: No medium found' >&2
exit 1
";

/// As much of a service manager as the daemon's unit needs: it starts what the unit says, and waits until that listens.
const SYSTEMCTL: &str = r#"#!/bin/sh
echo "$*" >> "$HOME/systemctl.log"
unit="$XDG_CONFIG_HOME/systemd/user/heimdexd.service"
pid="$HOME/systemd.pid"
case "$2" in
show) echo 257 ;;
is-active) test -f "$pid" && kill -0 "$(cat "$pid")" ;;
start | restart)
    eval "set -- $(sed -n 's/^ExecStart=//p' "$unit")"
    "$@" --log-to files > "$HOME/service.log" 2>&1 & echo $! > "$pid"
    until test -S "$XDG_RUNTIME_DIR/heimdex/heimdexd.sock"; do kill -0 $! || exit 1; done ;;
stop | disable)
    kill "$(cat "$pid")"
    while test -S "$XDG_RUNTIME_DIR/heimdex/heimdexd.sock"; do :; done
    rm "$pid" ;;
esac
"#;

/// A home whose `systemctl` is this script, wherever the test runs.
fn with_systemctl(script: &str) -> Home {
    let home = Home::new();
    let programs = home.home().join("bin");
    fs::create_dir(&programs).unwrap();
    fs::write(programs.join("systemctl"), script).unwrap();
    let runs = PermissionsExt::from_mode(0o755);
    fs::set_permissions(programs.join("systemctl"), runs).unwrap();
    home.with_env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
}

#[test]
fn it_is_started_once_and_stopped_once() {
    let home = with_systemctl(NO_SYSTEMD);
    let _ended = Ended(&home);
    let status = home.heimdex(["daemon", "status", "--json"]).run().exits(3);
    assert_eq!(status.json()["is_running"], false);
    let first = home.heimdex(["daemon", "start", "--json"]).ok().json();
    assert_eq!(
        (&first["was_running"], &first["by"]),
        (&false.into(), &"itself".into())
    );
    let again = home.heimdex(["daemon", "start", "--json"]).ok().json();
    assert_eq!(
        (&again["pid"], &again["was_running"]),
        (&first["pid"], &true.into())
    );
    let status = home.heimdex(["daemon", "status", "--json"]).ok().json();
    assert_eq!(
        (&status["pid"], &status["unit"]),
        (&first["pid"], &serde_json::Value::Null)
    );
    let restarted = home
        .heimdex(["daemon", "restart", "--json=pid"])
        .ok()
        .json();
    assert_ne!(restarted["pid"], first["pid"]);
    hx_snapshot!("daemon_stop", home.heimdex(["daemon", "stop"]).ok());
    hx_snapshot!("daemon_stop_again", home.heimdex(["daemon", "stop"]).ok());
}

#[test]
fn what_keeps_it_from_starting_is_said() {
    let home = with_systemctl(NO_SYSTEMD);
    fs::write(home.home().join(".local/state/heimdex"), "in the way").unwrap();
    let output = home.heimdex(["daemon", "start"]).run().exits(1);
    let said = output.stderr();
    assert!(
        said.starts_with("error: the daemon ended at once: cannot lock `"),
        "{output}"
    );
    assert!(said.contains("hint: make `"), "{output}");
}

#[test]
fn without_a_systemd_of_the_users_install_says_so_and_starts_it() {
    let home = with_systemctl(NO_SYSTEMD);
    let _ended = Ended(&home);
    let output = home.heimdex(["daemon", "install"]).ok();
    assert!(
        output.stderr().contains("this user has no systemd"),
        "{output}"
    );
    assert!(output.stderr().contains("No medium found"), "{output}");
    home.heimdex(["daemon", "status"]).ok();
    assert!(!home.home().join(".config/systemd").exists());
    let output = home.heimdex(["daemon", "uninstall"]).ok();
    assert!(output.stderr().contains("does not run"), "{output}");
    home.heimdex(["daemon", "status"]).run().exits(3);
}

#[test]
fn with_a_systemd_of_the_users_it_becomes_a_service() {
    let home = with_systemctl(SYSTEMCTL);
    let _ended = Ended(&home);
    // One that was started by hand makes room.
    let by_hand = home.heimdex(["daemon", "start", "--json"]).ok().json();
    assert_eq!(by_hand["by"], "itself");
    let installed = home.heimdex(["daemon", "install", "--json"]).ok().json();
    assert_eq!(installed["is_service"], true);
    assert_ne!(installed["pid"], by_hand["pid"]);
    let status = home.heimdex(["daemon", "status", "--json"]).ok().json();
    assert_eq!(
        (&status["is_service"], &status["pid"]),
        (&true.into(), &installed["pid"])
    );
    home.heimdex(["daemon", "stop"]).ok();
    let started = home.heimdex(["daemon", "start", "--json=by"]).ok().json();
    assert_eq!(started["by"], "systemd");
    home.heimdex(["daemon", "uninstall"]).ok();
    assert!(
        !home
            .home()
            .join(".config/systemd/user/heimdexd.service")
            .exists()
    );
    let asked = fs::read_to_string(home.home().join("systemctl.log")).unwrap();
    for asked_for in [
        "daemon-reload",
        "enable heimdexd.service",
        "disable --now heimdexd.service",
    ] {
        assert!(asked.contains(asked_for), "{asked}");
    }
}

#[test]
fn systemd_itself_finds_nothing_wrong_with_the_unit() {
    let home = Home::new();
    let unit = home.heimdex(["daemon", "install", "--dry-run"]).ok();
    let file = home.write("heimdexd.service", unit.stdout());
    if !std::path::Path::new("/usr/bin/systemd-analyze").is_file() {
        return left_out("systemd is not installed, which checks units");
    }
    let output = home
        .any_program("systemd-analyze")
        .args(["verify", "--user", "--man=no"])
        .arg(file)
        .ok();
    assert_eq!((output.stdout(), output.stderr()), ("", ""));
}

#[test]
fn its_log_is_shown() {
    let home = with_systemctl(NO_SYSTEMD);
    hx_snapshot!(
        "daemon_logs_of_nothing",
        home.heimdex(["daemon", "logs"]).ok()
    );
    let daemon = TestDaemon::builder()
        .arg("--log-to")
        .arg("files")
        .start(&home);
    let logs = home.heimdex(["daemon", "logs", "-n", "1"]).ok();
    assert_eq!(logs.stdout().lines().count(), 1, "{logs}");
    let lines = home.heimdex(["daemon", "logs", "--json"]).ok();
    let first: serde_json::Value =
        serde_json::from_str(lines.stdout().lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["level"], &first["target"]),
        (&"info".into(), &"heimdex_daemon::run".into()),
        "{first:#}"
    );
    assert!(
        first["message"]
            .as_str()
            .unwrap()
            .starts_with("heimdexd starts"),
        "{first:#}"
    );
    let all = home.heimdex(["daemon", "logs"]).ok();
    assert!(
        all.stdout()
            .contains(&format!("process.id={}", daemon.pid())),
        "{all}"
    );
}

#[test]
fn a_daemon_that_hides_its_version_is_not_trusted() {
    let home = with_systemctl(NO_SYSTEMD);
    let socket = home.daemon_socket();
    fs::create_dir_all(socket.parent().unwrap()).unwrap();
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let answering = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        // The first connection only looks whether somebody is there.
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            let mut asked = [0; 1024];
            if stream.read(&mut asked).unwrap() > 0 {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                    .unwrap();
            }
        }
    });
    hx_snapshot!(
        "a_daemon_that_hides_its_version",
        home.heimdex(["status"]).run().exits(1)
    );
    answering.join().unwrap();
}

#[test]
fn daemons_of_another_version_are_told_apart() {
    for (code, name) in [
        ("client_older", "a_daemon_that_is_newer"),
        ("client_newer", "a_daemon_that_is_older"),
    ] {
        let home = with_systemctl(NO_SYSTEMD);
        let socket = home.daemon_socket();
        fs::create_dir_all(socket.parent().unwrap()).unwrap();
        let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let answering = std::thread::spawn(move || {
            use std::io::{Read as _, Write as _};
            for stream in listener.incoming().take(2) {
                let mut stream = stream.unwrap();
                let mut asked = [0; 1024];
                if stream.read(&mut asked).unwrap() > 0 {
                    let body = format!("{{\"code\": \"{code}\", \"detail\": \"x\"}}");
                    let head = "HTTP/1.1 426 Upgrade Required\r\nheimdex-daemon: 9.9.9\r\n";
                    let length = body.len();
                    write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
                }
            }
        });
        hx_snapshot!(name, home.heimdex(["status"]).run().exits(1));
        answering.join().unwrap();
    }
}
