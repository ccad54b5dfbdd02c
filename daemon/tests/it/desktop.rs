//! What needs a person is told on the desktop.

use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Desktop, Home, Running, TestDaemon, TestServer, sample_mp4, wait_until};

const LIMIT: Duration = Duration::from_mins(1);

/// Listens to a session bus; ready once it heard its own arrival.
fn listening(home: &Home, address: &str) -> Running {
    let monitor = home
        .any_program("dbus-monitor")
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .args(["--session", "interface='org.freedesktop.Notifications'"])
        .spawn();
    wait_until("the bus to be listened to", LIMIT, || {
        let heard = String::from_utf8_lossy(&monitor.stdout()).into_owned();
        if heard.contains("NameAcquired") || heard.contains("NameLost") {
            Ok(())
        } else {
            Err(heard)
        }
    });
    monitor
}

/// Waits until all of this was told.
#[track_caller]
fn until_told(monitor: &Running, words: &[&str]) {
    wait_until("a notification", LIMIT, || {
        let heard = String::from_utf8_lossy(&monitor.stdout()).into_owned();
        if words.iter().all(|words| heard.contains(words)) {
            Ok(())
        } else {
            Err(heard)
        }
    });
}

#[test]
fn a_card_that_is_done_is_told_and_an_ordinary_folder_is_not() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir_all(home.path("CARD_A/DCIM")).unwrap();
    fs::create_dir(home.path("Videos")).unwrap();
    for folder in ["CARD_A", "Videos"] {
        home.heimdex(["watch", "add", folder, "--settle", "1s"])
            .ok();
    }
    let _bus = Desktop::without_keyring(&home);
    let address = format!("unix:path={}", home.runtime_dir().join("bus").display());
    let monitor = listening(&home, &address);
    let daemon = TestDaemon::builder()
        .arg("--notify=always")
        .env("DBUS_SESSION_BUS_ADDRESS", &address)
        .start(&home);
    let bytes = fs::read(sample_mp4(2)).unwrap();
    fs::write(home.path("Videos/beside.mp4"), &bytes).unwrap();
    fs::write(home.path("CARD_A/DCIM/A.MP4"), &bytes).unwrap();
    let cut = home.path("CARD_A/DCIM/B.MP4");
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    until_told(&monitor, &["B.MP4 looks cut off"]);
    fs::remove_file(&cut).unwrap();
    until_told(&monitor, &["CARD_A is stored", "1 file,"]);
    fs::write(home.path("CARD_A/DCIM/C.MP4"), &bytes).unwrap();
    until_told(&monitor, &["2 files,"]);
    wait_until("the other folder to be stored too", LIMIT, || {
        let status = daemon.status();
        let watches = status["watches"].as_array().unwrap();
        let mut stored = watches
            .iter()
            .map(|watch| &watch["counts"]["stored"]["files"]);
        if stored.all(|files| *files != 0) {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    let notices = daemon.status()["notices"].clone();
    assert_eq!(notices[0]["notice"], "card_done", "{notices}");
    let heard = String::from_utf8_lossy(&monitor.stdout()).into_owned();
    assert!(!heard.contains("Videos is stored"), "{heard}");
    assert_eq!(heard.matches("looks cut off").count(), 1, "{heard}");
}

#[test]
fn a_login_that_has_ended_is_told_once() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let kept = home.home().join(".config/heimdex/credentials.toml");
    let before = fs::read(&kept).unwrap();
    home.heimdex(["logout"]).ok();
    // The tokens of a session that has ended, as a copy of the home would hold them.
    fs::write(&kept, before).unwrap();
    fs::create_dir(home.path("Videos")).unwrap();
    home.heimdex(["watch", "add", "Videos", "--settle", "1s"])
        .ok();
    let _bus = Desktop::without_keyring(&home);
    let address = format!("unix:path={}", home.runtime_dir().join("bus").display());
    let monitor = listening(&home, &address);
    let _daemon = TestDaemon::builder()
        .arg("--notify=always")
        .env("DBUS_SESSION_BUS_ADDRESS", &address)
        .start(&home);
    fs::copy(sample_mp4(2), home.path("Videos/sunrise.mp4")).unwrap();
    wait_until("a notification", LIMIT, || {
        let heard = String::from_utf8_lossy(&monitor.stdout()).into_owned();
        if heard.contains("The login has expired") {
            Ok(())
        } else {
            Err(heard)
        }
    });
    let why = home
        .heimdex(["why", "Videos/sunrise.mp4", "--json"])
        .ok()
        .json();
    let because = &why["verdict"]["because"];
    assert_eq!(
        (&because["reason"], &because["outage"]["outage"]),
        (&"held_up".into(), &"logged_out".into())
    );
    home.login(server.url(), "ana@example.org");
    wait_until("the file to be stored", LIMIT, || {
        let why = home
            .heimdex(["why", "Videos/sunrise.mp4", "--json"])
            .ok()
            .json();
        if why["verdict"]["because"]["reason"] == "stored" {
            Ok(())
        } else {
            Err(why.to_string())
        }
    });
    let heard = String::from_utf8_lossy(&monitor.stdout()).into_owned();
    assert_eq!(heard.matches("The login has expired").count(), 1, "{heard}");
}
