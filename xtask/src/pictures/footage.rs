//! Videos to show: made by ffmpeg, named and tagged as people do.

use anyhow::Result;

use super::paintings::{self, Layer};
use crate::demo::Stage;

/// A video: file, title, tags, card, when it was shot, seconds, and what it shows.
type Film = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    u32,
    fn() -> Vec<Layer>,
);

const FILMS: [Film; 14] = [
    (
        "A001C001.mp4",
        "Ferry leaving at first light",
        &["harbour", "dawn"],
        "A cam, day 1",
        "2026-11-21T06:12:00Z",
        8,
        paintings::ferry,
    ),
    (
        "A001C002.mp4",
        "Harbour, wide",
        &["harbour"],
        "A cam, day 1",
        "2026-11-21T06:40:00Z",
        14,
        paintings::harbour,
    ),
    (
        "A001C003.mp4",
        "Harbour master's office",
        &["harbour", "interview"],
        "A cam, day 1",
        "2026-11-21T08:05:00Z",
        31,
        paintings::office,
    ),
    (
        "A001C004.mp4",
        "Interview Okonkwo, take 1",
        &["interview"],
        "A cam, day 1",
        "2026-11-21T10:30:00Z",
        47,
        paintings::first_take,
    ),
    (
        "A001C005.mp4",
        "Interview Okonkwo, take 2",
        &["interview", "select"],
        "A cam, day 1",
        "2026-11-21T10:52:00Z",
        62,
        paintings::second_take,
    ),
    (
        "B001C001.mp4",
        "夜市、広角",
        &["market", "night"],
        "B cam, day 2",
        "2026-11-22T19:10:00Z",
        22,
        paintings::stalls,
    ),
    (
        "B001C002.mp4",
        "Night market, hands and steam",
        &["market", "night"],
        "B cam, day 2",
        "2026-11-22T19:24:00Z",
        18,
        paintings::steam,
    ),
    (
        "B001C003.mp4",
        "שוק לילה, מבט מלמעלה",
        &["market", "night"],
        "B cam, day 2",
        "2026-11-22T19:51:00Z",
        27,
        paintings::roofs,
    ),
    (
        "D001C001.mp4",
        "Crane over the yard",
        &["aerial"],
        "Drone",
        "2026-11-23T11:02:00Z",
        35,
        paintings::crane,
    ),
    (
        "D001C002.mp4",
        "River bend, slow turn",
        &["aerial", "select"],
        "Drone",
        "2026-11-23T11:20:00Z",
        41,
        paintings::river,
    ),
    (
        "D001C003.mp4",
        "Lighthouse, long lens",
        &["aerial", "dawn"],
        "Drone",
        "2026-11-23T11:44:00Z",
        12,
        paintings::lighthouse,
    ),
    (
        "A002C001.mp4",
        "Choir rehearsal, sound check",
        &["choir"],
        "A cam, day 3",
        "2026-11-24T17:00:00Z",
        53,
        paintings::sound_check,
    ),
    (
        "A002C002.mp4",
        "Choir, second verse",
        &["choir", "select"],
        "A cam, day 3",
        "2026-11-24T17:22:00Z",
        71,
        paintings::second_verse,
    ),
    (
        "A002C003.mp4",
        "Thanks to the crew",
        &[],
        "A cam, day 3",
        "2026-11-24T18:10:00Z",
        9,
        paintings::crew,
    ),
];

/// Makes the videos and sends them; two more wait on a card.
pub(super) fn make(stage: &Stage) -> Result<()> {
    for (file, title, tags, card, shot, seconds, picture) in FILMS {
        let picture = paintings::film(&picture());
        draw(stage, file, shot, seconds, &picture, &["-crf", "20"])?;
        let mut upload = vec!["upload", file, "--title", title, "--source", card];
        for tag in tags {
            upload.extend(["--tag", *tag]);
        }
        stage.heimdex(&upload)?;
    }
    stage.heimdex(&["upload", "A002C003.mp4", "--wait"])?;
    stage.sh("mkdir -p CARD_B/CLIP")?;
    let noise = "testsrc2=s=1920x1080:rate=25,noise=alls=60:allf=t";
    for (file, seconds) in [("C0012.mp4", 5), ("C0013.mp4", 3), ("C0014.mp4", 2)] {
        let path = format!("CARD_B/CLIP/{file}");
        draw(
            stage,
            &path,
            "2026-11-25T09:00:00Z",
            seconds,
            noise,
            &["-crf", "18"],
        )?;
    }
    Ok(())
}

/// Draws a video with ffmpeg.
fn draw(
    stage: &Stage,
    file: &str,
    shot: &str,
    seconds: u32,
    picture: &str,
    quality: &[&str],
) -> Result<()> {
    let (length, created) = (seconds.to_string(), format!("creation_time={shot}"));
    let mut arguments = vec!["-v", "error", "-f", "lavfi", "-i", picture, "-t", &length];
    arguments.extend(["-metadata", &created, "-pix_fmt", "yuv420p"]);
    arguments.extend(["-c:v", "libx264", "-preset", "ultrafast"]);
    arguments.extend(quality);
    arguments.push(file);
    stage.run("ffmpeg", &arguments)
}
