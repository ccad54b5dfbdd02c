//! The one compile that demonstration, generated files and tests share.
//!
//! Cargo unifies features over what is selected, so every verb selects the same: the whole workspace with all features,
//! and with the examples, which bring in the features of the tests' dependencies. Anything narrower compiles the world twice.

use anyhow::Result;

use crate::steps;
use crate::workspace::Workspace;

/// The selection of packages and features of every call of cargo.
pub(crate) const SELECTION: [&str; 2] = ["--workspace", "--all-features"];

/// Builds the binaries, and the examples that write the generated files.
pub(crate) fn binaries(workspace: &Workspace) -> Result<()> {
    steps::run(
        workspace
            .cargo()
            .arg("build")
            .args(SELECTION)
            .args(["--bins", "--examples"]),
    )
}
