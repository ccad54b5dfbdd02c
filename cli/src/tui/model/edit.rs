//! The form of a video's texts: it stays until they are saved, so that nothing that was typed is lost to a mishap.

use heimdex_api::VideoId;
use heimdex_api::video::VideoResponse;

use super::input::beside;
use super::library::name;
use super::message::{Effect, Unchanged};
use super::names::quoted;
use super::overlay::{EDIT_FIELDS, Edit, Overlay};
use super::{Model, Tone};
use crate::tui::actions::Action;
use crate::tui::key::{Key, Named};

impl Model {
    pub(super) fn edit_key(&mut self, mut edit: Box<Edit>, key: Key) -> Vec<Effect> {
        match key.named() {
            Some(Named::Escape) => return Vec::new(),
            // What is on its way is not typed into.
            _ if edit.is_saving => {}
            Some(Named::Enter) => return self.save(edit),
            Some(Named::Tab | Named::Down) => {
                edit.focus = beside(edit.focus, EDIT_FIELDS.len(), false);
            }
            Some(Named::BackTab | Named::Up) => {
                edit.focus = beside(edit.focus, EDIT_FIELDS.len(), true);
            }
            _ => {
                edit.fields[edit.focus].key(key);
            }
        }
        self.lay(Overlay::Edit(edit))
    }

    /// Sends what was typed; the form stays until it is answered.
    fn save(&mut self, mut edit: Box<Edit>) -> Vec<Effect> {
        let Some(change) = edit.change() else {
            return Vec::new();
        };
        let (video, version) = (edit.video, edit.version);
        edit.is_saving = true;
        edit.trouble = None;
        self.unsaved = Some(edit.clone());
        self.overlay = Some(Overlay::Edit(edit));
        vec![Effect::Edit {
            video,
            version,
            change,
        }]
    }

    /// A video is changed, or is not.
    pub(super) fn edited(
        &mut self,
        id: VideoId,
        result: Result<Box<VideoResponse>, Unchanged>,
    ) -> Vec<Effect> {
        self.is_stale = true;
        let sent = self.unsaved.take_if(|form| form.video == id);
        let is_this = |overlay: &mut Overlay| matches!(overlay, Overlay::Edit(form) if form.video == id && form.is_saving);
        let is_open = self.overlay.take_if(is_this).is_some();
        match result {
            Ok(video) => {
                self.library.take(&video);
                let title = quoted(&name(&video));
                self.did(format!("editing {title}"), "");
                self.say(Tone::Good, format!("{title} is changed"));
                self.look_later().into_iter().collect()
            }
            Err(unchanged) => match sent {
                Some(form) if is_open => self.not_saved(form, &unchanged),
                sent => {
                    self.kept_unsaved(sent, &unchanged);
                    Vec::new()
                }
            },
        }
    }

    /// The form goes on with what was typed; where nobody changed the same, it is sent again by itself.
    fn not_saved(&mut self, mut form: Box<Edit>, unchanged: &Unchanged) -> Vec<Effect> {
        form.is_saving = false;
        if let Some(now) = &unchanged.now {
            self.library.take(now);
            form.trouble = form.rebase(now);
            if let Some(trouble) = &form.trouble {
                self.note(Tone::Bad, trouble.clone());
                return self.lay(Overlay::Edit(form));
            }
            return self.save(form);
        }
        let text = unchanged.trouble.sentence();
        form.trouble = Some(text.clone());
        self.note(Tone::Bad, text);
        self.overlay = Some(Overlay::Edit(form.clone()));
        self.heard(&unchanged.trouble);
        if self.overlay.is_none() {
            // Whoever logs in again finds it.
            self.unsaved = Some(form);
        }
        Vec::new()
    }

    /// The form was left meanwhile: it is there when it is asked for again.
    fn kept_unsaved(&mut self, form: Option<Box<Edit>>, unchanged: &Unchanged) {
        self.heard(&unchanged.trouble);
        let mut text = unchanged.trouble.sentence();
        if let Some(mut form) = form {
            form.is_saving = false;
            form.trouble = match &unchanged.now {
                Some(now) => form.rebase(now),
                None => Some(text.clone()),
            };
            let edit = self.keymap.shown(Action::Edit);
            text = format!("{text}; {edit} on that video has what was typed");
            self.unsaved = Some(form);
        }
        self.say(Tone::Bad, text);
    }
}
