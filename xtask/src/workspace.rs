//! Where the workspace, its packages and its build results are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::environment;

/// The workspace that xtask belongs to, wherever it was called from.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    packages: Vec<Package>,
}

/// A member.
#[derive(Debug)]
pub(crate) struct Package {
    /// As other members name it.
    pub(crate) name: String,
    /// Relative to the root.
    pub(crate) directory: PathBuf,
    /// What its manifest names.
    pub(crate) dependencies: Vec<Dependency>,
}

/// What a manifest names.
#[derive(Debug)]
pub(crate) struct Dependency {
    /// The package's own name, whatever it is called here.
    pub(crate) name: String,
    /// Whether only tests and examples have it.
    pub(crate) in_tests: bool,
}

impl Workspace {
    /// Asks cargo, without the network: the members and what they name, not what they resolve to.
    pub(crate) fn find() -> Result<Self> {
        let output = cargo(Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!(
                "cargo metadata: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        parse(&metadata).context("cannot read what cargo says of the workspace")
    }

    /// The directory of the root manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts the binaries of the one profile that tests, demonstration and CI share.
    pub(crate) fn binaries(&self) -> PathBuf {
        self.target.join("debug")
    }

    /// Where cargo puts optimised binaries.
    pub(crate) fn release_binaries(&self) -> PathBuf {
        self.target.join("release")
    }

    /// Where programs lie that the tests want and no distribution has.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The members.
    pub(crate) fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// A call of cargo in the root.
    pub(crate) fn cargo(&self) -> Command {
        cargo(&self.root)
    }
}

fn cargo(directory: &Path) -> Command {
    let mut command =
        Command::new(environment::variable("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(directory);
    command
}

fn parse(metadata: &Value) -> Result<Workspace> {
    let root = PathBuf::from(text(metadata, "workspace_root")?);
    let packages = list(metadata, "packages")?.iter().map(|package| {
        let manifest = PathBuf::from(text(package, "manifest_path")?);
        let directory = manifest
            .parent()
            .context("a manifest lies in a directory")?;
        let dependencies = list(package, "dependencies")?.iter().map(|dependency| {
            let in_tests = dependency["kind"] == "dev";
            Ok(Dependency {
                name: text(dependency, "name")?.to_owned(),
                in_tests,
            })
        });
        Ok(Package {
            name: text(package, "name")?.to_owned(),
            directory: directory.strip_prefix(&root)?.to_owned(),
            dependencies: dependencies.collect::<Result<_>>()?,
        })
    });
    let packages = packages.collect::<Result<_>>()?;
    Ok(Workspace {
        target: text(metadata, "target_directory")?.into(),
        packages,
        root,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key]
        .as_str()
        .with_context(|| format!("`{key}` is no text"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    value[key]
        .as_array()
        .map(Vec::as_slice)
        .with_context(|| format!("`{key}` is no list"))
}
