//! What goes wrong before any server is asked: one sentence, one hint, one exit code.

use std::os::unix::fs::PermissionsExt as _;

use fs_err as fs;
use heimdex_testkit::Home;

use crate::snapshot::hx_snapshot;

#[test]
fn an_unknown_verb_names_the_nearest() {
    hx_snapshot!(
        "an_unknown_verb_names_the_nearest",
        Home::new().heimdex(["lsit"]).run().exits(2)
    );
}

#[test]
fn an_unknown_flag_names_the_nearest() {
    let output = Home::new().heimdex(["list", "--souce", "x"]).run().exits(2);
    hx_snapshot!("an_unknown_flag_names_the_nearest", output);
}

#[test]
fn an_unknown_json_field_names_the_nearest() {
    let output = Home::new().heimdex(["list", "--json=titel"]).run().exits(2);
    hx_snapshot!("an_unknown_json_field_names_the_nearest", output);
}

#[test]
fn a_time_that_is_none_is_refused_with_examples() {
    let output = Home::new()
        .heimdex(["list", "--since", "soon"])
        .run()
        .exits(2);
    hx_snapshot!("a_time_that_is_none_is_refused", output);
}

#[test]
fn without_a_server_it_says_how_to_name_one() {
    hx_snapshot!(
        "without_a_server",
        Home::new().heimdex(["list"]).run().exits(2)
    );
}

#[test]
fn without_a_login_it_says_how_to_log_in() {
    let home = Home::new().with_env("HEIMDEX_SERVER", "https://films.example.org");
    hx_snapshot!("without_a_login", home.heimdex(["list"]).run().exits(4));
}

#[test]
fn a_password_is_not_asked_for_without_a_terminal() {
    let output = Home::new()
        .heimdex(["login", "ana@example.org"])
        .run()
        .exits(2);
    hx_snapshot!("a_password_is_not_asked_for_without_a_terminal", output);
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let output = Home::new()
        .heimdex([
            "login",
            "ana@example.org",
            "--server",
            "http://films.example.org",
        ])
        .run()
        .exits(2);
    hx_snapshot!("plain_http_to_another_machine_is_refused", output);
}

#[test]
fn a_short_password_is_refused_before_anything_is_sent() {
    let output = Home::new()
        .heimdex(["register", "ana@example.org", "--password-stdin"])
        .stdin("short\n")
        .run()
        .exits(2);
    hx_snapshot!("a_short_password_is_refused", output);
}

#[test]
fn nobody_there_is_exit_code_5_with_a_hint() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let output = Home::new()
        .heimdex([
            "login",
            "ana@example.org",
            "--server",
            &server,
            "--password-stdin",
        ])
        .stdin("correct horse\n")
        .run()
        .exits(5);
    hx_snapshot!("nobody_there", output);
}

#[test]
fn an_id_that_is_none_is_refused_before_the_server_is_asked() {
    let home = Home::new()
        .with_env("HEIMDEX_SERVER", "https://films.example.org")
        .with_env("HEIMDEX_TOKEN", "hdx_x");
    hx_snapshot!(
        "an_id_that_is_none",
        home.heimdex(["show", "xyz1"]).run().exits(2)
    );
    hx_snapshot!(
        "an_id_that_is_too_short",
        home.heimdex(["show", "7f3"]).run().exits(2)
    );
}

#[test]
fn a_token_length_that_is_none_is_refused() {
    let home = Home::new().with_env("HEIMDEX_SERVER", "https://films.example.org");
    let output = home
        .heimdex([
            "token",
            "create",
            "nas",
            "--scope",
            "read",
            "--expires",
            "soon",
        ])
        .run()
        .exits(2);
    hx_snapshot!("a_token_length_that_is_none", output);
}

#[test]
fn an_unknown_key_of_the_configuration_is_named() {
    let home = Home::new();
    let config = home.home().join(".config/heimdex/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(
        &config,
        "[profiles.default]\nsevrer = \"https://films.example.org\"\n",
    )
    .unwrap();
    hx_snapshot!(
        "an_unknown_key_of_the_configuration",
        home.heimdex(["list"]).run().exits(1)
    );
}

#[test]
fn credentials_that_others_can_read_are_refused() {
    let home = Home::new().with_env("HEIMDEX_SERVER", "https://films.example.org");
    let file = home.home().join(".config/heimdex/credentials.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    hx_snapshot!(
        "credentials_that_others_can_read",
        home.heimdex(["list"]).run().exits(1)
    );
}

#[test]
fn without_a_home_a_login_cannot_be_kept() {
    let output = Home::new()
        .heimdex(["login", "ana@example.org", "--password-stdin"])
        .env_clear()
        .stdin("correct horse\n")
        .run()
        .exits(1);
    hx_snapshot!("without_a_home_a_login_cannot_be_kept", output);
}

#[test]
fn logging_out_twice_is_no_error() {
    let home = Home::new().with_env("HEIMDEX_SERVER", "https://films.example.org");
    hx_snapshot!("logging_out_twice", home.heimdex(["logout"]).run().exits(0));
}
