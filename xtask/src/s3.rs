//! `cargo xtask s3`: a throw-away SeaweedFS with its S3 service on the loopback interface, for as long as somebody holds
//! it: the foreign store that tests run against.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result};
use fs_err as fs;

use crate::keeper::{Directory, Kept, Owner};
use crate::workspace::Workspace;
use crate::{packages, say, steps};

const START_LIMIT: Duration = Duration::from_mins(1);
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 3;

/// The variable that tests find it by.
pub(crate) const VARIABLE: &str = "HEIMDEX_TEST_S3_URL";

/// Known to everybody, and good for nothing but a store that is gone with the tests.
const ACCESS_KEY: &str = "heimdextests00000001";
const SECRET_KEY: &str = "heimdextestssecret000000000000000000001";

/// Each part of SeaweedFS listens for itself, and once more for the others.
const LISTENERS: [&str; 8] = [
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
];

pub(crate) fn run(workspace: &Workspace, command: &[OsString]) -> Result<ExitCode> {
    let store = Store::start(&packages::seaweedfs(workspace)?)?;
    if let Some((program, arguments)) = command.split_first() {
        let mut command = Command::new(program);
        let status = steps::status(command.args(arguments).env(VARIABLE, store.url()))?;
        return Ok(steps::exit_code(status));
    }
    say::talk("Runs until Ctrl-C. For the tests:");
    say::out(&format!("export {VARIABLE}={}", store.url()));
    // Ctrl-C ends this process in mid-read, and the end of the input ends it too.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(ExitCode::SUCCESS)
}

/// A running store; it is gone with this value, or with this process.
#[derive(Debug)]
pub(crate) struct Store {
    _kept: Kept,
    url: String,
}

impl Store {
    /// Starts one and waits until it answers. Buckets come into being with their first object.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut last = None;
        // The ports are free when they are chosen; another process may take one before it does.
        for _ in 0..ATTEMPTS {
            match Self::attempt(program) {
                Ok(store) => return Ok(store),
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no attempt was made")?).context("cannot start SeaweedFS")
    }

    /// Where it listens, its key and secret in the place of a user and a password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn attempt(program: &Path) -> Result<Self> {
        let directory = Directory::new("heimdex-seaweedfs", Owner::Us)?;
        let data = directory.path().join("data");
        fs::create_dir(&data)?;
        let keys = directory.path().join("s3.json");
        fs::write(&keys, identities())?;
        let ports = free_ports()?;
        let mut weed = Command::new(program);
        weed.arg("server").args(SETTINGS);
        weed.arg(format!("-dir={}", data.display()));
        weed.arg(format!("-s3.config={}", keys.display()));
        for (listener, port) in LISTENERS.iter().zip(ports) {
            weed.arg(format!("-{listener}={port}"));
        }
        let s3 = ports[6];
        let mut kept = directory.keep("INT", &weed)?;
        kept.wait_for("SeaweedFS's answer", START_LIMIT, |_| {
            Ok(answers(s3).then_some(()))
        })?;
        Ok(Self {
            _kept: kept,
            url: format!("http://{ACCESS_KEY}:{SECRET_KEY}@127.0.0.1:{s3}"),
        })
    }
}

/// Small volumes, so that there is room for many buckets; nothing is told to anybody, and nothing else listens.
const SETTINGS: [&str; 9] = [
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-volume.max=0",
    "-master.volumeSizeLimitMB=128",
    "-master.telemetry=false",
    "-filer",
    "-s3",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
];

fn identities() -> String {
    serde_json::json!({
        "identities": [{
            "name": "tests",
            "credentials": [{ "accessKey": ACCESS_KEY, "secretKey": SECRET_KEY }],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }]
    })
    .to_string()
}

/// All held at once, so that they differ.
fn free_ports() -> Result<[u16; LISTENERS.len()]> {
    let mut ports = [0; LISTENERS.len()];
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// Whether the S3 service says anything: to whom it does not know it says no.
fn answers(port: u16) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    ask().is_ok_and(|answer| &answer == b"HTTP/1.1 403")
}
