//! A real daemon in a home: ready when it says so to its service manager, and gone with its test.

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::binary::Binary;
use crate::home::Home;
use crate::invocation::Invocation;
use crate::process::{Running, text_tail};
use crate::wait::wait_until;

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_mins(1);
/// Between two pieces of an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// How a daemon is to be started.
#[derive(Debug, Default)]
pub struct TestDaemonBuilder {
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl TestDaemonBuilder {
    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Starts it, and waits until it says that it is ready.
    #[track_caller]
    pub fn start(self, home: &Home) -> TestDaemon<'_> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let manager =
            UnixDatagram::bind(directory.path().join("notify")).expect("a service manager");
        manager
            .set_nonblocking(true)
            .expect("a socket that is asked");
        let mut daemon = TestDaemon {
            home,
            builder: self,
            directory,
            manager,
            told: String::new(),
            earlier_logs: Vec::new(),
            running: None,
        };
        daemon.spawn();
        daemon
    }
}

/// A running daemon. At the end of a test it must stop when asked to, leave no socket, and must not have panicked.
#[derive(Debug)]
pub struct TestDaemon<'h> {
    home: &'h Home,
    builder: TestDaemonBuilder,
    directory: TempDir,
    manager: UnixDatagram,
    /// What the service manager was told since the last start.
    told: String,
    earlier_logs: Vec<u8>,
    running: Option<Running>,
}

impl<'h> TestDaemon<'h> {
    /// A daemon with nothing but defaults.
    #[track_caller]
    pub fn start(home: &'h Home) -> Self {
        Self::builder().start(home)
    }

    /// A daemon with more than the defaults.
    pub fn builder() -> TestDaemonBuilder {
        TestDaemonBuilder::default()
    }

    /// Its process id; panics while it is down.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("the daemon runs").pid()
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.home.daemon_socket()
    }

    /// Everything it logged, from all its starts.
    pub fn log(&self) -> String {
        let mut log = self.earlier_logs.clone();
        if let Some(running) = &self.running {
            log.extend(running.stderr());
        }
        String::from_utf8_lossy(&log).into_owned()
    }

    /// What it told its service manager since its last start.
    pub fn told(&mut self) -> &str {
        let mut message = [0; 4096];
        while let Ok(length) = self.manager.recv(&mut message) {
            self.told
                .push_str(&String::from_utf8_lossy(&message[..length]));
        }
        &self.told
    }

    /// Sets a variable for the next start, as to arm a failpoint.
    pub fn set_env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) {
        self.builder
            .environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
    }

    /// Takes a variable away for the next start.
    pub fn remove_env(&mut self, name: impl AsRef<OsStr>) {
        self.builder
            .environment
            .retain(|(known, _)| known != name.as_ref());
    }

    /// Sends a signal.
    pub fn signal(&mut self, signal: Signal) {
        self.running
            .as_mut()
            .expect("the daemon runs")
            .signal(signal);
    }

    /// Kills it as `kill -9` does.
    #[track_caller]
    pub fn kill9(&mut self) {
        self.running.as_mut().expect("the daemon runs").kill9();
        self.keep_log();
    }

    /// Asks it to stop with SIGTERM and waits for the end.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait_for_end(STOP_LIMIT)
    }

    /// Waits until it ended by itself, as at a failpoint or after `heimdex daemon stop`.
    #[track_caller]
    pub fn wait_for_end(&mut self, limit: Duration) -> ExitStatus {
        let status = self.running.as_mut().expect("the daemon runs").wait(limit);
        self.keep_log();
        status
    }

    /// Starts it again; stops it first where it runs.
    #[track_caller]
    pub fn restart(&mut self) {
        if self.running.is_some() {
            self.terminate();
        }
        self.spawn();
    }

    /// Asks it on its socket, as `curl --unix-socket` does; the status and the body.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (status, body) = self.ask_raw(method, path, &[], body);
        let value = serde_json::from_str(&body)
            .unwrap_or_else(|error| panic!("`{path}` answers no JSON: {error}\n{body}"));
        (status, value)
    }

    /// The same with headers of one's own, and the body as it came.
    #[track_caller]
    pub fn ask_raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> (u16, String) {
        let mut stream = UnixStream::connect(self.socket()).expect("the daemon's socket");
        stream
            .set_read_timeout(Some(ANSWER_LIMIT))
            .expect("a socket has a limit");
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: heimdexd\r\n");
        for (name, value) in headers {
            request.extend([*name, ": ", *value, "\r\n"]);
        }
        let length = body.len();
        let end = format!("Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        request.push_str(&end);
        stream
            .write_all(request.as_bytes())
            .expect("the daemon reads");
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).expect("the daemon answers");
        let reply = String::from_utf8(reply).expect("an answer is text");
        let (head, body) = reply.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).expect("an answer has a status");
        (status.parse().expect("a status is a number"), body.into())
    }

    /// Its status.
    #[track_caller]
    pub fn status(&self) -> Value {
        let (code, status) = self.ask("GET", "/v1/status", None);
        assert_eq!(code, 200, "{status}");
        status
    }

    /// How it would be started again by hand, beside the one that runs.
    pub fn another(&self) -> Invocation {
        invocation(self.home, &self.builder)
    }

    #[track_caller]
    fn spawn(&mut self) {
        self.told.clear();
        let mut running = invocation(self.home, &self.builder)
            .env("NOTIFY_SOCKET", self.directory.path().join("notify"))
            .spawn();
        wait_until("the daemon to be ready", START_LIMIT, || {
            if let Some(status) = running.ended() {
                let log = text_tail(&running.stderr());
                panic!("the daemon ended with {status}:\n{log}");
            }
            if self.told().contains("READY=1\n") {
                Ok(())
            } else {
                Err(text_tail(&running.stderr()))
            }
        });
        self.running = Some(running);
    }

    fn keep_log(&mut self) {
        if let Some(running) = self.running.take() {
            self.earlier_logs.extend(running.stderr());
        }
    }
}

fn invocation(home: &Home, builder: &TestDaemonBuilder) -> Invocation {
    let mut invocation = home.program(Binary::Daemon);
    if !builder.arguments.iter().any(|word| word == "--log-to") {
        invocation = invocation.args(["--log-to", "stderr"]);
    }
    for (name, value) in &builder.environment {
        invocation = invocation.env(name, value);
    }
    invocation.args(&builder.arguments)
}

impl Drop for TestDaemon<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            report(&text_tail(self.log().as_bytes()));
            return;
        }
        if self.running.is_some() {
            let status = self.terminate();
            let log = self.log();
            let tail = text_tail(log.as_bytes());
            assert!(
                status.success(),
                "the daemon stopped with {status}:\n{tail}"
            );
            assert!(!self.socket().exists(), "a socket was left:\n{tail}");
        }
        let log = self.log();
        assert!(
            !log.contains("panicked at"),
            "the daemon panicked:\n{}",
            text_tail(log.as_bytes())
        );
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the test runner shows it beside the failure"
)]
fn report(log: &str) {
    eprintln!("--- log of the daemon\n{log}\n---");
}
