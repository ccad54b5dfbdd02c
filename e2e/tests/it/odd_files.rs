//! Files of any kind and any name: handled, or a clear sentence each.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt, symlink};

use fs_err as fs;
use heimdex_testkit::{Home, TestServer};

use crate::support::{
    blake3_of, large_video, small_video, summary, the_video, unprivileged, videos,
};

fn home() -> (TestServer, Home) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    (server, home)
}

#[test]
fn a_truncated_mp4_is_named_stored_and_downloadable() {
    let (_server, home) = home();
    let whole = fs::read(heimdex_testkit::sample_mp4(2)).unwrap();
    let path = home.write("A003C007.mp4", &whole[..whole.len() / 2]);

    let upload = home
        .heimdex(["upload", "A003C007.mp4", "--wait"])
        .run()
        .exits(1);
    assert!(upload.stderr().contains("ends in the middle"), "{upload}");
    let video = the_video(&home);
    assert_eq!(video["state"], "failed");
    assert!(
        video["verified_at"].is_string(),
        "its bytes are stored and equal: {video:#}"
    );
    let id = video["video_id"].as_str().unwrap();
    let shown = home.heimdex(["show", id]).ok();
    assert!(shown.stdout().contains("ends in the middle"), "{shown}");
    home.heimdex(["download", id, "-o", "back.mp4"]).ok();
    assert_eq!(blake3_of(&home.path("back.mp4")), blake3_of(&path));
}

/// The names of a film in every other container.
const FILMS: [(&str, &str); 5] = [
    ("A001C003.mxf", "mxf"),
    ("00012.m2ts", "m2ts"),
    ("capture.ts", "ts"),
    ("screen.mkv", "mkv"),
    ("old.avi", "avi"),
];

#[test]
fn films_of_every_container_are_indexed_with_what_they_say() {
    let (_server, home) = home();
    for (name, extension) in FILMS {
        fs::copy(heimdex_testkit::sample_film(extension), home.path(name)).unwrap();
    }
    let names = FILMS.map(|(name, _)| name);
    home.heimdex(["upload", "--wait"]).args(names).ok();
    let videos = videos(&home);
    assert_eq!(videos.len(), FILMS.len());
    for video in videos {
        assert_eq!(
            (
                &video["state"],
                &video["kind"],
                &video["width"],
                &video["height"]
            ),
            (&"indexed".into(), &"video".into(), &320.into(), &240.into()),
            "{video:#}"
        );
        let seconds = video["duration_s"].as_f64().unwrap();
        assert!((seconds - 2.0).abs() <= 0.05, "{video:#}");
        assert_eq!(video["video_codec"], "mpeg2video", "{video:#}");
        assert_eq!(video["frame_rate"], 25.0, "{video:#}");
        assert!(video["audio_codec"].is_string(), "{video:#}");
    }
}

#[test]
fn truncated_films_of_every_container_are_named_stored_and_downloadable() {
    let (_server, home) = home();
    for (name, extension) in FILMS {
        let whole = fs::read(heimdex_testkit::sample_film(extension)).unwrap();
        // Not where a packet of a transport stream ends.
        home.write(name, &whole[..(whole.len() / 2) | 1]);
    }
    let names = FILMS.map(|(name, _)| name);
    let upload = home
        .heimdex(["upload", "--wait"])
        .args(names)
        .run()
        .exits(1);
    for name in names {
        assert!(upload.stderr().contains(name), "{name}: {upload}");
    }
    for video in videos(&home) {
        assert_eq!(video["state"], "failed", "{video:#}");
        assert!(
            video["verified_at"].is_string(),
            "its bytes are stored and equal: {video:#}"
        );
        let (id, name) = (
            video["video_id"].as_str().unwrap(),
            video["filename"].as_str().unwrap(),
        );
        let shown = home.heimdex(["show", id]).ok();
        assert!(shown.stdout().contains("ends in the middle"), "{shown}");
        home.heimdex(["download", id, "-o", "back"]).ok();
        assert_eq!(
            blake3_of(&home.path("back")),
            blake3_of(&home.path(name)),
            "{name}"
        );
        fs::remove_file(home.path("back")).unwrap();
    }
    // Accepted as it is, a film is indexed with what its head says, and with its sentence.
    fs::rename(home.path("screen.mkv"), home.path("kept.mkv")).unwrap();
    home.heimdex(["upload", "kept.mkv", "--damaged", "--wait"])
        .ok();
    let kept = videos(&home);
    let kept = kept
        .iter()
        .find(|video| video["state"] == "indexed")
        .unwrap();
    assert_eq!(
        (&kept["damaged"], &kept["width"]),
        (&true.into(), &320.into()),
        "{kept:#}"
    );
    assert!(
        kept["error_text"]
            .as_str()
            .unwrap()
            .contains("ends in the middle"),
        "{kept:#}"
    );
}

