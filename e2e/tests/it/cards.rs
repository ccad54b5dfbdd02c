//! A card goes up and comes back as it was; `ingests` says whether it arrived whole.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fs_err as fs;
use heimdex_testkit::{Home, TestServer, ffmpeg, sample_mp4};
use serde_json::Value;

use crate::support::{LIMIT, on_both_databases, summary, unprivileged, videos};

/// What a file of a tree is: its time in microseconds, which the catalog keeps, and its bytes.
type Tree = BTreeMap<Vec<u8>, (u128, Vec<u8>)>;

fn tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            if metadata.is_dir() {
                folders.push(path);
                continue;
            }
            let since = metadata
                .modified()
                .unwrap()
                .duration_since(SystemTime::UNIX_EPOCH);
            let relative = path
                .strip_prefix(root)
                .unwrap()
                .as_os_str()
                .as_bytes()
                .to_vec();
            tree.insert(
                relative,
                (since.unwrap().as_micros(), fs::read(&path).unwrap()),
            );
        }
    }
    tree
}

fn paths(tree: &Tree) -> Vec<String> {
    tree.keys()
        .map(|path| path.escape_ascii().to_string())
        .collect()
}

fn sample_mxf() -> PathBuf {
    let picture = "testsrc2=size=720x576:rate=25:duration=1";
    let sound = "sine=frequency=440:sample_rate=48000:duration=1";
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        picture,
        "-f",
        "lavfi",
        "-i",
        sound,
        "-c:v",
        "mpeg2video",
        "-c:a",
        "pcm_s16le",
    ];
    ffmpeg("card-1s.mxf", &arguments)
}

fn sample_wav() -> PathBuf {
    let sound = "sine=frequency=220:sample_rate=48000:duration=1";
    ffmpeg(
        "card-1s.wav",
        &["-f", "lavfi", "-i", sound, "-c:a", "pcm_s24le"],
    )
}

/// A folder as cameras and recorders leave it, each file with a time of its own.
fn camera_card(home: &Home) -> PathBuf {
    let card = home.path("CARD_A");
    let video = fs::read(sample_mp4(2)).unwrap();
    let files: [(&[u8], Vec<u8>); 11] = [
        (b"PRIVATE/M4ROOT/CLIP/C0001.MP4", video.clone()),
        // The same bytes under another name, and other bytes under the same name in another folder.
        (b"PRIVATE/M4ROOT/BACKUP/copy of C0001.MP4", video),
        (
            b"PRIVATE/M4ROOT/SUB/C0001.MP4",
            fs::read(sample_mp4(1)).unwrap(),
        ),
        (
            b"PRIVATE/M4ROOT/CLIP/C0001M01.XML",
            b"<NonRealTimeMeta/>\n".to_vec(),
        ),
        (
            b"CONTENTS/VIDEO/0001AB.MXF",
            fs::read(sample_mxf()).unwrap(),
        ),
        (
            b"CONTENTS/AUDIO/0001AB00.WAV",
            fs::read(sample_wav()).unwrap(),
        ),
        (b"LASTCLIP.TXT", b"C0001\n".to_vec()),
        (b"STATUS.BIN", Vec::new()),
        (b"notes\xe9/take\xff3.txt", b"the good one\n".to_vec()),
        ("Übergabe/läuft.txt".as_bytes(), b"ja\n".to_vec()),
        (b"odd \\names/a'b\"c\n.txt", b"odd\n".to_vec()),
    ];
    for (index, (relative, bytes)) in files.into_iter().enumerate() {
        let path = card.join(OsStr::from_bytes(relative));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let seconds = 1_600_000_000 + 86_400 * index as u64;
        let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, 123_456_000);
        fs::OpenOptions::new()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }
    card
}

fn the_ingest(home: &Home) -> String {
    let listed = home.heimdex(["ingests", "--json"]).ok().json();
    let ingests = listed["ingests"].as_array().unwrap();
    assert_eq!(ingests.len(), 1, "{listed:#}");
    ingests[0]["ingest_id"].as_str().unwrap().to_owned()
}

