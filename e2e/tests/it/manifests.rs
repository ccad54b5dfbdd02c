//! Checksum files on a card are held against it, and what Heimdex writes holds for the tools of others.

use std::path::Path;

use fs_err as fs;
use heimdex_testkit::{Home, Output, TestServer, ascmhl, sample_mp4};
use serde_json::Value;

const ACCEPT: &str = "--accept-cached";
/// How the ASC's tool ends where a checksum is another.
const VERIFICATION_FAILED: i32 = 11;

/// A card of three files and litter, not stored yet.
fn card() -> (TestServer, Home) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir_all(home.path("CARD/CLIP")).unwrap();
    fs::copy(sample_mp4(2), home.path("CARD/CLIP/A ü & 1.mp4")).unwrap();
    home.write("CARD/CLIP/B.bin", vec![7; 300_000]);
    home.write("CARD/empty", "");
    home.write("CARD/.DS_Store", "litter");
    (server, home)
}

fn asked(home: &Home, arguments: &[&str]) -> Output {
    home.heimdex(["safe-to-wipe", "CARD", "--json", ACCEPT])
        .args(arguments)
        .run()
}

fn findings(output: &Output) -> Vec<(String, String, String)> {
    let verdict = output.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = verdict["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            (
                text(&finding["path"]),
                text(&finding["reason"]),
                text(&finding["manifest"]),
            )
        })
        .collect()
}

fn found(path: &str, reason: &str, manifest: &str) -> (String, String, String) {
    (path.to_owned(), reason.to_owned(), manifest.to_owned())
}

/// Runs a program on the card, and writes down what it says.
fn sums(home: &Home, program: &str, arguments: &[&str]) -> String {
    let run = home.any_program(program).dir(home.path("CARD"));
    run.args(arguments).ok().stdout().to_owned()
}

/// MHL 1 with one checksum of `CLIP/B.bin` in each of its entries.
fn older_mhl(checksums: &[&str]) -> String {
    let entry = |sum: &&str| {
        format!(
            "<hash><file>CLIP/B.bin</file><size>300000</size>{sum}<hashdate>x</hashdate></hash>"
        )
    };
    let entries: String = checksums.iter().map(entry).collect();
    format!("<?xml version='1.0'?><hashlist version='1.1'>{entries}</hashlist>")
}

#[test]
fn what_md5sum_and_its_kind_wrote_is_checked_in_the_same_read() {
    let (_server, home) = card();
    let files = ["CLIP/A ü & 1.mp4", "./CLIP/B.bin", "empty"];
    for (program, name) in [
        ("md5sum", "card.md5"),
        ("sha1sum", "SHA1SUMS"),
        ("sha256sum", "card.sha256"),
        ("sha512sum", "card.sha512"),
    ] {
        let text = sums(&home, program, &files);
        home.write(format!("CARD/{name}"), text);
    }
    let tagged = sums(&home, "md5sum", &["--tag", "empty"]);
    home.write("CARD/tagged.md5", tagged);
    // As macOS spells the name, and as older programs wrote the sums of the same bytes.
    let apart = sums(&home, "md5sum", &files).replace('ü', "u\u{308}");
    home.write("CARD/apart.md5", apart);
    let older = [
        "<xxhash>0898995358</xxhash>",
        "<xxhash64>2ae4ab4361d5eb4f</xxhash64>",
        "<xxhash64be>4febd56143abe42a</xxhash64be>",
    ];
    home.write("CARD/older.mhl", older_mhl(&older));
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    let output = asked(&home, &[]).exits(0);
    assert_eq!(
        output.json()["manifests"].as_array().unwrap().len(),
        7,
        "{output}"
    );

    // Stored as it is, and yet not what was copied to the card.
    home.write("CARD/CLIP/B.bin", vec![8; 300_000]);
    fs::remove_file(home.path("CARD/empty")).unwrap();
    home.write("CARD/unknown.mhl", older_mhl(&["<crc64>00</crc64>"]));
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    let output = asked(&home, &[]).exits(3);
    let all = [
        "SHA1SUMS",
        "apart.md5",
        "card.md5",
        "card.sha256",
        "card.sha512",
    ];
    let differing = all.iter().chain(&["older.mhl"; 3]);
    let mut expected: Vec<_> = differing
        .map(|name| found("CLIP/B.bin", "manifest_differs", name))
        .collect();
    expected.push(found("CLIP/B.bin", "manifest_unknown", "unknown.mhl"));
    let missing = all.iter().chain(&["tagged.md5"]);
    expected.extend(missing.map(|name| found("empty", "manifest_missing", name)));
    assert_eq!(findings(&output), expected, "{output}");
    asked(&home, &["--without-manifests"]).exits(0);
    asked(&home, &["--without-manifests", "--receipt", "r.json"]).exits(0);
}

