//! `bench catalog`: how fast a large library is listed, by the real server over loopback, on both databases.

pub(in crate::bench) mod client;
mod figures;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::keeper::{Directory, Kept, Owner};
use crate::pg::Cluster;
use crate::seed::{self, EMAIL, PASSWORD, Place, Random};
use crate::{packages, say};

use client::Client;
use figures::{Figures, table};

const START_LIMIT: Duration = Duration::from_mins(1);
/// What the two ways of turning pages are held to, at the 99th percentile.
const PAGE_LIMIT: Duration = Duration::from_millis(10);
/// Requests before anything is measured.
const WARM_UP: u64 = 50;
/// Requests that are measured, of each kind.
const REQUESTS: u64 = 1_000;
const BY_OFFSET: &str = "page of 50 by offset";
const BY_CURSOR: &str = "page of 50 by cursor";
const BACKWARDS: &str = "page of 50 by cursor, backwards";

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// How many videos the library has.
    pub(crate) videos: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { videos: 10_000 }
    }
}

pub(super) fn run(binaries: &Path, plan: &Plan) -> Result<()> {
    packages::ensure(&[packages::POSTGRES, packages::SQLITE])?;
    let binary = binaries.join("heimdex-server");
    let cluster = Cluster::start()?;
    let mut all = Vec::new();
    for engine in ["sqlite", "postgres"] {
        let directory = Directory::new("heimdex-bench", Owner::Us)?;
        let data_dir = directory.path().join("data");
        let place = match engine {
            "sqlite" => Place::Sqlite(data_dir),
            _ => Place::Postgres(data_dir, cluster.url().to_owned()),
        };
        seed::fill(&binary, &place, plan.videos)?;
        let mut serve = place.server(
            &binary,
            &["serve", "--listen", "127.0.0.1:0", "--no-worker"],
        );
        serve.env("HEIMDEX_SERVER_LOG", "warn");
        let mut server = directory.keep("TERM", &serve)?;
        let measured = measure(engine, &mut server, plan.videos)?;
        all.extend(measured);
        server.end()?;
    }
    say::out(&table(&all));
    let slow: Vec<String> = all
        .iter()
        .filter(|figures| [BY_OFFSET, BY_CURSOR, BACKWARDS].contains(&figures.what))
        .filter(|figures| figures.percentile(99) > PAGE_LIMIT)
        .map(|figures| format!("{}, {}", figures.engine, figures.what))
        .collect();
    ensure!(
        slow.is_empty(),
        "the 99th percentile is beyond {} ms: {}",
        PAGE_LIMIT.as_millis(),
        slow.join("; ")
    );
    Ok(())
}

fn measure(engine: &'static str, server: &mut Kept, videos: u64) -> Result<Vec<Figures>> {
    let url = server.wait_for("the server's URL", START_LIMIT, |server| {
        let line = server
            .stdout()
            .split_once('\n')
            .map(|(line, _)| line.trim().to_owned());
        Ok(line)
    })?;
    let mut client = Client::connect(&url)?;
    client.login(EMAIL, PASSWORD)?;
    let newest = page(&client.get("/videos?limit=1")?)?;
    let total = newest["total"].as_u64().context("a total")?;
    let card = newest["videos"][0]["source"].as_str();
    let card = card.context("the newest video's card")?.replace(' ', "+");
    ensure!(
        total > 0 && total <= videos,
        "{total} of {videos} videos are listed"
    );
    let mut random = Random::new(1);
    let mut figures = Vec::new();
    let mut timed = |what, mut path: Box<dyn FnMut() -> String>| -> Result<()> {
        let mut times = Vec::new();
        for number in 0..WARM_UP + REQUESTS {
            let path = path();
            let begun = Instant::now();
            client.get(&path)?;
            if number >= WARM_UP {
                times.push(begun.elapsed());
            }
        }
        figures.push(Figures::new(engine, what, times));
        Ok(())
    };
    timed(
        BY_OFFSET,
        Box::new(move || format!("/videos?limit=50&offset={}", random.below(total))),
    )?;
    for (what, query) in [
        ("the newest with a tag", "tag=harbour"),
        ("the failed", "state=failed"),
        ("by a word of the title", "q=harbour"),
        ("the longest", "sort=duration_s"),
        ("of a card", &format!("source={card}")),
        (
            "of one camera, shot last year",
            "camera=fx6&captured_since=2025-01-01T00:00:00Z&captured_until=2026-01-01T00:00:00Z",
        ),
    ] {
        let path = format!("/videos?limit=50&{query}");
        timed(what, Box::new(move || path.clone()))?;
    }
    let mut client = Client::connect(&url)?;
    client.login(EMAIL, PASSWORD)?;
    figures.push(turned(&mut client, engine, BY_CURSOR, "next_cursor")?);
    figures.push(turned(&mut client, engine, BACKWARDS, "prev_cursor")?);
    Ok(figures)
}

/// Turns pages from one end to the other, again and again.
fn turned(
    client: &mut Client,
    engine: &'static str,
    what: &'static str,
    cursor: &str,
) -> Result<Figures> {
    let first = "/videos?limit=50".to_owned();
    let start = if cursor == "next_cursor" {
        first
    } else {
        // The last page is where the way back begins.
        let mut path = first;
        while let Some(next) = next(client, &path, "next_cursor")?.1 {
            path = next;
        }
        path
    };
    let mut times = Vec::new();
    let mut path = start.clone();
    for number in 0..WARM_UP + REQUESTS {
        let (time, next) = next(client, &path, cursor)?;
        if number >= WARM_UP {
            times.push(time);
        }
        path = next.unwrap_or_else(|| start.clone());
    }
    Ok(Figures::new(engine, what, times))
}

/// How long a page took, and where the next one is.
fn next(client: &mut Client, path: &str, cursor: &str) -> Result<(Duration, Option<String>)> {
    let begun = Instant::now();
    let reply = client.get(path)?;
    let time = begun.elapsed();
    let next = page(&reply)?[cursor]
        .as_str()
        .map(|cursor| format!("/videos?limit=50&cursor={cursor}"));
    Ok((time, next))
}

fn page(reply: &[u8]) -> Result<Value> {
    serde_json::from_slice(reply).context("a page of videos")
}
