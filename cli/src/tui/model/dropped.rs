//! What a file manager drops on a terminal: paths, as text.

use std::iter::Peekable;
use std::path::PathBuf;
use std::str::Chars;

/// The paths that a file manager dropped: quoted or escaped as for a shell, as `file:` URLs, or as they are, one a line.
/// None where the text is anything else.
pub(super) fn dropped(text: &str) -> Vec<PathBuf> {
    // Terminals send the ends of lines as the return key does.
    let lines = text.split(['\r', '\n']).map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    let mut paths = Vec::new();
    for line in lines {
        let Some(found) = of_line(line) else {
            return Vec::new();
        };
        paths.extend(found);
    }
    paths
}

fn of_line(line: &str) -> Option<Vec<PathBuf>> {
    if line.starts_with("file://") {
        let urls = line.split_ascii_whitespace();
        return urls
            .map(|url| url::Url::parse(url).ok()?.to_file_path().ok())
            .collect();
    }
    let words = words(line).map(|words| words.into_iter().map(PathBuf::from).collect());
    // Of a name with blanks that is not quoted, all words but the first begin in the middle of it.
    let words = words.filter(|words: &Vec<PathBuf>| words.iter().all(|word| word.is_absolute()));
    let whole = || line.starts_with('/').then(|| vec![PathBuf::from(line)]);
    words.or_else(whole)
}

/// The words of a line as a shell would read it; none where a quote does not end.
fn words(line: &str) -> Option<Vec<String>> {
    let mut rest = line.chars().peekable();
    let mut words = Vec::new();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.peek().is_none() {
            return Some(words);
        }
        words.push(word(&mut rest)?);
    }
}

fn word(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut word = String::new();
    while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
        match c {
            '\\' => word.push(rest.next()?),
            '\'' => loop {
                match rest.next()? {
                    '\'' => break,
                    c => word.push(c),
                }
            },
            '"' => loop {
                match rest.next()? {
                    '"' => break,
                    '\\' => word.push(rest.next()?),
                    c => word.push(c),
                }
            },
            c => word.push(c),
        }
    }
    Some(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_file_manager_drops_are_paths() {
        for (text, expected) in [
            ("/a/b c.mp4", &["/a/b c.mp4"][..]),
            ("'/a/b c.mp4' ", &["/a/b c.mp4"]),
            ("\"/a/b c.mp4\"\n", &["/a/b c.mp4"]),
            ("/a/b\\ c\\(1\\).mp4", &["/a/b c(1).mp4"]),
            ("'/a/it'\\''s.mp4'", &["/a/it's.mp4"]),
            ("/a/it's.mp4", &["/a/it's.mp4"]),
            ("/a/a \"b\" c.mp4", &["/a/a \"b\" c.mp4"]),
            ("'/a/b c.mp4' '/d.mp4'", &["/a/b c.mp4", "/d.mp4"]),
            ("/a/b\\ c.mp4 /d.mp4", &["/a/b c.mp4", "/d.mp4"]),
            ("/a/b c.mp4\n/d.mp4\n", &["/a/b c.mp4", "/d.mp4"]),
            ("file:///a/b%20c.mp4\r\nfile:///d", &["/a/b c.mp4", "/d"]),
            ("/a/b c.mp4\r/d.mp4\r", &["/a/b c.mp4", "/d.mp4"]),
            ("'/a/b c.mp4'\r'/d.mp4'", &["/a/b c.mp4", "/d.mp4"]),
            ("some words", &[]),
            ("/a/b.mp4\nand words", &[]),
            ("", &[]),
        ] {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(dropped(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_a_shell_would_read_is_read(names in prop::collection::vec("/[^\\x00\r\n\u{85}\u{2028}\u{2029}]{1,20}", 1..5)) {
            let quoted: Vec<String> =
                names.iter().map(|name| format!("'{}'", name.replace('\'', "'\\''"))).collect();
            let paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
            prop_assert_eq!(dropped(&quoted.join(" ")), paths);
        }
    }
}
