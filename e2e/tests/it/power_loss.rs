//! The power fails: what was acknowledged lies on the medium, not in some cache.
//!
//! The server's data lie on a file system of their own, in a file. That file holds what reached the "disk"; what only the
//! page cache of the mounted file system knows is not in it. A copy of it, mounted in its place, is the machine after the
//! power came back. (It is kinder than real hardware in one thing: what was written counts as flushed.)

use std::path::PathBuf;

use heimdex_testkit::{Home, TestServer, without_syncs};

use crate::disk::Disk;
use crate::support::{LIMIT, blake3_of, large_video, stored_bytes, summary, the_video};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 160 * MIB + 77;
const ACKNOWLEDGED: u64 = 5 * 16 * MIB;

fn power_fails(server: &mut TestServer, disk: &mut Disk) {
    let frozen = disk.frozen();
    server.kill9();
    disk.come_back(&frozen);
}

/// Five parts of a long file are acknowledged.
fn five_parts(server: &TestServer) -> (Home, PathBuf) {
    let home = Home::registered(server, "ana@example.org");
    let path = large_video(&home, "long.mp4", SIZE);
    let mut client = home
        .heimdex(["upload", "long.mp4"])
        .env("HEIMDEX_FAILPOINT", "client.part.journaled:5")
        .spawn();
    client.wait(LIMIT);
    assert!(stored_bytes(server) >= ACKNOWLEDGED, "so it seems");
    (home, path)
}

/// What the tests below would see if the server only said that it makes bytes durable.
#[test]
fn without_syncs_the_power_takes_what_was_acknowledged() {
    let Some(mut disk) = Disk::new(512 * MIB) else {
        return;
    };
    let (name, value) = without_syncs();
    let mut server = TestServer::builder()
        .within(disk.mount_point())
        .env(name, value)
        .start();
    five_parts(&server);
    power_fails(&mut server, &mut disk);
    let left = stored_bytes(&server);
    assert!(left < ACKNOWLEDGED, "{left} bytes are there");
}

#[test]
fn every_acknowledged_part_is_there_after_the_power_failed() {
    let Some(mut disk) = Disk::new(512 * MIB) else {
        return;
    };
    let mut server = TestServer::builder().within(disk.mount_point()).start();
    let (home, path) = five_parts(&server);
    power_fails(&mut server, &mut disk);
    let left = stored_bytes(&server);
    assert!(left >= ACKNOWLEDGED, "{left} bytes are there");
    server.restart();

    let again = home
        .heimdex(["upload", "long.mp4", "--wait", "--json"])
        .limit(LIMIT)
        .ok();
    let sent = summary(&again.ndjson())["sent_bytes"].as_u64().unwrap();
    // Five parts were acknowledged; nothing of them goes again, however the client came to know.
    assert!(
        sent <= SIZE - ACKNOWLEDGED,
        "sent {sent} of {SIZE}: {again}"
    );
    assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
    drop(server);
}

#[test]
fn a_completed_upload_is_there_after_the_power_failed() {
    let Some(mut disk) = Disk::new(512 * MIB) else {
        return;
    };
    let mut server = TestServer::builder()
        .within(disk.mount_point())
        .env("HEIMDEX_SERVER_JOBS_IN_SERVE", "false")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    let path = large_video(&home, "long.mp4", 48 * MIB);
    home.heimdex(["upload", "long.mp4"]).limit(LIMIT).ok();

    server.set_env("HEIMDEX_SERVER_JOBS_IN_SERVE", "true");
    power_fails(&mut server, &mut disk);
    server.restart();

    home.heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    let video = the_video(&home);
    assert_eq!(video["state"], "indexed");
    let id = video["video_id"].as_str().unwrap();
    home.heimdex(["download", id, "-o", "back.mp4"]).ok();
    assert_eq!(blake3_of(&home.path("back.mp4")), blake3_of(&path));
    drop(server);
}
