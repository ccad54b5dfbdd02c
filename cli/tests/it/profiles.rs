//! Profiles, and what holds: in a pipe, as JSON, in terminals of 80 and 40 columns.

use fs_err as fs;
use heimdex_testkit::{Home, Output, TestServer};

use crate::snapshot::hx_snapshot;
use crate::terminal::in_terminal;

/// A home with two servers and an account at each.
fn two_profiles() -> (TestServer, TestServer, Home) {
    let (server, archive) = (TestServer::start(), TestServer::start());
    let home = Home::registered(&server, "ana@example.org");
    home.heimdex(["register", "archive@example.org", "--password-stdin"])
        .args(["--profile", "archive", "--server", archive.url()])
        .stdin("correct horse battery staple\n")
        .ok();
    (server, archive, home)
}

#[test]
fn profiles_are_listed_chosen_and_forgotten() {
    let (_server, mut archive, home) = two_profiles();
    // A login elsewhere leaves the one in use.
    let listed = home.heimdex(["profile", "list"]).ok();
    let in_use = |line: &&str| line.ends_with("\tyes");
    let in_use = listed.stdout().lines().find(in_use).map(str::to_owned);
    assert!(in_use.unwrap().starts_with("default\t"), "{listed}");
    home.heimdex(["profile", "use", "archive"]).ok();
    hx_snapshot!("profiles_in_a_pipe", home.heimdex(["profile", "list"]).ok());
    hx_snapshot!(
        "profiles_as_json",
        home.heimdex(["profile", "list", "--json"]).ok()
    );
    hx_snapshot!(
        "profiles_at_80_columns",
        in_terminal(&home, 80, "profile list")
    );
    hx_snapshot!(
        "profiles_at_40_columns",
        in_terminal(&home, 40, "profile list")
    );
    hx_snapshot!(
        "profile_use",
        home.heimdex(["profile", "use", "default"]).ok()
    );
    let email = |home: &Home| {
        let who = home.heimdex(["whoami", "--json=user"]).ok().json();
        who["user"]["email"].as_str().unwrap().to_owned()
    };
    assert_eq!(email(&home), "ana@example.org");
    let misspelt = home.heimdex(["profile", "use", "archiv"]).run().exits(2);
    hx_snapshot!("profile_use_of_none", misspelt);
    let unasked = home.heimdex(["profile", "rm", "archive"]).run().exits(2);
    assert!(unasked.stderr().contains("--yes"), "{unasked}");
    home.heimdex(["profile", "use", "archive"]).ok();
    assert_eq!(email(&home), "archive@example.org");
    hx_snapshot!(
        "profile_rm",
        home.heimdex(["profile", "rm", "archive", "--yes"]).ok()
    );
    assert_eq!(email(&home), "ana@example.org");
    let kept = fs::read_to_string(home.home().join(".config/heimdex/credentials.toml")).unwrap();
    assert!(!kept.contains("archive"), "{kept}");
    home.heimdex(["profile", "rm", "archive", "--yes"])
        .run()
        .exits(2);
    // What cannot be told to the server is forgotten all the same, and said.
    home.heimdex(["login", "archive@example.org", "--password-stdin"])
        .args(["--profile", "archive", "--server", archive.url()])
        .stdin("correct horse battery staple\n")
        .ok();
    archive.terminate();
    let output = home
        .heimdex(["profile", "rm", "archive", "--yes"])
        .run()
        .exits(5);
    assert!(output.stderr().contains("could not be told"), "{output}");
    assert!(
        !home
            .heimdex(["profile", "list"])
            .ok()
            .stdout()
            .contains("archive")
    );
}

