//! Migrations are append-only: people's data were made by them. What was committed never changes again.
//!
//! `migrations/checksums.txt` holds the SHA-256 of every committed one, as `sha256sum` writes it; `cargo xtask generate`
//! adds lines, and never changes one. SQLite and PostgreSQL have the same numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use fs_err as fs;

use super::Finding;

const DIRECTORY: &str = "migrations";
const CHECKSUMS: &str = "migrations/checksums.txt";

/// The two engines of the catalog, which move in step.
const CATALOG: [&str; 2] = ["sqlite", "postgres"];

/// Path below `migrations` -> SHA-256.
type Checksums = BTreeMap<String, String>;

/// What does not agree with the committed checksums, and what is out of step.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>> {
    Ok(compare(&committed(root)?, &present(root)?))
}

/// Adds the checksums of migrations that have none yet.
pub(crate) fn add_missing(root: &Path) -> Result<()> {
    let mut checksums = committed(root)?;
    for (path, checksum) in present(root)? {
        checksums.entry(path).or_insert(checksum);
    }
    let mut lines = String::new();
    for (path, checksum) in &checksums {
        lines.extend([checksum, "  ", path, "\n"]);
    }
    fs::write(root.join(CHECKSUMS), lines)?;
    Ok(())
}

fn compare(committed: &Checksums, present: &Checksums) -> Vec<Finding> {
    let mut findings = Vec::new();
    let finding = |path: &str, message: &str| Finding::new(format!("{DIRECTORY}/{path}"), message);
    for (path, checksum) in committed {
        match present.get(path) {
            Some(now) if now == checksum => {}
            Some(_) => findings.push(finding(
                path,
                "a committed migration was changed: undo that, and write the next number",
            )),
            None => findings.push(finding(path, "a committed migration is gone")),
        }
    }
    for path in present.keys().filter(|path| !committed.contains_key(*path)) {
        let message = "is not in checksums.txt: `cargo xtask generate` adds it";
        findings.push(finding(path, message));
    }
    let [sqlite, postgres] = CATALOG.map(|engine| names_of(present, engine));
    for name in sqlite.symmetric_difference(&postgres) {
        let other = if sqlite.contains(name) {
            CATALOG[1]
        } else {
            CATALOG[0]
        };
        findings.push(finding(
            &format!("{other}/{name}"),
            "the other engine has it, this one not",
        ));
    }
    findings
}

fn names_of<'a>(present: &'a Checksums, engine: &str) -> BTreeSet<&'a str> {
    let below = present
        .keys()
        .filter_map(|path| path.strip_prefix(engine)?.strip_prefix('/'));
    below.collect()
}

fn committed(root: &Path) -> Result<Checksums> {
    let path = root.join(CHECKSUMS);
    if !path.exists() {
        return Ok(Checksums::new());
    }
    Ok(parse(&fs::read_to_string(path)?))
}

/// The lines of `sha256sum`.
fn parse(text: &str) -> Checksums {
    let pair = |line: &str| {
        line.split_once("  ")
            .map(|(checksum, path)| (path.to_owned(), checksum.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

fn present(root: &Path) -> Result<Checksums> {
    let directory = root.join(DIRECTORY);
    let mut paths = Vec::new();
    if !directory.is_dir() {
        return Ok(Checksums::new());
    }
    for engine in fs::read_dir(&directory)? {
        let engine = engine?;
        if !engine.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(engine.path())? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "sql") {
                paths.push(path.strip_prefix(&directory)?.to_owned());
            }
        }
    }
    if paths.is_empty() {
        return Ok(Checksums::new());
    }
    let output = Command::new("sha256sum")
        .args(&paths)
        .current_dir(&directory)
        .output()
        .context("cannot start sha256sum")?;
    if !output.status.success() {
        bail!(
            "sha256sum: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(parse(str::from_utf8(&output.stdout)?))
}

#[cfg(test)]
mod tests {
    use super::{Checksums, compare};

    fn checksums(entries: &[(&str, &str)]) -> Checksums {
        entries
            .iter()
            .map(|(path, sum)| ((*path).into(), (*sum).into()))
            .collect()
    }

    fn messages(committed: &[(&str, &str)], present: &[(&str, &str)]) -> Vec<String> {
        let findings = compare(&checksums(committed), &checksums(present));
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_was_committed_stays_as_it_is() {
        let both = [("postgres/0001_a.sql", "1"), ("sqlite/0001_a.sql", "2")];
        assert!(messages(&both, &both).is_empty());
        let changed = [("postgres/0001_a.sql", "1"), ("sqlite/0001_a.sql", "3")];
        assert!(messages(&both, &changed)[0].contains("was changed"));
        assert!(messages(&both, &both[..1])[0].contains("is gone"));
    }

    #[test]
    fn a_new_migration_is_added_for_both_engines_and_committed() {
        let both = [("postgres/0001_a.sql", "1"), ("sqlite/0001_a.sql", "2")];
        assert_eq!(messages(&[], &both).len(), 2);
        let one = [("postgres/0001_a.sql", "1")];
        let expected = "migrations/sqlite/0001_a.sql: the other engine has it, this one not";
        assert_eq!(messages(&one, &one), [expected]);
    }
}
