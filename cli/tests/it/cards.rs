//! Cards as a whole: taken in, told of, brought back, and judged before they are wiped.

use fs_err as fs;
use heimdex_testkit::{Home, TestServer, sample_mp4};

use crate::served::id_of;
use crate::snapshot::hx_snapshot;
use crate::terminal::{in_terminal, run_in_terminal};

/// A home with an account and a card that is stored and looked at.
fn card() -> (TestServer, Home) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir_all(home.path("CARD_A/CLIP")).unwrap();
    fs::copy(sample_mp4(2), home.path("CARD_A/CLIP/A003C012.mp4")).unwrap();
    home.write("CARD_A/notes.txt", "take 3 is the good one\n");
    home.write("CARD_A/.DS_Store", "x");
    home.heimdex(["upload", "CARD_A", "--source", "A cam, day 3", "--wait"])
        .ok();
    (server, home)
}

fn ingest(home: &Home) -> String {
    let listed = home.heimdex(["ingests", "--json"]).ok().json();
    listed["ingests"][0]["ingest_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// What memory answered on the machine of the test is no matter of words.
const ACCEPT: &str = "--accept-cached";

#[test]
fn a_card_that_arrived_whole_says_so_everywhere() {
    let (_server, home) = card();
    let id = ingest(&home);
    hx_snapshot!("ingests_in_a_pipe", home.heimdex(["ingests"]).ok());
    hx_snapshot!("ingests_at_80_columns", in_terminal(&home, 80, "ingests"));
    hx_snapshot!("ingests_at_40_columns", in_terminal(&home, 40, "ingests"));
    hx_snapshot!(
        "ingests_of_an_unknown_label",
        in_terminal(&home, 80, "ingests --source nothing")
    );
    let fields = "--json=source,root_name,files,bytes";
    hx_snapshot!("ingests_as_json", home.heimdex(["ingests", fields]).ok());
    hx_snapshot!(
        "ingest_that_is_whole_in_a_pipe",
        home.heimdex(["ingests", &id]).ok()
    );
    hx_snapshot!(
        "ingest_that_is_whole_at_80_columns",
        in_terminal(&home, 80, &format!("ingests {}", &id[..6]))
    );
}

#[test]
fn a_card_that_lacks_a_file_names_it_everywhere() {
    let (_server, home) = card();
    let id = ingest(&home);
    home.heimdex(["rm", &id_of(&home, "notes.txt"), "--yes"])
        .ok();
    hx_snapshot!(
        "ingests_with_one_missing",
        in_terminal(&home, 80, "ingests")
    );
    hx_snapshot!(
        "ingest_with_one_missing_in_a_pipe",
        home.heimdex(["ingests", &id]).run().exits(3)
    );
    let fields = "--json=is_whole,unnamed,missing";
    hx_snapshot!(
        "ingest_with_one_missing_as_json",
        home.heimdex(["ingests", &id, fields]).run().exits(3)
    );
    for columns in [80, 40] {
        let shown = in_terminal_exits(&home, columns, &format!("ingests {}", &id[..6]));
        hx_snapshot!(
            format!("ingest_with_one_missing_at_{columns}_columns"),
            shown
        );
    }
    let back = ["download", "--source", "A cam, day 3", "--to", "back"];
    hx_snapshot!(
        "download_of_a_card_with_one_missing",
        home.heimdex(back).run().exits(3)
    );
}

#[test]
fn a_card_that_comes_back_is_told_in_one_line() {
    let (_server, home) = card();
    let arguments = ["download", "--source", "A cam, day 3", "--to", "back"];
    let back = home.heimdex(arguments).ok();
    // Files come in any order.
    assert_eq!(back.stdout().lines().count(), 2, "{back}");
    assert!(
        back.stderr().contains("2 of 2 files here, 0 failed."),
        "{back}"
    );
    hx_snapshot!(
        "download_of_a_card_again",
        in_terminal(&home, 80, "download --source 'A cam, day 3' --to back")
    );
    let json = home
        .heimdex(arguments)
        .arg("--json=files,fetched,already_there,renamed,unnamed")
        .ok();
    let last = json.ndjson().pop().unwrap();
    let told =
        ["files", "fetched", "already_there", "renamed", "unnamed"].map(|name| last[name].as_u64());
    assert_eq!(
        told,
        [Some(2), Some(0), Some(2), Some(0), Some(0)],
        "{json}"
    );
}

#[test]
fn a_card_that_may_be_wiped_is_told_so_in_a_sentence() {
    let (_server, home) = card();
    let command = format!("safe-to-wipe CARD_A {ACCEPT}");
    hx_snapshot!(
        "safe_to_wipe_at_80_columns",
        in_terminal(&home, 80, &command)
    );
    hx_snapshot!(
        "safe_to_wipe_at_40_columns",
        in_terminal(&home, 40, &command)
    );
    let piped = home
        .heimdex(["safe-to-wipe", "CARD_A", ACCEPT, "--receipt", "card.json"])
        .ok();
    hx_snapshot!("safe_to_wipe_in_a_pipe", piped);
    let fields = "--json=safe,folder,files,bytes,proven,proven_bytes,findings,litter,receipt";
    hx_snapshot!(
        "safe_to_wipe_as_json",
        home.heimdex(["safe-to-wipe", "CARD_A", ACCEPT, fields])
            .ok()
    );
}

#[test]
fn a_card_that_may_not_be_wiped_names_every_file_and_why() {
    let (_server, home) = card();
    home.heimdex(["rm", &id_of(&home, "A003"), "--yes"]).ok();
    home.write("CARD_A/notes.txt", "take 4 is better\n");
    home.write("CARD_A/CLIP/A003C013.mp4", "new");
    std::os::unix::fs::symlink("CLIP", home.path("CARD_A/link")).unwrap();
    for columns in [100, 40] {
        let shown = in_terminal_exits(&home, columns, &format!("safe-to-wipe CARD_A {ACCEPT}"));
        hx_snapshot!(format!("not_safe_to_wipe_at_{columns}_columns"), shown);
    }
    let arguments = ["safe-to-wipe", "CARD_A", ACCEPT, "--receipt", "card.json"];
    hx_snapshot!(
        "not_safe_to_wipe_in_a_pipe",
        home.heimdex(arguments).run().exits(3)
    );
    assert!(!home.path("card.json").exists());
    let fields = "--json=safe,files,proven,findings";
    hx_snapshot!(
        "not_safe_to_wipe_as_json",
        home.heimdex(["safe-to-wipe", "CARD_A", ACCEPT, fields])
            .run()
            .exits(3)
    );
}

#[test]
fn what_rules_and_checksum_files_say_is_told() {
    let (_server, home) = card();
    home.heimdex(["watch", "add", "CARD_A", "--exclude", "Proxy/"])
        .ok();
    fs::create_dir(home.path("CARD_A/Proxy")).unwrap();
    home.write("CARD_A/Proxy/A003C012.mp4", "small");
    home.write("CARD_A/export.mp4.part", "half");
    home.write(
        "CARD_A/notes.md5",
        "d9b5f8b06bf1ba1bfa6b8f3b6a8b1a4b  notes.txt\n",
    );
    for columns in [80, 40] {
        let shown = in_terminal_exits(&home, columns, &format!("safe-to-wipe CARD_A {ACCEPT}"));
        hx_snapshot!(
            format!("not_safe_by_a_checksum_at_{columns}_columns"),
            shown
        );
    }
    let arguments = ["safe-to-wipe", "CARD_A", ACCEPT];
    hx_snapshot!(
        "not_safe_by_a_checksum_in_a_pipe",
        home.heimdex(arguments).run().exits(3)
    );
    let fields = "--json=safe,findings,excused,manifests,on_its_way";
    hx_snapshot!(
        "not_safe_by_a_checksum_as_json",
        home.heimdex(arguments).arg(fields).run().exits(3)
    );
    // Another checksum file that says the same of nothing else.
    fs::remove_file(home.path("CARD_A/notes.md5")).unwrap();
    for columns in [80, 40] {
        let shown = in_terminal(&home, columns, &format!("safe-to-wipe CARD_A {ACCEPT}"));
        hx_snapshot!(format!("safe_but_for_rules_at_{columns}_columns"), shown);
    }
}

#[test]
fn a_receipt_is_told_of_in_a_sentence() {
    let (_server, home) = card();
    home.heimdex(["safe-to-wipe", "CARD_A", ACCEPT, "--receipt", "card.json"])
        .ok();
    let verify = ["receipt", "verify", "card.json", ACCEPT];
    hx_snapshot!("receipt_that_holds_in_a_pipe", home.heimdex(verify).ok());
    home.heimdex(["rm", &id_of(&home, "notes.txt"), "--yes"])
        .ok();
    hx_snapshot!(
        "receipt_that_does_not_hold_in_a_pipe",
        home.heimdex(verify).run().exits(3)
    );
    let fields = "--json=safe,files,proven,findings";
    hx_snapshot!(
        "receipt_that_does_not_hold_as_json",
        home.heimdex(verify).arg(fields).run().exits(3)
    );
    for columns in [80, 40] {
        let shown = in_terminal_exits(
            &home,
            columns,
            &format!("receipt verify card.json {ACCEPT}"),
        );
        hx_snapshot!(
            format!("receipt_that_does_not_hold_at_{columns}_columns"),
            shown
        );
    }
}

/// In a terminal, and not well.
fn in_terminal_exits(home: &Home, columns: u32, arguments: &str) -> heimdex_testkit::Output {
    run_in_terminal(home, columns, arguments).exits(3)
}
