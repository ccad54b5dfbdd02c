//! What of a card is on its way: by the daemon's queue and what it sees, else by the journal; and by the server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use heimdex_api::{Open, Timestamp, VideoState};
use heimdex_client::control::{Because, ControlClient, QueueItem, QueueQuery, Reason, WhyQuery};
use heimdex_client::paths::Paths;
use heimdex_client::platform;
use heimdex_client::wipe::{Checked, Finding, ReadBack, Trace, Why};

use crate::commands::{Context, control};
use crate::error::CliError;

/// So many files that are in no queue are asked after one by one; of more the same can be said.
const ASKED_MOST: usize = 200;

/// What is known of files that are not proven yet.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// By their paths within the card.
    files: BTreeMap<Vec<u8>, Way>,
    /// Bytes that go before the last of them arrives.
    pub(super) left_bytes: u64,
    /// How fast that goes, of late.
    pub(super) bytes_per_second: u64,
    /// When the last of them is there, where that can be said.
    pub(super) done_at: Option<Timestamp>,
    /// The server is reading some of them back.
    is_read_back: bool,
    /// Whether the daemon runs; `None` where it makes no difference.
    pub(super) is_running: Option<bool>,
}

/// What of one file.
#[derive(Debug, Clone)]
pub(in crate::commands) enum Way {
    /// It moves by itself, for this reason where the daemon has it.
    Moving(u64, Option<Because>),
    /// Nothing comes of it unless somebody does something.
    Held(u64, Because),
}

/// Whether waiting makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outlook {
    /// The answer is known: whatever arrives, it is a no.
    Known,
    /// Something that is missing is on its way.
    Moving,
    /// Nothing is.
    Still,
}

impl Ways {
    /// Looks for what is not proven.
    pub(super) async fn find(context: &Context<'_>, checked: &Checked) -> Result<Self, CliError> {
        let pending: Vec<&Finding> = checked
            .verdict
            .findings
            .iter()
            .filter(|finding| may_come(&finding.why))
            .collect();
        let mut ways = Self::default();
        if pending.is_empty() {
            return Ok(ways);
        }
        for finding in &pending {
            if is_at_server(&finding.why) {
                let way = Way::Moving(finding.size.unwrap_or(0), None);
                ways.files.insert(finding.path.clone(), way);
                ways.is_read_back |= matches!(finding.why, Why::NotReady { .. });
            }
        }
        let card = std::path::absolute(&checked.folder)
            .and_then(fs_err::canonicalize)
            .unwrap_or_else(|_| checked.folder.clone());
        match control::daemon(context).await {
            Ok(Some(client)) => ways.of_daemon(context, &client, &card, &pending).await,
            Ok(None) => ways.of_journal(context, &card, &pending),
            // A daemon that cannot be asked is none: what the server says holds all the same.
            Err(error) => {
                tracing::debug!(error = %error, "the daemon cannot be asked what is on its way");
                Ok(())
            }
        }?;
        Ok(ways)
    }

    /// What is known of a file.
    pub(super) fn of(&self, path: &[u8]) -> Option<&Way> {
        self.files.get(path)
    }

    /// Files that move, and their bytes.
    pub(super) fn moving(&self) -> (u64, u64) {
        self.count(|way| match way {
            Way::Moving(bytes, _) => Some(*bytes),
            Way::Held(..) => None,
        })
    }

    /// Whether the daemon or the server says of something that it moves, and not only what has arrived of it.
    pub(super) fn is_told(&self) -> bool {
        let mut ways = self.files.values();
        ways.any(|way| matches!(way, Way::Moving(_, Some(_)))) || self.is_read_back
    }

    /// Files that need somebody, and their bytes.
    pub(super) fn held(&self) -> (u64, u64) {
        self.count(|way| match way {
            Way::Moving(..) => None,
            Way::Held(bytes, _) => Some(*bytes),
        })
    }

    fn count(&self, bytes: impl Fn(&Way) -> Option<u64>) -> (u64, u64) {
        let counted = self.files.values().filter_map(bytes);
        counted.fold((0, 0), |(files, sum), bytes| {
            (files + 1, sum.saturating_add(bytes))
        })
    }

    /// Whether waiting makes sense.
    pub(super) fn outlook(&self, checked: &Checked) -> Outlook {
        let mut findings = checked.verdict.findings.iter();
        let is_lost = |finding: &Finding| {
            !may_come(&finding.why) || matches!(self.of(&finding.path), Some(Way::Held(..)))
        };
        if findings.any(is_lost) {
            Outlook::Known
        } else if self.moving().0 > 0 {
            Outlook::Moving
        } else {
            Outlook::Still
        }
    }

