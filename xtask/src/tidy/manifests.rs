//! Manifests of members: every version is in the root, every lint is the workspace's, every crate has one test binary.

use std::path::Path;

use super::{Finding, SourceFile};
use crate::workspace::Package;

pub(super) fn check(packages: &[Package], files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let path = package.directory.join("Cargo.toml");
        if let Some(manifest) = files.iter().find(|file| file.path == path) {
            findings.extend(manifest_findings(&path, &manifest.text));
        }
        let tests = package.directory.join("tests");
        let binaries = files
            .iter()
            .filter(|file| file.is_rust() && file.path.parent() == Some(&tests));
        findings.extend(binaries.map(|file| {
            Finding::new(
                &file.path,
                "is a test binary of its own: make it a module of tests/it",
            )
        }));
    }
    findings
}

fn manifest_findings(path: &Path, manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut section = "";
    let mut inherits_lints = false;
    for (number, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section == "lints" && line == "workspace = true" {
            inherits_lints = true;
        } else if section.ends_with("dependencies") && names_a_version(line) {
            let message = "has its version here: name it in the root's [workspace.dependencies]";
            findings.push(Finding::at(path, number + 1, message));
        }
    }
    if !inherits_lints {
        findings.push(Finding::new(path, "has no `[lints] workspace = true`"));
    }
    findings
}

fn names_a_version(line: &str) -> bool {
    let code = line.split('#').next().unwrap_or_default();
    code.contains('=') && !code.contains("workspace = true")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::manifest_findings;

    fn messages(manifest: &str) -> Vec<String> {
        let findings = manifest_findings(Path::new("a/Cargo.toml"), manifest);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn versions_and_lints_are_the_workspaces() {
        let good = "[dependencies]\n# c\nserde.workspace = true\n[lints]\nworkspace = true\n";
        assert!(messages(good).is_empty());
        let own_version = good.replace("serde.workspace = true", "serde = \"1\"");
        assert!(messages(&own_version)[0].starts_with("a/Cargo.toml:3: has its version here"));
        let features = good.replace(
            ".workspace = true",
            " = { workspace = true, features = [] }",
        );
        assert!(messages(&features).is_empty());
        assert!(messages("[package]\nname = \"a\"\n")[0].contains("[lints]"));
    }
}
