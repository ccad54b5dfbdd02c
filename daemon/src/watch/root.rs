//! Whether the folder of a watch is there, and what happens when it goes or comes back.

use std::io;
use std::path::Path;
use std::sync::Arc;

use heimdex_api::Timestamp;
use heimdex_client::journal::FileKey;
use heimdex_client::platform;

use super::inotify::{Event, Inotify};
use super::place::Ground;
use super::report::RootState;
use super::watcher::Watcher;
use super::{Observation, known};

/// The folder of a watch.
#[derive(Debug)]
pub(super) enum Root {
    /// It was not looked for yet.
    Unknown,
    /// It is there, on this file system.
    Here {
        ground: Arc<Ground>,
        /// Folders in it that are on other ones, by their paths within the watch.
        others: Vec<(Box<[u8]>, Arc<Ground>)>,
    },
    Gone {
        since: Timestamp,
        /// Tells what happens where it should be.
        above: Option<Above>,
    },
    Unreadable {
        error: String,
    },
}

/// What is watched while the root is away.
#[derive(Debug)]
pub(super) struct Above {
    inotify: Inotify,
    /// The name that is waited for; `None` where anything counts.
    wanted: Option<Vec<u8>>,
}

impl Root {
    pub(super) fn is_here(&self) -> bool {
        matches!(self, Self::Here { .. })
    }

