//! Everything that can be done, in one table: the keymap, the palette and the help are made of it.

mod table;

use std::cmp::Reverse;

use super::model::View;

pub(crate) use table::ACTIONS;

/// Something that a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Left,
    Right,
    Mark,
    Open,
    Grid,
    Back,
    Quit,
    Suspend,
    Redraw,
    Help,
    Palette,
    NextView,
    PreviousView,
    Library,
    Transfers,
    Upload,
    Watches,
    Account,
    Log,
    Search,
    Sort,
    Reverse,
    FilterState,
    FilterTag,
    FilterSource,
    FilterSince,
    ClearFilters,
    Refresh,
    DetailDown,
    DetailUp,
    Edit,
    Play,
    Download,
    CopyId,
    CopyUrl,
    Delete,
    Undo,
    UploadPath,
    Pause,
    Cancel,
    Retry,
    Earlier,
    Later,
    Limit,
    EnterFolder,
    ParentFolder,
    HomeFolder,
    ReadAgain,
    MarkFile,
    MarkAll,
    HiddenFiles,
    FilterFiles,
    Send,
    WatchFolder,
    WatchAdd,
    WatchRemove,
    Rescan,
    WatchPause,
    PauseAll,
    WatchLimit,
    Wipe,
    MoreDown,
    MoreUp,
    Logout,
    Profile,
    Theme,
}

/// Where an action is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In every view.
    Everywhere,
    /// In one.
    In(View),
}

const ALL: Place = Place::Everywhere;
const LIB: Place = Place::In(View::Library);
const TRA: Place = Place::In(View::Transfers);
const UPL: Place = Place::In(View::Upload);
const WAT: Place = Place::In(View::Watches);
const ACC: Place = Place::In(View::Account);

/// An action as people meet it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Which.
    pub(crate) action: Action,
    /// Its name in the palette and in `tui.toml`.
    pub(crate) name: &'static str,
    /// What the key bar calls it, where the view says the rest.
    pub(crate) label: &'static str,
    /// What it does.
    pub(crate) words: &'static str,
    /// Its keys, unless `tui.toml` says otherwise, separated by spaces.
    pub(crate) keys: &'static str,
    /// Where it is possible.
    pub(crate) place: Place,
}

impl Entry {
    /// The same with another word in the key bar.
    const fn called(self, label: &'static str) -> Self {
        Self { label, ..self }
    }

    /// Whether it is possible in a view.
    pub(crate) fn is_in(&self, view: View) -> bool {
        match self.place {
            Place::Everywhere => true,
            Place::In(own) => own == view,
        }
    }
}

const fn entry(
    action: Action,
    name: &'static str,
    words: &'static str,
    keys: &'static str,
    place: Place,
) -> Entry {
    Entry {
        action,
        name,
        label: name,
        words,
        keys,
        place,
    }
}

impl Action {
    /// Its row of the table.
    pub(crate) fn entry(self) -> &'static Entry {
        let entry = ACTIONS.iter().find(|entry| entry.action == self);
        // A test holds the table to every action; the first one stands in for none.
        entry.unwrap_or(&ACTIONS[0])
    }
}

/// How an action fits what was typed, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It is its name.
    Name,
    /// Its name begins so.
    Begins,
    /// A word of its name is so, or begins so.
    Word,
    /// A word of what it does is so.
    Says,
    /// A word of what it does begins so.
    SaysBegun,
    /// Its letters stand in the name, in order: the more they belong together, the better; and the shorter the name.
    Letters(Reverse<i32>, usize),
    /// Or in what it does.
    SaysLetters(Reverse<i32>),
}

