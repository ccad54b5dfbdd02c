//! ARCHITECTURE.md names every crate and every top-level directory, and stays short enough to be read.

use std::collections::BTreeSet;

use anyhow::Result;
use fs_err as fs;

use super::Finding;
use crate::workspace::Workspace;

const PATH: &str = "ARCHITECTURE.md";
const MOST_LINES: usize = 250;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let path = workspace.root().join(PATH);
    if !path.is_file() {
        return Ok(vec![Finding::new(PATH, "is missing")]);
    }
    let text = fs::read_to_string(path)?;
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES {
        findings.push(Finding::new(
            PATH,
            format!("{lines} lines; at most {MOST_LINES} are read"),
        ));
    }
    for name in names(workspace)? {
        if !mentions(&text, &name) {
            findings.push(Finding::new(PATH, format!("does not mention `{name}`")));
        }
    }
    Ok(findings)
}

/// The directories of the members, and those right below the root.
fn names(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let root = workspace.root();
    let mut names = BTreeSet::new();
    for package in workspace.packages() {
        names.insert(package.directory.to_string_lossy().into_owned());
    }
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let holds_others = names
            .iter()
            .any(|known| known.starts_with(&format!("{name}/")));
        let hidden = name.starts_with('.') || name == "target";
        if entry.file_type()?.is_dir() && !hidden && !holds_others {
            names.insert(name);
        }
    }
    Ok(names)
}

/// Whether a directory is named: in code quotes, or as the beginning of a path.
fn mentions(text: &str, name: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || "-_/".contains(c);
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let begins = before.is_none_or(|c| !part_of_a_name(c));
        begins && (after == Some('/') || (before == Some('`') && after == Some('`')))
    })
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_word_of_the_prose_is_no_mention() {
        for (text, name, expected) in [
            ("**`crates/api`**: wire types", "crates/api", true),
            ("`docs`: what people read", "docs", true),
            ("see docs/development.md", "docs", true),
            ("see my-docs/development.md", "docs", false),
            ("the docs", "docs", false),
            ("`server-side` and `servers`", "server", false),
        ] {
            assert_eq!(mentions(text, name), expected, "{name} in {text}");
        }
    }
}
