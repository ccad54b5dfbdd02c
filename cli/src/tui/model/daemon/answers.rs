//! What the daemon's answers and news do to the model.

use heimdex_api::VideoId;
use heimdex_client::control::{ItemId, LocalPath, Reason};

use super::{Known, WipingIs};
use crate::tui::model::message::{Effect, Looked, News, Told};
use crate::tui::model::overlay::Overlay;
use crate::tui::model::{Model, Tone, View};

impl Model {
    /// What came of what the daemon was asked.
    pub(in crate::tui::model) fn daemon_told(&mut self, told: Told) -> Vec<Effect> {
        match told {
            Told::Looked(looked) => self.looked(looked),
            Told::Done(Ok(sentence)) => {
                self.say(Tone::Good, sentence);
                self.look_at_daemon().into_iter().collect()
            }
            Told::Watching(Ok(lines)) => {
                for line in &lines {
                    self.note(Tone::Good, line.clone());
                }
                self.overlay = Some(Overlay::Lines("Watched".into(), lines, 0));
                self.is_stale = true;
                self.look_at_daemon().into_iter().collect()
            }
            Told::Done(Err(trouble)) | Told::Watching(Err(trouble)) => {
                self.daemon.leaving.clear();
                // It is the daemon that failed, and not the server.
                self.complain_of_daemon(&trouble);
                self.look_at_daemon().into_iter().collect()
            }
            Told::Wiped(number, answer) => {
                let now = self.moment.now;
                let mut effect = None;
                if let Some(wiping) = &mut self.daemon.wiping
                    && wiping.number == number
                {
                    wiping.is = match answer {
                        Ok(Some(answer)) => WipingIs::Answered(now, Box::new(answer)),
                        Ok(None) => WipingIs::Stopped,
                        Err(trouble) => WipingIs::Trouble(trouble),
                    };
                    effect = self.hold_yes();
                    self.tell_of_wiping();
                }
                self.is_stale |= self.view == View::Watches;
                effect.into_iter().collect()
            }
        }
    }

    /// Says in the log what came of it: who looks elsewhere meanwhile finds it there.
    fn tell_of_wiping(&mut self) {
        let Some(wiping) = &self.daemon.wiping else {
            return;
        };
        let (tone, text) = match &wiping.is {
            WipingIs::Answered(_, answer) if answer.is_safe => {
                (Tone::Good, answer.headline.clone())
            }
            WipingIs::Answered(_, answer) => (Tone::Bad, answer.headline.clone()),
            WipingIs::Trouble(trouble) => (Tone::Bad, trouble.text.clone()),
            WipingIs::OnItsWay(_)
            | WipingIs::Stopping
            | WipingIs::Stopped
            | WipingIs::WasSafe(..) => return,
        };
        if self.view == View::Watches {
            self.note(tone, text);
        } else {
            self.say(tone, text);
        }
    }

    fn looked(&mut self, looked: Looked) -> Vec<Effect> {
        self.daemon.is_asking = false;
        let selected = self.queued().map(|item| item.id);
        let (known, is_part_new) = match looked {
            Looked::Here { status, queue } => {
                let is_new =
                    queue.is_some_and(|(offset, list)| self.daemon.queue.take(offset, list));
                (Known::Here(status), is_new)
            }
            Looked::Absent(watches) => (Known::Absent(watches), false),
            Looked::Trouble(trouble) => (Known::Trouble(trouble), false),
        };
        let was_here = self.daemon.is_here();
        let is_new = self.daemon.take(known) || is_part_new;
        if !self.daemon.is_here() {
            self.daemon.queue.clear();
        }
        self.daemon.keep_leaving();
        self.doubt_yes();
        self.tell_of_daemon(was_here);
        self.keep_queued(selected);
        let is_settling = self
            .daemon
            .watch()
            .is_some_and(|watch| !watch.waiting.is_empty());
        let is_seen = match self.view {
            // What waits says until when: such words grow old.
            View::Watches => is_new || is_settling,
            View::Transfers => is_new,
            View::Library | View::Upload | View::Account | View::Log => false,
        };
        self.is_stale |= is_seen;
        if std::mem::take(&mut self.daemon.is_to_be_asked_again) {
            return self.look_at_daemon().into_iter().collect();
        }
        self.look_farther()
    }

