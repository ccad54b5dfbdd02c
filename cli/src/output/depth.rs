//! How many colours a terminal has: what the person, the environment and the system's descriptions of terminals say.

use std::path::PathBuf;

use crate::settings::Environment;

/// How many colours there are, the fewest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// None: bold, dim, underlined and reversed are all there is.
    Mono,
    /// The eight of old, and the bright ones beside them.
    Sixteen,
    /// A palette of 256.
    Palette,
    /// Each of 24 bits.
    True,
}

/// Terminals that take all colours, and whose descriptions know of 256.
const TRUE: [&str; 8] = [
    "xterm-kitty",
    "alacritty",
    "foot",
    "wezterm",
    "ghostty",
    "contour",
    "rio",
    "direct",
];

/// Where the number of colours stands among the numbers of a description.
const COLOURS: usize = 13;

impl Depth {
    /// What the environment says of the terminal, where colours are wanted.
    pub(crate) fn of(environment: &Environment) -> Self {
        let term = environment.text("TERM").unwrap_or_default();
        let is_screen = term.starts_with("screen") && environment.text("TMUX").is_none();
        let promised = environment.text("COLORTERM");
        let is_promised = matches!(promised.as_deref(), Some("truecolor" | "24bit"));
        // GNU screen hands the promise of the terminal around it on, and does not keep it.
        if (is_promised && !is_screen) || TRUE.iter().any(|name| term.contains(name)) {
            return Self::True;
        }
        match described(environment, &term) {
            Some(0..8) => Self::Mono,
            Some(8..256) => Self::Sixteen,
            Some(256..65_536) => Self::Palette,
            Some(_) => Self::True,
            None if term.contains("256color") => Self::Palette,
            None => Self::Sixteen,
        }
    }
}

/// The number of colours in the system's description of a terminal, where there is one.
fn described(environment: &Environment, term: &str) -> Option<u32> {
    let first = term.chars().next()?;
    if term.contains('/') {
        return None;
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    folders.extend(environment.text("TERMINFO").map(PathBuf::from));
    folders.extend(
        environment
            .text("HOME")
            .map(|home| PathBuf::from(home).join(".terminfo")),
    );
    let more = environment.text("TERMINFO_DIRS").unwrap_or_default();
    folders.extend(std::env::split_paths(&more));
    folders.extend(
        ["/etc", "/lib", "/usr/share", "/usr/lib"]
            .map(|folder| PathBuf::from(folder).join("terminfo")),
    );
    folders.iter().find_map(|folder| {
        // Where names of files do not tell capitals apart, the letter is a number.
        let letters = [first.to_string(), format!("{:x}", u32::from(first))];
        letters.iter().find_map(|letter| {
            let entry = fs_err::read(folder.join(letter).join(term)).ok()?;
            colours(&entry)
        })
    })
}

/// The number of colours in a compiled description; see term(5). 0 where it says nothing of them.
fn colours(entry: &[u8]) -> Option<u32> {
    let short = |at: usize| -> Option<usize> {
        let bytes = entry.get(at..at + 2)?.try_into().ok()?;
        usize::try_from(i16::from_le_bytes(bytes)).ok()
    };
    let size = match short(0)? {
        0o432 => 2,
        0o1036 => 4,
        _ => return None,
    };
    let (names, booleans, numbers) = (short(2)?, short(4)?, short(6)?);
    if numbers <= COLOURS {
        return Some(0);
    }
    // Numbers begin at an even place.
    let at = (12 + names + booleans).next_multiple_of(2) + COLOURS * size;
    let bytes = entry.get(at..at + size)?;
    let number = match *bytes {
        [a, b] => i32::from(i16::from_le_bytes([a, b])),
        [a, b, c, d] => i32::from_le_bytes([a, b, c, d]),
        _ => return None,
    };
    Some(u32::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(variables: &[(&str, &str)]) -> Depth {
        Depth::of(&Environment::of(variables))
    }

    /// A description of a terminal with so many colours.
    fn entry(colours: i32, is_wide: bool) -> Vec<u8> {
        let names = b"some|a terminal\0";
        let magic: i16 = if is_wide { 0o1036 } else { 0o432 };
        let counts = [magic, i16::try_from(names.len()).unwrap(), 3, 14, 0, 0];
        let mut entry: Vec<u8> = counts
            .iter()
            .flat_map(|count| count.to_le_bytes())
            .collect();
        entry.extend_from_slice(names);
        entry.extend([1, 0, 1, 0]);
        for number in [[-1; COLOURS].as_slice(), &[colours]].concat() {
            if is_wide {
                entry.extend(number.to_le_bytes());
            } else {
                entry.extend(i16::try_from(number).unwrap().to_le_bytes());
            }
        }
        entry
    }

    #[test]
    fn a_description_says_how_many_there_are() {
        for number in [-1, 8, 16, 256] {
            let expected = u32::try_from(number).unwrap_or(0);
            assert_eq!(colours(&entry(number, false)), Some(expected));
        }
        assert_eq!(colours(&entry(1 << 24, true)), Some(1 << 24));
        assert_eq!(colours(b""), None);
        assert_eq!(colours(b"no description at all"), None);
        let mut cut = entry(8, false);
        cut.pop();
        assert_eq!(colours(&cut), None);
    }

    #[test]
    fn a_promise_holds_but_not_through_screen() {
        let term = ("TERM", "nothing-known");
        assert_eq!(depth(&[term, ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[term]), Depth::Sixteen);
        assert_eq!(depth(&[("TERM", "made-up-256color")]), Depth::Palette);
        assert_eq!(depth(&[("TERM", "xterm-kitty")]), Depth::True);
        let screen = [("TERM", "screen.made-up"), ("COLORTERM", "24bit")];
        assert_eq!(depth(&screen), Depth::Sixteen);
        let tmux = [screen.as_slice(), &[("TMUX", "/tmp/tmux-0/default,1,0")]].concat();
        assert_eq!(depth(&tmux), Depth::True);
    }

    #[test]
    fn ones_own_description_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir(folder.path().join("m")).unwrap();
        let path = folder.path().join("m/mine");
        let terminfo = ("TERMINFO", folder.path().to_str().unwrap());
        for (number, expected) in [
            (-1, Depth::Mono),
            (8, Depth::Sixteen),
            (256, Depth::Palette),
        ] {
            fs_err::write(&path, entry(number, false)).unwrap();
            assert_eq!(depth(&[("TERM", "mine"), terminfo]), expected);
        }
        fs_err::write(&path, entry(1 << 24, true)).unwrap();
        assert_eq!(depth(&[("TERM", "mine"), terminfo]), Depth::True);
        assert_eq!(depth(&[("TERM", "../m/mine"), terminfo]), Depth::Sixteen);
    }
}