impl Entry {
    /// How it fits what was typed.
    pub(crate) fn fit(&self, typed: &str) -> Option<Fit> {
        let typed = typed.trim().to_lowercase();
        let name = typed.replace(' ', "-");
        let mut says = self.words.split(|c: char| !c.is_alphanumeric());
        let mut says_begun = says.clone();
        if self.name == name {
            Some(Fit::Name)
        } else if self.name.starts_with(&name) {
            Some(Fit::Begins)
        } else if self.name.split('-').any(|word| word.starts_with(&name)) {
            Some(Fit::Word)
        } else if says.any(|word| word.to_lowercase() == typed) {
            Some(Fit::Says)
        } else if says_begun.any(|word| word.to_lowercase().starts_with(&typed)) {
            Some(Fit::SaysBegun)
        } else {
            let letters = fit(&typed, self.name);
            let letters = letters.map(|score| Fit::Letters(Reverse(score), self.name.len()));
            let says = || Some(Fit::SaysLetters(Reverse(fit(&typed, self.words)?)));
            letters.or_else(says)
        }
    }
}

/// How well a text fits the letters that were typed: every letter in order, the beginnings of words count more.
fn fit(typed: &str, text: &str) -> Option<i32> {
    let (mut score, mut last_hit, mut at_start) = (0, None, true);
    let mut wanted = typed
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| *c != ' ')
        .peekable();
    for (index, c) in text.chars().flat_map(char::to_lowercase).enumerate() {
        let Some(next) = wanted.peek() else { break };
        if *next == c {
            score += 1;
            score += if at_start { 8 } else { 0 };
            score += if last_hit.is_some_and(|last| last + 1 == index) {
                4
            } else {
                0
            };
            last_hit = Some(index);
            wanted.next();
        }
        at_start = !c.is_alphanumeric();
    }
    wanted.peek().is_none().then_some(score)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_one_row_and_every_name_is_one_word() {
        let mut names = BTreeSet::new();
        let mut actions = BTreeSet::new();
        for entry in ACTIONS {
            assert!(names.insert(entry.name), "{} stands twice", entry.name);
            assert!(
                actions.insert(entry.action),
                "{:?} stands twice",
                entry.action
            );
            assert!(
                entry
                    .name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '-')
            );
        }
        // The last one of the enum: each before it has a row, too.
        assert_eq!(actions.len(), Action::Theme as usize + 1);
    }

    #[test]
    fn a_label_is_short_and_never_says_its_key_again() {
        for entry in ACTIONS {
            assert!(entry.label.len() <= 13, "{}", entry.label);
            let key = entry.keys.split(' ').next().unwrap_or_default();
            let says_again = key.len() > 1 && entry.label.starts_with(key);
            assert!(!says_again, "{key} {}", entry.label);
        }
    }

    #[test]
    fn the_nearest_name_comes_first() {
        let best = |typed: &str| {
            let fits = ACTIONS
                .iter()
                .filter_map(|entry| Some((fit(typed, entry.name)?, entry.name)));
            fits.max_by_key(|(score, name)| (*score, Reverse(name.len())))
                .map(|(_, name)| name)
        };
        assert_eq!(best("del"), Some("delete"));
        assert_eq!(best("fta"), Some("filter-tag"));
        assert_eq!(best("cu"), Some("copy-url"));
        assert_eq!(best("zzz"), None);
        assert_eq!(fit("", "anything"), Some(0));
    }

    #[test]
    fn whole_words_come_before_their_beginnings_and_those_before_scattered_letters() {
        let found = |typed: &str| -> Vec<&str> {
            let mut found: Vec<_> = ACTIONS
                .iter()
                .filter(|entry| entry.is_in(View::Library))
                .filter_map(|entry| Some((entry.fit(typed)?, entry.name)))
                .collect();
            found.sort_by_key(|(fit, _)| *fit);
            found.into_iter().map(|(_, name)| name).take(3).collect()
        };
        assert_eq!(found("tag")[..2], ["filter-tag", "edit"]);
        assert_eq!(found("filter t")[0], "filter-tag");
        assert_eq!(found("re")[..2], ["redraw", "reverse"]);
        assert_eq!(found("log")[0], "log");
        assert_eq!(found("trash")[..2], ["undo", "filter-state"]);
        assert_eq!(found("fta")[0], "filter-tag");
    }
}