#[test]
fn a_history_of_the_ascs_tool_is_checked_with_its_chain() {
    let Some(tool) = ascmhl("ascmhl") else { return };
    let (_server, home) = card();
    let create = |format: &str| {
        let run = home.any_program(&tool);
        run.args(["create", "-h", format, "CARD"]).ok();
    };
    create("xxh128");
    create("c4");
    create("md5");
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    let output = asked(&home, &[]).exits(0);
    let manifests = output.json()["manifests"].clone();
    assert_eq!(manifests.as_array().unwrap().len(), 4, "{output}");
    assert!(
        manifests.to_string().contains("ascmhl_chain.xml"),
        "{output}"
    );

    // Another generation than the chain knows, and a generation that was changed.
    let generations = || {
        let entries = fs::read_dir(home.path("CARD/ascmhl")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        names.retain(|path| path.extension().is_some_and(|ending| ending == "mhl"));
        names.sort();
        names
    };
    let first = generations().remove(0);
    let text = fs::read_to_string(&first).unwrap();
    fs::write(&first, text.replace("in-place", "transfer")).unwrap();
    fs::copy(&first, first.with_file_name("0009_stray.mhl")).unwrap();
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    let output = asked(&home, &[]).exits(3);
    let name = first.file_name().unwrap().to_str().unwrap();
    assert_eq!(
        findings(&output),
        [
            found(
                &format!("ascmhl/{name}"),
                "manifest_differs",
                "ascmhl/ascmhl_chain.xml"
            ),
            found(
                "ascmhl/0009_stray.mhl",
                "manifest_broken",
                "ascmhl/0009_stray.mhl"
            ),
        ],
        "{output}"
    );
}

#[test]
fn a_receipt_is_an_asc_mhl_that_the_ascs_tool_verifies() {
    let (_server, home) = card();
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    let output = asked(&home, &["--receipt", "card-a.json"]).exits(0);
    assert_eq!(output.json()["mhl"], "card-a.mhl", "{output}");
    let Some(tool) = ascmhl("ascmhl-debug") else {
        return;
    };
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema/ASCMHL.xsd");
    let check = home.any_program(&tool).arg("xsd-schema-check").arg("-xsd");
    check.arg(schema).arg("card-a.mhl").ok();
    let verify = || {
        let run = home.any_program(&tool);
        run.args(["verify", "-v", "-pl", "card-a.mhl", "CARD"])
            .run()
    };
    let verified = verify().exits(0);
    let said = format!("{}{}", verified.stdout(), verified.stderr());
    for file in ["A ü & 1.mp4", "B.bin", "empty"] {
        assert!(said.contains(file), "{verified}");
    }
    // It is the card's own bytes that it holds for.
    home.write("CARD/CLIP/B.bin", vec![9; 300_000]);
    verify().exits(VERIFICATION_FAILED);
}

#[test]
fn a_receipt_never_takes_the_place_of_anything() {
    let (_server, home) = card();
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    home.write("there.mhl", "mine");
    home.write("other.json", "mine");
    for receipt in ["there.json", "other.json", "new.mhl", "CARD/new.json"] {
        asked(&home, &["--receipt", receipt]).exits(2);
    }
    assert_eq!(fs::read(home.path("there.mhl")).unwrap(), b"mine");
    asked(&home, &["--receipt", "without"]).exits(0);
    assert!(home.path("without.mhl").is_file());
}

#[test]
fn a_stranger_s_checksum_file_is_a_sentence_and_never_a_yes() {
    let (_server, home) = card();
    let bomb = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>\
                <hashlist version='2.0'>&b;</hashlist>";
    let up = "<hashlist version='2.0'><hashes><hash><path>../../etc/passwd</path></hash></hashes></hashlist>";
    home.write("CARD/bomb.mhl", bomb);
    home.write("CARD/up.mhl", up);
    home.write(
        "CARD/up.md5",
        "b1946ac92492d2347c6235b4d2611184  /etc/passwd\n",
    );
    home.write("CARD/none.sha1", [0xff; 100]);
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    // What is too large to be one: nothing of it is read into memory.
    let huge = fs::File::create(home.path("CARD/huge.mhl")).unwrap();
    huge.set_len(600 << 20).unwrap();
    let output = asked(&home, &[]).exits(3);
    let broken: Vec<_> = findings(&output)
        .into_iter()
        .filter(|(_, reason, _)| reason == "manifest_broken")
        .map(|(path, ..)| path)
        .collect();
    assert_eq!(
        broken,
        ["bomb.mhl", "huge.mhl", "none.sha1", "up.md5", "up.mhl"],
        "{output}"
    );
}
