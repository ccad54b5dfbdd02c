//! What a person does to watches, and to the files of the daemon's queue.

use heimdex_client::bwlimit::Timetable;
use heimdex_client::control::{Place, QueueItem, Reason, WatchId};

use super::{Known, Wiping, WipingIs};
use crate::tui::actions::Action;
use crate::tui::model::input::Input;
use crate::tui::model::message::{Asking, Effect, Order, Trouble, WipeStep};
use crate::tui::model::overlay::{Overlay, Prompt, Question};
use crate::tui::model::{Model, Tone};

/// Tells it to do something, to what people call so.
fn order(order: Order, name: &str) -> Vec<Effect> {
    vec![Effect::Daemon(Asking::Order(order, name.to_owned()))]
}

/// Whether parts of a file may be on their way: it leaves the queue once they are over.
fn may_be_in_flight(item: &QueueItem) -> bool {
    matches!(
        item.state.because,
        Reason::Sending { .. } | Reason::Hashing { .. } | Reason::Completing
    )
}

/// What people call a file of the queue.
fn name_of(item: &QueueItem) -> String {
    let path = item.path.as_path();
    let name = path.file_name().unwrap_or(path.as_os_str());
    crate::commands::upload::shown(name.as_ref())
}

impl Model {
    /// Tells what went wrong with the daemon: it says nothing of the server.
    pub(in crate::tui::model) fn complain_of_daemon(&mut self, trouble: &Trouble) {
        self.say(Tone::Bad, trouble.sentence());
    }

