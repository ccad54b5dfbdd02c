//! `bench events`: what a thousand listeners cost on which nothing happens, and how soon they hear when something does.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::process::{Spent, mib};
use super::table;
use crate::keeper::{Directory, Owner};
use crate::say;

const ACCOUNTS: usize = 40;
const STREAMS_EACH: usize = 25;
const IDLE: Duration = Duration::from_mins(1);
const START_LIMIT: Duration = Duration::from_mins(1);
const LIMIT: Duration = Duration::from_secs(30);
/// Renames whose way to a listener is timed.
const ROUNDS: usize = 20;
const MEMORY_MOST: f64 = 50.0;
const PROCESSOR_MOST: f64 = 2.0;

pub(super) fn run(binaries: &Path) -> Result<()> {
    let directory = Directory::new("heimdex-bench", Owner::Us)?;
    let mut serve = Command::new(binaries.join("heimdex-server"));
    serve
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(directory.path().join("data"))
        .env("HEIMDEX_SERVER_LOG", "warn")
        .env("HEIMDEX_SERVER_HTTP_MAX_CONNECTIONS", "4096")
        // All of them come from here.
        .env("HEIMDEX_SERVER_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "4096");
    let mut server = directory.keep("TERM", &serve)?;
    let url = server.wait_for("the server's URL", START_LIMIT, |server| {
        let line = server
            .stdout()
            .split_once('\n')
            .map(|(line, _)| line.trim().to_owned());
        Ok(line)
    })?;
    let authority = url
        .strip_prefix("http://")
        .context("an http URL")?
        .to_owned();
    let tokens = (0..ACCOUNTS)
        .map(|number| {
            let body =
                json!({"email": format!("bench{number}@example.org"), "password": "a pass phrase"});
            let reply = ask(&authority, "POST", "/auth/register", "", &body)?;
            Ok(reply["access_token"]
                .as_str()
                .context("a token")?
                .to_owned())
        })
        .collect::<Result<Vec<_>>>()?;
    let process = server.process("heimdex-server")?;
    std::thread::sleep(Duration::from_secs(2));
    let before = mib(process, "VmRSS:")?;
    let mut streams = Vec::new();
    for token in &tokens {
        for _ in 0..STREAMS_EACH {
            streams.push(listen(&authority, token)?);
        }
    }
    std::thread::sleep(Duration::from_secs(3));
    let (before_idle, began) = (Spent::by(process)?, Instant::now());
    std::thread::sleep(IDLE);
    let used = Spent::by(process)?.since(&before_idle).0;
    let share = used / began.elapsed().as_secs_f64() * 100.0;
    let memory = mib(process, "VmRSS:")? - before;
    let first = streams.first_mut().context("a stream")?;
    let heard = heard(&authority, &tokens[0], first)?;
    drop(streams);
    server.end()?;
    let rows = [
        (
            "memory of all of them, MiB",
            format!("{memory:.1}"),
            format!("{MEMORY_MOST}"),
        ),
        (
            "part of a core, %",
            format!("{share:.2}"),
            format!("{PROCESSOR_MOST}"),
        ),
        (
            "a change is heard after, ms",
            table::spread(&heard),
            String::new(),
        ),
    ];
    say::out(&format!(
        "\n{} listeners of {ACCOUNTS} accounts, {} s on which nothing happens; {ROUNDS} changes.\n",
        ACCOUNTS * STREAMS_EACH,
        IDLE.as_secs()
    ));
    let rows = rows.map(|(what, figure, most)| vec![what.to_owned(), figure, most]);
    table::print(&["what", "figure", "at most"], &rows);
    ensure!(
        memory <= MEMORY_MOST && share <= PROCESSOR_MOST,
        "beyond what is promised"
    );
    Ok(())
}

/// Milliseconds from a change to its event.
fn heard(authority: &str, token: &str, stream: &mut BufReader<TcpStream>) -> Result<Vec<f64>> {
    let init = json!({"filename": "a.mp4", "mime_type": "video/mp4", "size_bytes": 5});
    let video = ask(authority, "POST", "/videos/upload/init", token, &init)?;
    let video = video["video_id"].as_str().context("a video")?.to_owned();
    next(stream)?;
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        // Longer than events in a row are gathered.
        std::thread::sleep(Duration::from_millis(100));
        let began = Instant::now();
        let title = json!({"title": round.to_string()});
        ask(
            authority,
            "PATCH",
            &format!("/videos/{video}"),
            token,
            &title,
        )?;
        next(stream)?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}

fn next(stream: &mut BufReader<TcpStream>) -> Result<()> {
    let mut line = String::new();
    while !line.starts_with("data:") {
        line.clear();
        ensure!(stream.read_line(&mut line)? > 0, "the stream ended");
    }
    Ok(())
}

/// Opens a stream and waits for its greeting.
fn listen(authority: &str, token: &str) -> Result<BufReader<TcpStream>> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(LIMIT))?;
    write!(
        stream,
        "GET /videos/events HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {token}\r\n\r\n"
    )?;
    let mut stream = BufReader::with_capacity(512, stream);
    let mut line = String::new();
    while !line.starts_with("id:") {
        line.clear();
        ensure!(stream.read_line(&mut line)? > 0, "no stream: {line}");
        ensure!(
            !line.starts_with("HTTP/1.1 4") && !line.starts_with("HTTP/1.1 5"),
            "{line}"
        );
    }
    Ok(stream)
}

/// One request on a connection of its own.
fn ask(authority: &str, method: &str, path: &str, token: &str, body: &Value) -> Result<Value> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let body = body.to_string();
    let authorization = if token.is_empty() {
        String::new()
    } else {
        format!("authorization: Bearer {token}\r\n")
    };
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nhost: {authority}\r\n{authorization}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    let (head, body) = reply.split_once("\r\n\r\n").context("a reply")?;
    ensure!(head.contains(" 20"), "{method} {path}: {head}: {body}");
    Ok(serde_json::from_str(body)?)
}