fn missing(shown: &Value) -> Vec<String> {
    let missing = shown["missing"].as_array().unwrap();
    missing
        .iter()
        .map(|file| file["path"].as_str().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    fn a_card_comes_back_with_its_tree_names_times_and_bytes(start) {
        let served = start(TestServer::builder())?;
        let home = Home::registered(&served.server, "ana@example.org");
        let card = camera_card(&home);
        let before = tree(&card);
        home.heimdex(["upload", "CARD_A", "--source", "A cam, day 3", "--wait-for", "verified"]).ok();
        assert_eq!(videos(&home).len(), 10, "the same bytes are one video");

        let id = the_ingest(&home);
        let whole = home.heimdex(["ingests", &id[..6], "--json"]).ok().json();
        assert_eq!(whole["is_whole"], true, "{whole:#}");
        assert_eq!(whole["files"]["expected"], 11, "{whole:#}");
        assert_eq!(whole["files"]["verified"], 11, "{whole:#}");

        let to = ["--to", "back", "--json"];
        let back = home.heimdex(["download", "--source", "A cam, day 3"]).args(to).ok();
        assert_eq!(tree(&home.path("back")), before);
        let told = summary(&back.ndjson());
        assert_eq!((&told["fetched"], &told["already_there"]), (&11.into(), &0.into()), "{told:#}");

        // The second time is free, whichever way the card is named, and with a new machine's empty journal too.
        let again = home.heimdex(["download", "--ingest", &id]).args(to).ok();
        assert_eq!(summary(&again.ndjson())["already_there"], 11, "{again}");
        fs::remove_dir_all(home.home().join(".local/state")).unwrap();
        let again = home.heimdex(["download", "--ingest", &id]).args(to).ok();
        assert_eq!(summary(&again.ndjson())["already_there"], 11, "{again}");
        assert_eq!(tree(&home.path("back")), before);
    }
}

#[test]
fn a_file_that_was_deleted_is_named_by_ingests_and_by_download() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    camera_card(&home);
    home.heimdex(["upload", "CARD_A", "--wait-for", "verified"])
        .ok();
    let id = the_ingest(&home);
    let listed = videos(&home);
    let of = |name: &str| {
        let video = listed
            .iter()
            .find(|video| video["filename"] == name)
            .unwrap();
        video["video_id"].as_str().unwrap().to_owned()
    };
    home.heimdex(["rm", &of("LASTCLIP.TXT"), "--yes"]).ok();

    let shown = home
        .heimdex(["ingests", &id, "--json"])
        .run()
        .exits(3)
        .json();
    assert_eq!(
        (&shown["is_whole"], missing(&shown)),
        (&false.into(), vec!["LASTCLIP.TXT".to_owned()])
    );
    let text = home.heimdex(["ingests", &id]).run().exits(3);
    assert!(
        text.stdout().contains("missing\tLASTCLIP.TXT\tdeleted\t"),
        "{text}"
    );
    home.heimdex(["ingests"]).ok();

    let back = home
        .heimdex(["download", "--source", "CARD_A", "--to", "back"])
        .run()
        .exits(3);
    assert!(
        back.stderr().contains("LASTCLIP.TXT: it is in the trash"),
        "{back}"
    );
    assert_eq!(tree(&home.path("back")).len(), 10);
}

