//! What is changed, and how that reads: in a pipe, as JSON, in terminals of 80 and of 40 columns.

use fs_err as fs;
use heimdex_testkit::{Home, TestServer, sample_mp4};

use crate::snapshot::hx_snapshot;
use crate::terminal::in_terminal;

fn uploaded() -> (TestServer, Home, String) {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    fs::copy(sample_mp4(2), home.path("A003C012.mp4")).unwrap();
    home.heimdex(["upload", "A003C012.mp4", "--wait"]).ok();
    let listed = home.heimdex(["list", "--json=video_id"]).ok().json();
    let id = listed["videos"][0]["video_id"].as_str().unwrap().to_owned();
    (server, home, id)
}

#[test]
fn edits_and_the_trash_read_well_in_a_pipe() {
    let (_server, home, id) = uploaded();
    let edit = [
        "edit",
        &id,
        "--title",
        "Interview Okonkwo",
        "--tag",
        "paris",
    ];
    hx_snapshot!("edit_in_a_pipe", home.heimdex(edit).ok());
    hx_snapshot!("edit_again_in_a_pipe", home.heimdex(edit).ok());
    hx_snapshot!(
        "edit_as_json",
        home.heimdex(["edit", &id, "--untag", "PARIS", "--json=title,tags,version"])
            .ok()
    );
    hx_snapshot!(
        "edit_of_nothing",
        home.heimdex(["edit", &id]).run().exits(2)
    );
    hx_snapshot!("rm_with_yes", home.heimdex(["rm", &id, "--yes"]).ok());
    hx_snapshot!("rm_again", home.heimdex(["rm", &id, "--yes"]).ok());
    hx_snapshot!("rm_undo", home.heimdex(["rm", "--undo", &id]).ok());
    hx_snapshot!(
        "rm_undo_as_json",
        home.heimdex(["rm", "--undo", &id, "--json=title,state,deleted_at"])
            .ok()
    );
}

#[test]
fn edits_and_the_trash_fit_a_terminal() {
    let (_server, home, id) = uploaded();
    let edit = format!("edit {id} --title 'Interview Okonkwo' --tag paris");
    hx_snapshot!("edit_at_80_columns", in_terminal(&home, 80, &edit));
    let edit = format!("edit {id} --untag paris");
    hx_snapshot!("edit_at_40_columns", in_terminal(&home, 40, &edit));
    let rm = format!("rm {id} --yes");
    hx_snapshot!("rm_at_40_columns", in_terminal(&home, 40, &rm));
    let undo = format!("rm --undo {id}");
    hx_snapshot!("rm_undo_at_80_columns", in_terminal(&home, 80, &undo));
}

#[test]
fn wrong_filters_are_named() {
    let home = Home::new();
    let list = |arguments: &[&str]| {
        home.heimdex(["list"])
            .args(arguments)
            .env("HEIMDEX_SERVER", "http://127.0.0.1:9")
            .run()
    };
    hx_snapshot!(
        "a_length_that_is_none",
        list(&["--min-duration", "long"]).exits(2)
    );
    hx_snapshot!("an_order_that_is_none", list(&["--order", "up"]).exits(2));
    hx_snapshot!(
        "null_without_a_list",
        home.heimdex(["upload", "-0"]).run().exits(2)
    );
    hx_snapshot!(
        "a_list_that_is_not_there",
        home.heimdex(["upload", "--files-from", "none.txt"])
            .run()
            .exits(1)
    );
}

/// What is drawn over and over is not pinned; what stands at the end is.
#[test]
fn many_files_end_in_one_line() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    for number in 0..120 {
        home.write(format!("CARD/n{number:03}.txt"), number.to_string());
    }
    let upload = home.heimdex(["upload", "CARD"]).ok();
    let talk: Vec<&str> = upload.stderr().lines().collect();
    assert_eq!(
        talk,
        [
            "Found 120 files, 250 B, under CARD.",
            "Sent 250 B: 120 stored."
        ],
        "{upload}"
    );
    assert_eq!(
        upload.stdout().lines().count(),
        120,
        "a pipe gets a line a file"
    );
    let again = in_terminal(&home, 40, "upload CARD");
    hx_snapshot!("many_files_again_at_40_columns", again);
    let told = home.heimdex(["upload", "CARD", "-v"]).ok();
    assert!(told.stderr().contains("n007.txt: already stored"), "{told}");
}
