//! One large file and many small ones, up and down over loopback, beside what the disk alone takes (`cp` and `sync`) and
//! what `curl` takes for one PUT of the same bytes to the same server.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use super::measure::{Measured, measure};
use super::table;
use crate::demo::Stage;
use crate::{environment, say};

/// How much is moved, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The large file, in MiB.
    pub(crate) mib: u64,
    /// How many small files of 256 KiB.
    pub(crate) small: u64,
    /// Rounds that count; one more comes first and does not.
    pub(crate) rounds: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            mib: 2048,
            small: 2000,
            rounds: 3,
        }
    }
}

const EMAIL: &str = "bench@example.org";
const LARGE: &str = "large.mov";
const SMALL_BYTES: u64 = 256 << 10;

/// One thing that is measured, in every round.
struct Row {
    name: &'static str,
    rounds: Vec<Measured>,
}

pub(super) fn run(binaries: &Path, plan: &Plan) -> Result<()> {
    let stage = Stage::open(binaries)?;
    stage.sh("echo 'a pass phrase for measurements' >password")?;
    let url = stage.url();
    stage.sh(&format!(
        "heimdex register {EMAIL} --server {url} --password-stdin <password"
    ))?;
    append_random(&stage.home().join(LARGE), plan.mib << 20)?;
    let mut rows: Vec<Row> = Vec::new();
    for round in 0..=plan.rounds {
        say::talk(&format!("\n# Round {round} of {}.", plan.rounds));
        let measured = one_round(&stage, plan, round)?;
        // The first round warms memory and disk, and counts for nothing.
        if round > 0 {
            keep(&mut rows, measured);
        }
    }
    stage.close()?;
    print(plan, &rows);
    Ok(())
}

fn one_round(stage: &Stage, plan: &Plan, round: u64) -> Result<Vec<(&'static str, Measured)>> {
    let mut done = Vec::new();
    // One byte more a round: a file of a known size would be hashed for a look-up first.
    append_random(&stage.home().join(LARGE), 1)?;
    stage.sh(&format!("cat {LARGE} >/dev/null && sync"))?;
    let shell = |line: &str| {
        let mut command = stage.command("sh");
        command.args(["-c", line]);
        measure(&mut command, stage.server_process()?)
    };
    done.push((
        "cp and sync",
        shell(&format!("cp {LARGE} copy && sync copy"))?,
    ));
    stage.sh("rm copy")?;

    done.push(("heimdex upload", heimdex(stage, &["upload", LARGE])?));
    // What the server does afterwards (reading back) is not part of the next measurement.
    stage.heimdex(&["upload", LARGE, "--wait", "--quiet"])?;
    let id = stage.id_of_size(fs::metadata(stage.home().join(LARGE))?.len())?;
    done.push((
        "heimdex download",
        heimdex(stage, &["download", &id, "-o", "back"])?,
    ));
    stage.run("cmp", &[LARGE, "back"])?;
    stage.sh("rm back")?;
    if environment::find_program("curl").is_some() {
        done.push(("curl, one PUT", curl(stage)?));
    }
    let card = format!("card-{round}");
    small_files(&stage.home().join(&card), plan.small)?;
    done.push((
        "small: cp and sync",
        shell(&format!("cp -r {card} copy && sync"))?,
    ));
    stage.sh("rm -r copy")?;
    done.push(("small: heimdex upload", heimdex(stage, &["upload", &card])?));
    stage.heimdex(&["upload", &card, "--wait", "--quiet"])?;
    stage.sh(&format!("rm -r {card}"))?;
    Ok(done)
}

fn heimdex(stage: &Stage, arguments: &[&str]) -> Result<Measured> {
    let mut command = stage.command("heimdex");
    command.args(arguments).stdout(Stdio::null());
    say::command(&crate::steps::typed(&command));
    measure(&mut command, stage.server_process()?)
}

/// One PUT as clients of the original do it: init, the bytes, complete. Only the PUT is measured. The URL goes through a
/// file: it is a secret.
fn curl(stage: &Stage) -> Result<Measured> {
    let size = fs::metadata(stage.home().join(LARGE))?.len();
    let url = stage.url();
    stage.sh(&format!(
        r#"heimdex token create bench-$$ --scope write | sed 's/^/header = "Authorization: Bearer /; s/$/"/' >auth
        curl -sS --fail -K auth {url}/videos/upload/init -H 'content-type: application/json' \
        -d '{{"filename":"put.mov","mime_type":"video/quicktime","size_bytes":{size}}}' >init.json
        sed -E 's/.*"upload_url":"([^"]*)".*/url = "\1"/' init.json >put"#
    ))?;
    let mut command = stage.command("curl");
    command.args([
        "-sS",
        "--fail",
        "-K",
        "put",
        "-H",
        "Content-Type:",
        "-T",
        LARGE,
    ]);
    let measured = measure(&mut command, stage.server_process()?)?;
    let init: serde_json::Value =
        serde_json::from_slice(&fs::read(stage.home().join("init.json"))?)?;
    let id = init["video_id"].as_str().context("init names a video")?;
    stage.heimdex(&["rm", id, "--yes"])?;
    Ok(measured)
}

fn small_files(directory: &Path, count: u64) -> Result<()> {
    fs::create_dir(directory)?;
    for number in 0..count {
        append_random(&directory.join(format!("C{number:04}.MXF")), SMALL_BYTES)?;
    }
    Ok(())
}

fn append_random(path: &Path, bytes: u64) -> Result<()> {
    let mut random = fs::File::open("/dev/urandom")?.take(bytes);
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    let copied = std::io::copy(&mut random, &mut file)?;
    ensure!(copied == bytes, "`{}` is short", path.display());
    Ok(())
}

fn keep(rows: &mut Vec<Row>, measured: Vec<(&'static str, Measured)>) {
    for (name, measured) in measured {
        match rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.rounds.push(measured),
            None => rows.push(Row {
                name,
                rounds: vec![measured],
            }),
        }
    }
}

fn print(plan: &Plan, rows: &[Row]) {
    say::out(&format!(
        "\n{} MiB in one file, {} files of 256 KiB; medians of {} rounds.\n",
        plan.mib, plan.small, plan.rounds
    ));
    let figures =
        |row: &Row, of: fn(&Measured) -> f64| -> Vec<f64> { row.rounds.iter().map(of).collect() };
    let wall = |name: &str| {
        let row = rows.iter().find(|row| row.name == name)?;
        Some(table::median(&figures(row, |measured| measured.wall_s)))
    };
    let lines = rows.iter().map(|row| {
        let base = if row.name.starts_with("small") {
            wall("small: cp and sync")
        } else {
            wall("cp and sync")
        };
        let walls = figures(row, |measured| measured.wall_s);
        let ratio = base.map_or(f64::NAN, |base| table::median(&walls) / base);
        let median = |of| table::median(&figures(row, of));
        vec![
            row.name.to_owned(),
            table::spread(&walls),
            format!("{ratio:.2}"),
            format!("{:.2}", median(|measured| measured.client.cpu_s)),
            format!("{:.0}", median(|measured| measured.client.peak_mib)),
            format!("{:.2}", median(|measured| measured.server.cpu_s)),
            format!("{:.0}", median(|measured| measured.server.peak_mib)),
        ]
    });
    table::print(
        &[
            "what",
            "wall s",
            "/ (cp and sync)",
            "client CPU s",
            "client peak MiB",
            "server CPU s",
            "server peak MiB",
        ],
        &lines.collect::<Vec<_>>(),
    );
}
