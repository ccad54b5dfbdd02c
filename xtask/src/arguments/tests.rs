//! What a person may type.

use std::ffi::OsString;

use super::SeedArguments;
use super::{Verb, parse};
use crate::bench::{Bench, CatalogPlan, DaemonPlan, TransferPlan, TuiPlan};
use crate::generate::Purpose;

fn parsed(line: &str) -> Result<Verb, String> {
    parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())
}

fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

#[test]
fn verbs_take_their_arguments() {
    assert_eq!(parsed("demo"), Ok(Verb::Demo { file: None }));
    assert_eq!(
        parsed("demo a.mp4"),
        Ok(Verb::Demo {
            file: Some("a.mp4".into())
        })
    );
    assert_eq!(parsed("test"), Ok(Verb::Test { arguments: vec![] }));
    assert_eq!(
        parsed("test -- catalog --no-capture"),
        Ok(Verb::Test {
            arguments: words("catalog --no-capture")
        })
    );
    assert_eq!(parsed("generate"), Ok(Verb::Generate(Purpose::Write)));
    assert_eq!(
        parsed("generate --check"),
        Ok(Verb::Generate(Purpose::Check))
    );
    let seed = SeedArguments {
        videos: 10_000,
        data_dir: Some("d".into()),
        database_url: None,
    };
    assert_eq!(parsed("seed-catalog --data-dir d"), Ok(Verb::Seed(seed)));
    assert_eq!(
        parsed("crash daemon --seeds 7 --from 3"),
        Ok(Verb::Crash(crate::crash::Plan { seeds: 7, from: 3 }))
    );
    assert_eq!(
        parsed("crash wipe --from 3"),
        Ok(Verb::CrashWipe(crate::crash::Plan {
            seeds: 5000,
            from: 3
        }))
    );
    assert_eq!(parsed("bench store"), Ok(Verb::Bench(Bench::Store)));
    assert_eq!(
        parsed("bench catalog --videos 7"),
        Ok(Verb::Bench(Bench::Catalog(CatalogPlan { videos: 7 })))
    );
    assert_eq!(
        parsed("bench daemon --files 7 --folders 2 --idle 1 --binaries built"),
        Ok(Verb::Bench(Bench::Daemon(DaemonPlan {
            files: 7,
            folders: 2,
            idle: 1,
            binaries: Some("built".into()),
        })))
    );
    assert_eq!(
        parsed("bench tui --videos 7 --binaries built"),
        Ok(Verb::Bench(Bench::Tui(TuiPlan {
            videos: 7,
            binaries: Some("built".into()),
        })))
    );
    assert_eq!(
        parsed("bench transfer --mib 64 --rounds 1"),
        Ok(Verb::Bench(Bench::Transfer(TransferPlan {
            mib: 64,
            rounds: 1,
            ..TransferPlan::default()
        })))
    );
    assert_eq!(
        parsed("pg psql -l"),
        Ok(Verb::Pg {
            command: words("psql -l")
        })
    );
    assert_eq!(parsed("s3"), Ok(Verb::S3 { command: vec![] }));
}

#[test]
fn help_is_there_for_every_verb() {
    for verb in [
        "",
        "demo",
        "test",
        "bench",
        "crash",
        "seed-catalog",
        "generate",
        "tidy",
        "ci",
        "pg",
        "s3",
    ] {
        let help = parsed(&format!("{verb} --help"));
        let Ok(Verb::Help(text)) = help else {
            panic!("{verb}: {help:?}")
        };
        assert!(text.contains(&format!("cargo xtask {verb}")), "{text}");
    }
}

#[test]
fn words_that_mean_nothing_are_named() {
    for (line, message) in [
        ("polish", "there is no verb `polish`"),
        ("tidy all", "`tidy` takes no `all`"),
        ("generate --force", "`generate` takes no `--force`"),
        ("demo --fast", "`demo` takes no `--fast`"),
        ("demo a b", "`demo` takes no `b`"),
        (
            "bench",
            "`bench` knows no ``: write transfer, catalog, store, daemon, events or tui",
        ),
        ("bench transfer --mib many", "`--mib` takes a number"),
        ("crash --seeds many", "`--seeds` takes a number"),
        ("bench catalog --videos many", "`--videos` takes a number"),
        (
            "seed-catalog --videos many",
            "`seed-catalog` takes no `many`",
        ),
        (
            "bench transfer --fast",
            "`bench transfer` takes no `--fast`",
        ),
    ] {
        assert_eq!(parsed(line), Err(message.to_owned()));
    }
}
