//! `heimdex-server doctor` on real stores, well and not so.

use heimdex_testkit::{FreshBucket, Nginx, Output, TestServer, fresh_bucket, wrong_clock};
use serde_json::Value;

use crate::support::STORE_NAME;

const ENDPOINT: &str = "HEIMDEX_SERVER_S3_ENDPOINT";
const PUBLIC: &str = "HEIMDEX_SERVER_S3_PUBLIC_ENDPOINT";
const SECRET: &str = "HEIMDEX_SERVER_S3_SECRET_KEY";
const ACCESS: &str = "HEIMDEX_SERVER_S3_ACCESS_KEY";

fn on(bucket: &FreshBucket) -> TestServer {
    bucket.configure(TestServer::builder()).start()
}

/// Every check by its name: verdict, sentence and what to do.
#[track_caller]
fn check(report: &Output, name: &str, which: &str) -> (String, String) {
    let json: Value = report.json();
    let checks = json["checks"].as_array().unwrap();
    let found = checks
        .iter()
        .find(|check| check["name"] == name && check["verdict"] == which)
        .unwrap_or_else(|| panic!("no `{name}` that is {which}: {json:#}"));
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (text("sentence"), text("remedy"))
}

#[track_caller]
fn wrong(report: &Output, name: &str, sentence: &str) {
    let (found, remedy) = check(report, name, "wrong");
    assert!(found.contains(sentence), "{found}");
    assert!(remedy.ends_with('.'), "{remedy}");
    assert!(!report.stdout().contains("X-Amz-Signature"), "{report}");
}

#[test]
fn all_is_well_with_the_embedded_store_beside_a_server_and_without_one() {
    let mut server = TestServer::start();
    let address = server.authority().to_owned();
    let well = |server: &TestServer| {
        let report = server
            .command(["doctor", "--listen", &address])
            .run()
            .exits(0);
        assert!(report.stdout().ends_with("All is well.\n"), "{report}");
        let doctor = server.command(["doctor", "--json", "--listen", &address]);
        let report = doctor.run().exits(0);
        assert_eq!(report.json()["all_well"], true);
        check(&report, "public URL", "ok");
    };
    well(&server);
    server.terminate();
    well(&server);
}

#[test]
fn nothing_is_made_where_nothing_is() {
    let mut server = TestServer::start();
    server.terminate();
    fs_err::remove_dir_all(server.data_dir()).unwrap();
    let report = server.command(["doctor", "--json"]).run().exits(3);
    check(&report, "database", "unknown");
    assert!(!server.data_dir().exists());
}

#[test]
fn all_is_well_with_a_store_of_somebody_elses() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let server = on(&bucket);
    let report = server.command(["doctor", "--json"]).run().exits(0).json();
    let checks = report["checks"].as_array().unwrap();
    let names: Vec<&str> = checks
        .iter()
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    insta::assert_snapshot!(
        names.join(", "),
        @"database, store, clock, access, write, read, range, copy, checksums, parts, delete, identity, public URL"
    );
    let text = server.command(["doctor"]).run().exits(0);
    assert!(text.stdout().ends_with("All is well.\n"), "{text}");
    assert!(
        text.stdout()
            .contains("A part with a wrong CRC-32C is refused."),
        "{text}"
    );
    for sum in ["crc32c", "md5"] {
        server
            .command(["doctor"])
            .env("HEIMDEX_SERVER_S3_PART_CHECKSUM", sum)
            .run()
            .exits(0);
    }
}

#[test]
fn wrong_keys_are_told_apart() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let server = on(&bucket);
    let with = |name: &str, value: &str| {
        let doctor = server.command(["doctor", "--json"]).env(name, value);
        doctor.run().exits(3)
    };
    let report = with(SECRET, "not-the-secret-of-this-key-0000000000000");
    wrong(&report, "access", "finds the signature wrong");
    assert!(!report.stdout().contains("not-the-secret"));
    wrong(
        &with(ACCESS, "nobody"),
        "access",
        "knows no such access key",
    );
    wrong(
        &with(ENDPOINT, "http://127.0.0.1:1"),
        "store",
        "Nothing answers",
    );
}

#[test]
fn a_wrong_clock_is_named() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let server = on(&bucket);
    for (seconds, sentence) in [
        (20 * 60, "Our clock is 20 min ahead of the store's."),
        (-2 * 3600, "Our clock is 2 h behind the store's."),
    ] {
        let mut doctor = server.command(["doctor", "--json"]);
        for (name, value) in wrong_clock(seconds) {
            doctor = doctor.env(name, value);
        }
        wrong(&doctor.run().exits(3), "clock", sentence);
    }
}

#[test]
fn a_wrong_public_name_is_named() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let server = on(&bucket);
    let doctor = |public: &str, arguments: &[&str]| {
        let doctor = server.command(["doctor", "--json"]).env(PUBLIC, public);
        doctor.args(arguments).run()
    };
    // Known to clients alone: what can be told from here is told, and no more.
    let named = format!("http://{STORE_NAME}:{}", bucket.port());
    let report = doctor(&named, &[]).exits(3);
    let (sentence, _) = check(&report, "public URL", "unknown");
    assert!(sentence.contains("does not resolve"), "{sentence}");
    let report = doctor(&named, &["--public-at", bucket.authority()]).exits(0);
    check(&report, "public URL", "ok");
    // Another server than the store.
    let report = doctor(server.url(), &[]).exits(3);
    wrong(&report, "public URL", "is not the store");
    // Nobody at all.
    let report = doctor("http://127.0.0.1:1", &[]).exits(3);
    wrong(
        &report,
        "public URL",
        "Nothing answers at http://127.0.0.1:1",
    );
}

#[test]
fn a_proxy_that_changes_the_public_name_is_named() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let Some(nginx) = Nginx::in_front_of(bucket.authority(), "") else {
        return;
    };
    let server = on(&bucket);
    let doctor = server
        .command(["doctor", "--json"])
        .env(PUBLIC, nginx.url());
    let report = doctor.run().exits(3);
    wrong(&report, "public URL", "does not know itself as");
}

#[test]
fn a_database_that_is_away_keeps_nobody_from_looking_at_the_store() {
    let Some(bucket) = fresh_bucket() else {
        return;
    };
    let server = on(&bucket);
    let doctor = server.command(["doctor", "--json"]);
    let report = doctor
        .env(
            "HEIMDEX_SERVER_DATABASE_URL",
            "postgres://nobody:hush@127.0.0.1:1/none",
        )
        .run()
        .exits(3);
    wrong(&report, "database", "PostgreSQL does not answer");
    check(&report, "public URL", "ok");
    assert!(!report.stdout().contains("hush"));
}
