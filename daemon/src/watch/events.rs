//! What happens to single files: they come, change, settle, move and go.

use std::collections::HashMap;
use std::path::Path;

use heimdex_client::journal::FileStamp;
use heimdex_client::watch::RULES_FILE;

use super::cards::unit_of;
use super::inotify::Event;
use super::known::Place;
use super::pauses::pause;
use super::probe::{Lying, There};
use super::scan::Looked;
use super::settle::{Activity, Settling};
use super::sweep::{Counting, within};
use super::tracker::Entry;
use super::watcher::{Renamed, Watcher};
use super::{Observation, beside};

impl Watcher {
    pub(super) fn read_events(&mut self) {
        let Some(inotify) = &mut self.inotify else {
            return;
        };
        let events = match inotify.read() {
            Ok(events) => events,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    watch.id = self.watch.id.0,
                    "what happened in a watch was not told; all of it is looked through"
                );
                vec![Event::Overflow]
            }
        };
        self.take_in(events);
    }

    /// Takes in what happened.
    pub(super) fn take_in(&mut self, events: Vec<Event>) {
        self.is_shown &= events.is_empty();
        for event in events {
            match event {
                Event::Folder(folder) => self.folder_came(&folder, Counting::Anew),
                // It may have been opened, or closed.
                Event::FolderTouched(folder) => self.folder_came(&folder, Counting::Known),
                Event::FolderGone(folder) => self.folder_went(&folder),
                Event::File {
                    path,
                    cookie,
                    is_new,
                } => self.file_came(&path, cookie, is_new),
                Event::Gone { path, cookie } => self.name_went(path, cookie),
                Event::Root => self.look_for_root(),
                Event::Overflow => self.next_scan = self.now(),
            }
            if self.is_stopping {
                return;
            }
        }
    }

    fn folder_came(&mut self, folder: &[u8], counting: Counting) {
        let scan = self.scan();
        let rules = match scan.rules_above(folder) {
            Ok(rules) => rules,
            Err((above, _)) => return self.folder_is_left(&above),
        };
        match scan.look_at_folder(folder, &rules) {
            Looked::Left(left, bytes) => match counting {
                Counting::Anew => self.left.came(folder, left, bytes),
                Counting::Known => self.left.changed(folder, left, bytes),
            },
            Looked::Folder | Looked::File(_) => {
                self.scan_from(folder, counting);
            }
        }
    }

    /// A folder that was looked into before is left out now: nothing in it is of interest any more.
    fn folder_is_left(&mut self, folder: &[u8]) {
        if let Some(inotify) = &mut self.inotify {
            inotify.forget(folder);
        }
        for place in self.tracker.below(folder) {
            self.tracker.remove(place);
        }
    }

    /// What is followed and was not left out when it was found, but is by the rules as they are now, is followed no longer.
    pub(super) fn forget_left_out(&mut self) {
        let scan = self.scan();
        // Read once a folder: thousands of its files may be followed.
        let mut rules = HashMap::new();
        let mut is_left = |entry: &Entry| {
            let name = entry.relative.rsplit(|byte| *byte == b'/').next();
            let folder = entry.relative.len() - name.map_or(0, <[u8]>::len);
            let above = rules
                .entry(entry.relative[..folder].to_vec())
                .or_insert_with(|| scan.rules_above(&entry.relative));
            let Ok(above) = above else { return true };
            let looked = scan.look_at_file(&entry.relative, *entry.settling.stamp(), above);
            matches!(looked, Looked::Left(..))
        };
        let left = self.tracker.entries().filter(|entry| is_left(entry));
        let left: Vec<Box<[u8]>> = left.map(|entry| entry.relative.clone()).collect();
        for relative in left {
            if let Some(place) = self.place(&relative) {
                self.tracker.remove(place);
            }
        }
    }

    fn folder_went(&mut self, folder: &[u8]) {
        if let Some(inotify) = &mut self.inotify {
            inotify.forget(folder);
        }
        self.left.folder_gone(folder);
        for place in self.tracker.below(folder) {
            if let Some(entry) = self.tracker.get(place) {
                let relative = entry.relative.to_vec();
                self.gone(&relative, Some(place));
            }
        }
    }

    fn file_came(&mut self, relative: &[u8], cookie: Option<u32>, is_new: bool) {
        let name = relative.rsplit(|byte| *byte == b'/').next();
        if name == Some(RULES_FILE) {
            self.next_scan = self.now();
        }
        match self.look(&self.path(relative)) {
            There::File(lying) => self.file_is(relative, lying, cookie, is_new),
            There::Folder => self.folder_came(relative, Counting::Anew),
            // That it went, and perhaps under which other name it came back, is told next.
            There::Nothing | There::Other => {}
            There::Unknown(error) => {
                self.unreadable.insert(relative.to_vec(), error.to_string());
            }
        }
    }

    fn file_is(&mut self, relative: &[u8], lying: Lying, cookie: Option<u32>, is_new: bool) {
        let scan = self.scan();
        let rules = match scan.rules_above(relative) {
            Ok(rules) => rules,
            Err((folder, _)) => return self.folder_is_left(&folder),
        };
        let looked = scan.look_at_file(relative, lying.stamp, &rules);
        let Some(place) = self.place(relative) else {
            return;
        };
        let stamp = match looked {
            Looked::File(stamp) => {
                self.left.gone(relative);
                stamp
            }
            Looked::Left(left, bytes) => {
                if is_new {
                    self.left.came(relative, left, bytes);
                } else {
                    self.left.changed(relative, left, bytes);
                }
                // It was small, and grew; or it grew, and is small now.
                self.tracker.remove(place);
                return;
            }
            Looked::Folder => return,
        };
        let renamed = cookie.and_then(|cookie| self.renames.remove(&cookie));
        if let Some(renamed) = renamed
            && self.is_moved(&renamed, relative, place, &lying)
        {
            return;
        }
        if self.known.saw(place, &stamp) {
            return;
        }
        if self.tracker.get(place).is_some() {
            self.look_at(place);
            return;
        }
        if self.tracker.is_full() {
            self.has_more = true;
            return;
        }
        let was_told = self.known.has(place);
        if !was_told && self.is_passed_over_again(relative, place, &lying.stamp) {
            return;
        }
        self.follow(relative, place, lying, was_told);
    }

    /// Whether a file is one that was there before the watch, under another name; then it is left alone under this one.
    fn is_passed_over_again(&mut self, relative: &[u8], place: Place, stamp: &FileStamp) -> bool {
        let keeps_numbers = self
            .root
            .ground(relative)
            .is_some_and(|(ground, _)| ground.keeps_numbers);
        if self.passed_over == 0 || !keeps_numbers {
            return false;
        }
        let Some(key) = self.key(relative) else {
            return false;
        };
        let again = self
            .setup
            .journal
            .pass_over_again(self.watch.id, &key, stamp);
        let is_again = self.remembered(again).unwrap_or(false);
        if is_again {
            self.is_shown = false;
            self.known.add(place, stamp);
            self.passed_over += 1;
        }
        is_again
    }

    /// Begins to follow a file to which something just happened.
    fn follow(&mut self, relative: &[u8], place: Place, lying: Lying, was_told: bool) {
        let now = self.now();
        let pause = pause(&self.told, place, &lying.stamp, now);
        let settling = Settling::new(lying.stamp, Activity::Busy, pause, now);
        self.tracker.add(
            place,
            relative,
            settling,
            unit_of(relative),
            (was_told, now),
        );
        self.look_at(place);
    }

    /// A file that was told to be finished, and came back under another name as it was, is that file.
    fn is_moved(
        &mut self,
        renamed: &Renamed,
        relative: &[u8],
        place: Place,
        lying: &Lying,
    ) -> bool {
        let is_known = renamed
            .place
            .is_some_and(|before| self.known.has_body(before, &lying.stamp));
        if is_known && self.is_passed_over_again(relative, place, &lying.stamp) {
            if let Some(before) = renamed.place {
                self.known.remove(before);
            }
            if let Some(before) = self.key(&renamed.relative) {
                self.no_longer_passed_over(&before);
            }
            return true;
        }
        if let Some(before) = renamed.place {
            self.known.remove(before);
            self.tracker.remove(before);
        }
        let Some(to) = self.candidate(relative, lying, false).filter(|_| is_known) else {
            self.tell(Observation::Gone {
                watch: self.watch.id,
                path: self.path(&renamed.relative),
            });
            return false;
        };
        self.adopt(&to);
        self.tracker.remove(place);
        self.known.add(place, &lying.stamp);
        self.remember_told(place, lying.stamp);
        self.tell(Observation::Moved {
            watch: self.watch.id,
            from: self.path(&renamed.relative),
            to,
        });
        true
    }

    fn name_went(&mut self, relative: Vec<u8>, cookie: Option<u32>) {
        self.left.gone(&relative);
        let name = relative
            .rsplit(|byte| *byte == b'/')
            .next()
            .unwrap_or_default();
        if let Some(about) = beside::about(name) {
            let folder = relative.len() - name.len();
            let about = [&relative[..folder], about].concat();
            if let Some(place) = self.place(&about) {
                let now = self.now();
                self.tracker.hurry(place, now);
            }
        }
        let place = self.place(&relative);
        match cookie {
            Some(cookie) => {
                let at = self.now();
                let renamed = Renamed {
                    relative,
                    place,
                    at,
                };
                self.renames.insert(cookie, renamed);
            }
            None => {
                self.gone(&relative, place);
            }
        }
    }

    /// A name is there no longer; what of it was followed or known is told. Whether it was.
    pub(super) fn gone(&mut self, relative: &[u8], place: Option<Place>) -> bool {
        let Some(place) = place else { return false };
        let entry = self.tracker.remove(place);
        let was_known = self.known.remove(place);
        if let Some(unit) = entry.as_ref().and_then(Entry::unit) {
            let unit = unit.to_vec();
            self.release(&unit);
        }
        let is_news = entry.is_some() || was_known;
        if is_news {
            self.is_shown = false;
            self.tell(Observation::Gone {
                watch: self.watch.id,
                path: self.path(relative),
            });
        }
        is_news
    }

    /// A file is to be found finished anew; `is_forced` where a person wants it whatever its container says.
    pub(super) fn look_again(&mut self, path: &Path, is_forced: bool) {
        let Some(relative) = within(&self.watch.root, path) else {
            return;
        };
        let Some(place) = self.place(&relative) else {
            return;
        };
        let There::File(lying) = self.look(path) else {
            if !self.gone(&relative, Some(place)) {
                // Whoever asks waits for a word of it.
                self.tell(Observation::Gone {
                    watch: self.watch.id,
                    path: path.to_owned(),
                });
            }
            return;
        };
        self.is_shown = false;
        self.known.remove(place);
        if self.tracker.get(place).is_none() {
            self.follow(&relative, place, lying, true);
        }
        if is_forced && let Some(entry) = self.tracker.get_mut(place) {
            entry.settling.force();
        }
        let now = self.now();
        self.tracker.hurry(place, now);
    }

    /// A file is in the queue as it was found by others: it is followed no longer, unless it changed since.
    pub(super) fn taken(&mut self, path: &Path, stamp: FileStamp) {
        let Some(relative) = within(&self.watch.root, path) else {
            return;
        };
        let Some(place) = self.place(&relative) else {
            return;
        };
        if !matches!(self.look(path), There::File(lying) if lying.stamp == stamp) {
            return;
        }
        self.is_shown = false;
        let entry = self.tracker.remove(place);
        if let Some(key) = self.key(&relative) {
            self.no_longer_passed_over(&key);
        }
        self.known.add(place, &stamp);
        self.remember_told(place, stamp);
        if let Some(unit) = entry.as_ref().and_then(Entry::unit) {
            let unit = unit.to_vec();
            self.release(&unit);
        }
    }

    pub(super) fn place(&self, relative: &[u8]) -> Option<Place> {
        let key = self.key(relative)?;
        Some(Place::of_path(&key.fs_id, &key.path))
    }
}
