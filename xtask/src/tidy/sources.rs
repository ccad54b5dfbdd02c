//! What a source file looks like: it opens with what it is for, it is short, and nothing in it is left for later.

use std::path::Path;

use super::exceptions::LONG_FILES;
use super::{Finding, SourceFile};

/// The most lines of a file, its tests not counted.
const MOST_LINES: usize = 400;

/// The most lines of tests beside the code; longer ones have a file of their own.
const MOST_TEST_LINES: usize = 150;

/// What must not be in the code, and why.
const REFUSED: &[(&str, &str)] = &[
    ("todo!(", "finish it, or leave it out"),
    ("unimplemented!(", "finish it, or leave it out"),
    ("dbg!(", "take it out before committing"),
    ("#[allow(", "say `#[expect(lint, reason = \"…\")]`"),
    ("#![allow(", "say `#![expect(lint, reason = \"…\")]`"),
    ("#[ignore", "a test that does not run proves nothing"),
    ("#[should_panic", "assert what the message says"),
];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        if !file.text.starts_with("//! ") {
            findings.push(Finding::at(
                &file.path,
                1,
                "does not open with what it is for (`//!`)",
            ));
        }
        if !file.is_test() {
            findings.extend(lengths(&file.path, &file.text));
        }
        findings.extend(refused(&file.path, &file.text));
    }
    for (path, _) in LONG_FILES {
        let file = files.iter().find(|file| file.path == Path::new(path));
        if file.is_none_or(|file| lines(&file.text).0 <= MOST_LINES) {
            findings.push(Finding::new(
                *path,
                "is no long file any more: take its exception away",
            ));
        }
    }
    findings
}

fn lengths(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (code, tests) = lines(text);
    let excepted = LONG_FILES.iter().any(|(long, _)| Path::new(long) == path);
    if code > MOST_LINES && !excepted {
        let message = format!("{code} lines without tests; at most {MOST_LINES}: split it");
        findings.push(Finding::new(path, message));
    }
    if tests > MOST_TEST_LINES {
        let message = format!("{tests} lines of tests: move them to {}", test_file(path));
        findings.push(Finding::new(path, message));
    }
    findings
}

fn test_file(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    if stem == "mod" || stem == "lib" || stem == "main" {
        return path.with_file_name("tests.rs").display().to_string();
    }
    path.with_extension("")
        .join("tests.rs")
        .display()
        .to_string()
}

/// Lines of code and lines of tests: modules behind `#[cfg(test)]` at the left margin.
fn lines(text: &str) -> (usize, usize) {
    let (mut code, mut tests) = (0, 0);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let opens = line == "#[cfg(test)]"
            && lines
                .peek()
                .is_some_and(|next| next.starts_with("mod ") && next.ends_with('{'));
        if !opens {
            code += 1;
            continue;
        }
        tests += 1;
        for line in lines.by_ref() {
            tests += 1;
            if line == "}" {
                break;
            }
        }
    }
    (code, tests)
}

fn refused(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        for (word, why) in REFUSED {
            let found = code.find(word).is_some_and(|at| {
                let before = &code[..at];
                let longer_name = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
                let in_a_string = before.matches('"').count() % 2 == 1;
                !longer_name && !in_a_string
            });
            if found {
                findings.push(Finding::at(path, number + 1, format!("`{word}`: {why}")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::SourceFile;
    use super::{check, lines, test_file};

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile {
            path: PathBuf::from(path),
            text: text.into(),
        };
        check(&[file]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn tests_beside_the_code_do_not_count_as_code() {
        let text = "//! Doc.\n\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(lines(text), (4, 4));
        assert_eq!(lines("#[cfg(test)]\nmod tests;\n"), (2, 0));
    }

    #[test]
    fn a_file_says_what_it_is_for_and_is_short() {
        assert!(messages("a/b.rs", "//! Does one thing.\n").is_empty());
        assert_eq!(messages("a/b.rs", "fn main() {}\n").len(), 1);
        let long = format!("//! Doc.\n{}", "fn a() {}\n".repeat(400));
        assert!(messages("a/b.rs", &long)[0].contains("401 lines"));
        assert!(messages("a/tests/b.rs", &long).is_empty());
    }

    #[test]
    fn what_is_left_for_later_is_named_with_its_line() {
        let later = "//! Doc.\n// todo!() in a comment\nfn a() { todo!() }\n";
        assert!(messages("a.rs", later)[0].starts_with("a.rs:3: `todo!(`"));
        assert!(messages("a.rs", "//! Doc.\nnot_todo!();\n").is_empty());
    }

    #[test]
    fn long_tests_are_sent_to_the_file_of_their_module() {
        assert_eq!(test_file(Path::new("a/foo.rs")), "a/foo/tests.rs");
        assert_eq!(test_file(Path::new("a/foo/mod.rs")), "a/foo/tests.rs");
    }
}
