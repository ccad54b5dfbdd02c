//! The terminal interface and its terminal: given back whatever ends the program, drawn in as deep as it can show, and
//! never in the way of what it cannot.

use std::time::{Duration, Instant};

use fs_err as fs;
use heimdex_testkit::{Home, Terminal, TestServer, wait_until};
use rustix::process::test_kill_process;

use crate::support::{LIMIT, card_of, large_video, small_video, summary, the_video};
use crate::tui::{EMAIL, is_as_before, pid, shell, start_with};

/// With colours, in a terminal that says this of itself.
fn start_in(shell: &Terminal<'_>, term: &str, promised: &str) {
    start_with(
        shell,
        &format!("-u NO_COLOR TERM={term} COLORTERM={promised}"),
    );
}

/// The codes of all sequences that colour, each as it was written.
fn colours(screen: &str) -> Vec<String> {
    let sequences = screen.split("\u{1b}[").skip(1);
    let codes = sequences.filter_map(|sequence| {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic())?;
        (&sequence[end..=end] == "m").then(|| sequence[..end].to_owned())
    });
    codes.collect()
}

/// How many colours a sequence speaks of: 0, 16, 256 or all.
fn depth(codes: &str) -> u32 {
    let numbers: Vec<u32> = codes
        .split(';')
        .filter_map(|code| code.parse().ok())
        .collect();
    let mut deepest = 0;
    let mut rest = numbers.as_slice();
    while let [first, after @ ..] = rest {
        let (deep, skip) = match (first, after) {
            (38 | 48, [2, ..]) => (1 << 24, 4),
            (38 | 48, [5, ..]) => (256, 2),
            (30..=37 | 40..=47 | 90..=97 | 100..=107, _) => (16, 0),
            _ => (0, 0),
        };
        deepest = deepest.max(deep);
        rest = &after[skip..];
    }
    deepest
}

/// What was drawn since the last look, once nothing more comes.
fn drawn(home: &Home) -> String {
    let mut last = 0;
    let bytes = wait_until("a frame to its end", LIMIT, || {
        let bytes = fs::read(home.path("bytes")).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let is_still = text.len() == last && text.trim_end().ends_with("\u{1b}[?2026l");
        last = text.len();
        is_still.then_some(text)
    });
    // The frames begin where the program took the terminal.
    let (_, frames) = bytes.split_once("\u{1b}[?1049h").unwrap();
    frames.to_owned()
}

fn leaves(home: &Home, shell: &Terminal<'_>) {
    shell.types("", &["C-c"]);
    shell.sees("ended: 0");
    is_as_before(home, shell);
    let _ = fs::remove_file(home.path("pid"));
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_what_it_was() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let shell = shell(&home);
    // Where frames are drawn, and where effects are performed, which is another thread.
    for failpoint in ["tui.drawn", "tui.effect"] {
        start_with(&shell, &format!("HEIMDEX_FAILPOINT={failpoint}!:1"));
        shell.sees("ended: 101");
        shell.sees(&format!("failpoint `{failpoint}`"));
        is_as_before(&home, &shell);
        shell.types("clear", &["Enter"]);
    }
}

#[test]
fn what_is_stopped_leaves_nothing_on_and_takes_it_again() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let shell = shell(&home);
    let before = shell.modes();
    shell.types("clear; heimdex", &["Enter"]);
    shell.sees("There are no videos yet.");
    let taken = shell.modes();
    assert_ne!(before, taken);
    for _ in 0..3 {
        shell.types("", &["C-z"]);
        shell.sees("Stopped");
        is_as_before(&home, &shell);
        shell.types("clear; fg", &["Enter"]);
        shell.sees("There are no videos yet.");
        assert_eq!(shell.modes(), taken);
    }
    shell.types("", &["C-c"]);
    shell.sees("heimdex\n$");
    is_as_before(&home, &shell);
}

#[test]
fn a_terminal_that_goes_away_ends_it_and_the_upload_goes_on_another_time() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let video = large_video(&home, "CARD/long.mp4", 200 << 20);
    let shell = shell(&home);
    start_with(&shell, "");
    shell.sees("There are no videos yet.");
    shell.types("2l", &[]);
    shell.sees("Uploads take at most");
    shell.types("40M", &["Enter"]);
    shell.types("U", &[]);
    shell.types("CARD", &["Enter"]);
    let acknowledged = || {
        let videos = home
            .heimdex(["list", "--state", "uploading", "--json"])
            .ok()
            .json();
        videos["videos"][0]["bytes_received"].as_u64()
    };
    wait_until("something to be stored", LIMIT, || {
        acknowledged().is_some_and(|bytes| bytes > 32 << 20)
    });
    let process = pid(&home);
    let began = Instant::now();
    shell.hang_up();
    wait_until("its end", LIMIT, || test_kill_process(process).is_err());
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    let stored = acknowledged().unwrap();
    let again = home
        .heimdex(["upload", "CARD", "--wait", "--json"])
        .limit(LIMIT)
        .ok();
    let sent = summary(&again.ndjson())["sent_bytes"].as_u64().unwrap();
    let size = video.metadata().unwrap().len();
    assert!(
        sent <= size - stored,
        "sent {sent} of {size}, {stored} were there"
    );
    assert_eq!(the_video(&home)["state"], "indexed");
}

