//! Videos to show: made by ffmpeg, named and tagged as people do.

use anyhow::Result;

use crate::demo::Stage;

/// A video: file, title, tags, card, when it was shot, seconds, and what ffmpeg draws.
type Film = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    u32,
    &'static str,
);

const FILMS: [Film; 14] = [
    (
        "A001C001.mp4",
        "Ferry leaving at first light",
        &["harbour", "dawn"],
        "A cam, day 1",
        "2026-11-21T06:12:00Z",
        8,
        "gradients=c0=0x1b2a49:c1=0xf2a65a:c2=0xf7d9a1:nb_colors=3:speed=0.01",
    ),
    (
        "A001C002.mp4",
        "Harbour, wide",
        &["harbour"],
        "A cam, day 1",
        "2026-11-21T06:40:00Z",
        14,
        "gradients=c0=0x0b3954:c1=0xbfd7ea:nb_colors=2:speed=0.01",
    ),
    (
        "A001C003.mp4",
        "Harbour master's office",
        &["harbour", "interview"],
        "A cam, day 1",
        "2026-11-21T08:05:00Z",
        31,
        "gradients=c0=0x3d2b1f:c1=0xd9ae94:nb_colors=2:speed=0.01",
    ),
    (
        "A001C004.mp4",
        "Interview Okonkwo, take 1",
        &["interview"],
        "A cam, day 1",
        "2026-11-21T10:30:00Z",
        47,
        "mandelbrot=s=640x360:rate=25",
    ),
    (
        "A001C005.mp4",
        "Interview Okonkwo, take 2",
        &["interview", "select"],
        "A cam, day 1",
        "2026-11-21T10:52:00Z",
        62,
        "gradients=c0=0x264653:c1=0x2a9d8f:c2=0xe9c46a:nb_colors=3:speed=0.01",
    ),
    (
        "B001C001.mp4",
        "夜市、広角",
        &["market", "night"],
        "B cam, day 2",
        "2026-11-22T19:10:00Z",
        22,
        "gradients=c0=0x10002b:c1=0xe0aaff:c2=0xff6d00:nb_colors=3:speed=0.02",
    ),
    (
        "B001C002.mp4",
        "Night market, hands and steam",
        &["market", "night"],
        "B cam, day 2",
        "2026-11-22T19:24:00Z",
        18,
        "gradients=c0=0x370617:c1=0xf48c06:nb_colors=2:speed=0.02",
    ),
    (
        "B001C003.mp4",
        "שוק לילה, מבט מלמעלה",
        &["market", "night"],
        "B cam, day 2",
        "2026-11-22T19:51:00Z",
        27,
        "cellauto=s=640x360:rule=110",
    ),
    (
        "D001C001.mp4",
        "Crane over the yard",
        &["aerial"],
        "Drone",
        "2026-11-23T11:02:00Z",
        35,
        "gradients=c0=0x606c38:c1=0xfefae0:nb_colors=2:speed=0.01",
    ),
    (
        "D001C002.mp4",
        "River bend, slow turn",
        &["aerial", "select"],
        "Drone",
        "2026-11-23T11:20:00Z",
        41,
        "gradients=c0=0x003049:c1=0x669bbc:c2=0xfdf0d5:nb_colors=3:speed=0.01",
    ),
    (
        "D001C003.mp4",
        "Lighthouse, long lens",
        &["aerial", "dawn"],
        "Drone",
        "2026-11-23T11:44:00Z",
        12,
        "gradients=c0=0x22223b:c1=0xf2e9e4:nb_colors=2:speed=0.01",
    ),
    (
        "A002C001.mp4",
        "Choir rehearsal, sound check",
        &["choir"],
        "A cam, day 3",
        "2026-11-24T17:00:00Z",
        53,
        "testsrc2=s=640x360:rate=25",
    ),
    (
        "A002C002.mp4",
        "Choir, second verse",
        &["choir", "select"],
        "A cam, day 3",
        "2026-11-24T17:22:00Z",
        71,
        "gradients=c0=0x5f0f40:c1=0xfb8b24:nb_colors=2:speed=0.01",
    ),
    (
        "A002C003.mp4",
        "Thanks to the crew",
        &[],
        "A cam, day 3",
        "2026-11-24T18:10:00Z",
        9,
        "life=s=320x180:mold=10:ratio=0.2:death_color=0x4cc9f0:life_color=0xf72585",
    ),
];

/// Makes the videos and sends them; two more wait on a card.
pub(super) fn make(stage: &Stage) -> Result<()> {
    for (file, title, tags, card, shot, seconds, picture) in FILMS {
        draw(stage, file, shot, seconds, picture, &["-crf", "30"])?;
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
