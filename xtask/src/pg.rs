//! `cargo xtask pg`: a throw-away PostgreSQL on the loopback interface, for as long as somebody holds it.
//!
//! A small shell keeps the cluster and reads a pipe from us. However we end (Ctrl-C, `kill -9`, a panic), the pipe closes,
//! and the shell stops the cluster and removes it: nothing is left behind, and no signal has to be handled.

use std::ffi::OsString;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fs_err as fs;

use crate::packages;
use crate::workspace::Workspace;
use crate::{say, steps};

const START_LIMIT: Duration = Duration::from_mins(1);
const ATTEMPTS: usize = 3;

/// What the shell does: `$1` programs, `$2` directory, the rest are the arguments of `postgres`.
const KEEPER: &str = r#"
bin=$1; directory=$2; shift 2
"$bin/postgres" -D "$directory/data" "$@" >"$directory/log" 2>&1 </dev/null &
postgres=$!
cat >/dev/null
kill -INT "$postgres" 2>/dev/null
wait "$postgres"
rm -rf "$directory"
"#;

/// Starts a throw-away PostgreSQL, and runs a command with `HEIMDEX_TEST_PG_URL` set, or waits for Ctrl-C.
#[derive(Debug, clap::Args)]
pub(crate) struct PgArgs {
    /// The command, as in `cargo xtask pg cargo nextest run -p heimdex-server`; without one the URL is printed.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

pub(crate) fn run(_: &Workspace, args: &PgArgs) -> Result<ExitCode> {
    packages::ensure()?;
    let cluster = Cluster::start()?;
    if let Some((program, arguments)) = args.command.split_first() {
        let mut command = Command::new(program);
        let status = steps::status(
            command
                .args(arguments)
                .env("HEIMDEX_TEST_PG_URL", cluster.url()),
        )?;
        return Ok(steps::exit_code(status));
    }
    say::talk("Runs until Ctrl-C. For the tests:");
    say::out(&format!("export HEIMDEX_TEST_PG_URL={}", cluster.url()));
    // Ctrl-C ends this process in mid-read, and the end of the input ends it too.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(ExitCode::SUCCESS)
}

/// A running cluster; it is gone with this value, or with this process.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    url: String,
}

impl Cluster {
    /// Makes a cluster and waits until it answers.
    pub(crate) fn start() -> Result<Self> {
        let programs = packages::postgres_programs().context("there is no PostgreSQL here")?;
        let mut last = None;
        // The port is free when it is chosen; another process may take it before PostgreSQL does.
        for _ in 0..ATTEMPTS {
            match Self::attempt(&programs) {
                Ok(cluster) => return Ok(cluster),
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no attempt was made")?).context("cannot start PostgreSQL")
    }

    /// Where it listens: a superuser without a password, on the loopback interface.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn attempt(programs: &Path) -> Result<Self> {
        let directory = Directory::new()?;
        initialise(programs, &directory.path)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut keeper = as_owner("sh")
            .args(["-c", KEEPER, "postgres-keeper"])
            .args([programs, &directory.path])
            .args(settings(port))
            .current_dir(&directory.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Its own group: Ctrl-C in a terminal is for us, and the keeper sees that we are gone.
            .process_group(0)
            .spawn()
            .context("cannot start a shell")?;
        let log = directory.path.join("log");
        // From here on the shell removes the directory.
        directory.keep();
        if let Err(error) = wait_until_it_answers(programs, &mut keeper, port) {
            let log = fs::read_to_string(log).unwrap_or_default();
            drop(keeper.stdin.take());
            keeper.wait()?;
            bail!("{error}\n{log}");
        }
        Ok(Self {
            keeper,
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing to be done about a shell that cannot be waited for: it ends by itself.
        let _ = self.keeper.wait();
    }
}

/// A directory that belongs to whoever runs PostgreSQL, removed unless it is handed on.
struct Directory {
    path: PathBuf,
    kept: bool,
}

impl Directory {
    fn new() -> Result<Self> {
        // Made by the owner itself: PostgreSQL refuses root, and `postgres` could not remove a directory of root's.
        let output = as_owner("mktemp")
            .args(["-d", "-t", "heimdex-postgres-XXXXXXXX"])
            .stdin(Stdio::null())
            .output()
            .context("cannot start mktemp")?;
        if !output.status.success() {
            bail!("mktemp: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let path = String::from_utf8(output.stdout).context("the temporary directory's name")?;
        Ok(Self {
            path: path.trim_end().into(),
            kept: false,
        })
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn initialise(programs: &Path, directory: &Path) -> Result<()> {
    let output = as_owner(programs.join("initdb"))
        .arg("--pgdata")
        .arg(directory.join("data"))
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ])
        .args(["--no-sync", "--no-instructions"])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .context("cannot start initdb")?;
    if !output.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Durable nowhere, and room for many tests at once.
fn settings(port: u16) -> impl Iterator<Item = String> {
    [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        "fsync=off".to_owned(),
        "synchronous_commit=off".to_owned(),
        "full_page_writes=off".to_owned(),
        "max_connections=400".to_owned(),
        "shared_buffers=64MB".to_owned(),
    ]
    .into_iter()
    .flat_map(|setting| ["-c".to_owned(), setting])
}

/// A command run by who may run PostgreSQL: the user `postgres` where we are root, else ourselves.
fn as_owner(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "--",
        ])
        .arg(program)
        .env("HOME", "/nonexistent");
    command
}

fn wait_until_it_answers(programs: &Path, keeper: &mut Child, port: u16) -> Result<()> {
    let started = Instant::now();
    loop {
        let answers = Command::new(programs.join("pg_isready"))
            .args([
                "--quiet",
                "--host=127.0.0.1",
                "--username=postgres",
                &format!("--port={port}"),
            ])
            .status()
            .context("cannot start pg_isready")?;
        if answers.success() {
            return Ok(());
        }
        if let Some(status) = keeper.try_wait()? {
            bail!("PostgreSQL ended ({status})");
        }
        if started.elapsed() > START_LIMIT {
            bail!(
                "PostgreSQL does not answer after {} s",
                START_LIMIT.as_secs()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