#[test]
fn a_terminal_of_any_size_is_drawn_in() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    card_of(&home, 3, 1000);
    home.heimdex(["upload", "CARD"]).ok();
    let shell = shell(&home);
    start_with(&shell, "");
    shell.sees("1 of 3");
    // Each view, and what lies over it; each begins where the one before ends.
    for (keys, seen, back) in [
        ("", "1 of 3", ""),
        ("?", "put into the trash", "Escape"),
        (":", "one line down", "Escape"),
        ("U", "Upload a file or a folder", "Escape"),
        ("2", "Nothing is on its way.", ""),
        ("3", "h up", ""),
        ("4", "The daemon does not run", ""),
        ("5", "Server", ""),
        ("6", "6 Log", ""),
    ] {
        shell.types(keys, &[]);
        shell.sees(seen);
        for (columns, rows) in [
            (1, 1),
            (10, 3),
            (3, 10),
            (1, 50),
            (250, 1),
            (20, 5),
            (100, 30),
        ] {
            shell.resize(columns, rows);
        }
        shell.sees(seen);
        if !back.is_empty() {
            shell.types("", &[back]);
            wait_until("it to be closed", LIMIT, || !shell.screen().contains(seen));
        }
    }
    shell.types("1", &[]);
    shell.sees("1 of 3");
    shell.resize(10, 3);
    shell.sees("too small");
    shell.resize(100, 30);
    shell.sees("1 of 3");
    leaves(&home, &shell);
}

#[test]
fn where_nothing_can_be_drawn_it_says_so() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let shell = shell(&home);
    for (line, said) in [
        ("TERM=dumb heimdex tui", "TERM is not set, or `dumb`"),
        ("env -u TERM heimdex tui", "TERM is not set, or `dumb`"),
        ("TERM=dumb heimdex", "Put videos into the trash"),
        ("heimdex tui >&-", "there is no terminal to draw in"),
        ("heimdex tui >/dev/null", "there is no terminal to draw in"),
        ("heimdex tui <&-", "there is no terminal to draw in"),
    ] {
        shell.types(&format!("clear; {line}; echo \"ended: $?\""), &["Enter"]);
        shell.sees("ended: 2");
        assert!(shell.screen().contains(said), "{line}: {}", shell.screen());
        is_as_before(&home, &shell);
    }
}

#[test]
fn colours_are_as_deep_as_the_terminal_says() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    small_video(&home, "one.mp4");
    home.heimdex(["upload", "one.mp4", "--wait"]).ok();
    let config = home.home().join(".config/heimdex/tui.toml");
    let shell = shell(&home);
    for (theme, own) in [
        ("dark", "#7aa2f7"),
        ("light", "#102030"),
        ("high-contrast", "#ffff5f"),
    ] {
        fs::write(
            &config,
            format!("theme = '{theme}'\n[colours]\naccent = '{own}'\n"),
        )
        .unwrap();
        for (term, promised, deepest) in [
            ("tmux-256color", "truecolor", 1 << 24),
            ("screen-256color", "", 256),
            ("screen", "", 16),
            ("vt100", "", 0),
        ] {
            start_in(&shell, term, promised);
            shell.sees("1 of 1");
            let (frames, screen) = (drawn(&home), shell.coloured_screen());
            for text in [frames, screen] {
                let depths = colours(&text).iter().map(|codes| depth(codes)).max();
                assert_eq!(depths, Some(deepest), "{theme} in {term}: {text:?}");
            }
            leaves(&home, &shell);
        }
    }
    // Who wants none gets none, whatever the terminal has; a theme of none is none.
    fs::write(&config, "theme = 'mono'\n").unwrap();
    for variables in [
        "TERM=tmux-256color COLORTERM=truecolor",
        "-u NO_COLOR COLORTERM=truecolor",
    ] {
        start_with(&shell, variables);
        shell.sees("1 of 1");
        let codes = colours(&drawn(&home));
        assert!(codes.iter().all(|codes| depth(codes) == 0), "{codes:?}");
        assert!(
            codes.iter().any(|codes| codes.contains('7')),
            "the cursor is seen"
        );
        leaves(&home, &shell);
    }
}

