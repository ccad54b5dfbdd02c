//! `cargo xtask demo`: builds and runs the main job, as commands a person can repeat.
//!
//! Everything happens in one directory, which is the home of a person who has just met Heimdex. It is gone afterwards.

mod crash;
mod stage;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;
use crate::{build, say};
pub(crate) use stage::Stage;

/// The video that ships in the repository.
const VIDEO: &str = "docs/demo/sunrise.mp4";

const EMAIL: &str = "demo@example.org";

pub(crate) fn run(workspace: &Workspace, file: Option<&Path>) -> Result<ExitCode> {
    let shipped = workspace.root().join(VIDEO);
    let video = match file {
        Some(file) => file
            .canonicalize()
            .with_context(|| format!("`{}`", file.display()))?,
        None => shipped.clone(),
    };
    build::binaries(workspace)?;
    let began = Instant::now();

    say::talk("\n# A home that is gone afterwards, and a server with nothing set up.");
    let stage = Stage::open(&workspace.binaries())?;
    account(&stage)?;
    one_video(&stage, &video)?;
    crash::killed_and_resumed(&stage, &shipped)?;
    stage.close()?;

    let seconds = began.elapsed().as_secs_f64();
    say::talk(&format!(
        "\nDone in {seconds:.1} s: up, verified, listed, and down again, bytes equal."
    ));
    Ok(ExitCode::SUCCESS)
}

fn account(stage: &Stage) -> Result<()> {
    say::talk("\n# An account.");
    stage.sh("echo 'a pass phrase for one demonstration' >password")?;
    let server = stage.url();
    stage.sh(&format!(
        "heimdex register {EMAIL} --server {server} --password-stdin <password"
    ))
}

/// One video goes up, is read back and compared by the server, and comes down again.
fn one_video(stage: &Stage, video: &Path) -> Result<()> {
    say::talk("\n# A video goes up, is verified and probed by the server, and comes back.");
    let name = stage.copy_in(video)?;
    stage.heimdex(&[
        "upload",
        &name,
        "--tag",
        "demo",
        "--source",
        "A cam, day 1",
        "--wait",
    ])?;
    stage.heimdex(&["list"])?;
    let id = stage.id_of(&name)?;
    stage.heimdex(&["show", &id])?;
    stage.heimdex(&["download", &id, "-o", "back.mp4"])?;
    stage.run("cmp", &[&name, "back.mp4"])?;
    say::talk("\n# The same command again finds that there is nothing to do.");
    stage.heimdex(&["upload", &name])?;
    ensure!(
        stage.videos()?.len() == 1,
        "one video was sent twice, and there is not one"
    );
    Ok(())
}
