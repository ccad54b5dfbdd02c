//! What the rules of a watch say of a name. Pure: paths and sizes in, a verdict out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Rules;
use crate::platform;

/// The rules of a folder, for itself and all below it.
pub const RULES_FILE: &[u8] = b".heimdexignore";
/// Longer ones, in bytes, are no rules that a person wrote.
pub const RULES_FILE_MOST: u64 = 1 << 20;

/// A line that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{line}` is not a pattern: {message}")]
pub struct RuleError {
    /// The line.
    pub line: String,
    /// Why.
    pub message: String,
}

impl RuleError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "write it as `*.LRV` or `proxies/`, as in a .gitignore"
    }
}

/// The rules of a watch, ready to be asked.
#[derive(Debug)]
pub struct Matcher {
    include: Option<Gitignore>,
    exclude: Gitignore,
    ignore: Gitignore,
    min_size: u64,
}

/// Whether something is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Take,
    /// It is not.
    Leave(Left),
}

/// Why something is left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Left {
    /// By a line of the watch's own rules.
    Ignored(String),
    /// By a pattern of `--exclude`.
    Excluded(String),
    /// By a line of a `.heimdexignore`, whose folder within the watch is named first.
    InTree {
        /// The bytes of the folder's path within the watch.
        folder: Vec<u8>,
        /// The line.
        line: String,
        /// Which one it is, from 1.
        number: u32,
    },
    /// No pattern of `--include` matches it.
    NotIncluded,
    /// It is smaller than the watch takes.
    TooSmall,
    /// A symbolic link: what it leads to is not the watch's.
    Link,
    /// A pipe, a socket or a device.
    Special,
    /// It is the root of another watch of the same account.
    OtherWatch,
    /// Its name cannot be told to a server.
    Unsendable,
}

/// The rule, as its owner would know it.
impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignored(line) => f.write_str(line),
            Self::Excluded(pattern) => write!(f, "--exclude {pattern}"),
            Self::InTree { folder, line, .. } => {
                let folder = heimdex_api::path::escaped(folder);
                let slash = if folder.is_empty() { "" } else { "/" };
                write!(f, "{line} in {folder}{slash}.heimdexignore")
            }
            Self::NotIncluded => f.write_str("no --include takes it"),
            Self::TooSmall => f.write_str("--min-size"),
            Self::Link => f.write_str("a link"),
            Self::Special => f.write_str("no file"),
            Self::OtherWatch => f.write_str("another watch"),
            Self::Unsendable => f.write_str("a name that no server can be told"),
        }
    }
}

/// The rules of one `.heimdexignore`.
#[derive(Debug, Clone)]
pub struct InTree {
    folder: Vec<u8>,
    rules: Gitignore,
    /// All of its lines; each folder below has the same.
    text: Arc<str>,
}

impl InTree {
    /// Reads the text of the file in `folder`, a path within the watch. Lines that are no rules are left out and named.
    #[must_use]
    pub fn new(folder: &[u8], text: &str) -> (Self, Vec<RuleError>) {
        let (rules, errors) = compiled(text.lines());
        let folder = folder.to_vec();
        let text = text.into();
        let this = Self {
            folder,
            rules,
            text,
        };
        (this, errors)
    }

    /// Which line says that; of several the last one, which has the word.
    fn number_of(&self, line: &str) -> u32 {
        let lines = (1..).zip(self.text.lines());
        let said = lines.filter(|(_, said)| said.trim_end() == line.trim_end());
        said.last().map_or(0, |(number, _)| number)
    }

    /// The bytes of its folder's path within the watch.
    #[must_use]
    pub fn folder(&self) -> &[u8] {
        &self.folder
    }

    fn below<'a>(&self, relative: &'a [u8]) -> Option<&'a [u8]> {
        if self.folder.is_empty() {
            return Some(relative);
        }
        relative.strip_prefix(&self.folder[..])?.strip_prefix(b"/")
    }
}

impl Matcher {
    /// Makes the rules ready.
    ///
    /// # Errors
    /// Where a line is no pattern.
    pub fn new(rules: &Rules) -> Result<Self, RuleError> {
        let strict = |lines: &mut dyn Iterator<Item = &str>| {
            let (rules, errors) = compiled(lines);
            errors.into_iter().next().map_or(Ok(rules), Err)
        };
        let include = if rules.include.is_empty() {
            None
        } else {
            Some(strict(&mut rules.include.iter().map(String::as_str))?)
        };
        Ok(Self {
            include,
            exclude: strict(&mut rules.exclude.iter().map(String::as_str))?,
            ignore: strict(&mut rules.ignore.lines())?,
            min_size: rules.min_size,
        })
    }

