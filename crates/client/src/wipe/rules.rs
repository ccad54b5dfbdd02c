//! The rules that excuse a file: those of the innermost watch that it lies in, as its owner wrote or accepted them.
//!
//! They are what the daemon goes by, read again for each look; a file that it was told to skip because it was there
//! before the watch is excused by none of them.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use crate::beneath;
use crate::control::WatchId;
use crate::journal::Watch;
use crate::platform;
use crate::watch::{InTree, Left, Matcher, RULES_FILE, RULES_FILE_MOST, RuleError, Verdict};

/// The rules of the watches that a card lies in, or that lie on it.
#[derive(Debug, Clone, Default)]
pub struct CardRules {
    /// Of the watch around the card, and the rules in the folders between both.
    around: Option<Scope>,
    /// Of watches within the card.
    within: Vec<Arc<Ruling>>,
}

/// The rules of one watch.
#[derive(Debug)]
struct Ruling {
    id: WatchId,
    matcher: Matcher,
    lies: Lies,
}

/// Where watch and card lie.
#[derive(Debug)]
enum Lies {
    /// The card in the watch, at this path within it.
    Around(Vec<u8>),
    /// The watch on the card, at this path within it.
    Within(Vec<u8>),
}

/// The rules that hold in a folder of a card.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    ruling: Arc<Ruling>,
    /// The outermost first.
    in_tree: Arc<[InTree]>,
}

impl CardRules {
    /// The rules for the card at `folder`, an absolute path without links, of these watches. A watch that leaves the
    /// card itself out has no say in it.
    ///
    /// # Errors
    /// Where a line is no pattern.
    pub fn of(folder: &Path, watches: &[Watch]) -> Result<Self, RuleError> {
        let mut rules = Self::default();
        let mut innermost = 0;
        for watch in watches {
            let root = fs_err::canonicalize(&watch.root).unwrap_or_else(|_| watch.root.clone());
            let ruling = |lies| {
                Ok(Arc::new(Ruling {
                    id: watch.id,
                    matcher: Matcher::new(&watch.rules)?,
                    lies,
                }))
            };
            let depth = root.components().count();
            if let Ok(inner) = folder.strip_prefix(&root) {
                if depth > innermost {
                    innermost = depth;
                    let inner = platform::bytes_of(inner.as_os_str()).to_vec();
                    rules.around = above(ruling(Lies::Around(inner.clone()))?, &root, &inner);
                }
            } else if let Ok(inner) = root.strip_prefix(folder) {
                let inner = platform::bytes_of(inner.as_os_str()).to_vec();
                rules.within.push(ruling(Lies::Within(inner))?);
            }
        }
        Ok(rules)
    }

    /// Those that hold for the card itself, before it is looked into.
    pub(super) fn outermost(&self) -> Option<Scope> {
        self.around.clone()
    }

    /// Whether a watch has its root somewhere below this folder: then the folder is not left out as a whole, whatever the
    /// rules around it say.
    pub(super) fn has_root_below(&self, path: &[u8]) -> bool {
        self.within.iter().any(|ruling| match &ruling.lies {
            Lies::Within(at) => at
                .strip_prefix(path)
                .is_some_and(|below| below.starts_with(b"/")),
            Lies::Around(_) => false,
        })
    }

    /// Those of the watch whose root this folder is, where it is one.
    pub(super) fn of_root(&self, path: &[u8]) -> Option<Scope> {
        let is_root =
            |ruling: &&Arc<Ruling>| matches!(&ruling.lies, Lies::Within(at) if at == path);
        self.within.iter().find(is_root).map(|ruling| Scope {
            ruling: Arc::clone(ruling),
            in_tree: Arc::default(),
        })
    }
}

impl Scope {
    /// Which watch has the word.
    pub(super) fn watch(&self) -> WatchId {
        self.ruling.id
    }

    /// The same, with the rules that lie in the folder at `path`, which is held open.
    pub(super) fn entered(self, directory: &OwnedFd, path: &[u8]) -> Self {
        let Some(text) = rules_in(directory) else {
            return self;
        };
        // What is no pattern excuses nothing.
        let (rules, _) = InTree::new(&self.ruling.within_watch(path), &text);
        let in_tree = self.in_tree.iter().cloned().chain([rules]).collect();
        Self { in_tree, ..self }
    }

    /// What leaves a folder out.
    pub(super) fn folder(&self, path: &[u8]) -> Option<Left> {
        let relative = self.ruling.within_watch(path);
        left(self.ruling.matcher.folder(&relative, &self.in_tree))
    }

    /// What leaves a file out.
    pub(super) fn file(&self, path: &[u8], size: u64) -> Option<Left> {
        let relative = self.ruling.within_watch(path);
        left(self.ruling.matcher.file(&relative, size, &self.in_tree))
    }
}

impl Ruling {
    /// A path within the card as one within the watch.
    fn within_watch(&self, path: &[u8]) -> Vec<u8> {
        match &self.lies {
            Lies::Around(card) if card.is_empty() => path.to_vec(),
            Lies::Around(card) if path.is_empty() => card.clone(),
            Lies::Around(card) => [card, &b"/"[..], path].concat(),
            Lies::Within(root) => {
                let below = path.strip_prefix(&root[..]).unwrap_or(path);
                below.strip_prefix(b"/").unwrap_or(below).to_vec()
            }
        }
    }
}

