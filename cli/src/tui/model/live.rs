//! What the server tells as it happens, and the looks that are the net below it.
//!
//! What is held is changed at once; what only the server can tell, such as where in the list something new stands, is
//! asked for a little later, once for however much happened meanwhile.

use std::time::Duration;

use heimdex_api::event::{DeletedEvent, JobEvent, UploadEvent, VideoEvent};
use heimdex_api::video::{JobResponse, VideoResponse};
use heimdex_api::{JobState, VideoId};
use heimdex_client::events::Happened;

use super::library::Rows;
use super::lists::asked;
use super::message::{Effect, Live, Timer};
use super::{Anchor, Link, Model, View};

/// How often the list is compared with the server's while nothing is told.
const POLL: Duration = Duration::from_secs(5);
/// So many of those are left out while it is.
const QUIET: u8 = 12;
/// The stage that makes posters.
const POSTERS: &str = "thumbnail";
/// How long changes gather before a look at the list.
const LOOK: Duration = Duration::from_millis(500);

/// How the library is kept as the server has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Feed {
    /// Counts streams: what an earlier one told is not listened to.
    number: u64,
    /// Whether it is told what happens.
    pub(super) is_live: bool,
    is_polling: bool,
    is_look_due: bool,
    /// Looks that were left out since the last one.
    quiet: u8,
}

impl Model {
    /// Listens to the server from now on.
    pub(super) fn listen(&mut self) -> Effect {
        self.feed.number += 1;
        self.feed.is_live = false;
        Effect::Listen(self.feed.number)
    }

    /// Something of the stream of that number.
    pub(super) fn live(&mut self, number: u64, live: Live) -> Vec<Effect> {
        if number != self.feed.number || self.link == Link::LoggedOut {
            return Vec::new();
        }
        match live {
            Live::There => {
                self.feed.is_live = true;
                self.reached();
                // Of those that were made meanwhile nothing was told.
                self.ask_for_posters_again();
                self.look_soon().into_iter().collect()
            }
            Live::Happened(happened) => {
                self.heard_from();
                self.happened(happened)
            }
            Live::Away(trouble) => {
                self.feed.is_live = false;
                self.heard(&trouble);
                Vec::new()
            }
            Live::Never => {
                self.feed.is_live = false;
                Vec::new()
            }
        }
    }

    fn happened(&mut self, happened: Happened) -> Vec<Effect> {
        let is_of_rows = matches!(happened, Happened::Video(_) | Happened::Deleted(_));
        let is_crossed = is_of_rows && (self.library.is_comparing || self.library.is_loading);
        let mut effects = self.taken_in(happened);
        // What is on its way may have been read before it.
        if is_crossed {
            effects.extend(self.look_soon());
        }
        effects
    }

    fn taken_in(&mut self, happened: Happened) -> Vec<Effect> {
        match happened {
            Happened::Video(event) => {
                let VideoEvent {
                    video_id,
                    video,
                    changed,
                    ..
                } = *event;
                match video {
                    Some(video) => self.learnt(&video, !changed.is_empty()),
                    None => self.purged(video_id),
                }
            }
            Happened::Upload(event) => self.received(&event),
            Happened::Job(event) => self.worked(event),
            Happened::Deleted(event) => self.thrown_away(&event),
            Happened::Reset(_) => self.read_again(),
        }
    }

    /// A video is so by now.
    fn learnt(&mut self, video: &VideoResponse, is_edited: bool) -> Vec<Effect> {
        if self.take_in_transfers(video) {
            self.stale_in(View::Transfers);
        }
        let id = video.video_id;
        let was = self.selected_id();
        let row = self.library.window.row(id).cloned();
        let is_another = self.library.take(video);
        let mut effects = self.after_rows_changed(was);
        if is_another {
            self.stale_in(View::Library);
            effects.extend(self.keep_later());
        }
        let is_elsewhere = match &row {
            Some(row) => self.library.filter.may_move(row, video),
            None => !self.library.filter.excludes(video),
        };
        if is_elsewhere {
            effects.extend(self.look_soon());
        }
        let is_other = is_edited || row.is_some_and(|row| row.state != video.state);
        if is_other && self.library.is_open && self.selected_id() == Some(id) {
            effects.extend(self.changed_below(id));
        }
        effects
    }

    /// A video is none of the list any more.
    fn gone(&mut self, video: VideoId) -> Vec<Effect> {
        let was = self.selected_id();
        let library = &mut self.library;
        library.marks.remove(&video);
        library.known.forget(video);
        library.whole.take_if(|whole| whole.video.video_id == video);
        let is_another = library.window.remove(video);
        let mut effects = self.after_rows_changed(was);
        if is_another {
            self.stale_in(View::Library);
            effects.extend(self.keep_later());
        }
        effects
    }

    fn thrown_away(&mut self, event: &DeletedEvent) -> Vec<Effect> {
        if !event.purged && self.library.filter.wants_deleted() {
            return self.look_soon().into_iter().collect();
        }
        if event.purged {
            return self.purged(event.video_id);
        }
        self.gone(event.video_id)
    }

