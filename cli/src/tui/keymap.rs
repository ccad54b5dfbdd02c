//! Which key does what, in which view: the table's keys, and what `tui.toml` puts in their place.

use std::collections::BTreeMap;

use heimdex_api::names::nearest;

use super::actions::{ACTIONS, Action, Entry, Place};
use super::key::Key;
use super::model::View;

/// Which key does what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keymap {
    keys: BTreeMap<Action, Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = ACTIONS.iter().map(|entry| {
            let keys = entry.keys.split(' ').filter_map(|key| key.parse().ok());
            (entry.action, keys.collect())
        });
        Self {
            keys: keys.collect(),
        }
    }
}

impl Keymap {
    /// The table's keys with those of `tui.toml` in place of them, and a sentence for each that cannot be used.
    #[cfg(test)]
    pub(crate) fn with(own: &BTreeMap<String, Vec<String>>) -> (Self, Vec<String>) {
        let (mut keymap, mut wrong) = (Self::default(), Vec::new());
        for (name, texts) in own {
            wrong.extend(keymap.put(name, texts));
        }
        wrong.extend(keymap.conflicts());
        (keymap, wrong)
    }

    /// Gives an action these keys in place of its own, and a sentence for each that cannot be used.
    pub(crate) fn put(&mut self, name: &str, texts: &[String]) -> Vec<String> {
        let Some(entry) = ACTIONS.iter().find(|entry| entry.name == name) else {
            let near = nearest(name, ACTIONS.iter().map(|entry| entry.name));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return vec![format!("there is no action `{name}`{near}")];
        };
        let (mut keys, mut wrong) = (Vec::new(), Vec::new());
        for text in texts {
            match text.parse::<Key>() {
                Ok(key) if key.is_interrupt() && entry.action != Action::Quit => {
                    wrong.push(format!("`{key}` always quits (action `{name}`)"));
                }
                Ok(key) => keys.push(key),
                Err(error) => wrong.push(format!("{error} (action `{name}`)")),
            }
        }
        if entry.action == Action::Quit && keys.is_empty() {
            keys.push(Key::INTERRUPT);
            wrong.push(format!(
                "`{name}` has no key: `{}` does it all the same",
                Key::INTERRUPT
            ));
        }
        self.keys.insert(entry.action, keys);
        wrong
    }

    /// The action of a key in a view; the view's own come first.
    pub(crate) fn action(&self, view: View, key: Key) -> Option<Action> {
        // Whatever the keys are, somebody who is lost can leave.
        if key.is_interrupt() {
            return Some(Action::Quit);
        }
        let holds = |entry: &&Entry| self.keys_of(entry.action).contains(&key);
        let own = ACTIONS
            .iter()
            .filter(|entry| entry.place == Place::In(view));
        let all = ACTIONS
            .iter()
            .filter(|entry| entry.place == Place::Everywhere);
        own.chain(all).find(holds).map(|entry| entry.action)
    }

    /// The keys of an action, the first one first.
    pub(crate) fn keys_of(&self, action: Action) -> &[Key] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The keys of an action as they are shown.
    pub(crate) fn shown(&self, action: Action) -> String {
        let keys: Vec<String> = self
            .keys_of(action)
            .iter()
            .map(ToString::to_string)
            .collect();
        keys.join(" ")
    }

    /// Keys that two actions of one place have.
    pub(crate) fn conflicts(&self) -> Vec<String> {
        let mut conflicts = Vec::new();
        for (index, first) in ACTIONS.iter().enumerate() {
            for second in &ACTIONS[index + 1..] {
                if first.place != second.place {
                    continue;
                }
                for key in self.keys_of(first.action) {
                    if self.keys_of(second.action).contains(key) {
                        let (one, other) = (first.name, second.name);
                        conflicts.push(format!(
                            "`{key}` is a key of `{one}` and of `{other}`: it does the first"
                        ));
                    }
                }
            }
        }
        conflicts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(lines: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let lines = lines.iter().map(|(name, keys)| {
            let keys = keys.iter().map(|&key| key.to_owned()).collect();
            ((*name).to_owned(), keys)
        });
        lines.collect()
    }

    #[test]
    fn the_table_has_no_conflict_and_every_key_of_it_does_something() {
        let (keymap, wrong) = Keymap::with(&BTreeMap::new());
        assert_eq!(wrong, Vec::<String>::new());
        for entry in ACTIONS {
            let view = match entry.place {
                Place::Everywhere => View::Log,
                Place::In(view) => view,
            };
            let written = entry.keys.split(' ').filter(|key| !key.is_empty()).count();
            assert_eq!(
                keymap.keys_of(entry.action).len(),
                written,
                "{}",
                entry.name
            );
            for key in keymap.keys_of(entry.action) {
                assert_eq!(keymap.action(view, *key), Some(entry.action), "{key}");
            }
        }
    }

    #[test]
    fn keys_of_ones_own_take_the_place_of_the_tables() {
        let (keymap, wrong) = Keymap::with(&own(&[("delete", &["D"])]));
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!(
            keymap.action(View::Library, "D".parse().unwrap()),
            Some(Action::Delete)
        );
        assert_eq!(keymap.action(View::Library, "x".parse().unwrap()), None);
    }

    #[test]
    fn no_keys_of_ones_own_keep_anybody_in() {
        let interrupt: Key = "ctrl-c".parse().unwrap();
        let (keymap, wrong) = Keymap::with(&own(&[
            ("quit", &[]),
            ("back", &[]),
            ("palette", &[]),
            ("delete", &["D", "ctrl-c"]),
        ]));
        for view in View::ALL {
            assert_eq!(keymap.action(view, interrupt), Some(Action::Quit));
        }
        assert_eq!(keymap.shown(Action::Quit), "ctrl-c");
        assert_eq!(keymap.shown(Action::Delete), "D");
        insta::assert_snapshot!(wrong.join("\n"), @r"
        `ctrl-c` always quits (action `delete`)
        `quit` has no key: `ctrl-c` does it all the same
        ");
        let (keymap, wrong) = Keymap::with(&own(&[("quit", &["Q"])]));
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!(keymap.action(View::Account, interrupt), Some(Action::Quit));
    }

    #[test]
    fn conflicts_and_mistakes_are_said() {
        let (_, wrong) = Keymap::with(&own(&[("delte", &["D"]), ("delete", &["nokey", "d"])]));
        insta::assert_snapshot!(wrong.join("\n"), @r"
        `nokey` is not a key (action `delete`)
        there is no action `delte`; did you mean `delete`?
        `d` is a key of `download` and of `delete`: it does the first
        ");
    }
}
