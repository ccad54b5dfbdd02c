//! `cargo xtask tidy`: the rules of this repository that no compiler checks. Also a test, so that they hold everywhere.
//!
//! One rule, one file below `tidy/`; each looks and answers with findings, and nothing is changed.

mod architecture;
mod exceptions;
mod layering;
mod manifests;
pub(crate) mod migrations;
mod snapshots;
mod sources;
mod text;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use fs_err as fs;

use crate::say;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let findings = check(workspace)?;
    for finding in &findings {
        say::out(&finding.to_string());
    }
    if findings.is_empty() {
        say::talk("Tidy.");
        return Ok(ExitCode::SUCCESS);
    }
    say::talk(&format!("{} findings", findings.len()));
    Ok(ExitCode::FAILURE)
}

/// Every finding of every rule.
fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let root = workspace.root();
    let files = read_files(root)?;
    let mut findings = layering::check(workspace.packages());
    findings.extend(migrations::check(root)?);
    findings.extend(architecture::check(workspace)?);
    findings.extend(manifests::check(workspace.packages(), &files));
    findings.extend(sources::check(&files));
    findings.extend(snapshots::check(&files));
    findings.extend(text::check(root, &files));
    Ok(findings)
}

/// One thing that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn new(path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
            message: message.into(),
        }
    }

    fn at(path: impl Into<PathBuf>, line: usize, message: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::new(path, message)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path.display(), self.message),
            None => write!(f, "{}: {}", self.path.display(), self.message),
        }
    }
}

/// A text file of the repository; its path is relative to the root.
#[derive(Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    text: String,
}

impl SourceFile {
    fn is_rust(&self) -> bool {
        self.path
            .extension()
            .is_some_and(|extension| extension == "rs")
    }

    /// Whether all of it is test code.
    fn is_test(&self) -> bool {
        let in_tests = self
            .path
            .components()
            .any(|component| component.as_os_str() == "tests");
        in_tests || self.path.ends_with("tests.rs")
    }
}

/// Every text file but what is built, hidden or larger than a source can be.
fn read_files(root: &Path) -> Result<Vec<SourceFile>> {
    const LARGEST: u64 = 4 << 20;
    let mut files = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = entry.file_name();
            if directory == root && (name == "target" || name == ".git") {
                continue;
            }
            // What a fuzzer leaves behind is nobody's source.
            let is_left_behind = ["target", "corpus", "artifacts", "coverage"]
                .map(Into::into)
                .contains(&name);
            if directory == root.join("fuzz") && is_left_behind {
                continue;
            }
            if kind.is_dir() {
                directories.push(path);
            } else if kind.is_file() && entry.metadata()?.len() <= LARGEST {
                // What is not UTF-8 is no text: pictures, videos.
                if let Ok(text) = String::from_utf8(fs::read(&path)?) {
                    files.push(SourceFile {
                        path: path.strip_prefix(root)?.to_owned(),
                        text,
                    });
                }
            }
        }
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::workspace::Workspace;

    #[test]
    fn the_repository_is_tidy() {
        let findings = check(&Workspace::find().unwrap()).unwrap();
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
    }
}
