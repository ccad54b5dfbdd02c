//! What the answers of effects do to the model.

use heimdex_api::VideoId;
use heimdex_api::video::VideoResponse;

use super::lists::asked;
use super::message::{Answer, Collected, Effect, Moved, Place, Trouble, Who};
use super::names::quoted;
use super::overlay::Overlay;
use super::{Account, Anchor, Link, Model, Standing, Tone, View};
use crate::output::text::count;

impl Model {
    pub(super) fn answer(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Daemon(told) => self.daemon_told(told),
            Answer::Files(read) => self.files_read(read),
            Answer::Completed(text, found) => self.completed(&text, found),
            Answer::Listed(ask, result) => {
                match &result {
                    Ok(_) => self.reached(),
                    Err(trouble) => self.heard(trouble),
                }
                let gone = self.library.gone_from(&ask, result.as_ref().ok());
                let is_another = self.library.listed(&ask, result);
                // What was asked for may be told without the server.
                let is_known = self.is_away() && self.library.list_known();
                let mut effects: Vec<Effect> =
                    self.library.ask_next().map(asked).into_iter().collect();
                if !gone.is_empty() {
                    effects.push(self.forget_posters(gone));
                }
                if is_another || is_known {
                    effects.extend(self.moved_to());
                    effects.extend(self.keep_later());
                }
                effects
            }
            Answer::Shown(video, result) => {
                let mut effects = self.shown(video, result);
                effects.extend(self.rest_answered(video));
                effects
            }
            Answer::Pictured(video, size, result) => self.pictured((video, size), result),
            Answer::Followed(result) => self.followed(result),
            Answer::Deleted(videos, trouble) => self.deleted(&videos, trouble.as_ref()),
            Answer::Restored(videos, trouble) => self.restored(&videos, trouble.as_ref()),
            Answer::Edited(video, result) => self.edited(video, result),
            Answer::Tagged(videos, trouble) => self.tagged(&videos, trouble.as_ref()),
            Answer::Played(what, result) => {
                let result = result.map_err(|trouble| Trouble {
                    text: format!("{what}: {}", trouble.text),
                    ..trouble
                });
                self.told(result, |player| format!("{what} opened in {player}"))
            }
            Answer::Copied(result) => self.told(result, |what| format!("copied {what}")),
            Answer::Collected(batch, result) => self.collected(batch, result),
            Answer::Finished(result) => match result {
                Ok(()) => Vec::new(),
                Err(trouble) => self.complained(&trouble),
            },
            Answer::Moved(transfer, result) => self.moved(transfer, result),
            Answer::HandedOver(result) => self.handed_over(result),
            Answer::Named(told) => self.named(told),
            Answer::Who(result) => self.who(result),
            Answer::Entered(result) => self.entered(result),
        }
    }

    fn complained(&mut self, trouble: &Trouble) -> Vec<Effect> {
        self.complain(trouble);
        Vec::new()
    }

    fn told(
        &mut self,
        result: Result<String, Trouble>,
        words: impl FnOnce(String) -> String,
    ) -> Vec<Effect> {
        match result {
            Ok(what) => self.say(Tone::Good, words(what)),
            Err(trouble) => self.complain(&trouble),
        }
        Vec::new()
    }

    fn shown(&mut self, video: VideoId, result: Result<Box<super::Whole>, Trouble>) -> Vec<Effect> {
        match result {
            Ok(whole) => {
                self.reached();
                if whole.video.thumbnail_url.is_some() && self.pictures.found(video) {
                    self.stale_in(View::Library);
                }
                let is_new = self.library.whole.as_ref() != Some(&whole);
                self.library.take(&whole.video);
                self.library.whole = Some(whole);
                self.is_stale |= is_new;
                Vec::new()
            }
            // Somebody deleted it for good meanwhile.
            Err(trouble) if trouble.class == heimdex_client::ErrorClass::Failed => {
                self.library
                    .whole
                    .take_if(|whole| whole.video.video_id == video);
                self.complained(&trouble)
            }
            Err(trouble) => {
                self.heard(&trouble);
                Vec::new()
            }
        }
    }

    fn followed(&mut self, result: Result<Vec<VideoResponse>, Trouble>) -> Vec<Effect> {
        self.transfers.followed();
        match result {
            Ok(videos) => {
                self.reached();
                let mut changed = false;
                for video in &videos {
                    changed |= self.take_in_transfers(video);
                    changed |= self.library.take(video);
                }
                self.is_stale |= changed;
            }
            Err(trouble) => self.heard(&trouble),
        }
        Vec::new()
    }

    /// How a video stands now, among what was sent; whether anything is another. That it failed is written down.
    pub(super) fn take_in_transfers(&mut self, video: &VideoResponse) -> bool {
        let is_another = self.transfers.take(video);
        let mut own = self.transfers.list.iter();
        let own = own.find(|transfer| transfer.video == Some(video.video_id));
        if is_another
            && let Some(transfer) = own
            && let Standing::Failed(trouble) = &transfer.standing
        {
            let text = format!("{} failed: {}", quoted(&transfer.name), trouble.text);
            self.note(Tone::Bad, text);
        }
        is_another
    }

    fn collected(&mut self, batch: u64, result: Result<Collected, Trouble>) -> Vec<Effect> {
        let collected = match result {
            Ok(collected) => collected,
            Err(trouble) => return self.complained(&trouble),
        };
        // The first one is part of what is said of all.
        for sentence in collected.unusable.iter().skip(1) {
            self.note(Tone::Bad, format!("cannot be uploaded: {sentence}"));
        }
        let files = collected.files.len() as u64;
        let these = count(files, "file", "files");
        let mut words = if self.is_away() {
            let (wait, go) = if files == 1 {
                ("waits", "goes")
            } else {
                ("wait", "go")
            };
            format!("{these} {wait} until the server answers, and then {go} on")
        } else {
            format!("uploading {these}")
        };
        if files == 0 {
            words = "there is nothing to upload".into();
        }
        if collected.left_out > 0 {
            let left_out = count(collected.left_out as u64, "file", "files");
            words = format!("{words}; {left_out} left out: hidden, or an operating system's");
        }
        if let Some(first) = collected.unusable.first() {
            words = format!("{words}; not {first}");
            let more = collected.unusable.len() - 1;
            if more > 0 {
                words = format!("{words}; nor {more} more, which the log names");
            }
        }
        let is_good = files > 0 && collected.unusable.is_empty();
        self.say(if is_good { Tone::Good } else { Tone::Bad }, words);
        if files > 0 {
            self.view = View::Transfers;
        }
        self.transfers.collected(batch, &collected)
    }

    fn moved(&mut self, id: u64, result: Result<Moved, Trouble>) -> Vec<Effect> {
        let found = self
            .transfers
            .list
            .iter()
            .find(|transfer| transfer.id == id);
        let Some(name) = found.map(|transfer| transfer.name.clone()) else {
            return Vec::new();
        };
        match &result {
            Ok(Moved::Stored { already: false, .. }) => {
                self.note(Tone::Good, format!("{} is stored", quoted(&name)));
            }
            Ok(Moved::Stored { already: true, .. }) => {
                self.note(Tone::Good, format!("{} was stored already", quoted(&name)));
            }
            Ok(Moved::Fetched { path }) => {
                self.say(
                    Tone::Good,
                    format!("{} is here: {}", quoted(&name), path.display()),
                );
            }
            Ok(Moved::Stopped) => {}
            Err(trouble) => self.heard(trouble),
        }
        let effects = self.transfers.moved(id, result);
        let failed = self
            .transfers
            .list
            .iter()
            .find(|transfer| transfer.id == id);
        if let Some(Standing::Failed(trouble)) = failed.map(|transfer| &transfer.standing) {
            let trouble = trouble.clone();
            self.complain(&trouble);
        }
        self.stale_in(View::Transfers);
        effects
    }

    fn handed_over(&mut self, result: Result<usize, Trouble>) -> Vec<Effect> {
        match result {
            Ok(_) => self.quit(),
            Err(trouble) => self.complained(&trouble),
        }
    }

    fn who(&mut self, result: Result<Box<Who>, Trouble>) -> Vec<Effect> {
        match result {
            Ok(who) => {
                self.reached();
                self.account.trouble = None;
                self.account.who = Some(who);
            }
            Err(trouble) => {
                self.heard(&trouble);
                self.account.trouble = Some(trouble);
            }
        }
        self.stale_in(View::Account)
    }

    /// Another server, another account, or nobody.
    fn entered(&mut self, result: Result<Place, Trouble>) -> Vec<Effect> {
        let place = match result {
            Ok(place) => place,
            Err(trouble) => {
                match &mut self.account.form {
                    Some(form) => {
                        form.is_busy = false;
                        form.trouble = Some(trouble);
                        self.is_stale = true;
                    }
                    None => self.complain(&trouble),
                }
                return Vec::new();
            }
        };
        let was_form = self.account.form.is_some();
        self.account = Account {
            place,
            ..Account::default()
        };
        let generation = self.library.generation;
        self.library = super::Library {
            generation,
            is_open: self.is_wide(),
            ..super::Library::default()
        };
        self.done.clear();
        self.pictures.forget();
        self.known = super::Remembered::default();
        self.told = super::complete::Told::default();
        if self.account.place.server.is_none() {
            self.ask_to_log_in();
            return Vec::new();
        }
        self.link = Link::Connecting;
        self.view = if was_form {
            View::Library
        } else {
            View::Account
        };
        self.overlay
            .take_if(|overlay| matches!(overlay, Overlay::Ask(_)));
        let mut effects = vec![self.list_from(Anchor::Start), self.listen()];
        if self.view == View::Account {
            effects.push(Effect::Who);
        }
        effects.extend(self.poll_later());
        self.is_stale = true;
        effects
    }
}
