//! Where keys, pasted text and the mouse go: what lies over the view first, then what is typed into, then the keymap.

use super::account::FORM_FIELDS;
use super::dropped::dropped;
use super::input::{Input, Typed, beside};
use super::message::{Asking, Effect, Mouse, Pointed};
use super::overlay::{Overlay, Palette, Prompt, Question, SendForm};
use super::{Model, PAUSE, Timer, Tone, View};
use crate::tui::actions::{Action, Entry, Place};
use crate::tui::key::{Key, Named};

impl Model {
    pub(super) fn key(&mut self, key: Key) -> Vec<Effect> {
        self.notice = None;
        self.is_stale = true;
        // Whatever is typed into, these three are never text.
        let action = self.keymap.action(self.view, key);
        if let Some(action @ (Action::Quit | Action::Suspend | Action::Redraw)) = action
            && (key.ctrl || key.typed().is_none())
        {
            if action == Action::Quit && matches!(self.overlay, Some(Overlay::Ask(Question::Quit)))
            {
                return self.quit();
            }
            return self.act(action);
        }
        if let Some(overlay) = self.overlay.take() {
            return self.overlay_key(overlay, key);
        }
        if let Some(input) = self.library.search.take()
            && self.view == View::Library
        {
            return self.search_key(input, key);
        }
        if let Some(input) = self.browser.search.take()
            && self.view == View::Upload
        {
            return self.filter_key(input, key);
        }
        if self.view == View::Account && self.account.form.is_some() {
            return self.form_key(key);
        }
        match action {
            Some(action) => self.act(action),
            None => Vec::new(),
        }
    }

    fn overlay_key(&mut self, overlay: Overlay, key: Key) -> Vec<Effect> {
        match overlay {
            Overlay::Help(top) => self.help_key(top, key),
            Overlay::Palette(palette) => self.palette_key(palette, key),
            Overlay::Prompt(prompt, input) => self.prompt_key(prompt, input, key),
            Overlay::Ask(question) => self.question_key(question, key),
            Overlay::Edit(edit) => self.edit_key(edit, key),
            Overlay::Retag(form) => self.retag_key(form, key),
            Overlay::Send(form) => self.send_key(form, key),
            Overlay::Lines(title, lines, top) => self.lines_key(title, lines, top, key),
        }
    }

    /// How far lines are scrolled after a key; `None` where it is about something else.
    fn scrolled(&self, top: usize, key: Key) -> Option<usize> {
        let page = self.list_height();
        match self.keymap.action(self.view, key)? {
            Action::Down => Some(top.saturating_add(1)),
            Action::Up => Some(top.saturating_sub(1)),
            Action::PageDown => Some(top.saturating_add(page)),
            Action::PageUp => Some(top.saturating_sub(page)),
            Action::First => Some(0),
            Action::Last => Some(usize::MAX),
            _ => None,
        }
    }

    fn help_key(&mut self, top: usize, key: Key) -> Vec<Effect> {
        if let Some(Action::Back | Action::Help | Action::Open) = self.keymap.action(self.view, key)
        {
            return Vec::new();
        }
        let top = self.scrolled(top, key).unwrap_or(top);
        let most = crate::tui::screens::help_most(self);
        self.overlay = Some(Overlay::Help(top.min(most)));
        Vec::new()
    }

    fn palette_key(&mut self, mut palette: Palette, key: Key) -> Vec<Effect> {
        let found = palette.found(self.view);
        match key.named() {
            Some(Named::Escape) => return Vec::new(),
            Some(Named::Enter) => {
                return match found.get(palette.cursor) {
                    Some(entry) => self.chosen(entry),
                    None => Vec::new(),
                };
            }
            Some(Named::Down | Named::Tab) => {
                palette.cursor = (palette.cursor + 1).min(found.len().saturating_sub(1));
            }
            Some(Named::Up | Named::BackTab) => palette.cursor = palette.cursor.saturating_sub(1),
            _ => {
                if palette.input.key(key) == Typed::Changed {
                    palette.cursor = 0;
                }
            }
        }
        self.overlay = Some(Overlay::Palette(palette));
        Vec::new()
    }

