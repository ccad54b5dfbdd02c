//! A desktop's keyring for one home: a private D-Bus with a real gnome-keyring on it, and nothing of the person's own.

use std::path::PathBuf;
use std::time::Duration;

use fs_err as fs;
use rustix::process::Signal;

use crate::home::Home;
use crate::process::{Running, text_tail};
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(30);
const SERVICE: &str = "org.freedesktop.secrets";
const SERVICE_PATH: &str = "/org/freedesktop/secrets";
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

/// A session bus where programs of one home look for it, and perhaps a keyring on it.
#[derive(Debug)]
pub struct Desktop {
    // The keyring ends before its bus.
    keyring: Option<Running>,
    _bus: Running,
}

impl Desktop {
    /// A bus and nothing on it: no service is started by asking for it.
    #[track_caller]
    pub fn without_keyring(home: &Home) -> Self {
        let socket = home.runtime_dir().join("bus");
        let config = home.runtime_dir().join("bus.conf");
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
             <busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\"/><allow receive_sender=\"*\"/>\
             <allow own=\"*\"/></policy></busconfig>\n",
            socket.display()
        );
        fs::write(&config, text).expect("the bus can be configured");
        let mut bus = home
            .any_program("dbus-daemon")
            .args(["--nofork", "--config-file"])
            .arg(&config)
            .spawn();
        wait_until("the session bus", LIMIT, || {
            if let Some(status) = bus.ended() {
                panic!("the bus ended with {status}:\n{}", text_tail(&bus.stderr()));
            }
            if socket.exists() {
                Ok(())
            } else {
                Err("no socket")
            }
        });
        Self {
            keyring: None,
            _bus: bus,
        }
    }

    /// A bus with gnome-keyring on it, unlocked as by a login to the desktop.
    #[track_caller]
    pub fn start(home: &Home) -> Self {
        let mut desktop = Self::without_keyring(home);
        let mut keyring = home
            .any_program("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", address(home))
            .stdin("the desktop's password")
            .spawn();
        wait_until("gnome-keyring's login collection", LIMIT, || {
            if let Some(status) = keyring.ended() {
                let log = text_tail(&keyring.stderr());
                panic!("gnome-keyring ended with {status}:\n{log}");
            }
            let seen = call(home, "ReadAlias", &["string:default"]);
            if seen.contains(LOGIN) {
                Ok(())
            } else {
                Err(seen)
            }
        });
        desktop.keyring = Some(keyring);
        desktop
    }

    /// Locks it, as when nobody logged in to the desktop since the start of the machine.
    #[track_caller]
    pub fn lock(&self, home: &Home) {
        let answer = call(home, "Lock", &[&format!("array:objpath:{LOGIN}")]);
        assert!(
            answer.contains(LOGIN),
            "the keyring was not locked: {answer}"
        );
    }

    /// How many entries of heimdex it has.
    pub fn entries(&self, home: &Home) -> usize {
        let answer = call(home, "SearchItems", &["dict:string:string:service,heimdex"]);
        answer.matches("object path").count()
    }

    /// Stops it in mid-air: whatever is asked of it gets no answer any more.
    pub fn hang(&mut self) {
        self.keyring
            .as_mut()
            .expect("a keyring")
            .signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn go_on(&mut self) {
        self.keyring
            .as_mut()
            .expect("a keyring")
            .signal(Signal::CONT);
    }
}

fn address(home: &Home) -> String {
    let path: PathBuf = home.runtime_dir().join("bus");
    format!("unix:path={}", path.display())
}

/// Calls the Secret Service by a program that is not ours.
fn call(home: &Home, method: &str, arguments: &[&str]) -> String {
    let output = home
        .any_program("dbus-send")
        .env("DBUS_SESSION_BUS_ADDRESS", address(home))
        .args(["--session", "--print-reply", "--reply-timeout=10000"])
        .arg(format!("--dest={SERVICE}"))
        .arg(SERVICE_PATH)
        .arg(format!("org.freedesktop.Secret.Service.{method}"))
        .args(arguments)
        .run();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}
