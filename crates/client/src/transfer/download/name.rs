//! The local name of a file that the server names: one component, never a path.

/// Longest name that file systems take, with room for the part file's ending.
const LONGEST: usize = 240;

/// A name for a file in a directory, whatever the server says: separators and control characters become `_`, and
/// what would be no name becomes `video`.
#[must_use]
pub fn local_name(filename: &str) -> String {
    let is_bad = |character: char| character == '/' || character == '\\' || character.is_control();
    let mut name: String = filename
        .chars()
        .map(|c| if is_bad(c) { '_' } else { c })
        .collect();
    if name.len() > LONGEST {
        let ending = name
            .rfind('.')
            .filter(|at| name.len() - at <= 16)
            .map(|at| name.split_off(at));
        let ending = ending.unwrap_or_default();
        let mut end = LONGEST - ending.len();
        while !name.is_char_boundary(end.min(name.len())) {
            end -= 1;
        }
        name.truncate(end);
        name.push_str(&ending);
    }
    match name.trim() {
        "" | "." | ".." => "video".to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_name_is_one_component(filename in ".{0,300}") {
            let name = local_name(&filename);
            prop_assert!(!name.is_empty() && name.len() <= LONGEST);
            let path = std::path::Path::new("d").join(&name);
            prop_assert_eq!(path.parent(), Some(std::path::Path::new("d")));
            prop_assert_eq!(path.file_name().and_then(|name| name.to_str()), Some(name.as_str()));
        }
    }

    #[test]
    fn names_stay_as_they_are_where_they_can() {
        for (given, expected) in [
            ("A003C012.mp4", "A003C012.mp4"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("..", "video"),
            ("a\n\u{1b}[31m.mp4", "a__[31m.mp4"),
            ("Ünïcode clip.mov", "Ünïcode clip.mov"),
        ] {
            assert_eq!(local_name(given), expected);
        }
        let long = local_name(&format!("{}.mp4", "é".repeat(200)));
        assert_eq!(long.rsplit_once('.').map(|(_, ending)| ending), Some("mp4"));
        assert!(long.len() <= LONGEST);
    }
}
