//! Uploads and downloads of this process: who goes next, how far each is, and what is done when one ends.
//!
//! Every file goes through four honest stages: sent part by part, stored, verified, ready.

mod acts;
mod runs;
mod transfer;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use heimdex_api::video::VideoResponse;
use heimdex_api::{VideoId, VideoState};
use heimdex_client::ErrorClass;
use heimdex_client::control::ItemId;
use heimdex_client::transfer::Progress;

use super::message::{Collected, Effect, Moved, Trouble};

pub(crate) use transfer::{SECONDS, Standing, Then, Transfer, Way};
pub(super) use transfer::{average, push};

/// Runs of uploads, and downloads, that go at once; each has several parts or files in flight.
const AT_ONCE: usize = 2;
/// Files that the daemon brought, of which the stages are shown.
const BY_DAEMON_MOST: usize = 50;
/// How often those that the server works on are asked after while it tells by itself, in seconds.
const NET: u8 = 15;
/// Videos that are asked after at once.
const FOLLOWED: usize = 50;

/// All of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transfers {
    /// In the order in which they go.
    pub(crate) list: Vec<Transfer>,
    /// The row under the cursor.
    pub(crate) cursor: usize,
    /// Bytes of each of the last seconds, of all.
    pub(crate) rates: VecDeque<u64>,
    /// What holds uploads back, as it was typed.
    pub(crate) limit: Option<String>,
    /// Rows behind the list: the daemon's queue.
    pub(crate) beyond: usize,
    /// Bytes that the daemon moved in the last second.
    pub(crate) beyond_rate: u64,
    /// Files that the daemon sends, as far as it is known.
    pub(crate) beyond_sending: u64,
    /// Files of an upload that are not stored yet, by its number.
    open: BTreeMap<u64, usize>,
    next: u64,
    /// Whether the server is away: nothing begins, and what waits goes on when it is back.
    pub(crate) is_away: bool,
    is_ticking: bool,
    is_following: bool,
    /// Seconds until those that the server works on are asked after, while it tells by itself.
    net: u8,
}

impl Transfers {
    /// The next number of a transfer or an upload.
    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Files that were found for an upload.
    pub(crate) fn collected(&mut self, batch: u64, collected: &Collected) -> Vec<Effect> {
        let first = self.list.len();
        for (file, (name, size, path)) in collected.files.iter().enumerate() {
            let way = Way::Up {
                batch,
                file,
                path: path.clone(),
            };
            self.push(way, name.clone(), *size);
        }
        if !collected.files.is_empty() {
            self.open.insert(batch, collected.files.len());
            // Whoever asked for them goes on with the first one.
            self.cursor = first;
        }
        self.start()
    }

    /// A video to fetch.
    pub(crate) fn fetch(&mut self, video: VideoId, name: String, size: u64) {
        let is_there =
            |transfer: &Transfer| transfer.way == Way::Down { video } && transfer.is_open();
        if !self.list.iter().any(is_there) {
            self.push(Way::Down { video }, name, size);
        }
    }

    /// A file that the daemon brought goes on through its stages here.
    pub(crate) fn sent_by_daemon(
        &mut self,
        item: ItemId,
        name: String,
        size: u64,
        video: Option<VideoId>,
        already: bool,
    ) {
        let of_daemon = |transfer: &Transfer| matches!(transfer.way, Way::ByDaemon { .. });
        if self
            .list
            .iter()
            .filter(|transfer| of_daemon(transfer))
            .count()
            >= BY_DAEMON_MOST
            && let Some(oldest) = self.list.iter().position(of_daemon)
        {
            self.remove(oldest);
        }
        self.push(Way::ByDaemon { item }, name, size);
        // What the server told of it before went past.
        self.net = 0;
        if let Some(transfer) = self.list.last_mut() {
            (transfer.standing, transfer.video) = (Standing::Stored, video);
            (transfer.safe, transfer.counted) = (size, size);
            transfer.why = already.then(|| "the server had it already".to_owned());
        }
    }

    /// Takes one off the list; the cursor stays where it is.
    pub(super) fn remove(&mut self, at: usize) {
        self.list.remove(at);
        if at < self.cursor {
            self.cursor -= 1;
        }
    }

