//! Every snapshot file belongs to an assertion: one that no test names would never be compared again.

use std::path::{Path, PathBuf};

use super::{Finding, SourceFile};

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let is_snapshot = |file: &&SourceFile| {
        file.path
            .extension()
            .is_some_and(|extension| extension == "snap")
    };
    files
        .iter()
        .filter(is_snapshot)
        .filter_map(|file| orphan(file, files))
        .collect()
}

fn orphan(snapshot: &SourceFile, files: &[SourceFile]) -> Option<Finding> {
    let source = snapshot
        .text
        .lines()
        .find_map(|line| line.strip_prefix("source: "));
    let Some(source) = source.map(|source| PathBuf::from(source.trim_matches('"'))) else {
        return Some(Finding::new(
            &snapshot.path,
            "does not say which test it belongs to",
        ));
    };
    let Some(test) = files.iter().find(|file| file.path == source) else {
        let message = format!("belongs to {}, which is gone", source.display());
        return Some(Finding::new(&snapshot.path, message));
    };
    let name = name_of(&snapshot.path);
    if is_named(&test.text, &name) {
        return None;
    }
    let message = format!("nothing in {} is named `{name}`", source.display());
    Some(Finding::new(&snapshot.path, message))
}

/// `crate__module__some_name-2.snap` -> `some_name`.
fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.rsplit("__").next().unwrap_or_default();
    match name.rsplit_once('-') {
        Some((first, number)) if number.bytes().all(|b| b.is_ascii_digit()) => first.to_owned(),
        Some(_) | None => name.to_owned(),
    }
}

/// Whether the test names it: in full, or as a pattern that is filled in (`help_{verb}`).
fn is_named(text: &str, name: &str) -> bool {
    if text.contains(name) {
        return true;
    }
    let separators = name.match_indices(['_', '-', ' ']);
    separators
        .map(|(at, _)| &name[..=at])
        .any(|prefix| text.contains(&format!("\"{prefix}{{")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_named, name_of};

    #[test]
    fn the_name_is_what_the_assertion_says() {
        for (file, name) in [
            ("it__list__a_table_of_videos.snap", "a_table_of_videos"),
            ("it__list__a_table-2.snap", "a_table"),
            ("it__help__help-upload.snap", "help-upload"),
        ] {
            assert_eq!(name_of(Path::new(file)), name);
        }
    }

    #[test]
    fn a_pattern_names_what_it_fills_in() {
        let test = r#"assert_snapshot!(format!("help_{verb}"), help(verb));"#;
        assert!(is_named(test, "help_upload"));
        assert!(!is_named(test, "list_upload"));
    }
}
