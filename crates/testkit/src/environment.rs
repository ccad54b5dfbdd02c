//! What a process under test sees of the environment: nothing that it was not given.

use std::ffi::OsString;
use std::path::PathBuf;

/// Reads a variable of the test run itself.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where testkit looks outside"
)]
pub(crate) fn outer(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Reads a variable of the test run itself as text.
pub(crate) fn outer_text(name: &str) -> Option<String> {
    let value = outer(name)?;
    Some(
        value
            .into_string()
            .unwrap_or_else(|value| panic!("{name} is not UTF-8: {}", value.display())),
    )
}

/// Says that something is not tested on this machine, and why. In CI that is an error: what is left out in silence is how
/// things break unseen.
#[expect(
    clippy::print_stderr,
    reason = "the test runner shows it beside the test"
)]
pub fn left_out(why: &str) {
    assert!(
        outer("CI").is_none(),
        "{why}, and in CI nothing is left out: run `cargo xtask test`"
    );
    eprintln!("left out: {why}");
}

/// The variables that every process under test gets: the same on every machine.
pub(crate) fn base() -> Vec<(OsString, OsString)> {
    let mut variables: Vec<(OsString, OsString)> = [
        ("TZ", "UTC"),
        ("LANG", "C.UTF-8"),
        ("NO_COLOR", "1"),
        ("RUST_BACKTRACE", "1"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .to_vec();
    if let Some(path) = outer("PATH") {
        variables.push(("PATH".into(), path));
    }
    variables
}

/// A library that changes what a process sees of the system, for `LD_PRELOAD`; `name` is relative to where the
/// distribution keeps this machine's libraries.
pub(crate) fn preloaded(name: &str) -> PathBuf {
    let directories = fs_err::read_dir("/usr/lib").expect("the system's libraries");
    let library = directories
        .flatten()
        .map(|directory| directory.path().join(name))
        .find(|library| library.is_file());
    library.unwrap_or_else(|| panic!("`{name}` is not installed: run `cargo xtask test`"))
}

/// What a process gets whose syncs are to do nothing: what it calls durable lies in the machine's memory.
pub fn without_syncs() -> (OsString, OsString) {
    let library = preloaded("libeatmydata.so.1");
    ("LD_PRELOAD".into(), library.into())
}

/// What a process gets whose clock is to be wrong by so many seconds.
pub fn wrong_clock(seconds: i64) -> Vec<(OsString, OsString)> {
    vec![
        (
            "LD_PRELOAD".into(),
            preloaded("faketime/libfaketimeMT.so.1").into(),
        ),
        ("FAKETIME".into(), format!("{seconds:+}").into()),
        // Waiting is done by another clock, which goes on as it did.
        ("FAKETIME_DONT_FAKE_MONOTONIC".into(), "1".into()),
    ]
}