#[test]
fn other_bytes_that_are_there_stay_and_the_cards_go_beside_them() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("card/CLIP/A.mp4", "the card's");
    home.write("card/B.mp4", "the card's too");
    home.heimdex(["upload", "card", "--wait-for", "verified"])
        .ok();
    home.write("back/CLIP/A.mp4", "somebody's");
    fs::create_dir_all(home.path("back/B.mp4/in it")).unwrap();
    for round in ["fetched", "already_there"] {
        let arguments = ["download", "--source", "card", "--to", "back", "--json"];
        let back = home.heimdex(arguments).run().exits(3);
        let told = summary(&back.ndjson());
        assert_eq!(
            (&told["renamed"], &told["failed"]),
            (&2.into(), &0.into()),
            "{back}"
        );
        assert_eq!(told[round], 2, "{back}");
        let found = tree(&home.path("back"));
        assert_eq!(found.len(), 3, "{:?}", paths(&found));
        assert_eq!(found[&b"CLIP/A.mp4"[..]].1, b"somebody's");
        let beside = found
            .iter()
            .find(|(path, _)| path.starts_with(b"CLIP/A~"))
            .unwrap();
        assert_eq!(beside.1.1, b"the card's");
        assert!(beside.0.ends_with(b".mp4"));
    }
}

#[test]
fn two_contents_at_one_path_of_a_source_are_both_there() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    for (folder, bytes) in [("monday", "older"), ("tuesday", "newer")] {
        home.write(format!("{folder}/C0001.MP4"), bytes);
        home.heimdex([
            "upload",
            folder,
            "--source",
            "A cam",
            "--wait-for",
            "verified",
        ])
        .ok();
    }
    let back = home
        .heimdex(["download", "--source", "A cam", "--to", "back"])
        .run()
        .exits(3);
    let found = tree(&home.path("back"));
    assert_eq!(found.len(), 2, "{:?}", paths(&found));
    assert_eq!(found[&b"C0001.MP4"[..]].1, b"newer");
    assert!(
        back.stderr()
            .contains("C0001.MP4: its place is taken by other bytes"),
        "{back}"
    );
}

#[test]
fn no_link_in_the_tree_leads_a_file_elsewhere() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("card/CLIP/A.mp4", "a");
    home.write("card/B.mp4", "b");
    home.write("card/C.mp4", "c");
    home.heimdex(["upload", "card", "--wait-for", "verified"])
        .ok();
    fs::create_dir(home.path("outside")).unwrap();
    fs::create_dir(home.path("back")).unwrap();
    symlink(home.path("outside"), home.path("back/CLIP")).unwrap();
    symlink(home.path("outside/made"), home.path("back/B.mp4")).unwrap();
    symlink(
        home.path("outside/made"),
        home.path("back/C.mp4.heimdex-part"),
    )
    .unwrap();
    let back = home
        .heimdex(["download", "--source", "card", "--to", "back"])
        .run()
        .exits(3);
    assert_eq!(
        fs::read_dir(home.path("outside")).unwrap().count(),
        0,
        "{back}"
    );
    assert!(back.stderr().contains("back/CLIP"), "{back}");
    let link = fs::symlink_metadata(home.path("back/B.mp4")).unwrap();
    assert!(link.is_symlink(), "it is somebody's, and stays");
}

#[test]
fn a_rebuilding_that_was_killed_goes_on() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let card = camera_card(&home);
    home.heimdex(["upload", "CARD_A", "--wait-for", "verified"])
        .ok();
    for point in [
        "client.download.written:3",
        "client.download.synced:2",
        "client.download.placed:3",
    ] {
        let mut killed = home
            .heimdex(["download", "--source", "CARD_A", "--to", "back"])
            .env("HEIMDEX_FAILPOINT", point)
            .spawn();
        assert!(!killed.wait(LIMIT).success(), "{point}");
    }
    home.heimdex(["download", "--source", "CARD_A", "--to", "back"])
        .ok();
    assert_eq!(
        tree(&home.path("back")),
        tree(&card),
        "and no unfinished file is left"
    );
}

#[test]
fn what_was_never_taken_in_is_said_with_what_to_do() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let unknown = home
        .heimdex(["download", "--source", "nothing", "--to", "back"])
        .run()
        .exits(1);
    assert!(
        unknown.stderr().contains("hint: `heimdex ingests`"),
        "{unknown}"
    );
    assert!(!home.path("back").exists());
    home.heimdex(["download", "--source", "x"]).run().exits(2);
    home.heimdex(["download", "--source", "x", "--to", "back", "--force"])
        .run()
        .exits(2);
    home.heimdex(["ingests", "0000"]).run().exits(1);
}