    /// Does what was chosen in the palette. What another view is about is shown first: nothing is done to a row that nobody
    /// sees.
    fn chosen(&mut self, entry: &Entry) -> Vec<Effect> {
        match entry.place {
            Place::In(view) if view != self.view => {
                let effects = self.show(view);
                let keys = self.keymap.shown(entry.action);
                let by = if keys.is_empty() { entry.name } else { &keys };
                let words = format!("{by} does it here: {}", entry.words);
                self.say(Tone::Good, words);
                effects
            }
            Place::In(_) | Place::Everywhere => self.act(entry.action),
        }
    }

    fn prompt_key(&mut self, prompt: Prompt, mut input: Input, key: Key) -> Vec<Effect> {
        match key.named() {
            Some(Named::Escape) => {
                self.completions.clear();
                return Vec::new();
            }
            Some(Named::Enter) => {
                self.completions.clear();
                return self.entered_line(prompt, input);
            }
            Some(Named::Tab) => {
                let text = input.text();
                self.overlay = Some(Overlay::Prompt(prompt, input));
                if prompt.is_path() {
                    return vec![Effect::Complete(text)];
                }
                self.complete_word();
                return Vec::new();
            }
            _ => {
                self.completions.clear();
                input.key(key);
            }
        }
        self.overlay = Some(Overlay::Prompt(prompt, input));
        self.offer_words();
        Vec::new()
    }

    fn question_key(&mut self, question: Question, key: Key) -> Vec<Effect> {
        match (question, key.typed()) {
            (Question::Quit, Some('y')) => return self.quit(),
            (Question::Quit, Some('d')) => {
                let paths = self.transfers.open_uploads();
                if !paths.is_empty() && self.daemon.is_here() {
                    return vec![Effect::HandOver(paths)];
                }
            }
            (Question::Logout, Some('y')) => return vec![Effect::Logout],
            (Question::Unwatch(id), Some('y')) => {
                let folder = self.daemon.called(id);
                self.did(format!("watching {folder} no more"), "");
                return vec![Effect::Daemon(Asking::Unwatch(id))];
            }
            (_, Some('n' | 'q')) => return Vec::new(),
            _ if key.named() == Some(Named::Escape) => return Vec::new(),
            _ => {}
        }
        self.overlay = Some(Overlay::Ask(question));
        Vec::new()
    }

    fn lines_key(
        &mut self,
        title: String,
        lines: Vec<String>,
        top: usize,
        key: Key,
    ) -> Vec<Effect> {
        // Whatever goes on in nothing closes it.
        let Some(top) = self.scrolled(top, key) else {
            return Vec::new();
        };
        let most = crate::tui::screens::read_most(self, &lines);
        let top = top.min(most);
        self.overlay = Some(Overlay::Lines(title, lines, top));
        Vec::new()
    }

    fn search_key(&mut self, mut input: Input, key: Key) -> Vec<Effect> {
        match key.named() {
            Some(Named::Enter) => return Vec::new(),
            Some(Named::Escape) => {
                self.library.filter.text.clear();
                return self.list_anew();
            }
            Some(Named::Up) => {
                self.library.search = Some(input);
                return self.act(Action::Up);
            }
            Some(Named::Down) => {
                self.library.search = Some(input);
                return self.act(Action::Down);
            }
            _ => {}
        }
        let typed = input.key(key);
        let text = input.text();
        self.library.search = Some(input);
        if typed == Typed::Changed {
            self.searched(text)
        } else {
            Vec::new()
        }
    }