#[test]
fn what_changes_a_login_answers_in_json_too() {
    let (server, archive, home) = two_profiles();
    let json = |words: &[&str]| home.heimdex(words.iter().copied()).ok().json();
    let answer = json(&["profile", "use", "archive", "--json"]);
    assert_eq!(answer["name"], "archive");
    assert_eq!(answer["server"], archive.url());
    assert_eq!(answer["email"], "archive@example.org");
    let answer = json(&["profile", "rm", "archive", "--yes", "--json"]);
    assert_eq!(
        answer,
        serde_json::json!({"name": "archive", "session": "ended"})
    );
    let made = json(&["token", "create", "backup", "--scope", "upload", "--json"]);
    let answer = json(&["token", "revoke", "backup", "--yes", "--json=id"]);
    assert_eq!(answer, serde_json::json!({"id": made["id"]}));
    let answer = json(&["config", "path", "--json"]);
    let path = home.home().join(".config/heimdex/config.toml");
    assert_eq!(answer, serde_json::json!({"path": path}));
    let answer = json(&["logout", "--json"]);
    assert_eq!(answer["server"], server.url());
    assert_eq!(answer["session"], "ended");
    let answer = json(&["logout", "--json=session"]);
    assert_eq!(answer, serde_json::json!({"session": "none"}));
}

/// A table whose paths are as long as this machine's temporary directory wants them: it fits, and they are left out.
fn without_paths(mut output: Output, columns: usize) -> Output {
    let cell = |cell: &str| {
        let cell = cell.trim();
        if cell.starts_with('/') {
            "[PATH]".into()
        } else {
            cell.to_owned()
        }
    };
    let line = |line: &str| {
        assert!(line.chars().count() <= columns, "{line}");
        let cells: Vec<String> = line
            .split("  ")
            .filter(|text| !text.is_empty())
            .map(cell)
            .collect();
        cells.join("  ")
    };
    let lines: Vec<String> = output
        .stdout()
        .lines()
        .map(|text| line(text.trim_end()))
        .collect();
    output.stdout = (lines.join("\n") + "\n").into_bytes();
    output
}

#[test]
fn what_holds_is_shown_with_where_it_comes_from() {
    let (_server, _archive, home) = two_profiles();
    home.heimdex(["profile", "use", "archive"]).ok();
    let show = |home: &Home| home.heimdex(["config", "show"]).ok();
    hx_snapshot!("config_in_a_pipe", show(&home));
    hx_snapshot!(
        "config_as_json",
        home.heimdex(["config", "show", "--json"]).ok()
    );
    let wide = without_paths(in_terminal(&home, 80, "config show --profile default"), 80);
    hx_snapshot!("config_at_80_columns", wide);
    let narrow = without_paths(in_terminal(&home, 40, "config show"), 40);
    hx_snapshot!("config_at_40_columns", narrow);
    let home = home
        .with_env("HEIMDEX_SERVER", "http://films.lan:8000")
        .with_env("HEIMDEX_INSECURE", "1")
        .with_env("HEIMDEX_CA_FILE", "/etc/ssl/films.pem")
        .with_env("HEIMDEX_PROXY", "http://ana:hunter2@proxy.lan:3128")
        .with_env("HEIMDEX_TOKEN", "hdx_secret")
        .with_env("HEIMDEX_LOG", "debug");
    let shown = show(&home);
    assert!(!format!("{shown}").contains("hunter2"), "{shown}");
    assert!(!format!("{shown}").contains("hdx_secret"), "{shown}");
    hx_snapshot!("config_from_the_environment", shown);
}

#[test]
fn the_path_is_printed_whatever_the_file_says() {
    let home = Home::new();
    home.write("broken.toml", "profiles = [\n");
    let home = home.with_env("HEIMDEX_CONFIG", "broken.toml");
    let path = home.heimdex(["config", "path"]).ok();
    assert_eq!(path.stdout(), "broken.toml\n");
    home.heimdex(["config", "show"]).run().exits(1);
    home.heimdex(["completions", "bash"]).ok();
}