    fn push(&mut self, way: Way, name: String, size: u64) {
        if self.beyond > 0 && self.cursor >= self.list.len() {
            // The cursor stays on its file of the daemon's queue.
            self.cursor += 1;
        }
        let id = self.number();
        self.list.push(Transfer {
            id,
            way,
            name,
            size,
            standing: Standing::Waiting,
            run: 0,
            safe: 0,
            under_way: 0,
            why: None,
            video: None,
            rates: VecDeque::new(),
            counted: 0,
        });
    }

    /// A step of one.
    pub(crate) fn progress(&mut self, id: u64, step: Progress) {
        let Some(transfer) = self.list.iter_mut().find(|transfer| transfer.id == id) else {
            return;
        };
        match step {
            Progress::Hashing { bytes, total } => {
                let percent = bytes.saturating_mul(100).checked_div(total).unwrap_or(100);
                transfer.why = Some(format!("reading it first, {percent}%"));
            }
            Progress::Changed => {
                transfer.safe = 0;
                transfer.why = Some("it has other bytes than before: begun anew".into());
            }
            Progress::Planned { total, already } => {
                (transfer.size, transfer.safe, transfer.why) = (total, already, None);
                transfer.counted = already;
            }
            Progress::Acknowledged { bytes } => {
                (transfer.safe, transfer.under_way, transfer.why) = (bytes, 0, None);
            }
            Progress::UnderWay { bytes } => transfer.under_way = bytes,
            Progress::Retrying { wait, why } => {
                let wait = wait.as_secs();
                transfer.why = Some(format!("again in {wait} s: {why}"));
            }
            Progress::Completing => transfer.why = Some("putting it together".into()),
        }
    }

    /// One ended. What else is to be done, and its name with what went wrong, if anything did.
    pub(crate) fn moved(&mut self, id: u64, result: Result<Moved, Trouble>) -> Vec<Effect> {
        let Some(at) = self.list.iter().position(|transfer| transfer.id == id) else {
            return Vec::new();
        };
        let transfer = &mut self.list[at];
        (transfer.under_way, transfer.why) = (0, None);
        let then = match transfer.standing {
            Standing::Stopping { then } => Some(then),
            _ => None,
        };
        let mut effects = Vec::new();
        match (result, then) {
            (Ok(Moved::Stored { video, already }), _) => {
                transfer.video = Some(video);
                transfer.safe = transfer.size;
                transfer.standing = Standing::Stored;
                // What was told of it before that was known went past.
                self.net = 0;
                transfer.why = already.then(|| "the server had it already".to_owned());
                if let Way::Up { batch, .. } = transfer.way {
                    effects.extend(self.one_stored(batch));
                }
            }
            (Ok(Moved::Fetched { path }), _) => {
                transfer.safe = transfer.size;
                transfer.standing = Standing::Here(path);
            }
            (_, Some(Then::Gone)) => {
                self.remove(at);
            }
            (Ok(Moved::Stopped), _) | (Err(_), Some(Then::Paused)) => {
                transfer.standing = Standing::Paused;
            }
            // It goes on by itself.
            (Err(trouble), None) if trouble.class == ErrorClass::Unreachable => {
                transfer.standing = Standing::Waiting;
                self.is_away = true;
            }
            (Err(trouble), None) => transfer.standing = Standing::Failed(trouble),
        }
        self.clamp();
        effects.extend(self.start());
        effects
    }

    /// Counts a stored file; the last one ends its upload.
    fn one_stored(&mut self, batch: u64) -> Option<Effect> {
        let left = self.open.get_mut(&batch)?;
        *left -= 1;
        if *left > 0 {
            return None;
        }
        self.open.remove(&batch);
        Some(Effect::Finish(batch))
    }