    /// Writes into the log that it came or went.
    fn tell_of_daemon(&mut self, was_here: bool) {
        match (was_here, &self.daemon.known) {
            (true, Known::Absent(_)) => self.note(Tone::Bad, "the daemon has stopped".into()),
            (true, Known::Trouble(trouble)) => {
                let text = trouble.text.clone();
                self.note(Tone::Bad, text);
            }
            (false, Known::Here(status)) => {
                let text = format!("heimdexd {} answers", status.daemon.version);
                self.note(Tone::Good, text);
            }
            _ => {}
        }
    }

    /// The cursor stays on its file of the queue, and within what there is.
    fn keep_queued(&mut self, selected: Option<ItemId>) {
        let own = self.transfers.list.len();
        if let Some(place) = selected.and_then(|id| self.daemon.queue.place(id)) {
            self.transfers.cursor = own + place;
        }
        self.transfers.beyond = self.daemon.queue.total();
        let status = self.daemon.status();
        self.transfers.beyond_sending = status.map_or(0, |status| status.queue.sending.files);
        self.transfers.clamp();
    }

    /// Asks for the part of the queue that the cursor is in, where that is not held.
    pub(in crate::tui::model) fn look_farther(&mut self) -> Vec<Effect> {
        let row = self.transfers.cursor.checked_sub(self.transfers.list.len());
        let is_held = row.is_none_or(|row| self.daemon.queue.reaches(row));
        if self.view != View::Transfers || is_held || !self.daemon.is_here() {
            return Vec::new();
        }
        self.look_at_daemon().into_iter().collect()
    }

    /// Something happened at the daemon.
    pub(in crate::tui::model) fn daemon_news(&mut self, news: News) -> Vec<Effect> {
        match news {
            News::Changed => self.look_at_daemon().into_iter().collect(),
            News::Left {
                item,
                path,
                because,
            } => {
                self.left_queue(item, &path, &because);
                // That something changed is told by itself, once for all that happened.
                self.stale_in(View::Transfers)
            }
            News::Wiping(number, step) => {
                if let Some(wiping) = &mut self.daemon.wiping
                    && wiping.number == number
                    && let WipingIs::OnItsWay(before) = &mut wiping.is
                {
                    *before = step;
                    return self.stale_in(View::Watches);
                }
                Vec::new()
            }
        }
    }

    /// A file is no more in the daemon's queue; one that was stored goes on through its stages among the transfers.
    fn left_queue(&mut self, id: ItemId, path: &LocalPath, because: &Reason) {
        let selected = self.queued().map(|item| item.id);
        if let Reason::Stored { video_id, .. } | Reason::SameAs { video_id, .. } = because {
            let already = matches!(because, Reason::SameAs { .. });
            self.goes_on(id, path, *video_id, already);
        }
        self.daemon.queue.forget(id);
        self.keep_queued(selected);
    }

    fn goes_on(&mut self, id: ItemId, path: &LocalPath, video: VideoId, already: bool) {
        let current = self.daemon.status().map(|status| status.current.iter());
        let current = current.into_iter().flatten().find(|item| item.id == id);
        let item = self.daemon.queue.find(id).or(current);
        // One that came and went between two looks is known by its event alone.
        let is_own = item.is_none_or(|item| item.profile == self.account.place.profile);
        let size = item.map_or(0, |item| item.size_bytes);
        let name = path
            .as_path()
            .file_name()
            .unwrap_or(path.as_path().as_os_str());
        let name = crate::commands::upload::shown(name.as_ref());
        // Another account's videos are not this one's to ask after.
        self.transfers
            .sent_by_daemon(id, name, size, is_own.then_some(video), already);
    }
}
