//! The library on the whole screen, in a real terminal against a real server: read back at each step, and the terminal
//! given back as it was found, however the program ends.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use fs_err as fs;
use heimdex_testkit::{Home, Terminal, TestServer, wait_until};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{LIMIT, large_video, small_video, the_video};

pub(crate) const EMAIL: &str = "ana@example.org";

/// A shell in a terminal, whose settings are written down.
pub(crate) fn shell(home: &Home) -> Terminal<'_> {
    let shell = Terminal::start(home, "bash --norc --noprofile");
    // The shell's own way to be pasted to is none of the program's.
    shell.types("bind 'set enable-bracketed-paste off'", &["Enter"]);
    shell.types("PS1='$ '; stty -g >before; echo ready", &["Enter"]);
    shell.sees("\nready");
    fs::write(home.path("modes"), shell.modes()).unwrap();
    shell.record(&home.path("bytes"));
    shell
}

/// Starts the program, whose process id is written down.
fn start(shell: &Terminal<'_>) {
    start_with(shell, "");
}

/// Starts it with these variables, as a shell reads them.
pub(crate) fn start_with(shell: &Terminal<'_>, variables: &str) {
    let line =
        format!("clear; sh -c 'echo $$ >pid; exec env {variables} heimdex'; echo \"ended: $?\"");
    shell.types(&line, &["Enter"]);
}

/// The terminal is as it was before.
#[track_caller]
pub(crate) fn is_as_before(home: &Home, shell: &Terminal<'_>) {
    shell.types("stty -g >after; echo writ''ten", &["Enter"]);
    shell.sees("\nwritten");
    let read = |name: &str| fs::read_to_string(home.path(name)).unwrap();
    assert_eq!(read("before"), read("after"));
    assert_eq!(read("modes"), shell.modes());
    // Those that tmux does not tell of.
    let bytes = wait_until("the bytes", LIMIT, || {
        let bytes = fs::read(home.path("bytes")).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.contains("\nwritten").then_some(text)
    });
    let asked = Asked::of(&bytes);
    assert_eq!(asked.on, Asked::at_first(), "left on, or off");
    assert_eq!(asked.keyboards, 0, "a keyboard of one's own is left");
    fs::write(home.path("bytes"), "").unwrap();
}

/// What was asked of a terminal, and not taken back.
struct Asked {
    /// Its private modes.
    on: BTreeSet<String>,
    /// Ways in which keys are told, put upon each other.
    keyboards: i32,
}

impl Asked {
    fn of(bytes: &str) -> Self {
        let (mut on, mut keyboards) = (Self::at_first(), 0);
        for sequence in bytes.split("\u{1b}[").skip(1) {
            let end = sequence
                .find(|c: char| c.is_ascii_alphabetic())
                .unwrap_or_default();
            let (numbers, kind) = (&sequence[..end], &sequence[end..=end]);
            match (numbers.strip_prefix('?'), kind) {
                (Some(modes), "h") => on.extend(modes.split(';').map(str::to_owned)),
                (Some(modes), "l") => modes.split(';').for_each(|mode| {
                    on.remove(mode);
                }),
                (None, "u") if numbers.starts_with('>') => keyboards += 1,
                (None, "u") if numbers.starts_with('<') => keyboards -= 1,
                _ => {}
            }
        }
        Self { on, keyboards }
    }

    /// How terminals begin: lines wrap, and the cursor shows.
    fn at_first() -> BTreeSet<String> {
        ["7", "25"].map(str::to_owned).into()
    }
}

pub(crate) fn wait_for(path: &Path) {
    wait_until(&format!("`{}`", path.display()), LIMIT, || path.exists());
}

pub(crate) fn pid(home: &Home) -> Pid {
    let path = home.path("pid");
    wait_for(&path);
    let text = fs::read_to_string(path).unwrap();
    Pid::from_raw(text.trim().parse().unwrap()).unwrap()
}

