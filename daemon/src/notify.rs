//! What the service manager is told: that the daemon is ready, that it lives, that it ends (`sd_notify(3)`).
//!
//! Nothing is told where nobody asked: without `NOTIFY_SOCKET` every call does nothing.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::environment::Environment;

/// Tells the service manager.
#[derive(Debug)]
pub(crate) struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// Connects to whoever started this process, where that wants to know. One that cannot be told is no reason to do
    /// nothing.
    pub(crate) fn connect(environment: &Environment, pid: u32) -> Self {
        let nobody = Self {
            socket: None,
            watchdog: None,
        };
        let Some(address) = environment.value("NOTIFY_SOCKET") else {
            return nobody;
        };
        match Self::to(address) {
            Ok(socket) => Self {
                socket: Some(socket),
                watchdog: watchdog(environment, pid),
            },
            Err(error) => {
                tracing::warn!(error = %error, socket = %address.display(), "the service manager cannot be told");
                nobody
            }
        }
    }

    fn to(address: &OsStr) -> io::Result<UnixDatagram> {
        let socket = UnixDatagram::unbound()?;
        match address.as_bytes().split_first() {
            #[cfg(target_os = "linux")]
            Some((b'@', name)) => {
                use std::os::linux::net::SocketAddrExt as _;
                let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
                socket.connect_addr(&address)?;
            }
            _ => socket.connect(address)?,
        }
        // The manager reads all the time; a full queue must not hold the daemon up.
        socket.set_nonblocking(true)?;
        Ok(socket)
    }

    /// How often a sign of life is due, where one is wanted: twice as often as it is missed.
    pub(crate) fn watchdog(&self) -> Option<Duration> {
        self.watchdog.map(|limit| limit / 2)
    }

    /// All is set up; `status` is a line for people.
    pub(crate) fn ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}\n"));
    }

    /// It lives.
    pub(crate) fn alive(&self) {
        self.tell("WATCHDOG=1\n");
    }

    /// It ends.
    pub(crate) fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=Finishing what is in flight\n");
    }

    fn tell(&self, text: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(text.as_bytes()) {
            tracing::warn!(error = %error, "the service manager cannot be told");
        }
    }
}

fn watchdog(environment: &Environment, pid: u32) -> Option<Duration> {
    let micros: u64 = environment.text("WATCHDOG_USEC")?.parse().ok()?;
    let whose = environment.text("WATCHDOG_PID");
    let is_ours = whose.is_none_or(|whose| whose == pid.to_string());
    (is_ours && micros > 0).then(|| Duration::from_micros(micros))
}
