//! What no file of the repository says: paths of somebody's machine.

use super::{Finding, SourceFile};

/// Beginnings of paths that exist on one machine only. In two halves, so that this file passes.
const MACHINE_PATHS: &[(&str, &str)] = &[("/wo", "rk/"), ("/ro", "ot/"), ("/tmp/", "brief")];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let paths: Vec<String> = MACHINE_PATHS
        .iter()
        .map(|(first, second)| format!("{first}{second}"))
        .collect();
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

/// Whether an absolute path begins there; `home/work/` is a relative one.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"_-./}*~$".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn only_the_beginning_of_an_absolute_path_counts() {
        assert!(names("see /srv/x", "/srv/"));
        assert!(names("\"/srv/x\"", "/srv/"));
        assert!(!names("home/srv/x", "/srv/"));
        assert!(!names("{}/srv/x", "/srv/"));
    }
}