    async fn of_daemon(
        &mut self,
        context: &Context<'_>,
        client: &ControlClient,
        card: &Path,
        pending: &[&Finding],
    ) -> Result<(), CliError> {
        self.is_running = Some(true);
        let items = client.queue(&QueueQuery::default()).await?.items;
        let status = client.status().await?;
        self.bytes_per_second = status.pace.bytes_per_second;
        let mut by_path: BTreeMap<PathBuf, &QueueItem> = BTreeMap::new();
        let profile = &context.settings.profile_name;
        for item in items.iter().filter(|item| item.profile == *profile) {
            by_path
                .entry(item.path.as_path().to_owned())
                .or_insert(item);
        }
        let mut asked = 0;
        let mut last = None;
        for finding in pending {
            let path = card.join(platform::as_name(&finding.path));
            let bytes = finding.size.unwrap_or(0);
            let because = if let Some(item) = by_path.get(&path) {
                last = last.max(items.iter().position(|other| other.id == item.id));
                item.state.clone()
            } else if asked < ASKED_MOST && !is_at_server(&finding.why) {
                asked += 1;
                let query = WhyQuery {
                    path: Some(path.into()),
                    ..WhyQuery::default()
                };
                client.why(&query).await?.verdict
            } else {
                continue;
            };
            if let Some(way) = Way::of(bytes, because) {
                self.files.insert(finding.path.clone(), way);
            }
        }
        let before = last.map_or(0, |last| last + 1);
        self.left_bytes = items
            .iter()
            .take(before)
            .map(|item| item.size_bytes.saturating_sub(item.acknowledged_bytes))
            .sum();
        if self.bytes_per_second > 0 && before > 0 {
            let seconds = self.left_bytes / self.bytes_per_second;
            let now = crate::clock::now();
            self.done_at = Some(now.saturating_add(Duration::from_secs(seconds)));
        }
        Ok(())
    }

    /// Nothing of the queue moves while the daemon does not run.
    fn of_journal(
        &mut self,
        context: &Context<'_>,
        card: &Path,
        pending: &[&Finding],
    ) -> Result<(), CliError> {
        let journal = context.settings.paths.as_ref().map(Paths::journal);
        if !journal.is_some_and(|journal| journal.is_file()) {
            return Ok(());
        }
        let queued = control::journal(context)?.queued(Some(&context.settings.profile_name))?;
        for finding in pending {
            let path = card.join(platform::as_name(&finding.path));
            let Some(ahead) = queued.iter().position(|file| file.path == path) else {
                continue;
            };
            self.is_running = Some(false);
            let mut because = Because::from(Reason::Queued {
                lane: queued[ahead].lane,
                ahead: ahead as u64,
            });
            because.say(&context.moment);
            let way = Way::Held(finding.size.unwrap_or(0), because);
            self.files.insert(finding.path.clone(), way);
        }
        Ok(())
    }
}

impl Way {
    /// What the daemon's reason means for who waits; `None` where it says nothing of the kind.
    fn of(bytes: u64, because: Because) -> Option<Self> {
        Some(match &because.because {
            Reason::Growing { .. }
            | Reason::Recording { .. }
            | Reason::Copying { .. }
            | Reason::Settling { .. }
            | Reason::OpenForWriting { .. }
            | Reason::LockedBySibling { .. }
            | Reason::UnitNotFinished { .. }
            | Reason::Settled { .. }
            | Reason::Queued { .. }
            | Reason::LimitedToNothing { .. }
            | Reason::Paused { until: Some(_), .. }
            | Reason::HeldUp {
                next_try_at: Some(_),
                ..
            }
            | Reason::Delayed { .. }
            | Reason::SentElsewhere { .. }
            | Reason::ChangedWhileQueued
            | Reason::Hashing { .. }
            | Reason::Sending { .. }
            | Reason::Completing
            | Reason::NotLookedAt => Self::Moving(bytes, Some(because)),
            Reason::Paused { until: None, .. }
            | Reason::HeldUp {
                next_try_at: None, ..
            }
            | Reason::Failed { .. }
            | Reason::Cancelled { .. }
            | Reason::NoSuchProfile { .. }
            | Reason::Unreadable { .. }
            | Reason::RootGone { .. }
            | Reason::ExistedBefore { .. }
            | Reason::LooksCutOff { .. } => Self::Held(bytes, because),
            Reason::NotWatched
            | Reason::Watched { .. }
            | Reason::Included { .. }
            | Reason::Excluded { .. }
            | Reason::NotIncluded
            | Reason::TooSmall { .. }
            | Reason::NotAFile { .. }
            | Reason::Missing
            | Reason::Stored { .. }
            | Reason::SameAs { .. }
            | Reason::AwaitingProof { .. }
            | Reason::Trashed { .. }
            | Reason::ChangedSince { .. }
            | Reason::Deleted { .. }
            | Reason::MovedTo { .. }
            | Reason::Unknown => return None,
        })
    }
}

/// Whether time alone may mend it.
fn may_come(why: &Why) -> bool {
    match why {
        Why::NotStored(trace) => matches!(
            trace,
            Trace::Unknown | Trace::Arriving { .. } | Trace::Differs { .. }
        ),
        Why::NotRead(read) => !matches!(read, ReadBack::Unreadable(_)),
        Why::NotReady { state, .. } => is_worked_on(state.as_ref()),
        Why::NotAsked => true,
        Why::NoFiles
        | Why::Obstacle(_)
        | Why::NotInStore { .. }
        | Why::NotVerified { .. }
        | Why::OnlyCached { .. }
        | Why::NotReread { .. }
        | Why::Manifest { .. } => false,
    }
}

/// Whether the server has it, or some of it, and goes on by itself.
fn is_at_server(why: &Why) -> bool {
    match why {
        Why::NotReady { state, .. } => is_worked_on(state.as_ref()),
        Why::NotStored(trace) => matches!(trace, Trace::Arriving { .. }),
        _ => false,
    }
}

fn is_worked_on(state: Option<&Open<VideoState>>) -> bool {
    let state = state.and_then(Open::known);
    matches!(state, Some(VideoState::Validating | VideoState::Processing))
}
