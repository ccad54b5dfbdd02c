//! Pictures, by the real ffmpeg in its cage: of films of many kinds, of none, and by programs that are no ffmpeg.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use heimdex_api::{JobState, VideoState};
use heimdex_process::clock::{Clock, ManualClock};
use heimdex_server::jobs::pictures::{self, Subject};
use heimdex_server::jobs::{Janitor, JobContext, Progress, cage::Cage};
use heimdex_server::objects::ObjectKey;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::backends::TestDatabase;
use crate::uploads::server::Server;
use crate::uploads::uploaded;

const WANTED: (&str, &str) = ("HEIMDEX_SERVER_JOBS_THUMBNAILS", "true");

/// Where ffmpeg is looked for.
#[expect(
    clippy::disallowed_methods,
    reason = "the server gets the test's own PATH, as from its environment"
)]
fn search_path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap()
}

/// A film by ffmpeg, of this name.
fn film(directory: &TempDir, name: &str, arguments: &str) -> Vec<u8> {
    let path = directory.path().join(name);
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .arg(&path)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{arguments}");
    fs_err::read(path).unwrap()
}

/// Width, height and mean of a picture, by ffmpeg.
fn decoded(picture: &[u8]) -> (usize, usize, f64) {
    let frame = pixels(picture);
    let sum: f64 = frame.pixels().iter().map(|value| f64::from(*value)).sum();
    let count = u32::try_from(frame.pixels().len()).unwrap();
    (frame.width(), frame.height(), sum / f64::from(count))
}

/// A picture, by ffmpeg.
fn pixels(picture: &[u8]) -> pictures::Frame {
    assert_eq!(
        (&picture[..4], &picture[8..12]),
        (&b"RIFF"[..], &b"WEBP"[..])
    );
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("picture.webp");
    fs_err::write(&path, picture).unwrap();
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(&path)
        .args([
            "-pix_fmt",
            "rgb24",
            "-f",
            "image2pipe",
            "-c:v",
            "ppm",
            "pipe:1",
        ])
        .output()
        .unwrap();
    pictures::Frame::from_ppm(&output.stdout).unwrap()
}

/// What became of a video and of its job.
struct Made {
    video: Value,
    state: JobState,
    sentence: Option<String>,
}

async fn made(server: &Server, name: &str, bytes: &[u8]) -> Made {
    let id = uploaded(server, name, bytes).await;
    server.settled(&id).await;
    let job = server
        .jobs(&id)
        .await
        .into_iter()
        .find(|job| job.stage == "thumbnail");
    let job = job.expect("a job for pictures");
    Made {
        video: server.get(&format!("/videos/{id}")).await.expect(200),
        state: job.state,
        sentence: job.error_text,
    }
}

async fn picture(server: &Server, made: &Made, field: &str) -> (usize, usize, f64) {
    let url = made.video[field].as_str();
    let url = url.unwrap_or_else(|| panic!("no {field}: {:?} {:?}", made.state, made.sentence));
    decoded(&server.fetch(url).await)
}