#[test]
fn a_new_person_does_all_of_it_without_a_manual() {
    let server = TestServer::start();
    let _account = Home::registered(&server, EMAIL);
    let home = Home::new();
    let player = home.write(
        "player.sh",
        "#!/bin/sh\nprintf %s \"$1\" > \"$HOME/playlist\"\ncp -p \"$1\" \"$HOME/played\"\n",
    );
    fs::set_permissions(&player, PermissionsExt::from_mode(0o700)).unwrap();
    let home = home.with_env("VIDEO_PLAYER", &player);
    let video = small_video(&home, "CARD/Interview Okonkwo.mp4");
    let shell = shell(&home);
    start(&shell);
    shell.sees("Log in");
    shell.types("", &["C-u"]);
    shell.types(server.url(), &["Tab"]);
    shell.types(EMAIL, &["Tab"]);
    shell.types("correct horse battery staple", &[]);
    shell.sees("••••");
    shell.types("", &["Enter"]);
    shell.sees("There are no videos yet.");
    shell.types("U", &[]);
    shell.sees("Upload a file or a folder");
    shell.types("CARD", &["Enter"]);
    shell.sees("Interview Okonkwo.mp4");
    shell.sees("✓ready");
    shell.types("1", &[]);
    shell.sees("1 of 1");
    shell.types("/", &[]);
    shell.types("nothing", &[]);
    shell.sees("No video is like that.");
    shell.types("", &["C-u"]);
    shell.types("okonkwo", &["Enter"]);
    shell.sees("Interview Okonkwo");
    shell.types("p", &[]);
    shell.sees("opened in player.sh");
    let copy = home.home().join("played");
    wait_until("the playlist", LIMIT, || {
        fs::read_to_string(&copy).is_ok_and(|text| text.contains("http://"))
    });
    let mode = fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    shell.types("d2", &[]);
    shell.sees("is here");
    let fetched = home.path("Interview Okonkwo.mp4");
    assert_eq!(fs::read(fetched).unwrap(), fs::read(video).unwrap());
    shell.types("1x", &[]);
    shell.sees("in the trash");
    shell.sees("No video is like that.");
    shell.types("u", &[]);
    shell.sees("out of the trash");
    // Any key makes room for where one is.
    shell.types("k", &[]);
    shell.sees("1 of 1");
    shell.types("?", &[]);
    shell.sees("put into the trash");
    shell.types("q", &["C-c"]);
    shell.sees("ended: 0");
    is_as_before(&home, &shell);
    // Whoever has it can play the video, until its link ends.
    let playlist = fs::read_to_string(home.home().join("playlist")).unwrap();
    assert!(!Path::new(&playlist).exists(), "{playlist}");
}

#[test]
fn the_system_ends_it_and_the_terminal_is_as_it_was() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let shell = shell(&home);
    for (signal, code) in [(Signal::TERM, 130), (Signal::HUP, 130), (Signal::INT, 130)] {
        let _ = fs::remove_file(home.path("pid"));
        start(&shell);
        shell.sees("There are no videos yet.");
        kill_process(pid(&home), signal).unwrap();
        shell.sees(&format!("ended: {code}"));
        is_as_before(&home, &shell);
    }
}

#[test]
fn it_stops_for_the_shell_and_goes_on() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let shell = shell(&home);
    shell.types("clear; heimdex", &["Enter"]);
    shell.sees("There are no videos yet.");
    shell.types("", &["C-z"]);
    shell.sees("Stopped");
    is_as_before(&home, &shell);
    shell.types("clear; fg", &["Enter"]);
    shell.sees("There are no videos yet.");
    shell.types("", &["C-c"]);
    // The shell's prompt, below what it said of the program.
    shell.sees("heimdex\n$");
    is_as_before(&home, &shell);
}

#[test]
fn a_server_that_dies_in_the_middle_of_an_upload_is_waited_for() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    for name in ["one", "two"] {
        let video = small_video(&home, &format!("CARD/{name}.mp4"));
        heimdex_testkit::pad_mp4(
            &video,
            24 << 20,
            heimdex_testkit::Fill::Noise(name.len() as u64),
        );
    }
    let shell = shell(&home);
    start(&shell);
    shell.sees("There are no videos yet.");
    shell.types("2l", &[]);
    shell.sees("Uploads take at most");
    shell.types("4M", &["Enter"]);
    shell.types("U", &[]);
    shell.types("CARD", &["Enter"]);
    shell.sees("under way");
    server.kill9();
    shell.sees("again in");
    server.restart();
    shell.types("l", &["C-u", "Enter"]);
    wait_until("both to be ready", LIMIT, || {
        let screen = shell.screen();
        if screen.matches("✓ready").count() == 2 {
            Ok(())
        } else {
            Err(screen)
        }
    });
    shell.types("q", &["C-c"]);
    shell.sees("ended: 0");
    is_as_before(&home, &shell);
}