/// The rules in the folders from the root of a watch to the card; `None` where they leave the card out.
fn above(ruling: Arc<Ruling>, root: &Path, card: &[u8]) -> Option<Scope> {
    let mut scope = Scope {
        ruling,
        in_tree: Arc::default(),
    };
    let mut folder = Vec::new();
    for step in card
        .split(|byte| *byte == b'/')
        .filter(|step| !step.is_empty())
    {
        if let Ok(directory) = beneath::root(&root.join(platform::as_name(&folder)))
            && let Some(text) = rules_in(&directory)
        {
            let (rules, _) = InTree::new(&folder, &text);
            scope.in_tree = scope.in_tree.iter().cloned().chain([rules]).collect();
        }
        if !folder.is_empty() {
            folder.push(b'/');
        }
        folder.extend_from_slice(step);
        if left(scope.ruling.matcher.folder(&folder, &scope.in_tree)).is_some() {
            return None;
        }
    }
    Some(scope)
}

fn left(verdict: Verdict) -> Option<Left> {
    match verdict {
        Verdict::Take => None,
        Verdict::Leave(left) => Some(left),
    }
}

/// The text of the rules in a folder. What cannot be read excuses nothing.
fn rules_in(directory: &OwnedFd) -> Option<String> {
    let read = || -> io::Result<Option<String>> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let file = File::from(beneath::open(directory, RULES_FILE, flags, Mode::empty())?);
        let found = file.metadata()?;
        if !found.is_file() || found.len() > RULES_FILE_MOST {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        file.take(RULES_FILE_MOST).read_to_end(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    };
    read().ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use heimdex_api::Timestamp;

    use super::*;
    use crate::watch::Rules;

    fn watch(id: i64, root: PathBuf, ignore: &str) -> Watch {
        Watch {
            id: WatchId(id),
            profile: "default".into(),
            root,
            source: "card".into(),
            rules: Rules {
                ignore: ignore.into(),
                ..Rules::new()
            },
            declared_in: None,
            pause: None,
            ingest_id: None,
            fs_id: None,
            first_scan_at: None,
            created_at: Timestamp::from_micros(0).unwrap(),
        }
    }

    /// A folder of cards, and the rules of its watch around the card `A`, which has one of its own in `A/DCIM`.
    fn card() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let root = fs_err::canonicalize(directory.path()).unwrap();
        fs_err::create_dir_all(root.join("A/DCIM/sub")).unwrap();
        (directory, root)
    }

    #[test]
    fn the_innermost_watch_around_a_card_has_the_word() {
        let (_held, root) = card();
        let watches = [
            watch(1, root.clone(), "*.outer\n"),
            watch(2, root.join("A"), "/DCIM/*.tmp\n"),
            watch(3, root.join("A/DCIM/sub"), "*.inner\n"),
        ];
        let rules = CardRules::of(&root.join("A/DCIM"), &watches).unwrap();
        let scope = rules.outermost().unwrap();
        assert_eq!(scope.watch(), WatchId(2));
        assert_eq!(
            scope.file(b"a.tmp", 1),
            Some(Left::Ignored("/DCIM/*.tmp".into()))
        );
        assert_eq!(scope.file(b"a.outer", 1), None);
        assert_eq!(scope.file(b"x/a.tmp", 1), None);
        let inner = rules.of_root(b"sub").unwrap();
        assert!(inner.file(b"sub/a.inner", 1).is_some());
        assert!(inner.file(b"sub/a.tmp", 1).is_none());
        assert!(rules.of_root(b"DCIM").is_none());
        let rules = CardRules::of(&root.join("A"), &watches[2..]).unwrap();
        assert!(rules.outermost().is_none() && rules.of_root(b"DCIM/sub").is_some());
        assert!(rules.has_root_below(b"DCIM"));
        assert!(!rules.has_root_below(b"DCIM/sub") && !rules.has_root_below(b"DCI"));
    }

    #[test]
    fn a_watch_that_leaves_the_card_out_excuses_nothing_on_it() {
        let (_held, root) = card();
        let rules = |ignore: &str| {
            let watches = [watch(1, root.clone(), ignore)];
            CardRules::of(&root.join("A/DCIM"), &watches).unwrap()
        };
        assert!(rules("*.tmp\n").outermost().is_some());
        assert!(rules("*.tmp\nA/\n").outermost().is_none());
        fs_err::write(root.join("A/.heimdexignore"), "DCIM/\n").unwrap();
        assert!(rules("*.tmp\n").outermost().is_none());
    }

    #[test]
    fn rules_in_folders_above_and_on_the_card_count() {
        let (_held, root) = card();
        fs_err::write(root.join("A/.heimdexignore"), "*.xml\n").unwrap();
        fs_err::write(
            root.join("A/DCIM/.heimdexignore"),
            "!keep.xml\n[z-a]\n/sub/\n",
        )
        .unwrap();
        let watches = [watch(1, root.clone(), "")];
        let rules = CardRules::of(&root.join("A/DCIM"), &watches).unwrap();
        let directory = beneath::root(&root.join("A/DCIM")).unwrap();
        let scope = rules.outermost().unwrap().entered(&directory, b"");
        assert!(scope.file(b"a.xml", 1).is_some());
        assert_eq!(scope.file(b"keep.xml", 1), None);
        assert!(scope.folder(b"sub").is_some());
        assert_eq!(scope.folder(b"x/sub"), None);
    }
}
