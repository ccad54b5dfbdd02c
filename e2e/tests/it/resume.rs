//! An upload goes on where it was, whoever died.

use heimdex_testkit::{Home, TestServer, wait_until};

use crate::support::{LIMIT, blake3_of, large_video, on_both_stores, summary, the_video};

const MIB: u64 = 1 << 20;

fn open_bytes(home: &Home) -> Option<u64> {
    let videos = home
        .heimdex(["list", "--state", "uploading", "--json"])
        .ok()
        .json();
    videos["videos"][0]["bytes_received"].as_u64()
}

on_both_stores! {
    fn after_kill_9_the_same_command_goes_on_with_what_the_store_has(start) {
        let served = start(TestServer::builder())?;
        let home = served.registered("ana@example.org");
        let size = 320 * MIB + 4321;
        let path = large_video(&home, "long.mp4", size);

        let mut client = home
            .heimdex(["upload", "long.mp4"])
            .env("HEIMDEX_FAILPOINT", "client.part.journaled:8")
            .spawn();
        let ended = client.wait(LIMIT);
        assert!(!ended.success(), "the failpoint ends it");

        let again = home
            .heimdex(["upload", "long.mp4", "--wait", "--json"])
            .limit(LIMIT)
            .ok();
        let summary = summary(&again.ndjson());
        let sent = summary["sent_bytes"].as_u64().unwrap();
        // Eight parts were journaled; at most the parts in flight (four) go again.
        assert!(
            sent <= size - 8 * 16 * MIB + 4 * 16 * MIB,
            "sent {sent} of {size}: {again}"
        );
        let video = the_video(&home);
        assert_eq!(video["blake3"], blake3_of(&path));
        home.heimdex([
            "download",
            video["video_id"].as_str().unwrap(),
            "-o",
            "back.mp4",
        ])
        .ok();
        assert_eq!(blake3_of(&home.path("back.mp4")), blake3_of(&path));
    }
}

on_both_stores! {
    fn a_second_machine_with_the_same_file_goes_on_too(start) {
        let served = start(TestServer::builder())?;
        let first = served.registered("ana@example.org");
        let size = 160 * MIB;
        let path = large_video(&first, "long.mp4", size);
        let mut client = first
            .heimdex(["upload", "long.mp4"])
            .env("HEIMDEX_FAILPOINT", "client.part.journaled:5")
            .spawn();
        client.wait(LIMIT);

        let second = served.home();
        second.login(served.server.url(), "ana@example.org");
        fs_err::copy(&path, second.path("long.mp4")).unwrap();
        let upload = second
            .heimdex(["upload", "long.mp4", "--wait", "--json"])
            .limit(LIMIT)
            .ok();
        let sent = summary(&upload.ndjson())["sent_bytes"].as_u64().unwrap();
        assert!(
            sent <= size - 5 * 16 * MIB + 4 * 16 * MIB,
            "sent {sent}: {upload}"
        );
        assert_eq!(the_video(&second)["blake3"], blake3_of(&path));
    }
}

on_both_stores! {
    fn another_file_of_the_same_name_and_size_is_not_mixed_in(start) {
        let served = start(TestServer::builder())?;
        let first = served.registered("ana@example.org");
        large_video(&first, "C0001.MP4", 96 * MIB);
        let mut client = first
            .heimdex(["upload", "C0001.MP4"])
            .env("HEIMDEX_FAILPOINT", "client.part.journaled:2")
            .spawn();
        client.wait(LIMIT);

        let second = served.home();
        second.login(served.server.url(), "ana@example.org");
        let other = large_video(&second, "seed.mp4", 96 * MIB + 1);
        let mut bytes = fs_err::read(&other).unwrap();
        bytes.truncate(usize::try_from(96 * MIB).unwrap());
        let path = second.write("C0001.MP4", bytes);
        second
            .heimdex(["upload", "C0001.MP4", "--wait-for", "verified", "--damaged"])
            .limit(LIMIT)
            .ok();
        let videos = crate::support::videos(&second);
        let stored: Vec<_> = videos
            .iter()
            .filter(|video| video["state"] != "uploading")
            .collect();
        assert_eq!(videos.len(), 2, "{videos:#?}");
        assert_eq!(stored.len(), 1, "{videos:#?}");
        assert_eq!(stored[0]["blake3"], blake3_of(&path));
    }
}

on_both_stores! {
    fn a_server_killed_in_mid_upload_loses_nothing_it_acknowledged(start) {
        let mut served = start(TestServer::builder())?;
        let home = served.registered("ana@example.org");
        let path = large_video(&home, "long.mp4", 256 * MIB);
        let mut client = home
            .heimdex(["upload", "long.mp4", "--wait"])
            .limit(LIMIT)
            .spawn();
        wait_until("some parts are acknowledged", LIMIT, || {
            open_bytes(&home)
                .filter(|bytes| *bytes >= 32 * MIB)
                .ok_or("none yet")
        });
        served.server.kill9();
        served.server.restart();
        assert!(
            client.wait(LIMIT).success(),
            "{}",
            String::from_utf8_lossy(&client.stderr())
        );
        assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
    }
}