/// The same card in another home: its journal knows nothing of it.
fn copied(from: &Home, to: &Home) {
    to.any_program("cp")
        .arg("-a")
        .arg(from.path("CARD_A"))
        .arg(to.path("CARD_A"))
        .ok();
}

#[test]
fn the_same_card_goes_on_with_its_ingest_where_no_journal_knows_it() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    camera_card(&home);
    home.heimdex([
        "upload",
        "CARD_A",
        "--source",
        "A cam",
        "--wait-for",
        "verified",
    ])
    .ok();
    let id = the_ingest(&home);

    let other = Home::new();
    other.login(server.url(), "ana@example.org");
    copied(&home, &other);
    other.write("CARD_A/new.txt", "shot since");
    let again = other
        .heimdex([
            "upload",
            "CARD_A",
            "--source",
            "A cam",
            "--wait-for",
            "verified",
            "--json",
        ])
        .ok();
    assert_eq!(summary(&again.ndjson())["already_stored"], 11, "{again}");
    assert_eq!(the_ingest(&other), id);
    let whole = other.heimdex(["ingests", &id, "--json"]).ok().json();
    assert_eq!(whole["files"]["expected"], 12, "{whole:#}");
}

#[test]
fn a_card_that_was_formatted_and_used_again_is_an_ingest_of_its_own() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("CARD_A/C0001.MP4", "monday");
    home.heimdex([
        "upload",
        "CARD_A",
        "--source",
        "A cam",
        "--wait-for",
        "verified",
    ])
    .ok();
    fs::remove_dir_all(home.home().join(".local/state")).unwrap();
    home.write("CARD_A/C0001.MP4", "tuesday, longer");
    home.heimdex([
        "upload",
        "CARD_A",
        "--source",
        "A cam",
        "--wait-for",
        "verified",
    ])
    .ok();
    let listed = home.heimdex(["ingests", "--json=ingest_id"]).ok().json();
    let ingests = listed["ingests"].as_array().unwrap();
    assert_eq!(ingests.len(), 2, "{listed:#}");
    // Both are whole: neither took a file from the other.
    for ingest in ingests {
        home.heimdex(["ingests", ingest["ingest_id"].as_str().unwrap()])
            .ok();
    }
}

/// Writes files of random bytes, one a name.
fn fill(home: &Home, names: &[&str], size: usize, seed: u8) {
    for (name, number) in names.iter().zip(0..) {
        let bytes: Vec<u8> = (0..size).map(|_| seed).chain([number]).collect();
        home.write(format!("mnt/CARD/{name}"), bytes);
    }
}

