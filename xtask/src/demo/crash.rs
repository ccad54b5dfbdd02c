//! The part of the demonstration that goes wrong: `kill -9` in mid-upload, and the same command again.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use super::Stage;
use crate::say;

/// The box that makes the video long: a player skips it, and it stays a valid MP4. 256 MiB, its length first.
const LENGTHEN: &str = r"head -c 268435448 /dev/urandom";

const NAME: &str = "sunrise-long.mp4";

const LIMIT: Duration = Duration::from_mins(2);

pub(super) fn killed_and_resumed(stage: &Stage, video: &Path) -> Result<()> {
    say::talk("\n# A longer one: the same video with 256 MiB of a box that players skip.");
    let source = crate::steps::quoted(&video.to_string_lossy());
    stage.sh(&format!(
        r"{{ cat {source}; printf '\020\000\000\000free'; {LENGTHEN}; }} >{NAME}"
    ))?;

    say::talk(
        "\n# It is killed in the middle, as by a crash, and goes on with the parts that are stored.",
    );
    let before = stage.stored();
    let quarter = stage.size_of(NAME)? / 4;
    let mut upload = stage.start(&["upload", NAME])?;
    wait_for_bytes(stage, &mut upload, before + quarter)?;
    say::command(&format!("kill -9 {}", upload.id()));
    upload.kill()?;
    let status = upload.wait()?;
    ensure!(
        status.signal().is_some(),
        "the upload ended before it was killed ({status})"
    );

    stage.heimdex(&["queue"])?;
    stage.heimdex(&["upload", NAME, "--wait"])?;
    stage.heimdex(&["list"])?;
    let videos = stage.videos()?;
    let same = videos
        .iter()
        .filter(|video| video["filename"] == NAME)
        .count();
    ensure!(same == 1, "`{NAME}` is {same} times in the catalog");
    let id = stage.id_of(NAME)?;
    stage.heimdex(&["download", &id, "-o", "long-back.mp4"])?;
    stage.run("cmp", &[NAME, "long-back.mp4"])
}

fn wait_for_bytes(stage: &Stage, upload: &mut Child, bytes: u64) -> Result<()> {
    let started = Instant::now();
    while stage.stored() < bytes {
        if let Some(status) = upload.try_wait()? {
            bail!("the upload ended before it could be killed ({status})");
        }
        if started.elapsed() > LIMIT {
            // Killed all the same: nothing of ours stays behind.
            upload.kill()?;
            upload.wait()?;
            bail!(
                "a quarter of the file is not stored after {} s",
                LIMIT.as_secs()
            );
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
