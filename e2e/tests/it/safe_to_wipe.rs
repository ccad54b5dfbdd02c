//! `safe-to-wipe` says yes of a card that is proven, and of nothing else.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_testkit::{Binary, Home, Output, TestServer, sample_mp4};
use serde_json::Value;

use crate::support::{blake3_of, file_in_store, on_both_databases, unprivileged, videos};

const SIZE: usize = 300_000;

/// A card of three files and some litter, all of it stored and looked at.
struct Card {
    server: TestServer,
    home: Home,
}

fn card() -> Card {
    card_on(TestServer::start())
}

fn card_on(server: TestServer) -> Card {
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir_all(home.path("CARD/CLIP")).unwrap();
    fs::copy(sample_mp4(2), home.path("CARD/CLIP/A.mp4")).unwrap();
    home.write("CARD/CLIP/B.bin", vec![7; SIZE]);
    home.write("CARD/C.txt", "");
    home.write("CARD/.DS_Store", "litter");
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    Card { server, home }
}

/// Where the test runs on a RAM disk, or the kernel holds on to a page, memory answers: that is a test of its own.
const ACCEPT: &str = "--accept-cached";

impl Card {
    fn run(&self, arguments: &[&str]) -> Output {
        self.home
            .heimdex(["safe-to-wipe", "CARD", "--json", ACCEPT])
            .args(arguments)
            .run()
    }

    fn is_safe(&self) {
        let output = self.run(&[]).exits(0);
        assert_eq!(output.json()["safe"], true, "{output}");
    }

    /// It is not safe, for exactly these reasons.
    #[track_caller]
    fn is_not_safe(&self, reasons: &[(&str, &str)]) {
        self.is_not_safe_with(&[], reasons);
    }

    #[track_caller]
    fn is_not_safe_with(&self, arguments: &[&str], reasons: &[(&str, &str)]) {
        let output = self.run(arguments).exits(3);
        let verdict = output.json();
        assert_eq!(verdict["safe"], false, "{output}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let found: Vec<_> = verdict["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| (text(&finding["path"]), text(&finding["reason"])))
            .collect();
        let expected: Vec<_> = reasons
            .iter()
            .map(|(path, why)| ((*path).to_owned(), (*why).to_owned()))
            .collect();
        assert_eq!(found, expected, "{output}");
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.home.path(format!("CARD/{relative}"))
    }

    fn video(&self, name: &str) -> String {
        let listed = videos(&self.home);
        let video = listed
            .iter()
            .find(|video| video["filename"] == name)
            .unwrap();
        video["video_id"].as_str().unwrap().to_owned()
    }

    /// The file in the store that has the bytes of this one.
    fn in_store(&self, relative: &str) -> PathBuf {
        file_in_store(&self.server, &self.path(relative))
    }
}

/// Turns one bit over, and leaves size and times as they were.
pub(crate) fn flip(path: &Path) {
    let before = fs::metadata(path).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
    let mut file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(before.len() / 2)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(before.len() / 2)).unwrap();
    file.write_all(&[byte[0] ^ 1]).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    file.set_permissions(before.permissions()).unwrap();
    file.sync_all().unwrap();
}