    /// Another text to search for: asked for when typing pauses.
    pub(super) fn searched(&mut self, text: String) -> Vec<Effect> {
        self.library.filter.text = text;
        self.library.generation += 1;
        self.library.is_loading = false;
        vec![Effect::After(PAUSE, Timer::Search(self.library.generation))]
    }

    fn form_key(&mut self, key: Key) -> Vec<Effect> {
        let has_server = self.account.place.server.is_some();
        let Some(form) = self.account.form.as_mut().filter(|form| !form.is_busy) else {
            return Vec::new();
        };
        match key.named() {
            Some(Named::Escape) if has_server => {
                self.view = View::Library;
                Vec::new()
            }
            Some(Named::Tab | Named::Down) => {
                form.focus = beside(form.focus, FORM_FIELDS.len(), false);
                Vec::new()
            }
            Some(Named::BackTab | Named::Up) => {
                form.focus = beside(form.focus, FORM_FIELDS.len(), true);
                Vec::new()
            }
            Some(Named::Enter) => match form.filled() {
                Ok((server, email, password)) => {
                    form.is_busy = true;
                    form.trouble = None;
                    vec![Effect::Login {
                        server,
                        email,
                        password,
                    }]
                }
                Err(missing) => {
                    form.focus = missing;
                    Vec::new()
                }
            },
            _ => {
                // What was wrong with it is not wrong with what it is now.
                if form.fields[form.focus].key(key) == Typed::Changed {
                    form.trouble = None;
                }
                Vec::new()
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.is_stale = true;
        if let Some(overlay) = &mut self.overlay {
            overlay.paste(text);
            return Vec::new();
        }
        if self.view == View::Library
            && let Some(input) = &mut self.library.search
        {
            input.paste(text);
            let text = input.text();
            return self.searched(text);
        }
        if self.view == View::Upload
            && let Some(input) = &mut self.browser.search
        {
            input.paste(text);
            let text = input.text();
            self.filter_files(text);
            return self.inspect();
        }
        if self.view == View::Account
            && let Some(form) = &mut self.account.form
        {
            if !form.is_busy {
                form.fields[form.focus].paste(text);
                form.trouble = None;
            }
            return Vec::new();
        }
        // A file manager drops paths as text.
        let paths = dropped(text);
        if let [path] = &paths[..] {
            return self.offer(Prompt::Upload, path.clone());
        }
        if !paths.is_empty() {
            return self.lay(Overlay::Send(Box::new(SendForm::of_paths(paths))));
        }
        Vec::new()
    }

    pub(super) fn mouse(&mut self, mouse: Mouse) -> Vec<Effect> {
        if self.overlay.is_some() || self.account.form.is_some() && self.view == View::Account {
            return Vec::new();
        }
        match mouse.what {
            Pointed::Up => self.move_by(-self.wheel()),
            Pointed::Down => self.move_by(self.wheel()),
            Pointed::Click => self.click(mouse),
        }
    }

    fn click(&mut self, mouse: Mouse) -> Vec<Effect> {
        self.notice = None;
        if mouse.row == 0 {
            let view = crate::tui::screens::tab_at(self, mouse.column);
            return view.map_or_else(Vec::new, |view| self.show(view));
        }
        // Below the tabs and the headings.
        let Some(row) = usize::from(mouse.row).checked_sub(2) else {
            return Vec::new();
        };
        let height = self.list_height();
        if row >= height {
            return Vec::new();
        }
        match self.view {
            View::Library => {
                self.click_in_library(mouse, row);
                self.moved_to()
            }
            View::Transfers => {
                crate::tui::screens::click_transfer(self, mouse.row);
                self.is_stale = true;
                self.look_farther()
            }
            View::Upload => {
                crate::tui::screens::click_file(self, row);
                self.is_stale = true;
                self.inspect()
            }
            View::Watches => {
                crate::tui::screens::click_watch(self, row);
                self.stale()
            }
            View::Account | View::Log => Vec::new(),
        }
    }
}
