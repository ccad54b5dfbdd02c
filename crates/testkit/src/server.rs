//! A real `heimdex-server` on a throw-away data directory and a free port of the loopback interface.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use fs_err as fs;
use tempfile::TempDir;

use crate::binary::{Binary, binary_path};
use crate::environment;
use crate::invocation::Invocation;
use crate::process::{Running, text_tail};
use crate::wait::wait_until;

const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// What a server is started with beside the defaults.
#[derive(Debug, Default)]
pub struct TestServerBuilder {
    environment: Vec<(OsString, OsString)>,
    arguments: Vec<OsString>,
    config: Option<String>,
    parent: Option<PathBuf>,
    kept_panics: bool,
}

impl TestServerBuilder {
    /// Sets a variable, `HEIMDEX_SERVER_…` or any other.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Adds an argument to `serve`.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Gives it this configuration file.
    #[must_use]
    pub fn config(mut self, toml: impl Into<String>) -> Self {
        self.config = Some(toml.into());
        self
    }

    /// Puts its data below this directory, as on a disk of its own.
    #[must_use]
    pub fn within(mut self, parent: impl Into<PathBuf>) -> Self {
        self.parent = Some(parent.into());
        self
    }

    /// A panic in the server's log does not fail the test at its end.
    #[must_use]
    pub fn expect_panics(mut self) -> Self {
        self.kept_panics = true;
        self
    }

    /// Starts it and waits until it says where it listens.
    #[track_caller]
    pub fn start(self) -> TestServer {
        let directory = match &self.parent {
            Some(parent) => tempfile::tempdir_in(parent),
            None => tempfile::tempdir(),
        }
        .expect("a temporary directory");
        if let Some(config) = &self.config {
            fs::write(directory.path().join("server.toml"), config).expect("a configuration");
        }
        let mut server = TestServer {
            builder: self,
            directory,
            url: String::new(),
            earlier_logs: Vec::new(),
            running: None,
        };
        server.spawn("127.0.0.1:0");
        server
    }
}

/// A running server. At the end of a test it must stop when asked to, and must not have panicked.
#[derive(Debug)]
pub struct TestServer {
    builder: TestServerBuilder,
    directory: TempDir,
    url: String,
    earlier_logs: Vec<u8>,
    running: Option<Running>,
}

impl TestServer {
    /// A server with nothing but defaults.
    #[track_caller]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// A server with more than the defaults.
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder::default()
    }

    /// Where it listens, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port, as a proxy wants them.
    pub fn authority(&self) -> &str {
        self.url
            .split_once("://")
            .map_or(self.url.as_str(), |(_, authority)| authority)
    }

    /// Its data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Its process id; panics while it is down.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("the server runs").pid()
    }

    /// Everything it logged, from all its starts.
    pub fn log(&self) -> String {
        let mut log = self.earlier_logs.clone();
        if let Some(running) = &self.running {
            log.extend(running.stderr());
        }
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Another of the server's verbs on the same data directory and configuration.
    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation {
        let mut invocation = Invocation::new(
            binary_path(Binary::Server),
            environment::base(),
            self.directory.path().to_owned(),
        )
        .env("HOME", self.directory.path())
        // A test that wants pictures asks for them: they cost seconds.
        .env("HEIMDEX_SERVER_JOBS_THUMBNAILS", "false");
        for (name, value) in &self.builder.environment {
            invocation = invocation.env(name, value);
        }
        invocation
            .args(arguments)
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(self.config_args())
    }

    /// Kills it as `kill -9` does.
    #[track_caller]
    pub fn kill9(&mut self) {
        self.running.as_mut().expect("the server runs").kill9();
        self.keep_log();
    }

    /// Asks it to stop with SIGTERM and waits for the end.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        let status = self
            .running
            .as_mut()
            .expect("the server runs")
            .terminate(STOP_LIMIT);
        self.keep_log();
        status
    }

    /// Waits until it ended by itself, as at a failpoint.
    #[track_caller]
    pub fn wait_for_end(&mut self, limit: Duration) -> ExitStatus {
        let status = self.running.as_mut().expect("the server runs").wait(limit);
        self.keep_log();
        status
    }

    /// Starts it again on the same data and the same port; stops it first where it runs.
    #[track_caller]
    pub fn restart(&mut self) {
        if self.running.is_some() {
            self.terminate();
        }
        let authority = self.authority().to_owned();
        self.spawn(&authority);
    }

    /// Sets a variable for the next start, as to arm or disarm a failpoint.
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

    #[track_caller]
    fn spawn(&mut self, listen: &str) {
        let mut running = self
            .command(["serve", "--listen", listen])
            .args(&self.builder.arguments)
            .spawn();
        let url = wait_until(
            "the server's URL on its standard output",
            START_LIMIT,
            || {
                if let Some(status) = running.ended() {
                    panic!(
                        "the server ended with {status}:\n{}",
                        text_tail(&running.stderr())
                    );
                }
                first_line(&running.stdout()).ok_or_else(|| text_tail(&running.stderr()))
            },
        );
        assert!(
            url.starts_with("http://"),
            "the server's first line is no URL: `{url}`"
        );
        url.trim_end_matches('/').clone_into(&mut self.url);
        self.running = Some(running);
    }

    fn config_args(&self) -> Vec<OsString> {
        match self.builder.config {
            Some(_) => vec!["--config".into(), self.config_path().into()],
            None => Vec::new(),
        }
    }

    fn config_path(&self) -> PathBuf {
        self.directory.path().join("server.toml")
    }

    fn keep_log(&mut self) {
        if let Some(running) = self.running.take() {
            self.earlier_logs.extend(running.stderr());
        }
    }

    /// The directory that holds the data directory and the configuration.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            report(&text_tail(self.log().as_bytes()));
            return;
        }
        if self.running.is_some() {
            self.terminate();
        }
        let log = self.log();
        let panicked = log.lines().any(|line| line.contains("panicked at"));
        assert!(
            !panicked || self.builder.kept_panics,
            "the server panicked:\n{}",
            text_tail(log.as_bytes())
        );
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the test runner shows it beside the failure"
)]
fn report(log: &str) {
    eprintln!("--- log of the server\n{log}\n---");
}

fn first_line(stdout: &[u8]) -> Option<String> {
    let end = stdout.iter().position(|&byte| byte == b'\n')?;
    Some(String::from_utf8_lossy(&stdout[..end]).trim().to_owned())
}