on_both_stores! {
    fn a_worker_killed_in_mid_stage_is_made_up_for(start) {
        let mut served = start(TestServer::builder().env("HEIMDEX_FAILPOINT", "job.validate.side_car"))?;
        let home = served.registered("ana@example.org");
        crate::support::small_video(&home, "clip.mp4");
        home.heimdex(["upload", "clip.mp4"]).run();
        served.server.wait_for_end(LIMIT);
        served.server.remove_env("HEIMDEX_FAILPOINT");
        served.server.restart();
        wait_until("the video is indexed", LIMIT, || {
            let video = the_video(&home);
            if video["state"] == "indexed" {
                Ok(())
            } else {
                Err(video.to_string())
            }
        });
    }
}

on_both_stores! {
    fn the_queue_shows_an_unfinished_upload_and_can_cancel_it(start) {
        let served = start(TestServer::builder())?;
        let home = served.registered("ana@example.org");
        large_video(&home, "long.mp4", 96 * MIB);
        let mut client = home
            .heimdex(["upload", "long.mp4"])
            .env("HEIMDEX_FAILPOINT", "client.part.journaled:2")
            .spawn();
        client.wait(LIMIT);

        let queue = home.heimdex(["queue", "--json"]).ok().json();
        let uploads = queue["uploads"].as_array().unwrap();
        assert_eq!(uploads.len(), 1, "{queue:#}");
        assert_eq!(uploads[0]["filename"], "long.mp4");
        let id = uploads[0]["video_id"].as_str().unwrap();
        home.heimdex(["queue", "cancel", id, "--yes"]).ok();
        let queue = home.heimdex(["queue", "--json"]).ok().json();
        assert_eq!(queue["uploads"], serde_json::json!([]));
    }
}

/// How many uploads the server has open.
fn open_uploads(home: &Home) -> usize {
    let queue = home.heimdex(["queue", "--json"]).ok().json();
    queue["uploads"].as_array().unwrap().len()
}

/// Other bytes of the same file, and the same size.
fn overwrite(path: &std::path::Path, size: u64) {
    let mut file = fs_err::File::create(path).unwrap();
    heimdex_testkit::write_noise(&mut file, size, 77).unwrap();
}

#[test]
fn a_file_that_was_overwritten_while_its_upload_is_unfinished_begins_anew() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let size = 40 * MIB;
    // The server has one of this size, so that the hash is promised before anything is sent.
    overwrite(&home.path("other.mov"), size);
    home.heimdex(["upload", "other.mov"]).ok();
    for (failpoint, again) in [
        ("client.upload.opened", vec!["upload", "long.mov"]),
        ("client.part.journaled", vec!["queue", "resume"]),
    ] {
        let mut file = fs_err::File::create(home.path("long.mov")).unwrap();
        heimdex_testkit::write_noise(&mut file, size, 5).unwrap();
        let mut client = home
            .heimdex(["upload", "long.mov", "--source", failpoint])
            .env("HEIMDEX_FAILPOINT", failpoint)
            .spawn();
        assert!(!client.wait(LIMIT).success(), "the failpoint ends it");
        let mut file = fs_err::File::create(home.path("long.mov")).unwrap();
        let seed = failpoint.len().try_into().unwrap();
        heimdex_testkit::write_noise(&mut file, size, seed).unwrap();
        let again = home.heimdex(again).limit(LIMIT).ok();
        assert!(
            again.stderr().contains("changed since its upload began"),
            "{again}"
        );
        assert_eq!(open_uploads(&home), 0, "{again}");
    }
}

#[test]
fn a_file_whose_end_changed_while_its_upload_is_unfinished_begins_anew() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let size = 40 * MIB;
    overwrite(&home.path("other.mov"), size);
    home.heimdex(["upload", "other.mov"]).ok();
    let path = home.path("long.mov");
    let mut file = fs_err::File::create(&path).unwrap();
    heimdex_testkit::write_noise(&mut file, size, 5).unwrap();
    let mut client = home
        .heimdex(["upload", "long.mov"])
        .env("HEIMDEX_FAILPOINT", "client.part.journaled:2")
        .spawn();
    assert!(!client.wait(LIMIT).success(), "the failpoint ends it");
    let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
    let end = size - 3;
    std::os::unix::fs::FileExt::write_all_at(file.file(), b"end", end).unwrap();
    let again = home.heimdex(["upload", "long.mov"]).limit(LIMIT).ok();
    assert!(
        again.stderr().contains("changed since its upload began"),
        "{again}"
    );
    assert_eq!(open_uploads(&home), 0, "{again}");
}

#[test]
fn a_resumed_file_of_another_size_is_named_and_begins_anew_in_its_place() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let path = home.path("CARD/CLIP/long.mov");
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    overwrite(&path, 40 * MIB);
    let mut client = home
        .heimdex(["upload", "CARD", "--source", "A cam"])
        .env("HEIMDEX_FAILPOINT", "client.part.journaled")
        .spawn();
    assert!(!client.wait(LIMIT).success(), "the failpoint ends it");
    overwrite(&path, 24 * MIB);
    let again = home.heimdex(["queue", "resume"]).limit(LIMIT).ok();
    assert!(
        again
            .stderr()
            .contains("long.mov: changed since its upload began; it begins anew"),
        "{again}"
    );
    assert_eq!(open_uploads(&home), 0, "{again}");
    home.heimdex(["download", "--source", "A cam", "--to", "back"])
        .run();
    assert_eq!(
        blake3_of(&home.path("back/CLIP/long.mov")),
        blake3_of(&path)
    );
}
