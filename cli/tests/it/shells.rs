//! Completion in real shells: what a person gets who presses Tab.

use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Binary, Home, Terminal, TestServer, binary_path};

use crate::served::id_of;
use crate::snapshot::hx_snapshot;

/// A home with two videos of one card.
fn stocked(server: &TestServer) -> Home {
    let home = Home::registered(server, "ana@example.org");
    home.write("CARD/one.txt", "1");
    home.write("CARD/two.txt", "2");
    home.heimdex([
        "upload",
        "CARD",
        "--source",
        "A cam, day 3",
        "--tag",
        "paris",
    ])
    .args(["--tag", "old town"])
    .ok();
    home
}

fn path() -> String {
    let directory = binary_path(Binary::Cli).parent().unwrap().to_owned();
    format!("{}:/usr/bin:/bin", directory.display())
}

/// What the program itself offers at the end of these words.
fn offered(home: &Home, words: &[&str]) -> Vec<String> {
    let output = home
        .heimdex(["--", "heimdex"])
        .args(words)
        .env("HEIMDEX_COMPLETE", "fish")
        .ok();
    output.stdout().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_ids_labels_and_profiles() {
    let server = TestServer::start();
    let home = stocked(&server);
    let id = id_of(&home, "one");
    let shell = Terminal::start(&home, "bash --norc --noprofile");
    shell.types("PS1='> '; source <(heimdex completions bash)", &["Enter"]);
    shell.sees("\n>");
    shell.types("heimdex whoa", &["Tab"]);
    shell.sees("> heimdex whoami");
    shell.types("", &["C-u"]);
    shell.types(&format!("heimdex show {}", &id[..4]), &["Tab"]);
    shell.sees(&format!("> heimdex show {}", &id[..6]));
    shell.types("", &["Enter"]);
    shell.sees("one.txt");
    // A label of several words becomes one word.
    shell.types("heimdex list --source A", &["Tab"]);
    shell.sees(r"heimdex list --source A\ cam,\ day\ 3");
    shell.types("", &["C-u"]);
    shell.types(r"heimdex list --source A\ c", &["Tab"]);
    shell.sees(r"> heimdex list --source A\ cam,\ day\ 3");
    shell.types("--json=title", &["Enter"]);
    shell.sees("\"two\"");
    for (typed, complete) in [
        (
            "heimdex list --source \"A c",
            "heimdex list --source \"A cam, day 3\"",
        ),
        (
            "heimdex list --source 'A",
            "heimdex list --source 'A cam, day 3'",
        ),
        ("heimdex list --tag p", "heimdex list --tag paris"),
    ] {
        shell.types(typed, &["Tab"]);
        shell.sees(complete);
        shell.types("", &["C-u"]);
    }
    shell.types("heimdex profile use d", &["Tab"]);
    shell.sees("heimdex profile use default");
}

#[test]
fn zsh_completes_verbs_ids_and_labels() {
    let server = TestServer::start();
    let home = stocked(&server);
    let id = id_of(&home, "one");
    let shell = Terminal::start(&home, "zsh -f");
    let setup = "PS1='> '; autoload -U compinit; compinit -u; source <(heimdex completions zsh)";
    shell.types(setup, &["Enter"]);
    // It reads no key before it asks for one.
    shell.sees("\n>");
    shell.types("heimdex whoa", &["Tab"]);
    shell.sees("> heimdex whoami");
    shell.types("", &["C-u"]);
    shell.types(&format!("heimdex show {}", &id[..5]), &["Tab"]);
    shell.sees(&format!("> heimdex show {}", &id[..6]));
    shell.types("", &["C-u"]);
    for typed in ["A", r"A\ c"] {
        shell.types(&format!("heimdex list --source {typed}"), &["Tab"]);
        shell.sees(r"heimdex list --source A\ cam,\ day\ 3");
        shell.types("", &["C-u"]);
    }
    shell.types("heimdex list --source 'A", &["Tab"]);
    shell.sees("heimdex list --source 'A cam, day 3'");
}

#[test]
fn fish_completes_verbs_ids_and_labels() {
    let server = TestServer::start();
    let home = stocked(&server);
    let id = id_of(&home, "one");
    let ask = |line: &str| {
        let script = format!("heimdex completions fish | source; complete -C '{line}'");
        let output = home
            .any_program("fish")
            .env("PATH", path())
            .args(["--no-config", "-c", &script])
            .ok();
        output.stdout().to_owned()
    };
    assert!(ask("heimdex whoa").starts_with("whoami\t"));
    let offered = ask(&format!("heimdex show {}", &id[..4]));
    assert_eq!(offered, format!("{}\tone\n", &id[..6]));
    assert_eq!(ask("heimdex list --source A"), "A cam, day 3\n");
    assert_eq!(ask("heimdex upload --tag o"), "old town\n");
}

#[test]
fn what_is_offered_outlives_the_server_but_not_the_login() {
    let mut server = TestServer::start();
    let home = stocked(&server);
    assert_eq!(
        offered(&home, &["list", "--tag", ""]),
        ["old town", "paris"]
    );
    server.terminate();
    assert_eq!(offered(&home, &["list", "--tag", "p"]), ["paris"]);
    assert_eq!(
        offered(&home, &["show", ""])
            .iter()
            .filter(|offer| !offer.starts_with("--"))
            .count(),
        2
    );
    // Nothing of it is another profile's.
    assert!(offered(&home, &["--profile", "other", "list", "--tag", ""]).is_empty());
    let kept = home.home().join(".cache/heimdex/names");
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 1);
    server.restart();
    home.heimdex(["logout"]).ok();
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 0);
    assert!(offered(&home, &["list", "--tag", ""]).is_empty());
}

#[test]
fn a_tag_is_offered_however_old_the_video_is_that_has_it() {
    let server = TestServer::start();
    let home = stocked(&server);
    for number in 0..220 {
        home.write(format!("MORE/{number}.txt"), number.to_string());
    }
    home.heimdex(["upload", "MORE", "--quiet"]).ok();
    assert_eq!(
        offered(&home, &["list", "--tag", ""]),
        ["old town", "paris"]
    );
}

#[test]
fn a_server_that_does_not_answer_holds_up_no_key() {
    // It takes the connection and says nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let home = Home::new()
        .with_env("HEIMDEX_SERVER", url)
        .with_env("HEIMDEX_TOKEN", "hdx_x");
    let begun = std::time::Instant::now();
    assert!(offered(&home, &["list", "--tag", ""]).is_empty());
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert!(offered(&home, &["whoa"])[0].starts_with("whoami"));
}

#[test]
fn a_shell_that_is_not_known_names_those_that_are() {
    hx_snapshot!(
        "completions_of_an_unknown_shell",
        Home::new().heimdex(["completions", "tcsh"]).run().exits(2)
    );
}
