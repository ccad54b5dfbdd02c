//! Everything that can be done, in one table: the keymap, the palette and the help are made of it.

use super::model::View;

/// Something that a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Mark,
    Open,
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

/// An action as people meet it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Which.
    pub(crate) action: Action,
    /// Its name in the palette and in `tui.toml`.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) words: &'static str,
    /// Its keys, unless `tui.toml` says otherwise, separated by spaces.
    pub(crate) keys: &'static str,
    /// Where it is possible.
    pub(crate) place: Place,
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
        words,
        keys,
        place,
    }
}

const ALL: Place = Place::Everywhere;
const LIB: Place = Place::In(View::Library);
const TRA: Place = Place::In(View::Transfers);
const ACC: Place = Place::In(View::Account);

/// Every action, in the order of the help.
pub(crate) const ACTIONS: &[Entry] = &[
    entry(Action::Up, "up", "one line up", "k up", ALL),
    entry(Action::Down, "down", "one line down", "j down", ALL),
    entry(Action::PageUp, "page-up", "one page up", "ctrl-u pgup", ALL),
    entry(
        Action::PageDown,
        "page-down",
        "one page down",
        "ctrl-d pgdn",
        ALL,
    ),
    entry(Action::First, "first", "to the beginning", "g home", ALL),
    entry(Action::Last, "last", "to the end", "G end", ALL),
    entry(Action::Library, "library", "show the library", "1", ALL),
    entry(
        Action::Transfers,
        "transfers",
        "show uploads and downloads",
        "2",
        ALL,
    ),
    entry(
        Action::Account,
        "account",
        "show account and server",
        "3",
        ALL,
    ),
    entry(Action::Log, "log", "show what happened", "4", ALL),
    entry(
        Action::NextView,
        "next-view",
        "show the next view",
        "tab",
        ALL,
    ),
    entry(
        Action::PreviousView,
        "previous-view",
        "show the view before",
        "shift-tab",
        ALL,
    ),
    entry(Action::Help, "help", "show all keys", "? f1", ALL),
    entry(
        Action::Palette,
        "palette",
        "find an action by its name",
        ":",
        ALL,
    ),
    entry(
        Action::UploadPath,
        "upload",
        "upload a file or a folder",
        "U",
        ALL,
    ),
    entry(
        Action::Undo,
        "undo",
        "take what was deleted last out of the trash",
        "u",
        ALL,
    ),
    entry(
        Action::Theme,
        "theme",
        "the next theme: dark, light, high-contrast, mono",
        "",
        ALL,
    ),
    entry(
        Action::Redraw,
        "redraw",
        "draw the screen anew",
        "ctrl-l",
        ALL,
    ),
    entry(
        Action::Suspend,
        "suspend",
        "stop, and let the shell go on (fg comes back)",
        "ctrl-z",
        ALL,
    ),
    entry(
        Action::Back,
        "back",
        "back; from the library: quit",
        "q esc",
        ALL,
    ),
    entry(
        Action::Quit,
        "quit",
        "quit; asks where transfers would stop",
        "ctrl-c",
        ALL,
    ),
    entry(
        Action::Open,
        "open",
        "show or hide all that is known of a video",
        "enter",
        LIB,
    ),
    entry(
        Action::Mark,
        "mark",
        "mark, for what is done next to all marked",
        "space",
        LIB,
    ),
    entry(Action::Search, "search", "search as you type", "/", LIB),
    entry(
        Action::Sort,
        "sort",
        "sort by arrival, capture, title, size, length",
        "s",
        LIB,
    ),
    entry(Action::Reverse, "reverse", "the other way round", "S", LIB),
    entry(
        Action::FilterState,
        "filter-state",
        "only sent, stored, verified, ready, failed, trash",
        "f",
        LIB,
    ),
    entry(Action::FilterTag, "filter-tag", "only with a tag", "t", LIB),
    entry(
        Action::FilterSource,
        "filter-source",
        "only from a card, reel or folder",
        "c",
        LIB,
    ),
    entry(
        Action::FilterSince,
        "filter-since",
        "only what arrived since a time",
        "a",
        LIB,
    ),
    entry(
        Action::ClearFilters,
        "clear-filters",
        "everything again",
        "F",
        LIB,
    ),
    entry(Action::Refresh, "refresh", "ask the server again", "r", LIB),
    entry(
        Action::Edit,
        "edit",
        "edit title, description and tags",
        "e",
        LIB,
    ),
    entry(Action::Play, "play", "open in a player", "p", LIB),
    entry(Action::Download, "download", "download", "d", LIB),
    entry(Action::CopyId, "copy-id", "copy the id", "y", LIB),
    entry(
        Action::CopyUrl,
        "copy-url",
        "copy a link that holds for 12 hours",
        "Y",
        LIB,
    ),
    entry(Action::Delete, "delete", "put into the trash", "x del", LIB),
    entry(Action::Pause, "pause", "pause, or go on", "space p", TRA),
    entry(
        Action::Cancel,
        "cancel",
        "cancel, or take off the list what is over",
        "x del",
        TRA,
    ),
    entry(Action::Retry, "retry", "try again what failed", "r", TRA),
    entry(
        Action::Earlier,
        "earlier",
        "nearer to the front of the queue",
        "K",
        TRA,
    ),
    entry(
        Action::Later,
        "later",
        "farther back in the queue",
        "J",
        TRA,
    ),
    entry(
        Action::Limit,
        "limit",
        "limit what uploads may take of the line",
        "l",
        TRA,
    ),
    entry(Action::Profile, "profile", "use another profile", "P", ACC),
    entry(Action::Logout, "logout", "log out", "L", ACC),
];

impl Entry {
    /// Whether it is possible in a view.
    pub(crate) fn is_in(&self, view: View) -> bool {
        match self.place {
            Place::Everywhere => true,
            Place::In(own) => own == view,
        }
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

/// How well a name and its words fit what was typed: every letter in order, the beginnings of words count more.
pub(crate) fn fit(typed: &str, text: &str) -> Option<i32> {
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
    fn the_nearest_name_comes_first() {
        let best = |typed: &str| {
            let fits = ACTIONS
                .iter()
                .filter_map(|entry| Some((fit(typed, entry.name)?, entry.name)));
            fits.max_by_key(|(score, name)| (*score, std::cmp::Reverse(name.len())))
                .map(|(_, name)| name)
        };
        assert_eq!(best("del"), Some("delete"));
        assert_eq!(best("fta"), Some("filter-tag"));
        assert_eq!(best("cu"), Some("copy-url"));
        assert_eq!(best("zzz"), None);
        assert_eq!(fit("", "anything"), Some(0));
    }
}
