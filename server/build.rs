//! Puts the migrations into the program: a table of each engine's files, which `catalog::open` includes.
//!
//! sqlx has a macro for it, whose price is every database driver built a second time, for the compiler itself.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, io};

use fs_err as fs;

fn main() -> io::Result<()> {
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../migrations");
    let mut table = String::new();
    for (name, engine) in [("SQLITE", "sqlite"), ("POSTGRES", "postgres")] {
        let directory = root.join(engine);
        println!("cargo:rerun-if-changed={}", directory.display());
        let _ = writeln!(table, "const {name}_FILES: &[(i64, &str, &str)] = &[");
        for file in files(&directory)? {
            let (version, words) = version_and_words(&file)?;
            let path = file.canonicalize()?;
            let path = path.to_str().ok_or_else(|| odd(&file))?;
            let _ = writeln!(table, "    ({version}, {words:?}, include_str!({path:?})),");
        }
        table.push_str("];\n");
    }
    fs::write(
        Path::new(&variable("OUT_DIR")?).join("migrations.rs"),
        table,
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to a build script by its environment"
)]
fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

/// What `directory` holds, by name.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    Ok(files)
}

/// `0002_some_words.sql` is version 2, "some words", as sqlx writes it into its table.
fn version_and_words(file: &Path) -> io::Result<(i64, String)> {
    let split = || {
        let (version, words) = file
            .file_name()?
            .to_str()?
            .strip_suffix(".sql")?
            .split_once('_')?;
        Some((version.parse().ok()?, words.replace('_', " ")))
    };
    split().ok_or_else(|| odd(file))
}

fn odd(file: &Path) -> io::Error {
    io::Error::other(format!(
        "{} is not named like 0001_words.sql",
        file.display()
    ))
}