#[test]
fn a_damaged_video_that_is_accepted_is_indexed_with_its_sentence() {
    let (_server, home) = home();
    let whole = fs::read(heimdex_testkit::sample_mp4(2)).unwrap();
    home.write("A003C007.mp4", &whole[..whole.len() / 2]);
    home.heimdex(["upload", "A003C007.mp4", "--damaged", "--wait"])
        .ok();
    let video = the_video(&home);
    assert_eq!(
        (&video["state"], &video["damaged"]),
        (&"indexed".into(), &true.into()),
        "{video:#}"
    );
    assert!(
        video["error_text"]
            .as_str()
            .unwrap()
            .contains("ends in the middle"),
        "{video:#}"
    );
}

#[test]
fn a_text_file_named_mp4_is_a_file() {
    let (_server, home) = home();
    home.write("notes.mp4", "this is no video\n");
    home.heimdex(["upload", "notes.mp4", "--wait"]).ok();
    let video = the_video(&home);
    assert_eq!(
        (&video["state"], &video["kind"]),
        (&"indexed".into(), &"file".into()),
        "{video:#}"
    );
    assert!(video["duration_s"].is_null());
}

#[test]
fn an_empty_file_goes_up_and_comes_back_empty() {
    let (_server, home) = home();
    home.write("empty.txt", "");
    home.heimdex(["upload", "empty.txt", "--wait"]).ok();
    let video = the_video(&home);
    assert_eq!(
        (&video["state"], &video["size_bytes"]),
        (&"indexed".into(), &0.into()),
        "{video:#}"
    );
    assert_eq!(video["blake3"], blake3::hash(b"").to_hex().to_string());
    home.heimdex([
        "download",
        video["video_id"].as_str().unwrap(),
        "-o",
        "back.txt",
    ])
    .ok();
    assert_eq!(fs::read(home.path("back.txt")).unwrap(), b"");
}

#[test]
fn a_name_that_is_not_utf8_arrives_with_its_exact_bytes() {
    let (_server, home) = home();
    fs::create_dir(home.path("card")).unwrap();
    let name = OsStr::from_bytes(b"clip\xff.mp4");
    fs::copy(heimdex_testkit::sample_mp4(2), home.path("card").join(name)).unwrap();
    home.heimdex(["upload", "card", "--wait"]).ok();
    let video = the_video(&home);
    assert_eq!(video["path"], "clip\\xff.mp4");
    assert_eq!(video["path_raw"], "Y2xpcP8ubXA0");
    assert_eq!(video["state"], "indexed");
}

#[test]
fn a_directory_without_read_permission_is_named_and_the_rest_goes_up() {
    let (_server, home) = home();
    small_video(&home, "card/A/clip.mp4");
    home.write("card/B/secret.txt", "x");
    home.write("card/unreadable.txt", "x");
    fs::set_permissions(home.path("card/B"), PermissionsExt::from_mode(0o000)).unwrap();
    fs::set_permissions(
        home.path("card/unreadable.txt"),
        PermissionsExt::from_mode(0o000),
    )
    .unwrap();
    let upload = unprivileged(&home, &["upload", "card", "--wait"])
        .run()
        .exits(3);
    for named in ["card/B", "card/unreadable.txt", "ermission denied"] {
        assert!(upload.stderr().contains(named), "{named}: {upload}");
    }
    assert_eq!(the_video(&home)["state"], "indexed");
}

