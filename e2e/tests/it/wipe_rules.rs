//! A card under watch: what its rules leave out is excused, and what is on its way can be waited for.

use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{
    Binary, Home, Output, TestDaemon, TestServer, sample_mp4, wait_until, write_noise,
};
use serde_json::{Value, json};

const ACCEPT: &str = "--accept-cached";
const LIMIT: Duration = Duration::from_mins(1);

fn home(server: &TestServer, watch: &[&str]) -> Home {
    let home = Home::registered(server, "ana@example.org");
    fs::create_dir_all(home.path("CARDS/A/DCIM")).unwrap();
    fs::copy(sample_mp4(2), home.path("CARDS/A/DCIM/A.mp4")).unwrap();
    let add = home.heimdex(["watch", "add", "CARDS", "--settle", "1s"]);
    add.args(watch).ok();
    home
}

fn asked(home: &Home, arguments: &[&str]) -> Output {
    home.heimdex(["safe-to-wipe", "CARDS/A", "--json", ACCEPT])
        .args(arguments)
        .run()
}

fn reasons(output: &Output) -> Vec<(String, String)> {
    let verdict = output.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = verdict["findings"].as_array().unwrap();
    let pair = |finding: &Value| (text(&finding["path"]), text(&finding["reason"]));
    findings.iter().map(pair).collect()
}

