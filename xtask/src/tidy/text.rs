//! What no file of the repository says: paths of the machine that somebody works on.

use std::path::{Component, Path};

use super::{Finding, SourceFile};

/// Directories that every Linux has: a path below one of these says nothing about the machine.
const COMMON: [&str; 18] = [
    "bin", "boot", "dev", "etc", "home", "lib", "media", "mnt", "opt", "proc", "run", "sbin",
    "srv", "sys", "tmp", "usr", "var", "volume",
];

pub(super) fn check(root: &Path, files: &[SourceFile]) -> Vec<Finding> {
    let paths = machine_paths(root);
    let mut findings = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(path) = paths.iter().find(|path| names(line, path)) {
                let message = format!("names a path of one machine (`{path}`)");
                findings.push(Finding::at(&file.path, number + 1, message));
            }
        }
    }
    findings
}

/// Where the repository lies here, and the directory at the top of that where it is none of the common ones.
fn machine_paths(root: &Path) -> Vec<String> {
    let mut paths = vec![format!("{}/", root.display())];
    let top = root.components().find_map(|component| match component {
        Component::Normal(name) => name.to_str(),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
            None
        }
    });
    if let Some(top) = top.filter(|top| !COMMON.contains(top)) {
        paths.push(format!("/{top}/"));
    }
    paths
}

/// Whether an absolute path begins there; one in the middle of a relative path is none.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"_-./}*~$".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{machine_paths, names};

    #[test]
    fn a_top_directory_that_only_this_machine_has_is_refused_as_a_whole() {
        assert_eq!(
            machine_paths(Path::new("/builds/a/b")),
            ["/builds/a/b/", "/builds/"]
        );
        assert_eq!(machine_paths(Path::new("/home/ann/b")), ["/home/ann/b/"]);
    }

    #[test]
    fn only_the_beginning_of_an_absolute_path_counts() {
        assert!(names("see /srv/x", "/srv/"));
        assert!(names("\"/srv/x\"", "/srv/"));
        assert!(!names("home/srv/x", "/srv/"));
        assert!(!names("{}/srv/x", "/srv/"));
    }
}