#[test]
fn what_is_paused_or_left_sends_no_more_at_once_and_goes_on_another_time() {
    // A part takes a quarter of a minute.
    const SOON: Duration = Duration::from_secs(4);
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let video = large_video(&home, "CARD/long.mp4", 96 << 20);
    let shell = shell(&home);
    start(&shell);
    shell.sees("There are no videos yet.");
    shell.types("2l", &[]);
    shell.sees("Uploads take at most");
    shell.types("1M", &["Enter"]);
    shell.types("U", &[]);
    shell.types("CARD", &["Enter"]);
    shell.sees("under way");
    let asked = Instant::now();
    shell.types("p", &[]);
    shell.sees("paused, sent");
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    shell.types("p", &[]);
    shell.sees("under way");
    shell.types("", &["C-c"]);
    shell.sees("1 transfer would stop");
    let asked = Instant::now();
    shell.types("y", &[]);
    shell.sees("ended: 0");
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    is_as_before(&home, &shell);
    home.heimdex(["upload", "CARD", "--wait"]).limit(LIMIT).ok();
    let stored = the_video(&home);
    assert_eq!(stored["size_bytes"], video.metadata().unwrap().len());
}

#[test]
fn what_others_do_is_seen_without_a_key() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let others = Home::new();
    others.login(server.url(), EMAIL);
    let shell = shell(&home);
    start(&shell);
    shell.sees("There are no videos yet.");
    small_video(&others, "Interview Okonkwo.mp4");
    others.heimdex(["upload", "Interview Okonkwo.mp4"]).ok();
    shell.sees("Interview Okonkwo");
    shell.sees("ready");
    let id = the_video(&others)["video_id"].as_str().unwrap().to_owned();
    others
        .heimdex(["edit", &id, "--title", "Night market"])
        .ok();
    shell.sees("Night market");
    // It goes on where it was when the server comes back.
    server.kill9();
    shell.sees("offline");
    server.restart();
    others
        .heimdex(["edit", &id, "--title", "Harbour at dawn"])
        .ok();
    shell.sees("Harbour at dawn");
    others.heimdex(["rm", &id, "--yes"]).ok();
    shell.sees("There are no videos yet.");
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    is_as_before(&home, &shell);
}

#[test]
fn while_the_server_is_away_it_shows_what_it_knew() {
    let mut server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    small_video(&home, "Interview Okonkwo.mp4");
    home.heimdex(["upload", "Interview Okonkwo.mp4", "--wait"])
        .ok();
    let id = the_video(&home)["video_id"].as_str().unwrap().to_owned();
    let shell = shell(&home);
    let title = "Interview Okonkwo";
    start(&shell);
    shell.sees(title);
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    server.kill9();
    start(&shell);
    shell.sees("offline since");
    assert!(shell.screen().contains(title), "{}", shell.screen());
    // What is known is searched, and what is asked for waits.
    shell.types("/zzz", &[]);
    shell.sees("No video that is known here is like that.");
    shell.types("", &["Escape"]);
    shell.sees(title);
    small_video(&home, "Second.mp4");
    shell.types("U", &[]);
    shell.sees("Upload a file or a folder");
    shell.types("Second.mp4", &["Enter"]);
    shell.sees("waits for the server");
    server.restart();
    shell.sees("✓ready");
    shell.types("1", &[]);
    wait_until("the server to be there again", LIMIT, || {
        let screen = shell.screen();
        if screen.contains("offline") || !screen.contains(title) {
            Err(screen)
        } else {
            Ok(())
        }
    });
    // And what happens is seen again.
    home.heimdex(["edit", &id, "--title", "Night market"]).ok();
    shell.sees("Night market");
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    // It goes with the login.
    home.heimdex(["logout"]).ok();
    server.kill9();
    start(&shell);
    shell.sees("Log in");
    shell.types("", &["Escape"]);
    shell.sees("not logged in");
    assert!(!shell.screen().contains("Night market"));
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    is_as_before(&home, &shell);
}