#[test]
fn a_card_in_the_place_of_another_under_the_same_label_takes_nothing_from_it() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let upload = ["upload", "mnt/CARD", "--wait-for", "verified"];
    fill(&home, &["C0001.MP4", "C0002.MP4", "C0003.MP4"], 5000, 1);
    home.heimdex(upload).ok();
    let first = tree(&home.path("mnt/CARD"));
    // Formatted: the same names, and one of the same size.
    fs::remove_dir_all(home.path("mnt/CARD")).unwrap();
    fill(&home, &["C0001.MP4"], 5000, 2);
    fill(&home, &["C0002.MP4", "C0009.MP4"], 7000, 2);
    home.heimdex(upload).ok();
    let second = tree(&home.path("mnt/CARD"));

    let listed = home.heimdex(["ingests", "--json"]).ok().json();
    let mut files: Vec<u64> = listed["ingests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ingest| ingest["files"]["stored"].as_u64().unwrap())
        .collect();
    files.sort_unstable();
    assert_eq!(files, [3, 3], "{listed:#}");
    let back = home
        .heimdex(["download", "--source", "CARD", "--to", "back"])
        .run()
        .exits(3);
    let found = tree(&home.path("back"));
    for (path, there) in first.iter().chain(&second) {
        let is_there = found.values().any(|back| back.1 == there.1);
        assert!(is_there, "{}: {back}", path.escape_ascii());
    }
    for taken in ["C0001~", "C0002~"] {
        assert!(back.stderr().contains(taken), "{back}");
    }
    // The first card once more, copied with its times: it goes on with its own.
    for (path, (time, bytes)) in first {
        let written = home.write(Path::new("mnt/CARD").join(OsStr::from_bytes(&path)), bytes);
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(time.try_into().unwrap());
        let file = fs::OpenOptions::new().write(true).open(written).unwrap();
        file.into_file().set_modified(time).unwrap();
    }
    fs::remove_file(home.path("mnt/CARD/C0009.MP4")).unwrap();
    home.heimdex(upload).ok();
    let listed = home.heimdex(["ingests", "--json"]).ok().json();
    assert_eq!(listed["ingests"].as_array().unwrap().len(), 2, "{listed:#}");
}

#[test]
fn a_file_that_was_edited_makes_no_other_card_of_its_folder() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let upload = ["upload", "mnt/CARD", "--wait-for", "verified"];
    fill(&home, &["a.mov", "b.mov", "c.mov"], 5000, 1);
    home.heimdex(upload).ok();
    fill(&home, &["b.mov"], 90_000, 2);
    home.heimdex(upload).ok();
    let id = the_ingest(&home);
    home.heimdex(["ingests", &id]).ok();
}

#[test]
fn a_file_that_went_from_the_folder_does_not_stand_in_for_one_that_never_came() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("CARD_A/A.mp4", "a");
    home.write("CARD_A/B.mp4", "b");
    home.heimdex(["upload", "CARD_A", "--wait-for", "verified"])
        .ok();
    fs::remove_file(home.path("CARD_A/A.mp4")).unwrap();
    let unreadable = home.write("CARD_A/C/C.mp4", "c");
    fs::set_permissions(
        unreadable.parent().unwrap(),
        PermissionsExt::from_mode(0o000),
    )
    .unwrap();
    unprivileged(&home, &["upload", "CARD_A", "--wait-for", "verified"])
        .run()
        .exits(3);
    let id = the_ingest(&home);
    let shown = home
        .heimdex(["ingests", &id, "--json"])
        .run()
        .exits(3)
        .json();
    assert_eq!(
        (&shown["unnamed"], missing(&shown).len()),
        (&1.into(), 0),
        "{shown:#}"
    );
}

#[test]
fn files_that_are_named_one_by_one_are_missed_as_long_as_they_do_not_come() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let quota = |most: &str| {
        let command = ["user", "quota", "ana@example.org", most];
        server.command(command).ok();
    };
    quota("1 KiB");
    home.write("CARD_A/A.txt", "a");
    home.write("CARD_A/B.txt", "b".repeat(2_000));
    let is_whole = |of_upload: &[&str], code: i32| {
        home.heimdex(of_upload.iter().copied()).run().exits(code);
        let id = the_ingest(&home);
        let shown = home.heimdex(["ingests", &id, "--json"]).run();
        shown.json()["is_whole"] == true
    };
    // Refused alone, and then another one came: as many as were expected, and not those.
    assert!(!is_whole(&["upload", "CARD_A/B.txt"], 1));
    let stored = ["upload", "CARD_A/A.txt", "--wait-for", "verified"];
    assert!(!is_whole(&stored, 0));
    assert!(!is_whole(&["upload", "CARD_A/A.txt", "CARD_A/B.txt"], 3));
    assert!(!is_whole(&stored, 0));
    quota("none");
    let stored = ["upload", "CARD_A/B.txt", "--wait-for", "verified"];
    assert!(is_whole(&stored, 0));
}
