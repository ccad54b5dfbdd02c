//! Networks that break and servers that come and go.

use heimdex_testkit::{ChaosProxy, Home, TestServer, wait_until};

use crate::support::{LIMIT, blake3_of, large_video, the_video};

const MIB: u64 = 1 << 20;

#[test]
fn a_connection_cut_in_mid_part_costs_at_most_the_parts_in_flight() {
    let server = TestServer::start();
    let proxy = ChaosProxy::start(server.authority());
    let home = Home::new();
    home.register(&proxy.url(), "ana@example.org");
    let size = 128 * MIB;
    let path = large_video(&home, "long.mp4", size);
    proxy.cut_after(40 * MIB);
    home.heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
    assert!(
        proxy.bytes_up() < size + 5 * 16 * MIB,
        "{} bytes went up",
        proxy.bytes_up()
    );
}

#[test]
fn a_server_that_is_away_for_a_while_is_waited_for() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let path = large_video(&home, "long.mp4", 192 * MIB);
    let mut client = home
        .heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .spawn();
    wait_until("the upload is open", LIMIT, || {
        let uploads = home
            .heimdex(["list", "--state", "uploading", "--json"])
            .ok()
            .json();
        if uploads["total"] == 1 {
            Ok(())
        } else {
            Err(uploads.to_string())
        }
    });
    server.terminate();
    server.restart();
    assert!(
        client.wait(LIMIT).success(),
        "{}",
        String::from_utf8_lossy(&client.stderr())
    );
    assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
}

#[test]
fn ctrl_c_keeps_what_is_stored_and_says_how_to_go_on() {
    let server = TestServer::start();
    let proxy = ChaosProxy::start(server.authority());
    let home = Home::new();
    home.register(&proxy.url(), "ana@example.org");
    let path = large_video(&home, "long.mp4", 256 * MIB);
    let mut client = home.heimdex(["upload", "long.mp4"]).limit(LIMIT).spawn();
    wait_until("bytes are on their way", LIMIT, || {
        if proxy.bytes_up() > 20 * MIB {
            Ok(())
        } else {
            Err(proxy.bytes_up())
        }
    });
    client.interrupt();
    let status = client.wait(LIMIT);
    let talk = String::from_utf8_lossy(&client.stderr()).into_owned();
    if status.success() {
        // It was quicker than the signal.
        return;
    }
    assert_eq!(status.code(), Some(130), "{talk}");
    assert!(talk.contains("heimdex upload long.mp4"), "{talk}");
    home.heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
}

#[test]
fn an_interrupted_download_goes_on_and_is_verified() {
    let server = TestServer::start();
    let proxy = ChaosProxy::start(server.authority());
    let home = Home::new();
    home.register(&proxy.url(), "ana@example.org");
    let path = large_video(&home, "long.mp4", 160 * MIB);
    home.heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    let id = the_video(&home)["video_id"].as_str().unwrap().to_owned();

    let before = proxy.bytes_down();
    let mut client = home
        .heimdex(["download", &id, "-o", "back.mp4"])
        .env("HEIMDEX_FAILPOINT", "client.download.written:5")
        .spawn();
    assert!(!client.wait(LIMIT).success());
    assert!(
        !home.path("back.mp4").exists(),
        "nothing half-written has the final name"
    );
    home.heimdex(["download", &id, "-o", "back.mp4"])
        .limit(LIMIT)
        .ok();
    assert_eq!(blake3_of(&home.path("back.mp4")), blake3_of(&path));
    let down = proxy.bytes_down() - before;
    assert!(
        down < 160 * MIB + 5 * 16 * MIB + MIB,
        "{down} bytes came down"
    );
}

#[test]
fn a_second_server_on_one_data_directory_is_refused_with_a_sentence() {
    let server = TestServer::start();
    let second = server.command(["serve", "--listen", "127.0.0.1:0"]).run();
    assert_ne!(second.code, Some(0), "{second}");
    assert!(second.stderr().contains("another"), "{second}");
}

#[test]
fn a_split_worker_does_the_jobs_of_a_server_without_one() {
    let server = TestServer::builder().arg("--no-worker").start();
    let home = Home::registered(&server, "ana@example.org");
    crate::support::small_video(&home, "clip.mp4");
    home.heimdex(["upload", "clip.mp4"]).ok();
    assert_eq!(the_video(&home)["state"], "validating");
    let mut worker = server.command(["worker"]).spawn();
    wait_until("the video is indexed", LIMIT, || {
        let video = the_video(&home);
        if video["state"] == "indexed" {
            Ok(())
        } else {
            Err(video.to_string())
        }
    });
    assert!(worker.terminate(LIMIT).success());
}
