//! Posters in a real terminal, of a real film: seen, hidden by what lies over them, kept on this disk, gone with the login.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use fs_err as fs;
use heimdex_testkit::{Home, TestServer, wait_until};

use crate::support::{LIMIT, small_video};
use crate::tui::{EMAIL, is_as_before, shell, start_with};

/// The posters that are kept on this disk.
fn kept(home: &Home) -> Vec<PathBuf> {
    let place = home.home().join(".cache/heimdex/posters");
    let accounts = fs::read_dir(place).into_iter().flatten();
    let files = accounts.flat_map(|account| fs::read_dir(account.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

/// Whether characters of two halves are on a screen.
fn has_picture(screen: &str) -> bool {
    screen.contains(['▀', '▄'])
}

#[test]
fn a_grid_of_posters_is_seen_hidden_kept_and_forgotten() {
    let mut server = TestServer::builder()
        .env("HEIMDEX_SERVER_JOBS_THUMBNAILS", "true")
        .start();
    let home = Home::registered(&server, EMAIL);
    small_video(&home, "Interview Okonkwo.mp4");
    home.heimdex(["upload", "Interview Okonkwo.mp4"]).ok();
    let shell = shell(&home);
    let until = |what: &str, is_so: &dyn Fn(&str) -> bool| {
        wait_until(what, LIMIT, || {
            let screen = shell.screen();
            if is_so(&screen) { Ok(()) } else { Err(screen) }
        });
    };
    // As if nothing stood between: the terminal, which is tmux, is asked, and answers.
    start_with(
        &shell,
        "-u NO_COLOR -u TMUX TERM=xterm-256color COLORTERM=truecolor",
    );
    shell.sees("1 of 1");
    // As soon as it is made, and the terminal has said what it can do.
    shell.types("", &["Enter"]);
    until("a poster above the words", &has_picture);
    shell.types("", &["Enter"]);
    until("the list", &|screen| !has_picture(screen));
    shell.types("v", &[]);
    until("a grid", &has_picture);
    let asked = fs::read(home.path("bytes")).unwrap();
    let asked = String::from_utf8_lossy(&asked).into_owned();
    assert!(asked.contains("\u{1b}[16t\u{1b}[c"), "it is asked");
    shell.types("?", &[]);
    shell.sees("put into the trash");
    shell.types("", &["Escape"]);
    until("the grid again", &|screen| {
        has_picture(screen) && !screen.contains("put into the trash")
    });
    let posters = kept(&home);
    assert_eq!(posters.len(), 1);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&posters[0]), 0o600);
    assert_eq!(mode(posters[0].parent().unwrap()), 0o700);
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    is_as_before(&home, &shell);
    // What was seen is seen while the server is away; and not where none are wanted.
    server.kill9();
    start_with(&shell, "-u NO_COLOR COLORTERM=truecolor");
    shell.sees("offline since");
    shell.types("", &["Enter"]);
    until("a poster of this disk", &has_picture);
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    start_with(&shell, "NO_COLOR=1");
    shell.sees("offline since");
    shell.types("v", &[]);
    shell.sees("this terminal shows no pictures");
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    server.restart();
    home.heimdex(["logout"]).ok();
    assert_eq!(kept(&home), Vec::<PathBuf>::new());
}