    /// What tells that it may be back.
    pub(super) fn above(&self) -> Option<&Inotify> {
        match self {
            Self::Gone { above, .. } => above.as_ref().map(|above| &above.inotify),
            Self::Unknown | Self::Here { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// Whether something happened that may have brought it back: others use that folder too.
    pub(super) fn is_told_above(&mut self) -> bool {
        let Self::Gone {
            above: Some(above), ..
        } = self
        else {
            return false;
        };
        let Ok(events) = above.inotify.read() else {
            return true;
        };
        events.iter().any(|event| match event {
            Event::Folder(name) | Event::FolderTouched(name) | Event::File { path: name, .. } => {
                above.wanted.as_ref().is_none_or(|wanted| name == wanted)
            }
            Event::Root | Event::Overflow => true,
            Event::FolderGone(_) | Event::Gone { .. } => false,
        })
    }

    /// The file system that something in the watch is on.
    pub(super) fn ground(&self, relative: &[u8]) -> Option<(&Arc<Ground>, usize)> {
        let Self::Here { ground, others } = self else {
            return None;
        };
        let below = |top: &[u8]| {
            relative
                .strip_prefix(top)
                .is_some_and(|rest| rest.first() == Some(&b'/'))
        };
        let inner = others.iter().filter(|(top, _)| below(top));
        let inner = inner.max_by_key(|(top, _)| top.len());
        Some(match inner {
            Some((top, ground)) => (ground, top.len() + 1),
            None => (ground, 0),
        })
    }

    /// Remembers that a folder in the watch is on a file system of its own.
    pub(super) fn learn(&mut self, folder: &[u8], found: &Arc<Ground>) {
        let Self::Here { ground, others } = self else {
            return;
        };
        if folder.is_empty() || found.device == ground.device {
            return;
        }
        match others.iter_mut().find(|(top, _)| **top == *folder) {
            Some((_, known)) if known == found => {}
            Some((_, known)) => *known = Arc::clone(found),
            None => others.push((folder.into(), Arc::clone(found))),
        }
    }

    /// Forgets what was on file systems of its own: a look through all of it finds it again.
    pub(super) fn unlearn(&mut self) {
        if let Self::Here { others, .. } = self {
            others.clear();
        }
    }

    /// Where a file is in terms that survive unplugging its card.
    pub(super) fn key(&self, relative: &[u8]) -> Option<FileKey> {
        let (ground, skip) = self.ground(relative)?;
        Some(FileKey {
            fs_id: ground.key.fs_id.clone(),
            path: ground.path_of(&relative[skip..]),
        })
    }

    pub(super) fn state(&self) -> RootState {
        match self {
            Self::Unknown => RootState::Starting,
            Self::Here { .. } => RootState::Here,
            Self::Gone { since, .. } => RootState::Gone { since: *since },
            Self::Unreadable { error } => RootState::Unreadable {
                error: error.clone(),
            },
        }
    }
}

impl Watcher {
    /// Looks whether the folder is there, and through all of it if it is.
    pub(super) fn look_for_root(&mut self) {
        self.is_shown = false;
        match self.root_now() {
            Ok(Some(ground)) => {
                let is_same = match &self.root {
                    Root::Here { ground: before, .. } => **before == ground,
                    Root::Unknown | Root::Gone { .. } | Root::Unreadable { .. } => false,
                };
                if !is_same {
                    self.arrive(ground);
                }
                self.scan_all();
            }
            Ok(None) => self.leave(),
            Err(error) => {
                self.forget_all();
                self.root = Root::Unreadable {
                    error: error.to_string(),
                };
                self.next_scan = self.now().after(self.setup.poll_every);
            }
        }
    }

    /// The folder's file system; `None` where it is away.
    fn root_now(&self) -> io::Result<Option<Ground>> {
        let root = &self.watch.root;
        let ground = match Ground::of(root) {
            Ok(ground) => ground,
            Err(error) if is_away(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        // Under an empty mount point is nothing of the watch's: what it was on is not mounted.
        let expected = self.watch.fs_id.as_ref();
        let is_other = expected.is_some_and(|expected| *expected != ground.key.fs_id);
        if is_other && fs_err::read_dir(root)?.next().is_none() {
            return Ok(None);
        }
        Ok(Some(ground))
    }

    fn arrive(&mut self, ground: Ground) {
        let was_away = matches!(self.root, Root::Gone { .. });
        if self.root.is_here() {
            // Another card, or something mounted over it.
            self.forget_all();
            self.tell(Observation::RootGone {
                watch: self.watch.id,
            });
        }
        if was_away || self.root.is_here() {
            self.tell(Observation::RootBack {
                watch: self.watch.id,
            });
        }
        if let Some(kind) = ground.deaf {
            self.poll_because(format!("{kind} does not tell of what others write"), None);
        }
        self.root = Root::Here {
            ground: Arc::new(ground),
            others: Vec::new(),
        };
        self.load_known();
    }

    fn leave(&mut self) {
        let is_news = !matches!(self.root, Root::Gone { .. });
        let since = match &self.root {
            Root::Gone { since, .. } => *since,
            Root::Unknown | Root::Here { .. } | Root::Unreadable { .. } => (self.setup.clock)(),
        };
        if is_news {
            self.forget_all();
        }
        self.root = Root::Gone {
            since,
            above: above(&self.watch.root),
        };
        let is_deaf = self.root.above().is_none();
        let every = if is_deaf {
            self.setup.poll_every
        } else {
            self.rescan_every()
        };
        self.next_scan = self.now().after(every);
        // It may have come between the look and the watch above it.
        if matches!(self.root_now(), Ok(Some(_))) {
            self.next_scan = self.now();
        }
        if is_news {
            self.tell(Observation::RootGone {
                watch: self.watch.id,
            });
        }
    }

    /// Nothing of what was seen is there any more.
    fn forget_all(&mut self) {
        if let Some(inotify) = &mut self.inotify {
            inotify.forget(b"");
        }
        for place in self.tracker.below(b"") {
            self.tracker.remove(place);
        }
        self.known = known::Known::default();
        self.queued.clear();
        self.renames.clear();
        self.told.clear();
        self.unreadable.clear();
    }

    /// Reads what the journal knows of the files here.
    fn load_known(&mut self) {
        let Root::Here { ground, .. } = &self.root else {
            return;
        };
        let mut root = ground.key.clone();
        if root.path.is_empty() {
            root.path.push(b'/');
        }
        let mut known = known::Known::default();
        let mut passed_over = 0;
        let account = (self.setup.account)(&self.watch.profile);
        let read =
            self.setup
                .journal
                .done_files(self.watch.id, account.as_deref(), &root, |done| {
                    let place = known::Place::of_path(done.fs_id, done.path);
                    known.add(place, &done.stamp);
                    passed_over +=
                        u64::from(done.how == heimdex_client::journal::DoneHow::PassedOver);
                });
        self.remembered(read);
        self.known = known;
        self.passed_over = passed_over;
        let queued = self.setup.journal.queued_below(self.watch.id);
        self.queued = self
            .remembered(queued)
            .unwrap_or_default()
            .into_iter()
            .collect();
    }
}

fn is_away(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Watches an empty mount point, or the nearest folder above the root for the name that leads to it.
fn above(root: &Path) -> Option<Above> {
    let mut inotify = Inotify::new().ok()?;
    let mut wanted = None;
    for folder in root.ancestors() {
        if inotify.watch(folder, b"").is_ok() {
            return Some(Above { inotify, wanted });
        }
        let name = folder.file_name()?;
        wanted = Some(platform::bytes_of(name).to_vec());
    }
    None
}
