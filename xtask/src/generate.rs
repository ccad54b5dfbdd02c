//! `cargo xtask generate`: the committed files that are made from code: man pages, completions, checksums of migrations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use fs_err as fs;

use crate::keeper::{Directory, Owner};
use crate::tidy::migrations;
use crate::workspace::Workspace;
use crate::{build, say, steps};

/// The examples that write `man/` and `completions/` of their binary below a directory.
const GENERATORS: [&str; 3] = ["generate", "generate_daemon", "generate_server"];

/// The directories that hold nothing but generated files.
const GENERATED: [&str; 2] = ["man", "completions"];

/// Whether files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// They are.
    Write,
    /// They are compared, and a difference is a failure.
    Check,
}

pub(crate) fn run(workspace: &Workspace, purpose: Purpose) -> Result<ExitCode> {
    build::binaries(workspace)?;
    let made = Directory::new("heimdex-generate", Owner::Us)?;
    for generator in GENERATORS {
        let program = workspace.binaries().join("examples").join(generator);
        steps::run(Command::new(program).arg(made.path()))?;
    }
    let mut differences = Vec::new();
    for directory in GENERATED {
        let wanted = read_tree(&made.path().join(directory))?;
        let present = read_tree(&workspace.root().join(directory))?;
        match purpose {
            Purpose::Write => replace(&workspace.root().join(directory), &wanted, &present)?,
            Purpose::Check => differences.extend(compare(directory, &wanted, &present)),
        }
    }
    if purpose == Purpose::Write {
        migrations::add_missing(workspace.root())?;
    }
    differences.extend(
        migrations::check(workspace.root())?
            .iter()
            .map(ToString::to_string),
    );
    if differences.is_empty() {
        say::talk("Generated files are current.");
        return Ok(ExitCode::SUCCESS);
    }
    for difference in &differences {
        say::out(difference);
    }
    say::talk("hint: run `cargo xtask generate` and commit what it writes");
    Ok(ExitCode::FAILURE)
}

type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn read_tree(directory: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    if !directory.exists() {
        return Ok(tree);
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().context("an entry has a name")?;
        if path.is_file() {
            tree.insert(name.into(), fs::read(&path)?);
        }
    }
    Ok(tree)
}

fn compare(directory: &str, wanted: &Tree, present: &Tree) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, bytes) in wanted {
        let path = Path::new(directory).join(name);
        match present.get(name) {
            Some(there) if there == bytes => {}
            Some(_) => differences.push(format!("{}: is not what the code makes", path.display())),
            None => differences.push(format!("{}: is missing", path.display())),
        }
    }
    for name in present.keys().filter(|name| !wanted.contains_key(*name)) {
        differences.push(format!(
            "{directory}/{}: nothing makes it any more",
            name.display()
        ));
    }
    differences
}

fn replace(directory: &Path, wanted: &Tree, present: &Tree) -> Result<()> {
    fs::create_dir_all(directory)?;
    for name in present.keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(directory.join(name))?;
    }
    for (name, bytes) in wanted {
        if present.get(name) != Some(bytes) {
            fs::write(directory.join(name), bytes)?;
            say::talk(&format!("Wrote {}", directory.join(name).display()));
        }
    }
    Ok(())
}
