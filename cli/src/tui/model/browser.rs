//! A folder of this machine, from which one chooses what is sent. Holds names and sizes; what a file says of itself, and
//! whether it was sent before, is asked for what is in sight alone.

mod acts;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::input::Input;
use super::message::{Entry, Facts, Listing, Reading, Trouble};

/// Files that are looked into at once.
const INSPECTED: usize = 64;
/// What was found out of so many files is remembered.
const REMEMBERED: usize = 4096;

/// A folder that is looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Browser {
    /// What lies in it.
    pub(crate) listing: Listing,
    /// What of it is in sight, in order.
    pub(crate) shown: Vec<usize>,
    /// The row under the cursor.
    pub(crate) cursor: usize,
    /// What is to be sent, and its bytes where it is a file.
    pub(crate) marks: BTreeMap<PathBuf, Option<u64>>,
    /// Only names that hold this.
    pub(crate) filter: String,
    /// The field that it is typed into.
    pub(crate) search: Option<Input>,
    /// Whether names that begin with a dot are shown.
    pub(crate) shows_hidden: bool,
    /// Why the folder cannot be read.
    pub(crate) trouble: Option<Trouble>,
    /// Whether the folder is being read.
    pub(crate) is_loading: bool,
    facts: BTreeMap<PathBuf, Facts>,
    /// The number of the last question; answers to earlier ones are not looked at.
    generation: u64,
    is_inspecting: bool,
    /// The name that the cursor goes to.
    goes_to: Option<OsString>,
}

impl Browser {
    /// Whether no folder was ever asked for.
    pub(crate) fn is_new(&self) -> bool {
        self.generation == 0
    }

    /// Asks for a folder; the cursor goes to a name in it.
    pub(crate) fn open(&mut self, folder: Option<PathBuf>, goes_to: Option<OsString>) -> Reading {
        self.generation += 1;
        self.is_loading = true;
        self.goes_to = goes_to;
        Reading::Folder(self.generation, folder)
    }

    /// The folder was read; whether that is the one that was asked for last.
    pub(crate) fn opened(&mut self, generation: u64, read: Result<Listing, Trouble>) -> bool {
        if generation != self.generation {
            return false;
        }
        self.is_loading = false;
        match read {
            Ok(listing) => {
                if listing.folder != self.listing.folder {
                    self.filter.clear();
                    self.search = None;
                    self.cursor = 0;
                }
                // Another folder, or the same once more: what was found out of its files may hold no longer.
                self.facts.clear();
                self.listing = listing;
                self.trouble = None;
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
        self.narrow();
        true
    }

    /// What is in sight, after the filter or the folder changed. The cursor stays on its name.
    pub(crate) fn narrow(&mut self) {
        let wanted = self.goes_to.take();
        let selected = self.selected().and_then(|entry| entry.path.file_name());
        let selected = wanted.or_else(|| selected.map(ToOwned::to_owned));
        let typed = self.filter.to_lowercase();
        let entries = self.listing.entries.iter().enumerate();
        let fits = |entry: &Entry| {
            (self.shows_hidden || !entry.is_hidden)
                && (typed.is_empty() || entry.name.to_lowercase().contains(&typed))
        };
        self.shown = entries
            .filter(|(_, entry)| fits(entry))
            .map(|(at, _)| at)
            .collect();
        if let Some(name) = selected {
            let named = |at: &&usize| {
                let entry = self.listing.entries.get(**at);
                entry.is_some_and(|entry| entry.path.file_name() == Some(&name))
            };
            let found = self.shown.iter().position(|at| named(&at));
            self.cursor = found.unwrap_or(self.cursor);
        }
        self.go(0);
    }

    /// The one under the cursor.
    pub(crate) fn selected(&self) -> Option<&Entry> {
        let at = self.shown.get(self.cursor)?;
        self.listing.entries.get(*at)
    }

    /// The first row that is seen, and those that are.
    pub(crate) fn visible(&self, height: usize) -> (usize, impl Iterator<Item = &Entry>) {
        let height = height.max(1);
        let top = self.cursor.saturating_sub(height / 2);
        let top = top.min(self.shown.len().saturating_sub(height));
        let shown = self.shown.iter().skip(top).take(height);
        (top, shown.filter_map(|at| self.listing.entries.get(*at)))
    }

    /// Moves the cursor.
    pub(crate) fn go(&mut self, rows: isize) {
        let last = self.shown.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    /// Marks the one under the cursor, or takes its mark away.
    pub(crate) fn mark(&mut self) {
        if let Some(entry) = self.selected() {
            let (path, size) = (entry.path.clone(), (!entry.is_folder).then_some(entry.size));
            if self.marks.remove(&path).is_none() {
                self.marks.insert(path, size);
            }
        }
        self.go(1);
    }

    /// Marks all files in sight, or takes these marks away where all of them are marked.
    pub(crate) fn mark_all(&mut self) {
        let entries = self
            .shown
            .iter()
            .filter_map(|at| self.listing.entries.get(*at));
        let files: Vec<(PathBuf, u64)> = entries
            .filter(|entry| !entry.is_folder)
            .map(|entry| (entry.path.clone(), entry.size))
            .collect();
        let are_marked = files.iter().all(|(path, _)| self.marks.contains_key(path));
        for (path, size) in files {
            if are_marked {
                self.marks.remove(&path);
            } else {
                self.marks.insert(path, Some(size));
            }
        }
    }

    /// Takes back what was narrowed, else what was marked; whether there was any of it.
    pub(crate) fn back(&mut self) -> bool {
        if !self.filter.is_empty() {
            self.filter.clear();
            self.narrow();
            return true;
        }
        !std::mem::take(&mut self.marks).is_empty()
    }

    /// What was found out of a file.
    pub(crate) fn facts(&self, path: &Path) -> Option<&Facts> {
        self.facts.get(path)
    }

    /// Files in sight that nothing was found out of yet; they count as asked for from now on.
    pub(crate) fn inspect(&mut self, height: usize) -> Option<Reading> {
        if self.is_inspecting || self.is_loading {
            return None;
        }
        let (_, visible) = self.visible(height);
        let unknown =
            visible.filter(|entry| !entry.is_folder && !self.facts.contains_key(&entry.path));
        let paths: Vec<PathBuf> = unknown
            .take(INSPECTED)
            .map(|entry| entry.path.clone())
            .collect();
        if paths.is_empty() {
            return None;
        }
        self.is_inspecting = true;
        Some(Reading::Facts(self.generation, paths))
    }

    /// What was found out.
    pub(crate) fn inspected(&mut self, generation: u64, facts: Vec<(PathBuf, Facts)>) {
        self.is_inspecting = false;
        if generation != self.generation {
            return;
        }
        if self.facts.len() + facts.len() > REMEMBERED {
            self.facts.clear();
        }
        self.facts.extend(facts);
    }
}
