//! What a person does in the folder that is looked at.

use std::path::PathBuf;

use crate::tui::actions::Action;
use crate::tui::key::{Key, Named};
use crate::tui::model::input::{Input, Typed};
use crate::tui::model::message::{Effect, Read, Reading};
use crate::tui::model::overlay::{Overlay, Prompt, SendForm};
use crate::tui::model::{Model, View};

fn reading(reading: Reading) -> Vec<Effect> {
    vec![Effect::Files(reading)]
}

impl Model {
    /// The folder is looked at: it is read, and what is in sight of it.
    pub(in crate::tui::model) fn look_at_files(&mut self) -> Vec<Effect> {
        if self.browser.is_new() {
            return reading(self.browser.open(None, None));
        }
        self.inspect()
    }

    /// Asks what the files in sight say of themselves.
    pub(in crate::tui::model) fn inspect(&mut self) -> Vec<Effect> {
        if self.view != View::Upload {
            return Vec::new();
        }
        let asked = self.browser.inspect(self.list_height());
        asked.into_iter().map(Effect::Files).collect()
    }

    /// What was read.
    pub(in crate::tui::model) fn files_read(&mut self, read: Read) -> Vec<Effect> {
        match read {
            Read::Folder(generation, read) => {
                if !self.browser.opened(generation, read) {
                    return Vec::new();
                }
            }
            Read::Facts(generation, facts) => self.browser.inspected(generation, facts),
        }
        self.stale_in(View::Upload);
        self.inspect()
    }

    /// What the actions on files do.
    pub(in crate::tui::model) fn act_on_files(&mut self, action: Action) -> Vec<Effect> {
        let browser = &mut self.browser;
        match action {
            Action::EnterFolder => return self.enter(),
            Action::ParentFolder => {
                let folder = browser.listing.folder.clone();
                let Some(parent) = folder.parent().map(PathBuf::from) else {
                    return Vec::new();
                };
                let name = folder.file_name().map(ToOwned::to_owned);
                return reading(browser.open(Some(parent), name));
            }
            Action::HomeFolder => return reading(browser.open(Some("~".into()), None)),
            Action::ReadAgain => {
                let folder = (!browser.listing.folder.as_os_str().is_empty())
                    .then(|| browser.listing.folder.clone());
                return reading(browser.open(folder, None));
            }
            Action::MarkFile => browser.mark(),
            Action::MarkAll => browser.mark_all(),
            Action::HiddenFiles => {
                browser.shows_hidden = !browser.shows_hidden;
                browser.narrow();
            }
            Action::FilterFiles => browser.search = Some(Input::of(&browser.filter)),
            Action::Send => return self.send(),
            Action::WatchFolder => {
                let selected = browser.selected().filter(|entry| entry.is_folder);
                let folder = selected.map_or(&browser.listing.folder, |entry| &entry.path);
                let folder = folder.clone();
                return self.offer(Prompt::Watch, folder);
            }
            _ => {}
        }
        self.inspect()
    }

    /// Into the folder under the cursor; a file is sent.
    fn enter(&mut self) -> Vec<Effect> {
        let Some(entry) = self.browser.selected() else {
            return Vec::new();
        };
        if entry.is_folder {
            let folder = entry.path.clone();
            return reading(self.browser.open(Some(folder), None));
        }
        self.send()
    }

    /// What is marked, else what is under the cursor, is to be sent.
    fn send(&mut self) -> Vec<Effect> {
        let browser = &self.browser;
        let mut meant: Vec<(PathBuf, Option<u64>)> = browser.marks.clone().into_iter().collect();
        if meant.is_empty() {
            let selected = browser.selected();
            meant.extend(selected.map(|entry| {
                let size = (!entry.is_folder).then_some(entry.size);
                (entry.path.clone(), size)
            }));
        }
        if !meant.is_empty() {
            self.lay(Overlay::Send(Box::new(SendForm::of(meant))));
        }
        Vec::new()
    }

    /// A key while it is asked what is to be sent.
    pub(in crate::tui::model) fn send_key(
        &mut self,
        mut form: Box<SendForm>,
        key: Key,
    ) -> Vec<Effect> {
        match key.named() {
            Some(Named::Escape) => return Vec::new(),
            Some(Named::Enter) => {
                self.browser.marks.clear();
                let batch = self.transfers.number();
                let texts = form.texts();
                return vec![Effect::Collect {
                    batch,
                    paths: form.paths,
                    texts,
                }];
            }
            Some(Named::Tab | Named::Down) => form.go(false),
            Some(Named::BackTab | Named::Up) => form.go(true),
            _ => {
                let focus = form.focus;
                form.fields[focus].key(key);
            }
        }
        self.overlay = Some(Overlay::Send(form));
        Vec::new()
    }

    /// A key while a name is typed.
    pub(in crate::tui::model) fn filter_key(&mut self, mut input: Input, key: Key) -> Vec<Effect> {
        match key.named() {
            Some(Named::Enter) => return self.inspect(),
            Some(Named::Escape) => {
                self.browser.filter.clear();
                self.browser.narrow();
                return self.inspect();
            }
            Some(moved @ (Named::Up | Named::Down)) => {
                self.browser.go(if moved == Named::Up { -1 } else { 1 });
                self.browser.search = Some(input);
                return self.inspect();
            }
            _ => {}
        }
        let typed = input.key(key);
        let text = input.text();
        self.browser.search = Some(input);
        if typed == Typed::Changed {
            self.filter_files(text);
        }
        self.inspect()
    }

    /// Only names that hold this.
    pub(in crate::tui::model) fn filter_files(&mut self, text: String) {
        self.browser.filter = text;
        self.browser.narrow();
    }
}
