//! What xtask finds around it: the one place that reads the environment.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// A variable that is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of xtask that looks outside"
)]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Whether this is a run of continuous integration, where nothing may be left out.
pub(crate) fn is_ci() -> bool {
    variable("CI").is_some()
}

/// Whether we may do everything on this machine.
pub(crate) fn is_root() -> bool {
    // A process's directory belongs to its effective user.
    fs_err::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The program of that name on `PATH`.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = variable("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}
