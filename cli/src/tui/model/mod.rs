//! All that the screen shows, and what every event does to it. Pure: no clock, no file, no socket, no terminal.

mod account;
mod act;
mod answers;
pub(crate) mod browser;
mod complete;
pub(crate) mod daemon;
mod dropped;
mod edit;
mod grid;
mod input;
mod keys;
mod library;
mod lists;
mod live;
mod message;
mod moving;
mod names;
mod offline;
mod overlay;
mod pictures;
mod rest;
mod retag;
#[cfg(test)]
pub(crate) mod tests;
mod timers;
mod transfers;
mod typed;
mod undo;
mod view;
mod window;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use heimdex_client::ErrorClass;

use super::keymap::Keymap;
use super::options::Options;
use super::theme::Theme;
use crate::clock::Moment;

pub(crate) use account::{Account, FORM_FIELDS, Form, PASSWORD};
pub(crate) use browser::Browser;
pub(crate) use daemon::{Daemon, Known, Since, Wiping, WipingIs};
pub(crate) use input::Input;
pub(crate) use library::{Library, name};
pub(crate) use live::Feed;
pub(crate) use message::{
    Answer, Asking, Asleep, Before, Collected, Effect, Entry, Facts, Listing, Live, Looked, Mouse,
    Moved, Msg, News, Order, Part, Place, Pointed, Read, Reading, Sending, TagChange, Texts, Timer,
    Told, Trouble, Unchanged, Who, Whole, WipeStep,
};
pub(crate) use offline::Remembered;
pub(crate) use overlay::{
    EDIT_FIELDS, Edit, Overlay, Palette, Prompt, Question, RETAG_FIELDS, Retag, SEND_FIELDS,
    SendForm,
};
pub(crate) use pictures::{Pictures, Spot};
pub(crate) use transfers::{SECONDS, Standing, Transfer, Transfers, Way};
pub(crate) use view::View;
pub(crate) use window::Anchor;

/// How long typing pauses before a search is asked for.
const PAUSE: Duration = Duration::from_millis(120);
/// How long it is told what went well, and what did not: the log keeps both.
const FADES_GOOD: Duration = Duration::from_secs(6);
const FADES_BAD: Duration = Duration::from_secs(15);
/// Lines of the log that are kept.
const LOG: usize = 500;

/// Whether the server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// Nothing has come yet.
    Connecting,
    /// It does.
    Online,
    /// It does not, for this reason.
    Offline(String),
    /// It does, and nobody is logged in.
    LoggedOut,
}

/// How a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It went well.
    Good,
    /// It did not.
    Bad,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// When.
    pub(crate) at: heimdex_api::Timestamp,
    /// How it is meant.
    pub(crate) tone: Tone,
    /// What happened.
    pub(crate) text: String,
}

/// All that the screen shows.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// What time it is, as of the last event.
    pub(crate) moment: Moment,
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    /// Colours and characters.
    pub(crate) theme: Theme,
    /// Which key does what.
    pub(crate) keymap: Keymap,
    /// What is shown.
    pub(crate) view: View,
    /// What lies over it.
    pub(crate) overlay: Option<Overlay>,
    /// Whether the server answers.
    pub(crate) link: Link,
    /// What happened last, until the next key, or for a while: what is true by now stands below it.
    pub(crate) notice: Option<(Tone, String)>,
    /// The library.
    pub(crate) library: Library,
    /// Posters.
    pub(crate) pictures: Pictures,
    /// What is on its way.
    pub(crate) transfers: Transfers,
    /// The folder that is looked at.
    pub(crate) browser: Browser,
    /// The daemon of this home.
    pub(crate) daemon: Daemon,
    /// What a path that is typed may become.
    pub(crate) completions: Vec<String>,
    /// Who is logged in.
    pub(crate) account: Account,
    /// What happened, the latest last.
    pub(crate) log: VecDeque<Line>,
    /// How far the log is scrolled back.
    pub(crate) log_back: usize,
    /// What was done here, and can be taken back or cannot: the latest last.
    done: Vec<undo::Done>,
    /// Whether the screen is to be drawn again.
    is_stale: bool,
    feed: Feed,
    rest: rest::Rest,
    /// The path that a prompt was opened with, and its text there: names need not be UTF-8.
    offered: Option<(String, PathBuf)>,
    known: Remembered,
    /// How often anything was said, and how often that was when time began to run for it.
    said: (u64, u64),
    /// The tags and cards that there are.
    told: complete::Told,
    /// A form that was sent, until it is known that nothing of it is lost.
    unsaved: Option<Box<Edit>>,
    is_over: bool,
}

impl Model {
    /// The beginning, before anything is known.
    pub(crate) fn new(options: Options, place: Place, moment: Moment, size: (u16, u16)) -> Self {
        let mut model = Self {
            moment,
            size,
            theme: options.theme,
            keymap: options.keymap,
            view: View::Library,
            overlay: None,
            link: Link::Connecting,
            notice: None,
            library: Library::default(),
            pictures: Pictures::default(),
            transfers: Transfers::default(),
            browser: Browser::default(),
            daemon: Daemon::default(),
            completions: Vec::new(),
            account: Account {
                place,
                ..Account::default()
            },
            log: VecDeque::new(),
            log_back: 0,
            done: Vec::new(),
            is_stale: true,
            feed: Feed::default(),
            rest: rest::Rest::default(),
            offered: None,
            known: Remembered::default(),
            said: (0, 0),
            told: complete::Told::default(),
            unsaved: None,
            is_over: false,
        };
        for wrong in options.wrong {
            model.say(Tone::Bad, wrong);
        }
        model
    }