#[test]
fn what_a_rule_leaves_out_is_excused_and_named_and_nothing_else_is() {
    let server = TestServer::start();
    let home = home(&server, &["--exclude", "Proxy/", "--min-size", "3"]);
    home.heimdex(["upload", "CARDS/A", "--wait"]).ok();
    asked(&home, &[]).exits(0);
    fs::create_dir_all(home.path("CARDS/A/Proxy/deep")).unwrap();
    home.write("CARDS/A/Proxy/deep/P.mp4", vec![1; 10]);
    home.write("CARDS/A/film.mp4.part", "left by a downloader");
    home.write("CARDS/A/DCIM/tiny", "ab");
    home.write("CARDS/A/DCIM/.heimdexignore", "*.xml\n");
    home.write("CARDS/A/DCIM/C.xml", "<a/>");
    let output = asked(&home, &["--receipt", "r.json"]).exits(0);
    let excused: Vec<_> = output.json()["excused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["path"], one["rule"], one["files"]]))
        .collect();
    let expected = json!([
        ["DCIM/.heimdexignore", ".*", 1],
        ["DCIM/C.xml", "*.xml in A/DCIM/.heimdexignore", 1],
        ["DCIM/tiny", "--min-size", 1],
        ["Proxy", "--exclude Proxy/", 1],
        ["film.mp4.part", "*.part", 1],
    ]);
    let mut excused = excused;
    excused.sort_by_key(ToString::to_string);
    assert_eq!(json!(excused), expected, "{output}");
    let receipt: Value = serde_json::from_slice(&fs::read(home.path("r.json")).unwrap()).unwrap();
    assert_eq!(receipt["excused"].as_array().unwrap().len(), 5);
    // No rule excuses what is no file, nor what is mounted: it may hide anything.
    std::os::unix::fs::symlink("P.mp4", home.path("CARDS/A/Proxy/deep/link")).unwrap();
    let output = asked(&home, &[]).exits(3);
    let link = ("Proxy/deep/link".to_owned(), "link".to_owned());
    assert_eq!(reasons(&output), [link], "{output}");
    fs::remove_file(home.path("CARDS/A/Proxy/deep/link")).unwrap();
    let mount = "mount -t tmpfs none CARDS/A/Proxy/deep";
    let output = home.program_with_mounts(Binary::Cli, mount);
    let output = output
        .args(["safe-to-wipe", "CARDS/A", "--json", ACCEPT])
        .run();
    let mounted = ("Proxy/deep".to_owned(), "mounted".to_owned());
    assert_eq!(reasons(&output.exits(3)), [mounted]);
    // Near what is excused is not excused, and a folder that is not under watch has no rules.
    home.write("CARDS/A/film.mp4.part2", "new");
    home.write("CARDS/A/C.xml", "<a/>");
    let output = asked(&home, &[]).exits(3);
    let new = |path: &str| (path.to_owned(), "not_stored".to_owned());
    assert_eq!(
        reasons(&output),
        [new("C.xml"), new("film.mp4.part2")],
        "{output}"
    );
    home.heimdex(["watch", "rm", "CARDS", "--yes"]).ok();
    assert_eq!(reasons(&asked(&home, &[]).exits(3)).len(), 7);
}

#[test]
fn rules_that_leave_everything_out_make_nothing_safe() {
    let server = TestServer::start();
    let home = home(&server, &["--exclude", "*.mp4"]);
    let output = asked(&home, &[]).exits(3);
    assert_eq!(reasons(&output)[0].1, "no_files", "{output}");
    // A watch that leaves the card itself out has no say in it.
    home.heimdex(["watch", "edit", "CARDS", "--exclude", "A/"])
        .ok();
    let output = asked(&home, &[]).exits(3);
    assert_eq!(
        reasons(&output),
        [("DCIM/A.mp4".into(), "not_stored".into())],
        "{output}"
    );
}

#[test]
fn a_card_on_its_way_is_waited_for() {
    let server = TestServer::start();
    let home = home(&server, &["--bwlimit", "2M"]);
    let mut noise = fs::File::create(home.path("CARDS/A/DCIM/B.bin")).unwrap();
    write_noise(&mut noise, 4 << 20, 7).unwrap();
    // What is open for writing is waited for.
    drop(noise);
    let _daemon = TestDaemon::start(&home);
    wait_until("the card to be on its way", LIMIT, || {
        let output = asked(&home, &[]).exits(3);
        let verdict = output.json();
        let is_said = verdict["on_its_way"]["files"].as_u64() > Some(0);
        if is_said {
            Ok(())
        } else {
            Err(verdict.to_string())
        }
    });
    let waited = home
        .heimdex(["safe-to-wipe", "CARDS/A", ACCEPT, "--wait"])
        .run();
    let waited = waited.exits(0);
    assert!(waited.stderr().contains("Waiting: "), "{waited}");
    asked(&home, &["--wait"]).exits(0);
}

#[test]
fn nobody_waits_for_what_does_not_move() {
    let server = TestServer::start();
    let home = home(&server, &[]);
    // Nothing has it in a queue.
    let output = asked(&home, &["--wait"]).exits(3);
    assert_eq!(
        reasons(&output),
        [("DCIM/A.mp4".into(), "not_stored".into())]
    );
    // A pause ends when somebody ends it.
    home.heimdex(["pause"]).ok();
    let mut daemon = TestDaemon::start(&home);
    wait_until("the file to be held up", LIMIT, || {
        let verdict = asked(&home, &[]).exits(3).json();
        if verdict["on_its_way"]["held_files"] == 1 {
            Ok(())
        } else {
            Err(verdict.to_string())
        }
    });
    asked(&home, &["--wait"]).exits(3);
    daemon.terminate();
    let told = home
        .heimdex(["safe-to-wipe", "CARDS/A", ACCEPT, "--wait"])
        .run();
    let told = told.exits(3);
    assert!(told.stderr().contains("which is not running"), "{told}");
    assert!(told.stderr().contains("heimdex daemon start"), "{told}");
    // And no longer than they want to.
    home.heimdex(["resume"]).ok();
    home.heimdex(["watch", "edit", "CARDS", "--bwlimit", "off"])
        .ok();
    asked(&home, &["--wait", "--for", "x"]).exits(2);
    asked(&home, &["--for", "1s"]).exits(2);
}

/// However long it waits: what excuses a file is read again before a yes.
#[test]
fn a_rule_that_is_taken_away_while_somebody_waits_excuses_nothing() {
    let server = TestServer::start();
    let home = home(&server, &["--exclude", "Proxy/"]);
    // What looks cut off is sent by nobody.
    let whole = fs::read(sample_mp4(2)).unwrap();
    fs::create_dir(home.path("CARDS/A/Proxy")).unwrap();
    home.write("CARDS/A/Proxy/cut.mp4", &whole[..whole.len() / 2]);
    home.heimdex(["pause", "--for", "10m"]).ok();
    let _daemon = TestDaemon::start(&home);
    wait_until("the file to be held up", LIMIT, || {
        let verdict = asked(&home, &[]).exits(3).json();
        if verdict["on_its_way"]["held_files"].as_u64() > Some(0)
            || verdict["on_its_way"]["files"].as_u64() > Some(0)
        {
            Ok(())
        } else {
            Err(verdict.to_string())
        }
    });
    let mut waiting = home
        .heimdex(["safe-to-wipe", "CARDS/A", ACCEPT, "--wait"])
        .spawn();
    wait_until("it to wait", LIMIT, || {
        let said = String::from_utf8_lossy(&waiting.stderr()).into_owned();
        if said.contains("Waiting: ") {
            Ok(())
        } else {
            Err(said)
        }
    });
    home.heimdex(["watch", "edit", "CARDS", "--no-exclude"])
        .ok();
    home.heimdex(["resume"]).ok();
    assert_eq!(waiting.wait(LIMIT).code(), Some(3));
    let output = asked(&home, &[]).exits(3);
    assert_eq!(
        reasons(&output),
        [("Proxy/cut.mp4".into(), "not_stored".into())]
    );
}

#[test]
fn what_a_file_declares_no_more_excuses_nothing_though_no_daemon_has_read_it() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::create_dir_all(home.path("CARDS/A/sub")).unwrap();
    fs::copy(sample_mp4(2), home.path("CARDS/A/A.mp4")).unwrap();
    home.write("CARDS/A/sub/b.bin", vec![1; 1000]);
    let file = home.home().join(".config/heimdex/watches.toml");
    let declare = |exclude: &str| {
        let dir = home.path("CARDS");
        let text = format!(
            "[[watch]]\ndir = '{}'\nsettle = 1\nexclude = [{exclude}]\n",
            dir.display()
        );
        fs::write(&file, text).unwrap();
    };
    declare("'sub/'");
    let mut daemon = TestDaemon::start(&home);
    wait_until("the card to be stored", LIMIT, || {
        let verdict = asked(&home, &[]).json();
        if verdict["safe"] == true {
            Ok(())
        } else {
            Err(verdict.to_string())
        }
    });
    assert!(daemon.terminate().success());
    asked(&home, &[]).exits(0);
    declare("");
    let output = asked(&home, &[]).exits(3);
    assert_eq!(
        reasons(&output),
        [("sub/b.bin".into(), "not_stored".into())]
    );
}