    /// How a video stands now; whether anything is another.
    pub(crate) fn take(&mut self, video: &VideoResponse) -> bool {
        let mut changed = false;
        let own = self.list.iter_mut().filter(|transfer| {
            transfer.video == Some(video.video_id)
                && matches!(transfer.standing, Standing::Stored | Standing::Verified)
        });
        for transfer in own {
            if let (0, Some(size)) = (transfer.size, video.size_bytes) {
                (transfer.size, transfer.safe, transfer.counted) = (size, size, size);
                changed = true;
            }
            let standing = match video.state.known() {
                Some(VideoState::Indexed) => Standing::Ready,
                Some(VideoState::Failed) => Standing::Failed(Trouble {
                    text: video
                        .error_text
                        .clone()
                        .unwrap_or_else(|| "it failed".into()),
                    hint: None,
                    class: ErrorClass::Failed,
                }),
                Some(VideoState::Processing) if video.verified_at.is_some() => Standing::Verified,
                _ => continue,
            };
            changed |= standing != transfer.standing;
            transfer.standing = standing;
        }
        changed
    }

    /// Whether seconds are to be counted from now on, and are not yet.
    pub(crate) fn wants_ticks(&mut self) -> bool {
        // Until the rate has come down to nothing: the last one would stay on the screen.
        let is_moving = self.is_moving() || self.beyond_sending > 0 || self.rate() > 0;
        let is_busy = is_moving || !self.unfinished().is_empty();
        let wants = !self.is_ticking && is_busy;
        self.is_ticking |= wants;
        wants
    }

    /// A second has passed: rates are counted, and those that the server works on are asked after.
    pub(crate) fn second(&mut self, is_live: bool) -> Option<Effect> {
        self.is_ticking = false;
        let mut all = 0;
        for transfer in &mut self.list {
            let moved = transfer.safe + transfer.under_way;
            let now = moved.saturating_sub(transfer.counted);
            transfer.counted = moved.max(transfer.counted);
            if transfer.is_running() || now > 0 {
                push(&mut transfer.rates, now);
            } else {
                transfer.rates.clear();
            }
            all += now;
        }
        push(&mut self.rates, all + self.beyond_rate);
        let videos = self.unfinished();
        if self.is_following || videos.is_empty() {
            return None;
        }
        if is_live && self.net > 0 {
            self.net -= 1;
            return None;
        }
        (self.is_following, self.net) = (true, NET);
        Some(Effect::Follow(videos))
    }

    /// They are asked after in a second, whatever is told.
    pub(crate) fn ask_soon(&mut self) {
        self.net = 0;
    }

    /// The answer is here: they may be asked after again.
    pub(crate) fn followed(&mut self) {
        self.is_following = false;
    }

    fn unfinished(&self) -> Vec<VideoId> {
        let waiting = self
            .list
            .iter()
            .filter(|transfer| matches!(transfer.standing, Standing::Stored | Standing::Verified));
        waiting
            .filter_map(|transfer| transfer.video)
            .take(FOLLOWED)
            .collect()
    }

    /// Whether bytes move.
    pub(crate) fn is_moving(&self) -> bool {
        self.list.iter().any(Transfer::is_running)
    }

    /// Transfers that would stop with this process.
    pub(crate) fn open(&self) -> usize {
        self.list
            .iter()
            .filter(|transfer| transfer.is_open())
            .count()
    }

    /// Files that are to be sent and are not stored, for another process to go on with.
    pub(crate) fn open_uploads(&self) -> Vec<(u64, PathBuf)> {
        let open = self.list.iter().filter(|transfer| transfer.is_open());
        let paths = open.filter_map(|transfer| match &transfer.way {
            Way::Up { batch, path, .. } => Some((*batch, path.clone())),
            Way::Down { .. } | Way::ByDaemon { .. } => None,
        });
        paths.collect()
    }

    /// Bytes a second, of all, of late.
    pub(crate) fn rate(&self) -> u64 {
        average(&self.rates)
    }

    /// Bytes that are still to be moved.
    pub(crate) fn left(&self) -> u64 {
        let open = self.list.iter().filter(|transfer| transfer.is_open());
        open.map(|transfer| transfer.size.saturating_sub(transfer.safe))
            .sum()
    }

    pub(super) fn clamp(&mut self) {
        let rows = self.list.len() + self.beyond;
        self.cursor = self.cursor.min(rows.saturating_sub(1));
    }
}