on_both_databases! {
    fn a_card_just_verified_is_safe_and_has_a_receipt(start) {
        let served = start(TestServer::builder())?;
        let card = card_on(served.server);
        card.is_safe();
        let verdict = card.run(&[]).json();
        assert_eq!(verdict["files"], 3, "{verdict:#}");
        assert_eq!(verdict["litter"][0]["path"], ".DS_Store", "{verdict:#}");

        let output = card.run(&["--receipt", "receipt.json", "--reread"]).exits(0);
        assert_eq!(output.json()["receipt"], "receipt.json");
        let receipt: Value = serde_json::from_slice(&fs::read(card.home.path("receipt.json")).unwrap()).unwrap();
        assert_eq!(receipt["version"], 1);
        assert_eq!(receipt["reread"], true);
        let files = receipt["files"].as_array().unwrap();
        let paths: Vec<_> = files.iter().map(|file| file["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["C.txt", "CLIP/A.mp4", "CLIP/B.bin"]);
        for file in files {
            let path = card.path(file["path"].as_str().unwrap());
            assert_eq!(file["blake3"], blake3_of(&path));
            assert_eq!(file["size_bytes"], fs::metadata(&path).unwrap().len());
            assert_eq!(file["video_id"], card.video(path.file_name().unwrap().to_str().unwrap()));
            assert!(file["verified_at"].is_string(), "{file:#}");
        }
        // Never a second one in its place, and none where it would be wiped as well.
        for path in ["receipt.json", "CARD/receipt.json", "CARD/CLIP/receipt.json"] {
            card.run(&["--receipt", path]).exits(2);
        }
    }
}

#[test]
fn one_flipped_byte_on_the_card_is_found_though_nothing_else_of_the_file_changed() {
    let card = card();
    flip(&card.path("CLIP/B.bin"));
    card.is_not_safe(&[("CLIP/B.bin", "differs")]);
    flip(&card.path("CLIP/B.bin"));
    card.is_safe();
}

#[test]
fn a_changed_file_and_new_files_are_found_hidden_ones_too() {
    let card = card();
    card.home.write("CARD/C.txt", "changed");
    card.is_not_safe(&[("C.txt", "differs")]);
    card.home.write("CARD/C.txt", "");
    card.home.write("CARD/CLIP/D.mp4", "new");
    card.home.write("CARD/.hidden", "new");
    card.is_not_safe(&[(".hidden", "not_stored"), ("CLIP/D.mp4", "not_stored")]);
    let told = card
        .home
        .heimdex(["safe-to-wipe", "CARD", ACCEPT])
        .run()
        .exits(3);
    assert!(
        told.stderr()
            .contains("heimdex upload CARD --hidden --wait"),
        "{told}"
    );
    card.home
        .heimdex(["upload", "CARD", "--hidden", "--wait"])
        .ok();
    card.is_safe();
}

#[test]
fn what_only_the_servers_memory_answered_counts_where_it_is_accepted() {
    let card = card();
    let listed = videos(&card.home);
    let cached = listed
        .iter()
        .filter(|video| video["verified_how"] == "cached")
        .count();
    let strict = card.home.heimdex(["safe-to-wipe", "CARD", "--json"]).run();
    let strict = strict.exits(if cached == 0 { 0 } else { 3 }).json();
    let findings = strict["findings"].as_array().unwrap();
    assert_eq!(findings.len(), cached, "{strict:#}");
    assert!(
        findings
            .iter()
            .all(|finding| finding["reason"] == "only_cached"),
        "{strict:#}"
    );
    card.is_safe();
}

#[test]
fn an_object_that_the_store_lost_is_found() {
    let card = card();
    let lost = card.in_store("CLIP/B.bin");
    fs::rename(&lost, card.home.path("taken")).unwrap();
    card.is_not_safe(&[("CLIP/B.bin", "not_in_store")]);
    fs::rename(card.home.path("taken"), &lost).unwrap();
    card.is_safe();
}

#[test]
fn what_the_store_lost_is_sent_again_by_the_command_that_the_hint_names() {
    // Issue 10: no command brought it, though the card had the only copy.
    let card = card();
    fs::remove_file(card.in_store("CLIP/B.bin")).unwrap();
    let told = card
        .home
        .heimdex(["safe-to-wipe", "CARD", ACCEPT])
        .run()
        .exits(3);
    let command = "heimdex upload CARD --check-store --wait";
    assert!(told.stderr().contains(command), "{told}");
    card.home.heimdex(["upload", "CARD", "--wait"]).ok();
    card.is_not_safe(&[("CLIP/B.bin", "not_in_store")]);
    let sent = card
        .home
        .heimdex(["upload", "CARD", "--check-store", "--wait"])
        .ok();
    assert!(
        sent.stderr().contains("1 stored, 2 already stored"),
        "{sent}"
    );
    card.is_safe();
    card.home
        .heimdex(["download", "--source", "CARD", "--to", "back"])
        .ok();
    let back = fs::read(card.home.path("back/CLIP/B.bin")).unwrap();
    assert!(back == fs::read(card.path("CLIP/B.bin")).unwrap());
    let sent = card.home.heimdex(["upload", "CARD", "--check-store"]).ok();
    assert!(
        sent.stderr().contains("0 stored, 3 already stored"),
        "{sent}"
    );
}

#[test]
fn an_object_that_was_cut_short_is_named_and_can_be_sent_again() {
    // Issue 10: one such object left the whole card without an answer.
    let card = card();
    let cut = card.in_store("CLIP/B.bin");
    fs::set_permissions(&cut, PermissionsExt::from_mode(0o600)).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&cut).unwrap();
    file.set_len(SIZE as u64 - 1).unwrap();
    card.is_not_safe(&[("CLIP/B.bin", "not_in_store")]);
    let back = card
        .home
        .heimdex(["download", &card.video("B.bin"), "--to", "back"])
        .run()
        .exits(1);
    assert!(back.stderr().contains("does not have it"), "{back}");
    let alone = ["upload", "CARD/CLIP/B.bin", "--check-store", "--wait"];
    card.home.heimdex(alone).ok();
    card.is_safe();
}

#[test]
fn what_only_has_the_name_of_litter_is_no_litter() {
    // Issue 10: real clips were excused by their names.
    let card = card();
    for folder in ["._clips", "Thumbs.db", "lost+found"] {
        fs::create_dir(card.path(folder)).unwrap();
        fs::copy(sample_mp4(2), card.path(&format!("{folder}/L.mp4"))).unwrap();
    }
    fs::copy(sample_mp4(2), card.path("._big.mp4")).unwrap();
    card.home.write("CARD/new.txt", "new");
    card.home.write("CARD/._B.bin", [0, 5, 0x16, 7, 0, 2, 0, 0]);
    // The same bytes are stored: that of each is enough.
    card.is_not_safe(&[("new.txt", "not_stored")]);
    for path in [
        "._big.mp4",
        "._clips/L.mp4",
        "Thumbs.db/L.mp4",
        "lost+found/L.mp4",
    ] {
        let mut film = fs::read(sample_mp4(2)).unwrap();
        film.extend(path.as_bytes());
        fs::write(card.path(path), film).unwrap();
    }
    let all = [
        ("._big.mp4", "not_stored"),
        ("._clips/L.mp4", "not_stored"),
        ("Thumbs.db/L.mp4", "not_stored"),
        ("lost+found/L.mp4", "not_stored"),
        ("new.txt", "not_stored"),
    ];
    card.is_not_safe(&all);
    card.home
        .heimdex(["upload", "CARD", "--hidden", "--damaged", "--wait"])
        .ok();
    card.is_safe();
    let litter = card.run(&[]).json()["litter"].clone();
    assert_eq!(litter.as_array().unwrap().len(), 2, "{litter}");
}

#[test]
fn a_flipped_byte_at_the_store_is_found_by_reading_again() {
    let card = card();
    // Asked only whether it is there, the store says that it is.
    flip(&card.in_store("CLIP/B.bin"));
    card.is_safe();
    card.is_not_safe_with(&["--reread"], &[("CLIP/B.bin", "not_reread")]);
    // And from then on nobody leans on it.
    card.is_not_safe(&[("CLIP/B.bin", "failed")]);
}

#[test]
fn a_trashed_video_is_no_copy() {
    let card = card();
    card.home
        .heimdex(["rm", &card.video("A.mp4"), "--yes"])
        .ok();
    card.is_not_safe(&[("CLIP/A.mp4", "trashed")]);
}

#[test]
fn a_damaged_video_counts_once_a_person_said_that_it_may() {
    let card = card();
    let whole = fs::read(sample_mp4(2)).unwrap();
    card.home
        .write("CARD/CLIP/D.mp4", &whole[..whole.len() / 2]);
    card.home
        .heimdex(["upload", "CARD", "--wait"])
        .run()
        .exits(3);
    card.is_not_safe(&[("CLIP/D.mp4", "failed")]);
    card.home
        .heimdex(["upload", "CARD", "--wait", "--damaged"])
        .ok();
    card.is_safe();
}

#[test]
fn what_was_not_read_back_yet_is_not_verified() {
    let server = TestServer::builder().arg("--no-worker").start();
    let home = Home::registered(&server, "ana@example.org");
    home.write("CARD/A.bin", vec![1; SIZE]);
    home.heimdex(["upload", "CARD"]).ok();
    let output = home
        .heimdex(["safe-to-wipe", "CARD", "--json", "--accept-cached"])
        .run()
        .exits(3);
    assert_eq!(
        output.json()["findings"][0]["reason"],
        "not_ready",
        "{output}"
    );
}

#[test]
fn an_empty_directory_and_one_of_litter_alone_are_never_safe() {
    let card = card();
    fs::create_dir_all(card.home.path("EMPTY/CLIP")).unwrap();
    for _ in 0..2 {
        let output = card
            .home
            .heimdex(["safe-to-wipe", "EMPTY", "--json"])
            .run()
            .exits(3);
        assert_eq!(
            output.json()["findings"][0]["reason"],
            "no_files",
            "{output}"
        );
        card.home.write("EMPTY/.DS_Store", "x");
    }
    card.home
        .heimdex(["safe-to-wipe", "NOTHING"])
        .run()
        .exits(1);
    card.home
        .heimdex(["safe-to-wipe", "CARD/C.txt"])
        .run()
        .exits(1);
}

#[test]
fn links_and_special_files_stand_in_the_way() {
    let card = card();
    symlink("CLIP/A.mp4", card.path("link.mp4")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let pipe = card.path("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    fs::create_dir(card.path(".Trashes")).unwrap();
    symlink("/etc", card.path(".Trashes/link")).unwrap();
    card.is_not_safe(&[
        (".Trashes/link", "link"),
        ("link.mp4", "link"),
        ("pipe", "special"),
    ]);
}

#[test]
fn what_is_mounted_inside_hides_the_card_and_stands_in_the_way() {
    let card = card();
    for folder in ["CLIP/INNER", ".Trashes/501/deep"] {
        fs::create_dir_all(card.path(folder)).unwrap();
    }
    card.home.write("same", "");
    card.is_safe();
    // A folder, and a file by its equal: neither can be told from the card's own by name, size or bytes.
    for (mount, path) in [
        ("mount -t tmpfs none CARD/CLIP/INNER", "CLIP/INNER"),
        ("mount --bind same CARD/C.txt", "C.txt"),
        // Litter is excused, but not what hides behind its name.
        ("mount -t tmpfs none CARD/.Trashes", ".Trashes"),
        (
            "mount -t tmpfs none CARD/.Trashes/501/deep",
            ".Trashes/501/deep",
        ),
    ] {
        let output = card
            .home
            .program_with_mounts(Binary::Cli, mount)
            .args(["safe-to-wipe", "CARD", "--json", ACCEPT])
            .run()
            .exits(3);
        let verdict = output.json();
        let findings = verdict["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{output}");
        assert_eq!(
            (&findings[0]["path"], &findings[0]["reason"]),
            (&path.into(), &"mounted".into()),
            "{output}"
        );
    }
    card.is_safe();
}

#[test]
fn a_folder_or_a_file_that_cannot_be_read_stands_in_the_way() {
    let card = card();
    for unreadable in ["CLIP", "C.txt"] {
        fs::set_permissions(card.path(unreadable), PermissionsExt::from_mode(0o000)).unwrap();
    }
    let arguments = ["safe-to-wipe", "CARD", "--json", ACCEPT];
    let output = unprivileged(&card.home, &arguments).run().exits(3);
    let findings = output.json()["findings"].as_array().unwrap().clone();
    let reasons: Vec<_> = findings
        .iter()
        .map(|finding| (&finding["path"], &finding["reason"]))
        .collect();
    assert_eq!(
        reasons,
        [
            (&"C.txt".into(), &"unreadable".into()),
            (&"CLIP".into(), &"unreadable".into())
        ]
    );
}

#[test]
fn without_an_answer_there_is_no_yes() {
    let mut card = card();
    let token = card
        .home
        .heimdex(["safe-to-wipe", "CARD"])
        .env("HEIMDEX_TOKEN", "hdx_wrong")
        .run();
    token.exits(4);
    let nobody = Home::new();
    let url = card.server.url().to_owned();
    nobody.write("CARD/C.txt", "");
    nobody
        .heimdex(["safe-to-wipe", "CARD"])
        .env("HEIMDEX_SERVER", &url)
        .run()
        .exits(4);
    card.server.terminate();
    card.run(&[]).exits(5);
}

#[test]
fn another_accounts_copy_is_no_copy() {
    let card = card();
    let other = Home::registered(&card.server, "bela@example.org");
    other.write("CARD/C.txt", "");
    let output = other
        .heimdex(["safe-to-wipe", "CARD", "--json"])
        .run()
        .exits(3);
    assert_eq!(
        output.json()["findings"][0]["reason"],
        "not_stored",
        "{output}"
    );
}