    /// What they say of a folder, whose own folders were asked for before: one that is left out is not entered.
    #[must_use]
    pub fn folder(&self, relative: &[u8], in_tree: &[InTree]) -> Verdict {
        self.by_name(relative, true, in_tree)
            .map_or(Verdict::Take, Verdict::Leave)
    }

    /// What they say of a file, whose folders were asked for before. `in_tree` has the outermost first.
    #[must_use]
    pub fn file(&self, relative: &[u8], size: u64, in_tree: &[InTree]) -> Verdict {
        if let Some(left) = self.by_name(relative, false, in_tree) {
            return Verdict::Leave(left);
        }
        if let Some(include) = &self.include {
            let name = platform::as_name(relative);
            let found = include.matched_path_or_any_parents(Path::new(&*name), false);
            if !found.is_ignore() {
                return Verdict::Leave(Left::NotIncluded);
            }
        }
        if size < self.min_size {
            return Verdict::Leave(Left::TooSmall);
        }
        Verdict::Take
    }

    fn by_name(&self, relative: &[u8], is_folder: bool, in_tree: &[InTree]) -> Option<Left> {
        let asked = |rules: &Gitignore, relative: &[u8]| {
            let name = platform::as_name(relative);
            match rules.matched(Path::new(&*name), is_folder) {
                Match::None => None,
                Match::Ignore(glob) => Some(Some(glob.original().to_owned())),
                Match::Whitelist(_) => Some(None),
            }
        };
        if let Some(Some(line)) = asked(&self.exclude, relative) {
            return Some(Left::Excluded(line));
        }
        for rules in in_tree.iter().rev() {
            let Some(below) = rules.below(relative) else {
                continue;
            };
            if let Some(found) = asked(&rules.rules, below) {
                return found.map(|line| Left::InTree {
                    folder: rules.folder.clone(),
                    number: rules.number_of(&line),
                    line,
                });
            }
        }
        asked(&self.ignore, relative)?.map(Left::Ignored)
    }
}

/// The lines as rules, and those that are none.
fn compiled<'a>(lines: impl Iterator<Item = &'a str>) -> (Gitignore, Vec<RuleError>) {
    let mut builder = GitignoreBuilder::new("");
    let mut errors = Vec::new();
    for line in lines {
        if let Err(error) = builder.add_line(None, line) {
            errors.push(RuleError {
                line: line.to_owned(),
                message: plain(&error),
            });
        }
    }
    match builder.build() {
        Ok(rules) => (rules, errors),
        Err(error) => {
            errors.push(RuleError {
                line: "(all of them together)".to_owned(),
                message: plain(&error),
            });
            (Gitignore::empty(), errors)
        }
    }
}

