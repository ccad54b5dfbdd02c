//! Where the workspace, its packages and its build results are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::environment;

/// The workspace that xtask belongs to, wherever it was called from.
#[derive(Debug)]
pub(crate) struct Workspace {
    metadata: Metadata,
}

impl Workspace {
    /// Asks cargo, without the network: the members and what they name, not what they resolve to.
    pub(crate) fn find() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cannot read the workspace")?;
        Ok(Self { metadata })
    }

    /// The directory of the root manifest.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Where cargo puts the binaries of the one profile that tests, demonstration and CI share.
    pub(crate) fn binaries(&self) -> PathBuf {
        self.metadata.target_directory.as_std_path().join("debug")
    }

    /// What cargo knows of the members.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// A call of cargo in the root.
    pub(crate) fn cargo(&self) -> Command {
        let cargo = environment::variable("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(self.root());
        command
    }
}