/// A program that stands for ffmpeg.
fn script(directory: &TempDir, text: &str) -> PathBuf {
    let path = directory.path().join("ffmpeg");
    fs_err::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn with_ffmpeg(database: &TestDatabase, program: &Path) -> Server {
    let settings = [
        WANTED,
        ("HEIMDEX_SERVER_JOBS_FFMPEG", program.to_str().unwrap()),
        ("HEIMDEX_SERVER_JOBS_THUMBNAIL_TIME", "6 s"),
    ];
    let server = Server::with(database, &settings, Clock::System).await;
    server.work();
    server
}

async fn with_pictures(database: &TestDatabase) -> Server {
    let path = search_path();
    let settings = [WANTED, ("PATH", path.to_str().unwrap())];
    let server = Server::with(database, &settings, Clock::System).await;
    server.work();
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poster_is_not_the_black_of_the_beginning_and_the_sheet_shows_all() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let server = with_pictures(&database).await;
    let black_first = "-f lavfi -i color=black:s=640x360:r=25:d=6 -f lavfi -i testsrc2=s=640x360:r=25:d=3 \
                       -filter_complex [0][1]concat=n=2:v=1:a=0 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25";
    let made = made(&server, "a.mp4", &film(&directory, "a.mp4", black_first)).await;
    assert_eq!(made.video["state"], "indexed");
    let (width, height, mean) = picture(&server, &made, "thumbnail_url").await;
    assert_eq!((width, height), (640, 360));
    assert!(mean > 60.0, "{mean}");
    let (width, _, mean) = picture(&server, &made, "contact_sheet_url").await;
    assert_eq!(width, 4 * 320 + 5 * 4);
    assert!(
        mean > 20.0 && mean < 110.0,
        "most of it is black, and not all: {mean}"
    );
    // The same within the hour: caches hit.
    let id = made.video["video_id"].as_str().unwrap();
    let list = server.get("/videos").await.expect(200);
    assert_eq!(
        list["videos"][0]["thumbnail_url"], made.video["thumbnail_url"],
        "{id}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_of_one_key_frame_is_shown_from_its_beginning_to_its_end() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let server = with_pictures(&database).await;
    let brighter = "-f lavfi -i color=white:s=320x180:r=25:d=6,fade=in:0:150 -c:v libx264 -preset ultrafast \
                    -pix_fmt yuv420p -g 1000 -keyint_min 1000 -sc_threshold 0";
    let made = made(&server, "a.mp4", &film(&directory, "a.mp4", brighter)).await;
    let sheet = pixels(
        &server
            .fetch(made.video["contact_sheet_url"].as_str().unwrap())
            .await,
    );
    // Four in a row, and the middle of each.
    let across = sheet.width() / 4;
    let down = sheet.height() / 3;
    let middle = |index: usize| {
        let (column, row) = (index % 4, index / 4);
        let (x, y) = (column * across + across / 2, row * down + down / 2);
        sheet.pixels()[(y * sheet.width() + x) * 3]
    };
    let shades: Vec<u8> = (0..12).map(middle).collect();
    assert!(shades.is_sorted_by(|a, b| a < b), "{shades:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn films_of_many_kinds_have_pictures() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let server = with_pictures(&database).await;
    for (name, arguments, expected) in [
        (
            "turned.mp4",
            "-f lavfi -i testsrc2=s=320x240:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -metadata:s:v rotate=90",
            None,
        ),
        (
            "ten-bit.mkv",
            "-f lavfi -i testsrc2=s=320x240:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le",
            Some((320, 240)),
        ),
        (
            "tiny.mkv",
            "-f lavfi -i testsrc2=s=16x10:d=1 -c:v ffv1",
            Some((16, 10)),
        ),
        (
            "wide.mkv",
            "-f lavfi -i testsrc2=s=3000x8:d=1 -c:v ffv1",
            Some((1280, 3)),
        ),
        (
            "one-group.mp4",
            "-f lavfi -i testsrc2=s=320x240:d=8 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 9999",
            Some((320, 240)),
        ),
    ] {
        let made = made(&server, name, &film(&directory, name, arguments)).await;
        assert_eq!(made.video["state"], "indexed", "{name}");
        let (width, height, mean) = picture(&server, &made, "thumbnail_url").await;
        let shown = (
            made.video["width"].as_u64().unwrap(),
            made.video["height"].as_u64().unwrap(),
        );
        match expected {
            Some(expected) => assert_eq!((width, height), expected, "{name}"),
            None => assert_eq!((width as u64, height as u64), shown, "{name}"),
        }
        assert!(mean > 20.0, "{name}: {mean}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_picture_or_is_damaged_stays_what_it_is() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let server = with_pictures(&database).await;
    let sound = film(&directory, "sound.mp4", "-f lavfi -i sine=d=1 -c:a aac");
    let sound = made(&server, "sound.mp4", &sound).await;
    assert_eq!(
        (sound.state, sound.sentence.as_deref()),
        (JobState::Completed, None)
    );
    assert_eq!(
        (&sound.video["state"], &sound.video["thumbnail_url"]),
        (&json!("indexed"), &Value::Null)
    );
    // Its index tells of frames, and where these should be there is noise.
    let mut noise = film(
        &directory,
        "noise.mp4",
        "-f lavfi -i testsrc2=s=320x240:d=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -movflags +faststart",
    );
    let from = noise.windows(4).position(|four| four == b"mdat").unwrap() + 4;
    for (index, byte) in noise[from..].iter_mut().enumerate() {
        *byte = u8::try_from(index * 7 % 251).unwrap();
    }
    let noise = made(&server, "noise.mp4", &noise).await;
    assert_eq!(
        (noise.state, &noise.video["state"]),
        (JobState::Failed, &json!("indexed"))
    );
    let sentence = noise.sentence.unwrap();
    assert!(
        sentence.starts_with("ffmpeg could not make a picture of it: "),
        "{sentence}"
    );
    assert!(
        !sentence.contains("127.0.0.1") && !sentence.contains("heimdex-"),
        "{sentence}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_ffmpeg_the_job_is_cancelled_with_a_sentence() {
    let database = TestDatabase::sqlite();
    let server = with_ffmpeg(&database, Path::new("/nowhere/ffmpeg")).await;
    let film = fs_err::read(heimdex_testkit::demo_video()).unwrap();
    let made = made(&server, "a.mp4", &film).await;
    assert_eq!(
        (made.state, &made.video["state"]),
        (JobState::Cancelled, &json!("indexed"))
    );
    assert_eq!(
        made.sentence.as_deref(),
        Some("No pictures were made: `jobs.ffmpeg` names a program that is not there.")
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_is_killed_with_all_that_it_started() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let program = script(&directory, "/bin/sleep 31337 & /bin/sleep 31337");
    let server = with_ffmpeg(&database, &program).await;
    let film = fs_err::read(heimdex_testkit::demo_video()).unwrap();
    let began = Instant::now();
    let made = made(&server, "a.mp4", &film).await;
    assert_eq!(
        (made.state, &made.video["state"]),
        (JobState::Failed, &json!("indexed"))
    );
    assert!(made.sentence.unwrap().contains("in time"));
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    heimdex_testkit::wait_until_async("nothing of it runs", Duration::from_secs(5), async || {
        let left: Vec<String> = fs_err::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| fs_err::read(entry.ok()?.path().join("cmdline")).ok())
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .filter(|line| line.starts_with("/bin/sleep 31337"))
            .collect();
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_cage_there_is_no_secret_no_network_and_nothing_to_write_to() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let program = script(
        &directory,
        "exec >&2; echo environment: $(/usr/bin/env | /usr/bin/tr '\\n' ' '); \
         echo networks: $(/usr/bin/tail -n +3 /proc/net/dev | /usr/bin/cut -d: -f1); \
         echo memory: $(ulimit -v) processor: $(ulimit -t) files: $(ulimit -n); \
         (echo x > written) 2>/dev/null; echo written: $(/usr/bin/wc -c < written 2>/dev/null); exit 1",
    );
    let server = with_ffmpeg(&database, &program).await;
    let film = fs_err::read(heimdex_testkit::demo_video()).unwrap();
    let said = made(&server, "a.mp4", &film).await.sentence.unwrap();
    let of = |name: &str| {
        let rest = said
            .split(&format!("{name}: "))
            .nth(1)
            .unwrap_or_else(|| panic!("{said}"));
        rest.split(':').next().unwrap().to_owned()
    };
    // A shell makes some of its own.
    for word in of("environment").split_whitespace() {
        let known = ["PWD=", "OLDPWD=", "_=", "SHLVL=", "networks"];
        assert!(
            known.iter().any(|name| word.starts_with(name)),
            "{word}: {said}"
        );
    }
    assert_eq!(
        of("memory").split_whitespace().next(),
        Some("2097152"),
        "{said}"
    );
    assert_eq!(
        of("processor").split_whitespace().next(),
        Some("30"),
        "{said}"
    );
    assert_eq!(of("files").split_whitespace().next(), Some("64"), "{said}");
    // Where the system permits it: here it does, or there is nothing to see.
    if Command::new("unshare")
        .args(["-Urn", "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        assert_eq!(
            of("networks").split_whitespace().next(),
            Some("lo"),
            "{said}"
        );
        assert_eq!(
            of("networks").split_whitespace().nth(1),
            Some("memory"),
            "{said}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_long_film_little_is_read() {
    const HOLE: usize = 192 << 20;
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let path = search_path();
    let server = Server::with(
        &database,
        &[("PATH", path.to_str().unwrap())],
        Clock::System,
    )
    .await;
    // As a camera leaves it: a lot of film, and the index behind it.
    let mut long = film(
        &directory,
        "long.mp4",
        "-f lavfi -i testsrc2=s=640x360:d=20 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25",
    );
    let index = long.windows(4).position(|four| four == b"moov").unwrap() - 4;
    let mut hole = vec![0; HOLE];
    hole[..4].copy_from_slice(&u32::try_from(HOLE).unwrap().to_be_bytes());
    hole[4..8].copy_from_slice(b"free");
    long.splice(index..index, hole);
    let key = "videos/long.mp4";
    let size = long.len() as u64;
    server
        .app
        .objects
        .put(key, "video/mp4", long.into())
        .await
        .unwrap();
    let tools = JobContext::of(&server.app).pictures;
    let cage = Cage::find(None, tools.path.as_ref(), tools.limits).unwrap();
    let subject = Subject {
        key: key.to_owned(),
        size,
        duration: Some(Duration::from_secs(20)),
        rotation: 0,
    };
    let (random, progress) = (server.app.random, Progress::default());
    let made = pictures::make(
        &cage,
        &server.app.objects,
        &subject,
        tools.time,
        random,
        &progress,
    );
    let made = made.await.unwrap();
    assert_eq!(decoded(&made.poster).0, 640);
    assert!(
        made.bytes_read < 32 << 20,
        "{} bytes of {size}",
        made.bytes_read
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_thrown_away_takes_its_pictures_along() {
    let (database, directory) = (TestDatabase::sqlite(), tempfile::tempdir().unwrap());
    let clock = ManualClock::new(Clock::System.now());
    let path = search_path();
    let settings = [WANTED, ("PATH", path.to_str().unwrap())];
    let server = Server::with(&database, &settings, Clock::Manual(clock.clone())).await;
    server.work();
    let film = film(
        &directory,
        "a.mp4",
        "-f lavfi -i testsrc2=s=320x240:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
    );
    let id = uploaded(&server, "a.mp4", &film).await;
    assert_eq!(server.settled(&id).await.state, VideoState::Indexed);
    let keys = [
        ObjectKey::Poster(id.parse().unwrap()).to_string(),
        ObjectKey::ContactSheet(id.parse().unwrap()).to_string(),
    ];
    for key in &keys {
        assert!(
            server.app.objects.head(key).await.unwrap().is_some(),
            "{key}"
        );
    }
    server.delete(&format!("/videos/{id}")).await.expect(200);
    clock.advance(Duration::from_hours(31 * 24));
    let config = &server.app.config;
    let janitor = Janitor::new(JobContext::of(&server.app), &config.limits, &config.jobs);
    janitor.round().await.unwrap();
    for key in &keys {
        heimdex_testkit::wait_until_async(
            "the picture is gone",
            Duration::from_secs(5),
            async || server.app.objects.head(key).await.unwrap().is_none(),
        )
        .await;
    }
    server.stop().await;
}