#[test]
fn keys_that_two_actions_would_have_are_said() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let config = home.home().join(".config/heimdex/tui.toml");
    fs::write(config, "[keys]\ndelete = ['d']\nquitt = ['Q']\n").unwrap();
    let shell = shell(&home);
    start_with(&shell, "");
    shell.sees("There are no videos yet.");
    shell.types(":", &[]);
    shell.types("log", &["Enter"]);
    shell.sees("`d` is a key of `download` and of `delete`: it does the first");
    shell.sees("there is no action `quitt`; did you mean `quit`?");
    leaves(&home, &shell);
}

#[test]
fn a_console_gets_plain_ascii() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    small_video(&home, "Zoë 日本.mp4");
    home.heimdex(["upload", "Zoë 日本.mp4", "--wait"]).ok();
    let shell = shell(&home);
    start_in(&shell, "linux", "");
    shell.sees("Zoe ? ?");
    shell.types("", &["Enter"]);
    shell.sees("BLAKE3");
    for (keys, seen) in [
        ("q?", "put into the trash"),
        ("q2", "Nothing is on its way."),
        ("4", "The daemon does not run"),
        ("5", "Server"),
        ("6", "6 Log"),
        ("1:", "one line down"),
    ] {
        shell.types(keys, &[]);
        shell.sees(seen);
        let frames = drawn(&home);
        assert!(frames.is_ascii(), "{keys}: {frames}");
    }
    shell.types("", &["Escape"]);
    wait_until("it to be closed", LIMIT, || {
        !shell.screen().contains("one line down")
    });
    leaves(&home, &shell);
}

/// Columns of a text in a terminal, as tmux counts them: what is joined to the one before takes none of its own.
fn columns(text: &str) -> usize {
    let mut is_joined = false;
    let wide = |c: char| match c {
        '\u{200d}' => {
            is_joined = true;
            0
        }
        _ if std::mem::take(&mut is_joined) => 0,
        '\u{300}'..='\u{36f}' | '\u{200e}' | '\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{1f300}'.. => 2,
        // Two of those that make a flag, too.
        _ => 1,
    };
    text.chars().map(wide).sum()
}

#[test]
fn no_name_moves_a_column_or_steers_the_terminal() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    let names = [
        "plain",
        "日本語の映像、とても長い題名でも列を壊さない、決して壊さない",
        "cafe\u{301} e\u{301}\u{300}\u{302}",
        "שלום עולם",
        "👩\u{200d}👩\u{200d}👧 family 🇩🇪 ❤\u{fe0f} 👍🏽",
        "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}4pm",
    ];
    for (number, name) in names.iter().enumerate() {
        let path = home.write(format!("{number}.bin"), [u8::try_from(number).unwrap(); 9]);
        let path = path.to_str().unwrap();
        home.heimdex(["upload", path, "--title", name]).ok();
    }
    let shell = shell(&home);
    start_with(&shell, "");
    shell.sees("1 of 6");
    let screen = shell.screen();
    let rows: Vec<&str> = screen
        .lines()
        .filter(|line| line.contains(" 9 B"))
        .collect();
    assert_eq!(rows.len(), names.len(), "{screen}");
    for row in rows {
        let (before, _) = row.rsplit_once(" 9 B").unwrap();
        let first = screen.lines().find(|line| line.contains("plain")).unwrap();
        let (expected, _) = first.rsplit_once(" 9 B").unwrap();
        assert_eq!(columns(before), columns(expected), "{row}\n{screen}");
    }
    assert!(!drawn(&home).contains('\u{7}'), "the terminal is steered");
    leaves(&home, &shell);
}

#[test]
fn what_is_copied_goes_out_as_osc_52() {
    let server = TestServer::start();
    let home = Home::registered(&server, EMAIL);
    small_video(&home, "one.mp4");
    home.heimdex(["upload", "one.mp4", "--wait"]).ok();
    let id = the_video(&home)["video_id"].as_str().unwrap().to_owned();
    let shell = shell(&home);
    start_with(&shell, "");
    shell.sees("1 of 1");
    shell.types("y", &[]);
    shell.sees("copied");
    let frames = String::from_utf8(fs::read(home.path("bytes")).unwrap()).unwrap();
    let (_, rest) = frames.split_once("\u{1b}]52;c;").unwrap();
    let (sent, _) = rest.split_once('\u{7}').unwrap();
    let decoded = home.any_program("base64").arg("-d").stdin(sent).ok();
    assert_eq!(decoded.stdout(), id);
    assert_eq!(shell.clipboard().trim_end(), id);
    leaves(&home, &shell);
}
