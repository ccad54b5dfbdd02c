//! A server that dies while it throws something away: nothing else is lost, and the next one finishes it.

use heimdex_testkit::{Home, TestServer, TestServerBuilder, wait_until};

use crate::support::{LIMIT, blake3_of, large_video, small_video, stored_bytes};

const MIB: u64 = 1 << 20;

/// Sweeps every second, and leaves nothing to those who fell silent for more than one.
fn restless(failpoint: &str) -> TestServerBuilder {
    TestServer::builder()
        .env("HEIMDEX_SERVER_JOBS_SWEEP_INTERVAL", "1 s")
        .env("HEIMDEX_SERVER_JOBS_SWEEP_LEASE", "1 s")
        .env("HEIMDEX_SERVER_JOBS_CLAIM_TTL", "1 s")
        .env("HEIMDEX_FAILPOINT", failpoint)
}

/// A video that is kept, verified.
fn kept(home: &Home) -> String {
    let path = small_video(home, "kept.mp4");
    home.heimdex(["upload", "kept.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    blake3_of(&path)
}

/// An upload whose client died in its middle.
fn half_sent(home: &Home) {
    large_video(home, "half.mp4", 96 * MIB);
    let mut client = home
        .heimdex(["upload", "half.mp4"])
        .env("HEIMDEX_FAILPOINT", "client.part.journaled:2")
        .spawn();
    assert!(!client.wait(LIMIT).success());
}

/// Starts the server without the failpoint, and waits until the store holds no more than `bytes`.
fn swept(server: &mut TestServer, bytes: u64) {
    server.remove_env("HEIMDEX_FAILPOINT");
    server.restart();
    wait_until("the end of the sweep", LIMIT, || {
        let stored = stored_bytes(server);
        if stored <= bytes {
            Ok(())
        } else {
            Err(format!("{stored} bytes, not {bytes}"))
        }
    });
}

/// What was not thrown away is there as it was, and the next upload works.
fn nothing_else_is_lost(home: &Home, hash: &str) {
    let list = home
        .heimdex(["list", "--state", "indexed", "--json"])
        .ok()
        .json();
    let id = list["videos"][0]["video_id"].as_str().unwrap();
    assert_eq!(list["videos"].as_array().unwrap().len(), 1, "{list:#}");
    home.heimdex(["download", id, "-o", "back.mp4"]).ok();
    assert_eq!(blake3_of(&home.path("back.mp4")), hash);
    home.write("next.txt", "what comes next");
    home.heimdex(["upload", "next.txt", "--wait"])
        .limit(LIMIT)
        .ok();
}

fn an_expired_upload_is_freed_after(failpoint: &str) {
    let mut server = restless(failpoint)
        .env("HEIMDEX_SERVER_LIMITS_UPLOAD_TTL", "15 s")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    let hash = kept(&home);
    let before = stored_bytes(&server);
    half_sent(&home);
    assert!(stored_bytes(&server) > before, "parts lie in the store");
    assert!(
        !server.wait_for_end(LIMIT).success(),
        "the failpoint ends it"
    );
    swept(&mut server, before);
    wait_until("the expired video", LIMIT, || {
        let failed = home
            .heimdex(["list", "--state", "failed", "--json"])
            .ok()
            .json();
        if failed["videos"][0]["error_text"] == "upload expired" {
            Ok(())
        } else {
            Err(failed.to_string())
        }
    });
    nothing_else_is_lost(&home, &hash);
}

#[test]
fn an_expired_upload_is_freed_after_a_death_behind_its_claim() {
    an_expired_upload_is_freed_after("janitor.upload.claimed");
}

#[test]
fn an_expired_upload_is_freed_after_a_death_behind_its_parts() {
    an_expired_upload_is_freed_after("janitor.upload.freed");
}

fn a_trashed_video_is_purged_after(failpoint: &str) {
    let mut server = restless(failpoint)
        .env("HEIMDEX_SERVER_LIMITS_TRASH_TTL", "2 s")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    let hash = kept(&home);
    let before = stored_bytes(&server);
    large_video(&home, "gone.mp4", 40 * MIB);
    home.heimdex(["upload", "gone.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    let list = home.heimdex(["list", "--json"]).ok().json();
    let videos = list["videos"].as_array().unwrap();
    let gone = videos
        .iter()
        .find(|video| video["filename"] == "gone.mp4")
        .unwrap();
    home.heimdex(["rm", gone["video_id"].as_str().unwrap(), "--yes"])
        .ok();
    assert!(
        !server.wait_for_end(LIMIT).success(),
        "the failpoint ends it"
    );
    swept(&mut server, before);
    wait_until("an empty trash", LIMIT, || {
        let deleted = home
            .heimdex(["list", "--state", "deleted", "--json"])
            .ok()
            .json();
        if deleted["videos"] == serde_json::json!([]) {
            Ok(())
        } else {
            Err(deleted.to_string())
        }
    });
    nothing_else_is_lost(&home, &hash);
}

#[test]
fn a_trashed_video_is_purged_after_a_death_behind_its_claim() {
    a_trashed_video_is_purged_after("janitor.video.claimed");
}

#[test]
fn a_trashed_video_is_purged_after_a_death_behind_its_bytes() {
    a_trashed_video_is_purged_after("janitor.video.deleted");
}

#[test]
fn an_upload_that_was_cancelled_is_freed_after_a_death_behind_the_claim() {
    let mut server = restless("upload.abort.claimed").start();
    let home = Home::registered(&server, "ana@example.org");
    let hash = kept(&home);
    let before = stored_bytes(&server);
    half_sent(&home);
    let open = home
        .heimdex(["list", "--state", "uploading", "--json"])
        .ok()
        .json();
    let id = open["videos"][0]["video_id"].as_str().unwrap().to_owned();
    home.heimdex(["rm", &id, "--yes"]).run();
    assert!(
        !server.wait_for_end(LIMIT).success(),
        "the failpoint ends it"
    );
    swept(&mut server, before);
    let failed = home
        .heimdex(["list", "--state", "failed", "--json"])
        .ok()
        .json();
    assert_eq!(
        failed["videos"][0]["error_text"], "upload cancelled",
        "{failed:#}"
    );
    nothing_else_is_lost(&home, &hash);
}
