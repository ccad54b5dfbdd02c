//! What needs a person is told on the desktop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Desktop, Home, TestDaemon, TestServer, sample_mp4, wait_until};
use tokio::runtime::Runtime;
use zbus::Connection;
use zbus::zvariant::OwnedValue;

const LIMIT: Duration = Duration::from_mins(1);

/// What a desktop was told: head and body of each notification.
type Told = Arc<Mutex<Vec<(String, String)>>>;

/// A desktop that shows nothing, and remembers all.
struct Notifications(Told);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "as the specification has them")]
    fn notify(
        &self,
        app_name: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        timeout: i32,
    ) -> u32 {
        let _others = (app_name, replaces, icon, actions, hints, timeout);
        let mut told = self.0.lock().unwrap();
        told.push((summary.to_owned(), body.to_owned()));
        u32::try_from(told.len()).unwrap()
    }
}

/// A session bus, and a desktop on it once that is there.
struct Session {
    _bus: Desktop,
    address: String,
    told: Told,
    runtime: Runtime,
    shown_by: Option<Connection>,
}

impl Session {
    fn new(home: &Home) -> Self {
        Self {
            _bus: Desktop::without_keyring(home),
            address: format!("unix:path={}", home.runtime_dir().join("bus").display()),
            told: Told::default(),
            runtime: Runtime::new().unwrap(),
            shown_by: None,
        }
    }

    fn with_desktop(mut self) -> Self {
        let desktop = Notifications(Arc::clone(&self.told));
        let connected = async {
            zbus::connection::Builder::address(self.address.as_str())?
                .serve_at("/org/freedesktop/Notifications", desktop)?
                .name("org.freedesktop.Notifications")?
                .build()
                .await
        };
        self.shown_by = Some(self.runtime.block_on(connected).unwrap());
        self
    }

    fn daemon<'h>(&self, home: &'h Home) -> TestDaemon<'h> {
        TestDaemon::builder()
            .arg("--notify=always")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .start(home)
    }

    /// How often something with these words was told.
    fn count(&self, words: &str) -> usize {
        let told = self.told.lock().unwrap();
        let with = |(head, body): &&(String, String)| head.contains(words) || body.contains(words);
        told.iter().filter(with).count()
    }

    #[track_caller]
    fn until_told(&self, words: &[&str]) {
        wait_until("a notification", LIMIT, || {
            if words.iter().all(|words| self.count(words) > 0) {
                Ok(())
            } else {
                Err(format!("{:?}", self.told.lock().unwrap()))
            }
        });
    }
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
    let session = Session::new(&home).with_desktop();
    let daemon = session.daemon(&home);
    let bytes = fs::read(sample_mp4(2)).unwrap();
    fs::write(home.path("Videos/beside.mp4"), &bytes).unwrap();
    fs::write(home.path("CARD_A/DCIM/A.MP4"), &bytes).unwrap();
    let cut = home.path("CARD_A/DCIM/B.MP4");
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    session.until_told(&["B.MP4 looks cut off"]);
    fs::remove_file(&cut).unwrap();
    session.until_told(&["CARD_A is stored", "1 file,"]);
    fs::write(home.path("CARD_A/DCIM/C.MP4"), &bytes).unwrap();
    session.until_told(&["2 files,"]);
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
    assert_eq!(session.count("Videos is stored"), 0);
    assert_eq!(session.count("looks cut off"), 1);
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
    let session = Session::new(&home).with_desktop();
    let _daemon = session.daemon(&home);
    fs::copy(sample_mp4(2), home.path("Videos/sunrise.mp4")).unwrap();
    session.until_told(&["The login has expired"]);
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
    assert_eq!(session.count("The login has expired"), 1);
}