    /// What the actions on watches do.
    pub(in crate::tui::model) fn act_on_watches(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::WatchAdd => {
                self.lay(Overlay::Prompt(Prompt::Watch, Input::default()));
                Vec::new()
            }
            Action::WatchRemove => {
                if let Some((id, _)) = self.daemon.selected() {
                    self.lay(Overlay::Ask(Question::Unwatch(id)));
                }
                Vec::new()
            }
            Action::Rescan => match self.daemon.watch() {
                Some(watch) => order(Order::Rescan(watch.id), &self.daemon.called(watch.id)),
                None => self.without_daemon(),
            },
            Action::WatchPause => match self.daemon.watch() {
                Some(watch) => self.pause_watch(watch.id),
                None => self.without_daemon(),
            },
            Action::PauseAll => match self.daemon.status() {
                Some(status) if status.paused.is_some() => order(Order::Resume(None), ""),
                Some(_) => order(Order::Pause(None), ""),
                None => self.without_daemon(),
            },
            Action::Wipe => self.wipe(),
            Action::WatchLimit => match self.daemon.selected() {
                Some((id, _)) => self.ask_for_limit(id),
                None => self.without_daemon(),
            },
            Action::MoreDown => {
                crate::tui::screens::scroll_watch(self);
                Vec::new()
            }
            Action::MoreUp => {
                self.daemon.scroll = self.daemon.scroll.saturating_sub(1);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Says why nothing came of it.
    fn without_daemon(&mut self) -> Vec<Effect> {
        match &self.daemon.known {
            Known::Absent(_) => {
                let text = "the daemon is not running; `heimdex daemon start` starts it";
                self.say(Tone::Bad, text);
            }
            Known::Trouble(trouble) => {
                let trouble = trouble.clone();
                self.complain_of_daemon(&trouble);
            }
            Known::Unasked | Known::Here(_) => self.say(Tone::Bad, "no folder is watched here"),
        }
        Vec::new()
    }

    /// Asks whether the folder under the cursor may be wiped, or ends that question.
    fn wipe(&mut self) -> Vec<Effect> {
        let Some((watch, folder)) = self.daemon.selected() else {
            return self.without_daemon();
        };
        if let Some(wiping) = &mut self.daemon.wiping
            && wiping.is_open()
        {
            wiping.is = WipingIs::Stopping;
            return vec![Effect::Daemon(Asking::StopWiping(wiping.number))];
        }
        let profile = match &self.daemon.known {
            Known::Absent(watches) => {
                let watch = watches.iter().find(|known| known.id == watch);
                watch.map(|watch| watch.profile.clone())
            }
            Known::Unasked | Known::Here(_) | Known::Trouble(_) => {
                self.daemon.watch().map(|watch| watch.profile.clone())
            }
        };
        let number = self.transfers.number();
        self.daemon.scroll = 0;
        self.daemon.wiping = Some(Wiping {
            number,
            watch,
            folder: folder.clone(),
            is: WipingIs::OnItsWay(WipeStep::default()),
            sight: None,
        });
        vec![Effect::Daemon(Asking::Wipe {
            number,
            folder,
            profile: profile.unwrap_or_default(),
        })]
    }

    /// What is a watch to take of the line? What it takes now is there already.
    fn ask_for_limit(&mut self, id: WatchId) -> Vec<Effect> {
        let now = self.daemon.limit(id).unwrap_or_default();
        let input = Input::of(now);
        self.lay(Overlay::Prompt(Prompt::WatchLimit(id), input))
    }

    /// What a watch may take of the line was typed. A line that is empty changes nothing: a daemon of an earlier
    /// release does not tell what holds now.
    pub(in crate::tui::model) fn limit_watch(
        &mut self,
        prompt: Prompt,
        text: Option<String>,
        input: Input,
    ) -> Vec<Effect> {
        let Prompt::WatchLimit(id) = prompt else {
            return Vec::new();
        };
        if let Some(Err(error)) = text.as_deref().map(str::parse::<Timetable>) {
            self.say(Tone::Bad, error.to_string());
            self.overlay = Some(Overlay::Prompt(prompt, input));
            return Vec::new();
        }
        let Some(text) = text else { return Vec::new() };
        let limit = (text != "off").then_some(text);
        vec![Effect::Daemon(Asking::LimitWatch(id, limit))]
    }

    /// The file of the daemon's queue under the cursor.
    pub(crate) fn queued(&self) -> Option<&QueueItem> {
        let row = self
            .transfers
            .cursor
            .checked_sub(self.transfers.list.len())?;
        self.daemon.queue.get(row)
    }

    /// Whether the cursor is in the daemon's queue.
    pub(in crate::tui::model) fn is_in_queue(&self) -> bool {
        self.transfers.cursor >= self.transfers.list.len() && self.transfers.beyond > 0
    }

    /// What the actions on transfers do to a file of the daemon's queue.
    pub(in crate::tui::model) fn act_on_queued(&mut self, action: Action) -> Vec<Effect> {
        let Some(item) = self.queued() else {
            return Vec::new();
        };
        let (id, watch, name) = (item.id, item.watch, name_of(item));
        match action {
            Action::Pause => self.pause_queued(),
            Action::Cancel => {
                let is_begun = may_be_in_flight(item);
                if is_begun {
                    self.daemon.leaving.insert(id);
                }
                self.did(format!("cancelling `{name}`"), "");
                order(Order::Cancel { item: id, is_begun }, &name)
            }
            // It would leave the queue all the same, once what is in flight is over.
            Action::Retry if self.daemon.leaving.contains(&id) => {
                let text = format!(
                    "`{name}` is on its way out of the queue: try again once it says cancelled"
                );
                self.say(Tone::Bad, text);
                Vec::new()
            }
            Action::Retry => order(Order::Retry(id), &name),
            Action::Earlier => self.move_queued(false),
            Action::Later => self.move_queued(true),
            Action::Limit => {
                if let Some(watch) = watch {
                    return self.ask_for_limit(watch);
                }
                let text = "the daemon sends it by its own limit; `heimdexd --bwlimit` sets that";
                self.say(Tone::Bad, text);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The daemon pauses watches, or everything: what of it the file is part of. What is paused goes on.
    fn pause_queued(&mut self) -> Vec<Effect> {
        let Some(item) = self.queued() else {
            return Vec::new();
        };
        match item.watch {
            _ if self.daemon.is_all_paused() => order(Order::Resume(None), ""),
            Some(watch) => self.pause_watch(watch),
            None => order(Order::Pause(None), ""),
        }
    }

    /// Pauses a watch, or lets it go on: what was begun of it says that it is being sent meanwhile.
    fn pause_watch(&self, id: WatchId) -> Vec<Effect> {
        let name = self.daemon.called(id);
        let is_paused = self.daemon.is_watch_paused(id);
        let what = if is_paused {
            Order::Resume
        } else {
            Order::Pause
        };
        order(what(Some(id)), &name)
    }

    fn move_queued(&mut self, is_later: bool) -> Vec<Effect> {
        let row = self
            .transfers
            .cursor
            .saturating_sub(self.transfers.list.len());
        let queue = &self.daemon.queue;
        let Some((id, name)) = queue.get(row).map(|item| (item.id, name_of(item))) else {
            return Vec::new();
        };
        let before = |at: usize| queue.get(at).map(|item| Place::Before(item.id));
        let to = if is_later {
            let is_last = row + 1 >= queue.total();
            let place = before(row + 2).or((row + 2 == queue.total()).then_some(Place::Last));
            place.filter(|_| !is_last)
        } else {
            row.checked_sub(1).and_then(before)
        };
        to.map_or_else(Vec::new, |to| order(Order::Move(id, to), &name))
    }
}
