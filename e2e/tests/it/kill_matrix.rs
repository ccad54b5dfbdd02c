//! The daemon dies wherever something becomes durable: the next one ends what it began, every file is stored once, and its
//! bytes are equal. The points are read from the sources: one that nobody thought of here is a failure.

use std::collections::BTreeSet;
use std::path::Path;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, TestServer, wait_until, wrong_clock};
use serde_json::Value;

use crate::support::{LIMIT, blake3_of, large_video, noise, videos};

const MIB: u64 = 1 << 20;

/// What a daemon comes to a point with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// A file of more than one part.
    Large,
    /// Small ones, which go in groups.
    Small,
    /// An upload that this machine's journal does not know any more.
    Adoption,
    /// A file that goes in the trash once it is proven to be stored.
    Trash,
    /// A login that must be renewed.
    Login,
}

macro_rules! killed_at {
    ($($test:ident: $point:literal by $by:ident,)*) => {
        const POINTS: &[&str] = &[$($point),*];

        $(
            #[test]
            fn $test() {
                killed($point, By::$by);
            }
        )*
    };
}

killed_at! {
    before_the_queue_is_written: "daemon.queue.write" by Large,
    after_the_queue_is_written: "daemon.queue.written" by Large,
    before_it_is_known_that_a_file_is_stored: "daemon.file.stored" by Large,
    after_an_upload_is_asked_for: "client.upload.asked" by Large,
    after_an_upload_is_opened: "client.upload.opened" by Large,
    after_a_part_arrived: "client.part.acknowledged" by Large,
    after_a_part_is_written_down: "client.part.journaled" by Large,
    before_an_upload_is_completed: "client.upload.completing" by Large,
    after_an_upload_is_completed: "client.upload.completed" by Large,
    after_a_file_is_known_to_be_stored: "client.upload.stored" by Large,
    after_an_upload_is_taken_over: "client.upload.adopted" by Adoption,
    after_a_group_is_asked_for: "client.batch.asked" by Small,
    after_a_group_is_answered: "client.batch.answered" by Small,
    after_a_group_is_opened: "client.batch.opened" by Small,
    after_a_file_of_a_group_arrived: "client.batch.acknowledged" by Small,
    after_a_file_of_a_group_is_written_down: "client.batch.journaled" by Small,
    before_a_group_is_completed: "client.batch.completing" by Small,
    after_a_group_is_completed: "client.batch.completed" by Small,
    after_a_group_is_known_to_be_stored: "client.batch.stored" by Small,
    after_what_goes_in_the_trash_is_described: "client.trash.described" by Trash,
    after_a_renewed_login_is_stored: "client.session.stored" by Login,
}

/// Points that no daemon comes to: it downloads nothing. `faults` and `cards` come to them with the command line.
const DOWNLOADS: &str = "client.download.";

#[test]
fn every_point_of_client_and_daemon_is_one_of_these() {
    let mut found = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for sources in ["crates/client/src", "daemon/src"] {
        points_below(&root.join(sources), &mut found);
    }
    found.retain(|point| !point.starts_with(DOWNLOADS));
    let known: BTreeSet<String> = POINTS.iter().map(|point| (*point).to_owned()).collect();
    assert_eq!(found, known);
}

fn points_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            points_below(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let calls = text.split("failpoint!(\"").skip(1);
        found.extend(calls.map(|call| call.split('"').next().unwrap().to_owned()));
    }
}

/// Puts `card` under watch in a file: what a journal forgets, the file says again.
fn watching(home: &Home, by: By) {
    fs::create_dir_all(home.path("card")).unwrap();
    let after = if by == By::Trash { "trash" } else { "keep" };
    let dir = home.path("card").display().to_string();
    let text = format!(
        "[[watch]]\ndir = {dir:?}\nsettle = 1\nafter_verified = {after:?}\naccept_cached = true\n"
    );
    let config = home.home().join(".config/heimdex");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("watches.toml"), text).unwrap();
}

/// Fills the card; the hash of each content in it.
fn fill(home: &Home, by: By) -> BTreeSet<String> {
    match by {
        By::Large | By::Adoption | By::Login => {
            let path = large_video(home, "card/large.mp4", 17 * MIB);
            BTreeSet::from([blake3_of(&path)])
        }
        By::Trash => BTreeSet::from([blake3_of(&large_video(home, "card/one.mp4", MIB))]),
        By::Small => {
            let contents = 0..20_u64;
            let mut hashes = BTreeSet::new();
            for number in contents {
                let bytes = noise(number, 50_000);
                let path = home.write(format!("card/{number}.bin"), &bytes);
                // The same bytes under another name.
                home.write(format!("card/again/{number}.bin"), &bytes);
                hashes.insert(blake3_of(&path));
            }
            hashes
        }
    }
}

fn killed(point: &str, by: By) {
    let mut server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    if by == By::Login {
        // The access token has expired by then.
        for (name, value) in wrong_clock(2 * 3600) {
            server.set_env(name, value);
        }
        server.restart();
    }
    watching(&home, by);
    if by == By::Adoption {
        let _hashes = fill(&home, by);
        dies(&home, "client.part.journaled");
        for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
            let _not_there = fs::remove_file(home.home().join(".local/state/heimdex").join(name));
        }
    }
    let hashes = fill(&home, by);
    dies(&home, point);
    let daemon = TestDaemon::start(&home);
    wait_until("everything to be stored", LIMIT, || {
        let status = daemon.status();
        let counts = &status["watches"][0]["counts"];
        let left = ["settling", "queued", "sending", "failed"]
            .iter()
            .filter_map(|part| counts[*part]["files"].as_u64())
            .sum::<u64>();
        let is_scanned = status["watches"][0]["scanned_at"].is_string();
        let is_gone = by != By::Trash || !home.path("card/one.mp4").exists();
        let all = videos(&home);
        let ready = all.iter().filter(|video| video["state"] == "indexed");
        if is_scanned && left == 0 && is_gone && ready.count() == hashes.len() {
            Ok(())
        } else {
            Err(format!("{status:#}\n{all:#?}\n{}", daemon.log()))
        }
    });
    let all = videos(&home);
    let stored: BTreeSet<String> = all.iter().map(hash).collect();
    assert_eq!(stored, hashes, "{point}");
    assert_eq!(all.len(), hashes.len(), "{point}: {all:#?}");
    // However many turns began at once, and again after the kill: a watch is one ingest.
    let ingests = home.heimdex(["ingests", "--json"]).ok().json();
    let count = ingests["ingests"].as_array().map(Vec::len);
    assert_eq!(count, Some(1), "{point}: {ingests:#}");
}

fn hash(video: &Value) -> String {
    video["blake3"].as_str().unwrap_or_default().to_owned()
}

/// Runs a daemon to the point at which it dies.
fn dies(home: &Home, point: &str) {
    let builder = TestDaemon::builder().env("HEIMDEX_FAILPOINT", point);
    let mut daemon = builder.start(home);
    let ended = daemon.wait_for_end(LIMIT);
    assert!(!ended.success(), "{point} was not come to");
}
