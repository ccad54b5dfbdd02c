//! `cargo xtask pg`: a throw-away PostgreSQL on the loopback interface, for as long as somebody holds it.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::keeper::{Directory, Kept, Owner};
use crate::{packages, say, steps};

const START_LIMIT: Duration = Duration::from_mins(1);
const ATTEMPTS: usize = 3;

pub(crate) fn run(command: &[OsString]) -> Result<ExitCode> {
    packages::ensure(&[packages::POSTGRES])?;
    let cluster = Cluster::start()?;
    if let Some((program, arguments)) = command.split_first() {
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
    _kept: Kept,
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
        let directory = Directory::new("heimdex-postgres", Owner::Postgres)?;
        let data = directory.path().join("data");
        initialise(programs, &data)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut postgres = Command::new(programs.join("postgres"));
        postgres.arg("-D").arg(data).args(settings(port));
        let mut kept = directory.keep("INT", &postgres)?;
        kept.wait_for("PostgreSQL's answer", START_LIMIT, |_| {
            Ok(answers(programs, port)?.then_some(()))
        })?;
        Ok(Self {
            _kept: kept,
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
        })
    }
}

fn initialise(programs: &Path, data: &Path) -> Result<()> {
    let output = Owner::Postgres
        .command(programs.join("initdb"))
        .arg("--pgdata")
        .arg(data)
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ])
        .args(["--no-sync", "--no-instructions"])
        .current_dir("/")
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

fn answers(programs: &Path, port: u16) -> Result<bool> {
    let status = Command::new(programs.join("pg_isready"))
        .args([
            "--quiet",
            "--host=127.0.0.1",
            "--username=postgres",
            &format!("--port={port}"),
        ])
        .status()
        .context("cannot start pg_isready")?;
    Ok(status.success())
}