    /// It is gone for good, and so is what it looked like.
    fn purged(&mut self, video: VideoId) -> Vec<Effect> {
        let mut effects = self.gone(video);
        effects.push(self.forget_posters(vec![video]));
        effects
    }

    /// Bytes of an upload arrived.
    fn received(&mut self, event: &UploadEvent) -> Vec<Effect> {
        let window = &mut self.library.window;
        if window.received(event.video_id, event.bytes_received) {
            self.stale_in(View::Library);
        }
        Vec::new()
    }

    /// A job of a video began, got on, or ended.
    fn worked(&mut self, event: JobEvent) -> Vec<Effect> {
        let is_over = !matches!(
            event.state.known(),
            Some(JobState::Pending | JobState::Running)
        );
        let video = event.video_id;
        if is_over && event.stage == POSTERS {
            self.pictures.renew(video);
            self.stale_in(View::Library);
        }
        let whole = self.library.whole.as_mut();
        let Some(whole) = whole.filter(|whole| whole.video.video_id == video) else {
            return Vec::new();
        };
        let jobs = &mut whole.status.jobs;
        match jobs.iter_mut().find(|job| job.job_id == event.job_id) {
            Some(job) => {
                job.state = event.state;
                job.progress = event.progress;
                job.error_text = event.error_text;
            }
            None => jobs.push(job(event)),
        }
        self.stale_in(View::Library);
        // What it found out is part of the video.
        if is_over && self.library.is_open && self.selected_id() == Some(video) {
            return self.changed_below(video).into_iter().collect();
        }
        Vec::new()
    }

    /// Events are missing: what is shown is read anew.
    fn read_again(&mut self) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.library.again().map(asked).into_iter().collect();
        if let Some(video) = self.selected_id().filter(|_| self.library.is_open) {
            effects.extend(self.ask_about(video));
        }
        self.transfers.ask_soon();
        self.ask_for_posters_again();
        effects
    }

    fn selected_id(&self) -> Option<VideoId> {
        self.library.window.selected().map(|video| video.video_id)
    }

    /// Rows came or went: the next page, and all about what is under the cursor now.
    fn after_rows_changed(&mut self, was: Option<VideoId>) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.library.more().map(asked).into_iter().collect();
        if self.selected_id() != was {
            effects.extend(self.look_later());
        }
        effects
    }

    /// A look at the list, once for all that happens within a while.
    fn look_soon(&mut self) -> Option<Effect> {
        if self.feed.is_look_due {
            return None;
        }
        self.feed.is_look_due = true;
        Some(Effect::After(LOOK, Timer::Look))
    }

    pub(super) fn look_is_due(&mut self) -> Vec<Effect> {
        self.feed.is_look_due = false;
        if self.link == Link::LoggedOut {
            return Vec::new();
        }
        if self.library.is_comparing || self.library.is_loading {
            return self.look_soon().into_iter().collect();
        }
        self.look()
    }

    /// Compares what is held with what the server has.
    pub(super) fn look(&mut self) -> Vec<Effect> {
        let library = &mut self.library;
        // What failed at the beginning, and what something else stands in for, is asked for anew.
        let is_there = library.trouble.is_none() && library.rows == Rows::Told;
        let ask = if library.is_loading || library.is_comparing {
            None
        } else if !is_there {
            Some(library.begin(Anchor::Start))
        } else if matches!(self.link, Link::Offline(_)) {
            // Whether it is back is to be heard, wherever in the list somebody is.
            library.compare().or_else(|| library.again())
        } else {
            library.compare()
        };
        let mut effects: Vec<Effect> = ask.map(asked).into_iter().collect();
        effects.extend(self.library.more().map(asked));
        effects
    }

    pub(super) fn poll_later(&mut self) -> Option<Effect> {
        if self.feed.is_polling || self.link == Link::LoggedOut {
            return None;
        }
        self.feed.is_polling = true;
        Some(Effect::After(POLL, Timer::Poll))
    }

    pub(super) fn poll(&mut self) -> Vec<Effect> {
        self.feed.is_polling = false;
        let mut effects: Vec<Effect> = self.poll_later().into_iter().collect();
        if self.link == Link::LoggedOut {
            return effects;
        }
        if self.feed.is_live {
            self.feed.quiet += 1;
            if self.feed.quiet < QUIET {
                return effects;
            }
        }
        self.feed.quiet = 0;
        effects.extend(self.look());
        if let Some(video) = self.library.unfinished() {
            effects.extend(self.ask_about(video));
        }
        effects
    }
}

fn job(event: JobEvent) -> JobResponse {
    JobResponse {
        job_id: event.job_id,
        stage: event.stage,
        state: event.state,
        progress: event.progress,
        error_text: event.error_text,
        started_at: Some(event.at),
        finished_at: None,
    }
}

#[cfg(test)]
pub(super) mod tests;