#[test]
fn a_server_that_cannot_be_used_can_still_be_looked_at_and_forgotten() {
    let home = Home::new();
    let config = home.home().join(".config/heimdex/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(
        &config,
        "[profiles.default]\nserver = \"http://films.lan\"\n",
    )
    .unwrap();
    home.heimdex(["list"]).run().exits(2);
    let shown = home.heimdex(["config", "show"]).ok();
    assert!(shown.stdout().contains("http://films.lan"), "{shown}");
    home.heimdex(["version"]).ok();
    home.heimdex(["profile", "rm", "default", "--yes"]).ok();
    hx_snapshot!("no_profile_yet", home.heimdex(["profile", "list"]).ok());
}

#[test]
fn a_login_at_another_server_does_not_inherit_trust() {
    let home = Home::new();
    let config = home.home().join(".config/heimdex/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    let text = "[profiles.default]\nserver = \"http://films.lan\"\ninsecure = true\n";
    fs::write(&config, text).unwrap();
    home.heimdex(["login", "ana@example.org", "--password-stdin"])
        .args(["--server", "http://other.lan"])
        .stdin("correct horse battery staple\n")
        .run()
        .exits(2);
}

#[test]
fn the_version_names_the_servers_where_it_answers() {
    let mut server = TestServer::start();
    let home = Home::new().with_env("HEIMDEX_SERVER", server.url());
    hx_snapshot!("version_in_a_pipe", home.heimdex(["version"]).ok());
    hx_snapshot!("version_at_80_columns", in_terminal(&home, 80, "version"));
    let versions = home.heimdex(["version", "--json"]).ok().json();
    assert_eq!(versions["server"], server.url());
    assert_eq!(versions["server_version"], versions["version"]);
    server.terminate();
    hx_snapshot!(
        "version_without_an_answer",
        in_terminal(&home, 80, "version")
    );
    let versions = home.heimdex(["version", "--json"]).ok().json();
    assert!(versions["server_version"].is_null(), "{versions}");
    let alone = Home::new().heimdex(["version"]).ok();
    assert_eq!(alone.stdout().lines().count(), 1, "{alone}");
}

#[test]
fn a_proxys_password_is_neither_typed_nor_remembered() {
    let server = TestServer::start();
    let home = Home::new();
    let typed = home
        .heimdex(["register", "ana@example.org", "--server", server.url()])
        .args([
            "--proxy",
            "http://ana:hunter2@proxy.lan:1",
            "--password-stdin",
        ])
        .stdin("correct horse battery staple\n")
        .run()
        .exits(2);
    assert!(typed.stderr().contains("HEIMDEX_PROXY"), "{typed}");
    let home = home.with_env("HEIMDEX_PROXY", "http://ana:hunter2@proxy.lan:1");
    let registered = home.register(server.url(), "ana@example.org");
    assert!(
        registered.stderr().contains("is not remembered"),
        "{registered}"
    );
    let kept = fs::read_to_string(home.home().join(".config/heimdex/config.toml")).unwrap();
    assert!(
        !kept.contains("hunter2") && !kept.contains("proxy"),
        "{kept}"
    );
}

#[test]
fn a_profile_that_is_misspelt_and_a_token_that_is_empty_use_no_other_login() {
    let (_server, _archive, home) = two_profiles();
    let misspelt = home.heimdex(["list", "--profile", "archiv"]).run().exits(2);
    assert!(
        misspelt.stderr().contains("there is no profile `archiv`"),
        "{misspelt}"
    );
    assert!(misspelt.stderr().contains("`archive`"), "{misspelt}");
    home.heimdex(["list"])
        .env("HEIMDEX_PROFILE", "archiv")
        .run()
        .exits(2);
    let nobody = home
        .heimdex(["list"])
        .env("HEIMDEX_TOKEN", "")
        .run()
        .exits(4);
    assert!(nobody.stderr().contains("not logged in"), "{nobody}");
    home.heimdex(["list"]).ok();
}