#[test]
fn what_is_not_there_is_named_and_the_rest_goes_up() {
    let (_server, home) = home();
    small_video(&home, "clip.mp4");
    let upload = home
        .heimdex(["upload", "clip.mp4", "missing.mp4", "--wait"])
        .run()
        .exits(3);
    assert!(upload.stderr().contains("missing.mp4"), "{upload}");
    assert_eq!(the_video(&home)["state"], "indexed");
    let alone = home.heimdex(["upload", "missing.mp4"]).run().exits(1);
    assert!(alone.stderr().contains("hint: "), "{alone}");
}

#[test]
fn links_and_special_files_are_left_out_by_name() {
    let (_server, home) = home();
    small_video(&home, "card/clip.mp4");
    symlink("clip.mp4", home.path("card/link.mp4")).unwrap();
    symlink(".", home.path("card/loop")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        home.path("card/pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let upload = home.heimdex(["upload", "card", "--wait"]).ok();
    for left_out in ["link.mp4", "loop", "pipe"] {
        assert!(
            upload.stderr().contains(left_out),
            "{left_out} is named: {upload}"
        );
    }
    assert_eq!(videos(&home).len(), 1);
}

#[test]
fn a_sparse_file_arrives_byte_for_byte() {
    let (_server, home) = home();
    let path = home.path("sparse.bin");
    fs::File::create(&path).unwrap().set_len(70 << 20).unwrap();
    home.heimdex(["upload", "sparse.bin", "--wait"]).ok();
    let video = the_video(&home);
    assert_eq!(video["blake3"], blake3_of(&path));
    home.heimdex([
        "download",
        video["video_id"].as_str().unwrap(),
        "-o",
        "back.bin",
    ])
    .ok();
    assert_eq!(blake3_of(&home.path("back.bin")), blake3_of(&path));
}

#[test]
fn a_file_over_the_servers_limit_is_refused_with_the_limit() {
    let server = TestServer::builder()
        .env("HEIMDEX_SERVER_LIMITS_MAX_FILE_SIZE", "20 MiB")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    large_video(&home, "large.mp4", 24 << 20);
    let upload = home.heimdex(["upload", "large.mp4"]).run().exits(1);
    assert!(upload.stderr().contains("20 MiB"), "{upload}");
    assert!(videos(&home).is_empty());
}

#[test]
fn a_file_that_grows_meanwhile_is_never_taken_for_whole() {
    let (_server, home) = home();
    let path = large_video(&home, "growing.mp4", 96 << 20);
    let mut client = home
        .heimdex(["upload", "growing.mp4"])
        .env("HEIMDEX_FAILPOINT", "client.part.journaled:2")
        .spawn();
    client.wait(crate::support::LIMIT);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"more").unwrap();
    drop(file);

    let upload = home
        .heimdex([
            "upload",
            "growing.mp4",
            "--wait-for",
            "verified",
            "--damaged",
            "--json",
        ])
        .ok();
    assert_eq!(summary(&upload.ndjson())["failed"], 0);
    // What had begun before it grew is given up.
    let (over, stored): (Vec<_>, Vec<_>) = videos(&home)
        .into_iter()
        .partition(|video| video["state"] == "failed");
    assert_eq!((over.len(), stored.len()), (1, 1), "{over:#?} {stored:#?}");
    assert_eq!(over[0]["blake3"], serde_json::Value::Null);
    assert_eq!(stored[0]["blake3"], blake3_of(&path));
}

#[test]
fn a_dry_run_names_what_it_would_send_and_sends_nothing() {
    let (_server, home) = home();
    small_video(&home, "card/clip.mp4");
    home.write("card/skip.tmp", "x");
    let dry = home
        .heimdex(["upload", "card", "--exclude", "*.tmp", "--dry-run"])
        .ok();
    assert!(
        format!("{}{}", dry.stdout(), dry.stderr()).contains("clip.mp4"),
        "{dry}"
    );
    assert!(dry.stderr().contains("skip.tmp"), "{dry}");
    assert!(videos(&home).is_empty());
}
