//! Where the binaries under test are: `HEIMDEX_BIN_DIR`, else beside the test's own executable.

use std::path::PathBuf;

use crate::environment;

/// A program of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `heimdex`, the command line.
    Cli,
    /// `heimdexd`, the daemon.
    Daemon,
    /// `heimdex-server`.
    Server,
}

impl Binary {
    /// The file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cli => "heimdex",
            Self::Daemon => "heimdexd",
            Self::Server => "heimdex-server",
        }
    }
}

/// The path of a binary that exists; panics with what to do where it does not.
pub fn binary_path(binary: Binary) -> PathBuf {
    let path = directory().join(format!("{}{}", binary.name(), std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "`{}` does not exist: run `cargo xtask test`, which builds the binaries first, or \
         `cargo build --workspace --all-features`",
        path.display()
    );
    path
}

/// Where binaries, and what may be kept between test runs, lie.
pub(crate) fn directory() -> PathBuf {
    if let Some(directory) = environment::outer("HEIMDEX_BIN_DIR") {
        return directory.into();
    }
    let test = std::env::current_exe().expect("the test's own executable");
    // target/debug/deps/it-0123456789abcdef -> target/debug
    let beside = test.parent().expect("an executable lies in a directory");
    let up = if beside.ends_with("deps") {
        beside.parent()
    } else {
        None
    };
    up.unwrap_or(beside).to_owned()
}
