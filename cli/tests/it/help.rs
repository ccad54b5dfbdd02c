//! What each verb says of itself.

use heimdex_testkit::Home;

use crate::snapshot::hx_snapshot;

fn help(arguments: &[&str]) -> heimdex_testkit::Output {
    Home::new().heimdex(arguments).run()
}

#[test]
fn alone_it_prints_short_help_and_fails() {
    hx_snapshot!("alone_it_prints_short_help", help(&[]).exits(2));
}

#[test]
fn the_long_help_tells_scripts_what_they_need() {
    hx_snapshot!("help", help(&["--help"]).exits(0));
}

#[test]
fn the_version_is_on_stdout() {
    hx_snapshot!("version", help(&["--version"]).exits(0));
}

/// One test a verb, so that a failure names it.
macro_rules! help_of {
    ($($test:ident: $name:literal = [$($word:literal),*];)*) => { $(
        #[test]
        fn $test() {
            let help = help(&[$($word),*, "--help"]).exits(0);
            assert!(help.stdout().starts_with("Examples:\n"), "examples come first");
            hx_snapshot!($name, help);
        }
    )* };
}

help_of! {
    register_explains_itself: "help_register" = ["register"];
    login_explains_itself: "help_login" = ["login"];
    logout_explains_itself: "help_logout" = ["logout"];
    whoami_explains_itself: "help_whoami" = ["whoami"];
    token_create_explains_itself: "help_token_create" = ["token", "create"];
    token_list_explains_itself: "help_token_list" = ["token", "list"];
    token_revoke_explains_itself: "help_token_revoke" = ["token", "revoke"];
    upload_explains_itself: "help_upload" = ["upload"];
    queue_explains_itself: "help_queue" = ["queue"];
    watch_add_explains_itself: "help_watch_add" = ["watch", "add"];
    watch_list_explains_itself: "help_watch_list" = ["watch", "list"];
    watch_edit_explains_itself: "help_watch_edit" = ["watch", "edit"];
    watch_rm_explains_itself: "help_watch_rm" = ["watch", "rm"];
    status_explains_itself: "help_status" = ["status"];
    why_explains_itself: "help_why" = ["why"];
    events_explains_itself: "help_events" = ["events"];
    pause_explains_itself: "help_pause" = ["pause"];
    resume_explains_itself: "help_resume" = ["resume"];
    daemon_start_explains_itself: "help_daemon_start" = ["daemon", "start"];
    daemon_stop_explains_itself: "help_daemon_stop" = ["daemon", "stop"];
    daemon_restart_explains_itself: "help_daemon_restart" = ["daemon", "restart"];
    daemon_status_explains_itself: "help_daemon_status" = ["daemon", "status"];
    daemon_logs_explains_itself: "help_daemon_logs" = ["daemon", "logs"];
    daemon_install_explains_itself: "help_daemon_install" = ["daemon", "install"];
    daemon_uninstall_explains_itself: "help_daemon_uninstall" = ["daemon", "uninstall"];
    download_explains_itself: "help_download" = ["download"];
    ingests_explains_itself: "help_ingests" = ["ingests"];
    list_explains_itself: "help_list" = ["list"];
    safe_to_wipe_explains_itself: "help_safe_to_wipe" = ["safe-to-wipe"];
    receipt_verify_explains_itself: "help_receipt_verify" = ["receipt", "verify"];
    show_explains_itself: "help_show" = ["show"];
    edit_explains_itself: "help_edit" = ["edit"];
    rm_explains_itself: "help_rm" = ["rm"];
    profile_list_explains_itself: "help_profile_list" = ["profile", "list"];
    profile_use_explains_itself: "help_profile_use" = ["profile", "use"];
    profile_rm_explains_itself: "help_profile_rm" = ["profile", "rm"];
    config_show_explains_itself: "help_config_show" = ["config", "show"];
    config_path_explains_itself: "help_config_path" = ["config", "path"];
    completions_explains_itself: "help_completions" = ["completions"];
    version_explains_itself: "help_version" = ["version"];
    tui_explains_itself: "help_tui" = ["tui"];
}