    /// What is to be done first.
    #[must_use]
    pub(crate) fn begin(&mut self) -> Vec<Effect> {
        if self.account.place.server.is_none() {
            self.ask_to_log_in();
            return Vec::new();
        }
        self.library.is_open = self.is_wide();
        let mut effects = vec![self.list_from(Anchor::Start), self.listen()];
        effects.extend(self.poll_later());
        effects
    }

    /// Takes an event in, and says what is to be done about it.
    #[must_use]
    pub(crate) fn update(&mut self, msg: Msg) -> Vec<Effect> {
        if self.is_over {
            return Vec::new();
        }
        let mut effects = match msg {
            Msg::Key(key) => self.key(key),
            Msg::Paste(text) => self.paste(&text),
            Msg::Mouse(mouse) => self.mouse(mouse),
            Msg::Resized { columns, rows } => {
                self.size = (columns, rows);
                self.is_stale = true;
                self.inspect()
            }
            Msg::Ended => self.quit(),
            Msg::Redrawn => self.stale(),
            Msg::Canvas(canvas) => self.show_pictures(canvas),
            Msg::Said(text) => {
                self.note(Tone::Bad, text);
                self.stale()
            }
            Msg::Timer(timer) => self.timer(timer),
            Msg::Answer(answer) => self.answer(answer),
            Msg::Daemon(news) => self.daemon_news(news),
            Msg::Live { stream, live } => self.live(stream, live),
            Msg::Recalled(seen) => self.recall(*seen),
            Msg::Progress { transfer, step } => {
                self.transfers.progress(transfer, step);
                self.stale_in(View::Transfers)
            }
        };
        if !self.is_away() {
            effects.extend(self.transfers.go_on());
        }
        if self.is_stale && !self.is_over {
            effects.extend(self.pictures_later());
        }
        if !self.is_over && self.transfers.wants_ticks() {
            effects.push(Effect::After(Duration::from_secs(1), Timer::Second));
        }
        effects.extend(self.let_fade());
        effects
    }

    /// Whether the screen is to be drawn again.
    pub(crate) fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Whether the screen is to be drawn again; it counts as drawn from now on.
    pub(crate) fn take_stale(&mut self) -> bool {
        std::mem::take(&mut self.is_stale)
    }

    /// Whether the program is to end.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether all about a video has room beside the list.
    pub(crate) fn is_wide(&self) -> bool {
        self.size.0 >= 110
    }

    /// Rows of a list, between the lines above and below it.
    pub(crate) fn list_height(&self) -> usize {
        usize::from(self.size.1.saturating_sub(4)).max(1)
    }

    fn stale(&mut self) -> Vec<Effect> {
        self.is_stale = true;
        Vec::new()
    }

    /// The screen is another, if this view is shown.
    fn stale_in(&mut self, view: View) -> Vec<Effect> {
        self.is_stale |= self.view == view;
        Vec::new()
    }

    /// Tells what happened: in the log, and at the foot of the screen until the next key.
    fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.notice = Some((tone, text.clone()));
        self.said.0 += 1;
        self.note(tone, text);
        self.is_stale = true;
    }

    /// Lets time run for what was said since the last event.
    fn let_fade(&mut self) -> Option<Effect> {
        let (said, timed) = self.said;
        let (tone, _) = self.notice.as_ref()?;
        let wait = match tone {
            Tone::Good => FADES_GOOD,
            Tone::Bad => FADES_BAD,
        };
        self.said.1 = said;
        (said != timed).then_some(Effect::After(wait, Timer::Notice(said)))
    }

    /// What was said as this one is a while ago.
    fn fade(&mut self, said: u64) {
        if self.said.0 == said {
            self.is_stale |= self.notice.take().is_some();
        }
    }

    /// Writes what happened into the log.
    fn note(&mut self, tone: Tone, text: String) {
        self.log.push_back(Line {
            at: self.moment.now,
            tone,
            text,
        });
        if self.log.len() > LOG {
            self.log.pop_front();
        }
    }

    /// Tells what went wrong; whether the server answers, and anybody is logged in, is known from it.
    fn complain(&mut self, trouble: &Trouble) {
        self.heard(trouble);
        self.say(Tone::Bad, trouble.sentence());
    }

    /// What an error says of the link.
    fn heard(&mut self, trouble: &Trouble) {
        match trouble.class {
            ErrorClass::Unreachable => {
                self.lost();
                self.transfers.is_away = true;
                let link = Link::Offline(trouble.text.clone());
                if self.link != link {
                    self.link = link;
                    self.note(Tone::Bad, trouble.text.clone());
                    self.is_stale = true;
                }
            }
            ErrorClass::NotLoggedIn => self.ask_to_log_in(),
            ErrorClass::Failed | ErrorClass::Busy | ErrorClass::Interrupted => {}
        }
    }

    /// The server answered.
    fn reached(&mut self) {
        self.heard_from();
        if self.link != Link::Online {
            if matches!(self.link, Link::Offline(_)) {
                self.ask_for_posters_again();
                self.note(Tone::Good, "the server answers again".into());
            }
            self.link = Link::Online;
            self.is_stale = true;
        }
    }

    fn ask_to_log_in(&mut self) {
        if self.link == Link::LoggedOut && self.account.form.is_some() {
            return;
        }
        self.link = Link::LoggedOut;
        self.library.forget_recalled();
        self.account.open_form();
        self.view = View::Account;
        self.overlay = None;
        self.is_stale = true;
    }

    /// Ends, or asks whether to where transfers would stop.
    fn leave(&mut self) -> Vec<Effect> {
        if self.transfers.open() == 0 {
            return self.quit();
        }
        self.overlay = Some(Overlay::Ask(Question::Quit));
        self.stale()
    }

    fn quit(&mut self) -> Vec<Effect> {
        self.is_over = true;
        vec![Effect::Quit]
    }
}
