//! What every action does.

use std::collections::BTreeMap;

use super::input::Input;
use super::message::Effect;
use super::names::quoted;
use super::overlay::{Overlay, Palette, Prompt, Question};
use super::{Anchor, Link, Model, Tone, View};
use crate::tui::actions::Action;

/// So many videos are played or copied at once: clipboards hold no more links.
const USED: usize = 100;

impl Model {
    /// Does what an action says.
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        self.is_stale = true;
        let (line, page) = self.steps();
        match action {
            Action::Up => self.move_by(-line),
            Action::Down => self.move_by(line),
            Action::PageUp => self.move_by(-page),
            Action::PageDown => self.move_by(page),
            Action::First => self.go_to_end(Anchor::Start),
            Action::Last => self.go_to_end(Anchor::End),
            Action::Library => self.show(View::Library),
            Action::Transfers => self.show(View::Transfers),
            Action::Upload => self.show(View::Upload),
            Action::Watches => self.show(View::Watches),
            Action::Account => self.show(View::Account),
            Action::Log => self.show(View::Log),
            Action::NextView => self.next_view(1),
            Action::PreviousView => self.next_view(View::ALL.len() - 1),
            Action::Help => self.lay(Overlay::Help(0)),
            Action::Palette => self.lay(Overlay::Palette(Palette::default())),
            Action::UploadPath => self.lay(Overlay::Prompt(Prompt::Upload, Input::default())),
            Action::Undo => self.undo(),
            Action::Theme => {
                self.theme = self.theme.next();
                let name = self.theme.name();
                self.say(Tone::Good, format!("theme {name}"));
                Vec::new()
            }
            Action::Redraw => vec![Effect::Redraw],
            Action::Suspend => vec![Effect::Suspend],
            Action::Back => self.back(),
            Action::Quit => self.leave(),
            Action::Logout => self.logout(),
            Action::Profile => self.prompt(Prompt::Profile, None),
            Action::Pause
            | Action::Cancel
            | Action::Retry
            | Action::Earlier
            | Action::Later
            | Action::Limit
                if self.is_in_queue() =>
            {
                self.act_on_queued(action)
            }
            Action::Pause => self.pause(),
            Action::Cancel => self.cancel(),
            Action::Retry => self.retry(),
            Action::Earlier => self.transfers.reorder(-1),
            Action::Later => self.transfers.reorder(1),
            Action::Limit => {
                let limit = self.transfers.limit.clone().unwrap_or_default();
                self.lay(Overlay::Prompt(Prompt::Limit, Input::of(&limit)))
            }
            Action::EnterFolder
            | Action::ParentFolder
            | Action::HomeFolder
            | Action::ReadAgain
            | Action::MarkFile
            | Action::MarkAll
            | Action::HiddenFiles
            | Action::FilterFiles
            | Action::Send
            | Action::WatchFolder => self.act_on_files(action),
            Action::WatchAdd
            | Action::WatchRemove
            | Action::Rescan
            | Action::WatchPause
            | Action::PauseAll
            | Action::WatchLimit
            | Action::Wipe
            | Action::MoreDown
            | Action::MoreUp => self.act_on_watches(action),
            of_library => self.act_in_library(of_library),
        }
    }

    /// What the library's own actions do.
    fn act_in_library(&mut self, action: Action) -> Vec<Effect> {
        let library = &mut self.library;
        match action {
            Action::Search => {
                library.search = Some(Input::of(&library.filter.text));
                Vec::new()
            }
            // Nothing is known of no video.
            Action::Open if library.window.len() == 0 && !library.is_open => Vec::new(),
            Action::Open => {
                library.is_open = !library.is_open;
                self.look_later().into_iter().collect()
            }
            Action::Grid => self.grid(),
            Action::Left if self.pictures.is_grid => self.move_by(-1),
            Action::Right if self.pictures.is_grid => self.move_by(1),
            Action::Mark => self.mark(),
            Action::Sort => {
                library.filter.sort = library.filter.sort.next();
                self.list_in_order()
            }
            Action::Reverse => {
                library.filter.is_reversed = !library.filter.is_reversed;
                self.list_in_order()
            }
            Action::FilterState => {
                library.filter.next_state();
                self.list_anew()
            }
            Action::FilterTag => self.prompt(Prompt::Tag, self.library.filter.tag.clone()),
            Action::FilterSource => self.prompt(Prompt::Source, self.library.filter.source.clone()),
            Action::FilterSince => {
                let since = self
                    .library
                    .filter
                    .since
                    .as_ref()
                    .map(|(typed, _)| typed.clone());
                self.prompt(Prompt::Since, since)
            }
            Action::ClearFilters => {
                let (sort, is_reversed) = (library.filter.sort, library.filter.is_reversed);
                library.filter = super::library::Filter {
                    sort,
                    is_reversed,
                    ..Default::default()
                };
                self.list_anew()
            }
            Action::Refresh => {
                library.whole = None;
                self.list_anew()
            }
            Action::Edit => self.edit(),
            Action::DetailDown => {
                crate::tui::screens::scroll_whole(self, 1);
                Vec::new()
            }
            Action::DetailUp => {
                crate::tui::screens::scroll_whole(self, -1);
                Vec::new()
            }
            Action::Play | Action::CopyId | Action::CopyUrl => self.use_meant(action),
            Action::Download => self.download(),
            Action::Delete => {
                let videos: Vec<_> = library.meant().into_iter().map(|(id, _)| id).collect();
                if videos.is_empty() {
                    Vec::new()
                } else {
                    vec![Effect::Delete(videos)]
                }
            }
            _ => Vec::new(),
        }
    }

    /// Shows a view.
    pub(super) fn show(&mut self, view: View) -> Vec<Effect> {
        self.view = view;
        self.is_stale = true;
        match view {
            View::Account if self.link == Link::LoggedOut => {
                self.account.open_form();
                Vec::new()
            }
            View::Account => vec![Effect::Who],
            View::Library => self.moved_to(),
            View::Upload => self.look_at_files(),
            View::Transfers | View::Watches => self.look_at_daemon().into_iter().collect(),
            View::Log => Vec::new(),
        }
    }

    fn next_view(&mut self, by: usize) -> Vec<Effect> {
        let at = View::ALL
            .iter()
            .position(|view| *view == self.view)
            .unwrap_or(0);
        self.show(View::ALL[(at + by) % View::ALL.len()])
    }

    pub(super) fn lay(&mut self, overlay: Overlay) -> Vec<Effect> {
        self.overlay = Some(overlay);
        Vec::new()
    }

    fn prompt(&mut self, prompt: Prompt, text: Option<String>) -> Vec<Effect> {
        let effects = self.lay(Overlay::Prompt(
            prompt,
            Input::of(&text.unwrap_or_default()),
        ));
        self.offer_words();
        effects
            .into_iter()
            .chain(self.ask_for_names(prompt))
            .collect()
    }

    /// Moves whatever the view has a cursor in.
    pub(super) fn move_by(&mut self, rows: isize) -> Vec<Effect> {
        match self.view {
            View::Library => {
                let height = self.list_height();
                self.library.window.go(rows, height);
                self.moved_to()
            }
            View::Transfers => {
                self.transfers.go(rows);
                self.is_stale = true;
                self.look_farther()
            }
            View::Upload => {
                self.browser.go(rows);
                self.is_stale = true;
                self.inspect()
            }
            View::Watches => {
                self.daemon.go(rows);
                self.stale()
            }
            View::Log => {
                let most = self.log.len().saturating_sub(1);
                self.log_back = self.log_back.saturating_add_signed(-rows).min(most);
                self.stale()
            }
            View::Account => {
                crate::tui::screens::scroll_account(self, rows);
                self.stale()
            }
        }
    }

    /// To one end of whatever the view has.
    fn go_to_end(&mut self, anchor: Anchor) -> Vec<Effect> {
        let rows = match anchor {
            Anchor::Start => isize::MIN + 1,
            Anchor::End => isize::MAX,
        };
        if self.view != View::Library {
            return self.move_by(rows);
        }
        let side = match anchor {
            Anchor::Start => super::window::Side::Before,
            Anchor::End => super::window::Side::After,
        };
        if self.library.window.holds(side) || self.is_away() {
            return self.move_by(rows);
        }
        vec![self.list_from(anchor)]
    }

    /// Step by step: what is narrowed or marked here first, then the library, then out.
    fn back(&mut self) -> Vec<Effect> {
        if self.view == View::Upload && self.browser.back() {
            return self.inspect();
        }
        if self.view != View::Library {
            return self.show(View::Library);
        }
        if self.library.is_open && !self.is_wide() {
            self.library.is_open = false;
            return Vec::new();
        }
        let library = &mut self.library;
        if !library.marks.is_empty() {
            library.marks.clear();
            return Vec::new();
        }
        if library.filter.is_narrow() {
            return self.act_in_library(Action::ClearFilters);
        }
        self.leave()
    }

    fn mark(&mut self) -> Vec<Effect> {
        if let Some(video) = self.library.window.selected() {
            let (id, name) = (video.video_id, super::name(video));
            if self.library.marks.remove(&id).is_none() {
                self.library.marks.insert(id, name);
            }
        }
        self.move_by(1)
    }

    /// Plays or copies what is meant, in the order of the list. Nothing is another for it, and marks stay.
    fn use_meant(&mut self, action: Action) -> Vec<Effect> {
        let mut meant = self.library.meant();
        let places: BTreeMap<_, _> = (0..)
            .zip(self.library.window.rows())
            .map(|(place, video)| (video.video_id, place))
            .collect();
        // Those out of sight come behind the others.
        meant.sort_by_key(|(id, _)| places.get(id).copied().unwrap_or(usize::MAX));
        let called = match &meant[..] {
            [] => return Vec::new(),
            [(_, name)] => quoted(name),
            several => format!("{} videos", several.len()),
        };
        let is_one = meant.len() == 1;
        let videos: Vec<_> = meant.into_iter().map(|(id, _)| id).collect();
        if videos.len() > USED {
            let text = format!("{called} are too many at once: mark at most {USED}");
            self.say(Tone::Bad, text);
            return Vec::new();
        }
        vec![match action {
            Action::Play => Effect::Play(videos, called),
            Action::CopyUrl => Effect::CopyUrls(videos),
            _ => {
                let ids: Vec<String> = videos.iter().map(ToString::to_string).collect();
                let what = if is_one { "the id" } else { "the ids" };
                Effect::Copy {
                    text: ids.join("\n"),
                    what: format!("{what} of {called}"),
                }
            }
        }]
    }

    fn download(&mut self) -> Vec<Effect> {
        let meant = self.library.meant();
        if meant.is_empty() {
            return Vec::new();
        }
        for (id, name) in meant {
            let row = self
                .library
                .window
                .rows()
                .find(|video| video.video_id == id);
            let size = row.and_then(|video| video.size_bytes).unwrap_or(0);
            self.transfers.fetch(id, name, size);
        }
        let transfers = self.keymap.shown(Action::Transfers);
        self.say(
            Tone::Good,
            format!("downloading; {transfers} shows how far it is"),
        );
        self.library.marks.clear();
        self.transfers.start()
    }

    fn logout(&mut self) -> Vec<Effect> {
        if self.link == Link::LoggedOut {
            return Vec::new();
        }
        self.lay(Overlay::Ask(Question::Logout))
    }
}
