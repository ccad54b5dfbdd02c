//! A receipt is held against the server later, by itself.

use fs_err as fs;
use heimdex_testkit::{Home, Output, TestServer, sample_mp4};

use crate::support::videos;

/// A card that was proven, and gone.
fn wiped() -> (TestServer, Home) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir_all(home.path("CARD/CLIP")).unwrap();
    fs::copy(sample_mp4(2), home.path("CARD/CLIP/A.mp4")).unwrap();
    home.write("CARD/CLIP/B.bin", vec![7; 300_000]);
    let odd = std::os::unix::ffi::OsStrExt::from_bytes(&b"CARD/odd\xff.bin"[..]);
    fs::write(
        home.path(std::path::Path::new::<std::ffi::OsStr>(odd)),
        "odd",
    )
    .unwrap();
    home.heimdex(["upload", "CARD", "--wait"]).ok();
    let arguments = [
        "safe-to-wipe",
        "CARD",
        "--accept-cached",
        "--receipt",
        "card.json",
    ];
    home.heimdex(arguments).ok();
    fs::remove_dir_all(home.path("CARD")).unwrap();
    (server, home)
}

fn verify(home: &Home, file: &str) -> Output {
    home.heimdex(["receipt", "verify", file, "--accept-cached", "--json"])
        .run()
}

#[test]
fn what_is_still_there_is_said_to_be_there_and_what_is_not_is_named() {
    let (mut server, home) = wiped();
    let output = verify(&home, "card.json").exits(0);
    assert_eq!(output.json()["files"], 3, "{output}");
    assert_eq!(output.json()["is_sealed"], true, "{output}");
    // XML cannot have every name; what it has is enough to ask.
    let output = verify(&home, "card.mhl").exits(0);
    assert_eq!(output.json()["files"], 2, "{output}");
    home.heimdex([
        "receipt",
        "verify",
        "card.json",
        "--accept-cached",
        "--reread",
    ])
    .ok();

    let listed = videos(&home);
    let video = listed
        .iter()
        .find(|video| video["filename"] == "A.mp4")
        .unwrap();
    let id = video["video_id"].as_str().unwrap();
    home.heimdex(["rm", id, "--yes"]).ok();
    for file in ["card.json", "card.mhl"] {
        let output = verify(&home, file).exits(3);
        let findings = output.json()["findings"].clone();
        assert_eq!(findings[0]["path"], "CLIP/A.mp4", "{output}");
        assert_eq!(findings[0]["reason"], "trashed", "{output}");
        assert_eq!(findings.as_array().unwrap().len(), 1, "{output}");
    }
    home.heimdex(["rm", "--undo", id]).ok();
    verify(&home, "card.json").exits(0);
    home.heimdex(["logout"]).ok();
    verify(&home, "card.json").exits(4);
    server.terminate();
    home.heimdex(["receipt", "verify", "card.json"])
        .env("HEIMDEX_TOKEN", "hdx_any")
        .run()
        .exits(5);
}

#[test]
fn a_receipt_that_is_not_what_was_written_is_a_sentence() {
    let (_server, home) = wiped();
    let text = fs::read_to_string(home.path("card.json")).unwrap();
    let mhl = fs::read_to_string(home.path("card.mhl")).unwrap();
    let hash = text.split("\"blake3\": \"").nth(1).unwrap();
    let hash = &hash[..64];
    let other: String = hash.chars().rev().collect();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("edited.json", text.replace(hash, &other).into(), "was changed since it was written"),
        ("renamed.json", text.replace("CLIP/A.mp4", "CLIP/Z.mp4").into(), "was changed since it was written"),
        ("cut.json", text[..text.len() / 2].into(), "it ends in the middle"),
        ("empty.json", Vec::new(), "it is neither JSON nor XML"),
        ("noise.json", vec![0xff; 1000], "it is neither JSON nor XML"),
        ("list.json", b"[]".to_vec(), "it is neither JSON nor XML"),
        ("other.json", b"{\"a\": 1}".to_vec(), "it does not say its version"),
        ("later.json", b"{\"version\": 9}".to_vec(), "this program knows version 1"),
        ("none.json", b"{\"version\": 1}".to_vec(), "missing field"),
        ("deep.json", "{\"version\":1,\"a\":".to_owned().into_bytes().into_iter().chain("[".repeat(10_000).into_bytes()).collect(), "is no receipt"),
        ("cut.mhl", mhl[..mhl.len() / 2].into(), "is no receipt that can be used"),
        ("foreign.mhl", b"<hashlist version='2.0'><hashes><hash><path size='1'>a.mov</path></hash></hashes></hashlist>".to_vec(), "has no BLAKE3 of `a.mov`"),
        ("out.mhl", b"<hashlist version='2.0'><hashes><hash><path size='1'>../a</path></hash></hashes></hashlist>".to_vec(), "is not below its folder"),
    ];
    for (name, bytes, said) in cases {
        home.write(name, bytes);
        let output = verify(&home, name).exits(1);
        assert!(output.stderr().contains(said), "{name}: {said}\n{output}");
    }
    verify(&home, "nothing.json").exits(1);
    verify(&home, ".").exits(1);
    // Spaces and the order of names are no change; what has no seal says so.
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    home.write("compact.json", value.to_string());
    verify(&home, "compact.json").exits(0);
    let mut unsealed = value;
    unsealed.as_object_mut().unwrap().remove("seal");
    home.write("unsealed.json", unsealed.to_string());
    let output = verify(&home, "unsealed.json").exits(0);
    assert!(output.stderr().contains("has no seal"), "{output}");
    // An edited list has no seal, but its bytes are asked for.
    home.write("edited.mhl", mhl.replace(hash, &other));
    verify(&home, "edited.mhl").exits(3);
}
