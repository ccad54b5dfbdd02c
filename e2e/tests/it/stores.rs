//! A server on a store that is not its own: whose bucket it is, and what becomes of it when the store goes away.

use heimdex_testkit::{
    Binary, ChaosProxy, FreshBucket, Home, TestServer, fresh_bucket, wait_until,
};

use crate::support::{
    LIMIT, blake3_of, large_video, on_seaweedfs, small_video, summary, the_video, videos,
};

const MIB: u64 = 1 << 20;

/// What another server on this bucket says when it is started.
fn second_server(bucket: &FreshBucket, arguments: &[&str]) -> heimdex_testkit::Output {
    let home = Home::new();
    home.program(Binary::Server)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .env("HEIMDEX_SERVER_S3_ENDPOINT", bucket.endpoint())
        .env("HEIMDEX_SERVER_S3_BUCKET", bucket.name())
        .env("HEIMDEX_SERVER_S3_ACCESS_KEY", bucket.access_key())
        .env("HEIMDEX_SERVER_S3_SECRET_KEY", bucket.secret_key())
        .run()
}

#[test]
fn a_bucket_has_one_catalog() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let server = bucket.configure(TestServer::builder()).start();
    let refused = second_server(&bucket, &[]).exits(1);
    assert!(refused.stderr().contains("another catalog"), "{refused}");
    assert!(refused.stderr().contains("--adopt-store"), "{refused}");
    assert!(!refused.stderr().contains(bucket.secret_key()));
    // It changed nothing: the first one still finds its own.
    let mut server = server;
    server.restart();
}

#[test]
fn another_bucket_is_not_taken_for_the_one_that_was() {
    let (Some(bucket), Some(empty)) = (fresh_bucket(), fresh_bucket()) else {
        return;
    };
    let mut server = bucket.configure(TestServer::builder()).start();
    let home = Home::registered(&server, "ana@example.org");
    small_video(&home, "clip.mp4");
    home.heimdex(["upload", "clip.mp4", "--wait"]).ok();
    server.terminate();

    let start = |arguments: &[&str]| {
        server
            .command(["serve", "--listen", "127.0.0.1:0"])
            .env("HEIMDEX_SERVER_S3_BUCKET", empty.name())
            .args(arguments)
    };
    let refused = start(&[]).run().exits(1);
    assert!(refused.stderr().contains("is not the one"), "{refused}");
    let mut adopted = start(&["--adopt-store"]).spawn();
    wait_until("it serves", LIMIT, || {
        adopted.stdout().starts_with(b"http://")
    });
    assert!(adopted.terminate(LIMIT).success());
}

#[test]
fn parts_carry_md5_where_that_is_set_and_the_store_checks_it() {
    let builder = TestServer::builder().env("HEIMDEX_SERVER_S3_PART_CHECKSUM", "md5");
    let Some(served) = on_seaweedfs(builder) else {
        return;
    };
    let home = served.registered("ana@example.org");
    let path = large_video(&home, "long.mp4", 64 * MIB + 77);
    small_video(&home, "short.mp4");
    let mut client = home
        .heimdex(["upload", "long.mp4"])
        .env("HEIMDEX_FAILPOINT", "client.part.journaled:2")
        .spawn();
    client.wait(LIMIT);

    let again = home
        .heimdex(["upload", "long.mp4", "short.mp4", "--wait", "--json"])
        .limit(LIMIT)
        .ok();
    let sent = summary(&again.ndjson())["sent_bytes"].as_u64().unwrap();
    assert!(
        sent < 64 * MIB,
        "what was stored before was not sent again: {sent}"
    );
    let videos = videos(&home);
    assert_eq!(videos.len(), 2, "{videos:#?}");
    assert!(
        videos
            .iter()
            .all(|video| video["state"] == "indexed" && video["verified_how"] == "store"),
        "{videos:#?}"
    );
    home.heimdex(["download", "--to", "back"])
        .args(
            videos
                .iter()
                .map(|video| video["video_id"].as_str().unwrap()),
        )
        .ok();
    assert_eq!(blake3_of(&home.path("back/long.mp4")), blake3_of(&path));
}

#[test]
fn a_store_that_is_away_for_a_while_is_waited_for() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let proxy = ChaosProxy::start(bucket.authority());
    let server = bucket
        .configure(TestServer::builder())
        .env("HEIMDEX_SERVER_S3_PUBLIC_ENDPOINT", proxy.url())
        .start();
    let home = Home::registered(&server, "ana@example.org");
    let path = large_video(&home, "long.mp4", 160 * MIB);
    let mut client = home
        .heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .spawn();
    wait_until("bytes are on their way", LIMIT, || {
        if proxy.bytes_up() > 24 * MIB {
            Ok(())
        } else {
            Err(proxy.bytes_up())
        }
    });
    proxy.refuse();
    let connections = proxy.connections();
    assert!(client.ended().is_none(), "an outage ends no upload");
    proxy.restore();
    assert!(
        client.wait(LIMIT).success(),
        "{}",
        String::from_utf8_lossy(&client.stderr())
    );
    assert!(proxy.connections() > connections);
    assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
}

#[test]
fn a_store_that_is_not_read_back_leaves_videos_unverified() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let server = bucket
        .configure(TestServer::builder())
        .env("HEIMDEX_SERVER_JOBS_VERIFY_STORE", "never")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    let path = large_video(&home, "long.mp4", 40 * MIB);
    home.heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    let video = the_video(&home);
    assert_eq!(video["state"], "indexed");
    assert_eq!(video["blake3"], blake3_of(&path));
    assert_eq!(video["verified_at"], serde_json::Value::Null, "{video:#}");
    assert_eq!(video["verified_how"], serde_json::Value::Null, "{video:#}");
    // It comes back, and is checked by the one who fetches it.
    home.heimdex([
        "download",
        video["video_id"].as_str().unwrap(),
        "-o",
        "back.mp4",
    ])
    .ok();
    assert_eq!(blake3_of(&home.path("back.mp4")), blake3_of(&path));
}