/// What is wrong, without the pattern that it is wrong with.
fn plain(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(change: impl FnOnce(&mut Rules)) -> Matcher {
        let mut rules = Rules::new();
        change(&mut rules);
        Matcher::new(&rules).unwrap()
    }

    fn said(matcher: &Matcher, path: &str) -> String {
        let mut upto = 0;
        let bytes = path.as_bytes();
        while let Some(slash) = bytes[upto..].iter().position(|byte| *byte == b'/') {
            let folder = &bytes[..upto + slash];
            if let Verdict::Leave(left) = matcher.folder(folder, &[]) {
                return format!("{left:?}");
            }
            upto += slash + 1;
        }
        match matcher.file(bytes, 1000, &[]) {
            Verdict::Take => "take".into(),
            Verdict::Leave(left) => format!("{left:?}"),
        }
    }

    #[test]
    fn the_default_rules_leave_out_what_tools_leave_and_no_footage() {
        let matcher = matcher(|_| {});
        for (path, rule) in [
            ("a/film.mp4.part", "*.part"),
            ("film.mp4.crdownload", "*.crdownload"),
            ("Unconfirmed 123.crdownload", "*.crdownload"),
            ("DCIM/._C0001.MP4", "._*"),
            (".DS_Store", ".DS_Store"),
            (".film.mp4.Xa3f9Q", ".*"),
            ("@eaDir/film.mp4/thumb.jpg", "@eaDir/"),
            ("#recycle/film.mp4", "\\\\#recycle/"),
            ("x/.Trash-1000/files/film.mp4", ".Trash-*/"),
            ("$RECYCLE.BIN/film.mp4", "$RECYCLE.BIN/"),
            ("film.mp4.aria2", "*.aria2"),
            ("film.mkv.!qB", "*.!qB"),
            ("~$notes.docx", "~$*"),
        ] {
            assert_eq!(
                said(&matcher, path),
                format!("Ignored(\"{rule}\")"),
                "{path}"
            );
        }
        for path in [
            "DCIM/100MEDIA/C0001.MP4",
            "DCIM/100MEDIA/GX010001.LRV",
            "DCIM/100MEDIA/GX010001.THM",
            "PRIVATE/M4ROOT/SUB/C0001S03.MP4",
            "CONTENTS/PROXY/0001AB.MP4",
            "A001_0101.RDC/A001_C001_0101AB_001.R3D",
            "partial/film.mp4",
            "tmp/film.mp4",
            "part",
        ] {
            assert_eq!(said(&matcher, path), "take", "{path}");
        }
    }

    #[test]
    fn proxies_are_left_out_where_asked() {
        let ignore = with_proxies_left_out();
        let matcher = matcher(|rules| rules.ignore = ignore);
        for path in [
            "DCIM/100GOPRO/GX010001.LRV",
            "PRIVATE/M4ROOT/SUB/C0001S03.MP4",
            "CONTENTS/PROXY/0001AB.MP4",
        ] {
            assert!(said(&matcher, path).starts_with("Ignored"), "{path}");
        }
        assert_eq!(said(&matcher, "PRIVATE/M4ROOT/CLIP/C0001.MP4"), "take");
    }

    fn with_proxies_left_out() -> String {
        let (before, proxies) = crate::watch::DEFAULT_RULES
            .split_once("take the # away\n")
            .unwrap();
        format!("{before}x\n{}", proxies.replace("# ", ""))
    }

    #[test]
    fn what_is_included_or_excluded_is_decided_by_the_last_word_of_each() {
        let matcher = matcher(|rules| {
            rules.include = vec!["*.mp4".into(), "/CLIP/".into()];
            rules.exclude = vec!["drafts/".into()];
            rules.min_size = 10;
        });
        assert_eq!(said(&matcher, "a/b.mp4"), "take");
        assert_eq!(said(&matcher, "CLIP/x/C0001M01.XML"), "take");
        assert_eq!(said(&matcher, "a/b.txt"), "NotIncluded");
        assert_eq!(said(&matcher, "x/CLIP/b.txt"), "NotIncluded");
        assert_eq!(said(&matcher, "a/drafts/b.mp4"), "Excluded(\"drafts/\")");
        assert_eq!(
            matcher.file(b"b.mp4", 9, &[]),
            Verdict::Leave(Left::TooSmall)
        );
    }

    #[test]
    fn a_file_in_the_tree_has_the_word_over_the_watch() {
        let matcher = matcher(|_| {});
        let (outer, errors) = InTree::new(b"", "*.mov\n!keep.part\n");
        assert!(errors.is_empty());
        let (inner, _) = InTree::new(b"day\xff", "!*.mov\n/raw/\n");
        let in_tree = [outer, inner];
        let left = |line: &str, folder: &[u8], number| {
            let (folder, line) = (folder.to_vec(), line.to_owned());
            Verdict::Leave(Left::InTree {
                folder,
                line,
                number,
            })
        };
        assert_eq!(matcher.file(b"a.mov", 1, &in_tree), left("*.mov", b"", 1));
        assert_eq!(matcher.file(b"day\xff/a.mov", 1, &in_tree), Verdict::Take);
        assert_eq!(matcher.file(b"keep.part", 1, &in_tree), Verdict::Take);
        assert_eq!(
            matcher.folder(b"day\xff/raw", &in_tree),
            left("/raw/", b"day\xff", 2)
        );
        assert_eq!(matcher.folder(b"raw", &in_tree), Verdict::Take);
        assert_eq!(matcher.folder(b"daylight", &in_tree), Verdict::Take);
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        let rules = Rules {
            exclude: vec!["ok".into(), "[z-a]".into()],
            ..Rules::new()
        };
        let error = Matcher::new(&rules).unwrap_err();
        assert!(
            error.to_string().starts_with("`[z-a]` is not a pattern: "),
            "{error}"
        );
        let (_, errors) = InTree::new(b"", "fine\n[z-a]\n");
        assert_eq!(errors.len(), 1);
    }
}
