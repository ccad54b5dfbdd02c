//! What a watch knows of one file, for whoever asks why it is where it is.

use std::path::Path;

use heimdex_client::watch::Left;

use super::probe::{Lying, There};
use super::root::Root;
use super::scan::Looked;
use super::settle::Waiting;
use super::sweep::within;
use super::tracker::Standing;
use super::watcher::Watcher;
use super::{Known, Standing as Of};

impl Watcher {
    /// What is known of a file.
    pub(super) fn why(&self, path: &Path) -> Option<Known> {
        let relative = within(&self.watch.root, path)?;
        Some(Known {
            watch: self.watch.id,
            standing: self.standing(&relative, path),
        })
    }

    fn standing(&self, relative: &[u8], path: &Path) -> Of {
        if let Root::Gone { since, .. } = &self.root {
            return Of::RootGone { since: *since };
        }
        if let Root::Unreadable { error } = &self.root {
            let error = error.clone();
            return Of::Waiting(Waiting::Unreadable { error });
        }
        if let Some((relative, left, bytes)) = self.left_out(relative, path) {
            return Of::Left {
                relative,
                left,
                bytes,
            };
        }
        let lying = match self.look(path) {
            There::File(lying) => lying,
            There::Nothing => return Of::Missing,
            There::Folder => return Of::NotYet,
            There::Other => {
                let left = Left::Special;
                return Of::Left {
                    relative: relative.to_vec(),
                    left,
                    bytes: 0,
                };
            }
            There::Unknown(error) => {
                let error = error.to_string();
                return Of::Waiting(Waiting::Unreadable { error });
            }
        };
        let Some(place) = self.place(relative) else {
            return Of::NotYet;
        };
        if let Some(entry) = self.tracker.get(place) {
            if let Standing::Ready { .. } = entry.standing {
                let other = self.tracker.held_by(place);
                return other.map_or(Of::Told, |other| Of::HeldBy {
                    other: self.path(&other.relative),
                });
            }
            return Of::Waiting(entry.settling.why(self.least(), self.now()));
        }
        if !self.known.has_state(place, &lying.stamp) {
            return Of::NotYet;
        }
        if self.is_passed_over(relative, &lying) {
            return Of::PassedOver;
        }
        Of::Told
    }

    /// Whether it was there before the watch, as far as its times tell.
    fn is_passed_over(&self, relative: &[u8], lying: &Lying) -> bool {
        let Some(key) = self.key(relative) else {
            return false;
        };
        let journal = &self.setup.journal;
        self.remembered(journal.is_passed_over(self.watch.id, &key, &lying.stamp))
            .unwrap_or(false)
    }

    /// The rule that leaves a file, or a folder that it is in, out; and the bytes of a file.
    fn left_out(&self, relative: &[u8], path: &Path) -> Option<(Vec<u8>, Left, u64)> {
        let scan = self.scan();
        let rules = match scan.rules_above(relative) {
            Ok(rules) => rules,
            Err((folder, left)) => return Some((folder, left, 0)),
        };
        if fs_err::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
            return Some((relative.to_vec(), Left::Link, 0));
        }
        let There::File(lying) = self.look(path) else {
            return None;
        };
        match scan.look_at_file(relative, lying.stamp, &rules) {
            Looked::Left(left, bytes) => Some((relative.to_vec(), left, bytes)),
            Looked::File(_) | Looked::Folder => None,
        }
    }
}
