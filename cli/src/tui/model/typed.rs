//! What comes of a line that was typed to its end.

use heimdex_client::bwlimit::Timetable;

use super::input::Input;
use super::message::{Asking, Effect, Texts};
use super::overlay::{Overlay, Prompt};
use super::{Model, Tone};
use crate::output::time;

impl Model {
    /// A line was typed to its end.
    pub(super) fn entered_line(&mut self, prompt: Prompt, input: Input) -> Vec<Effect> {
        let text = input.text().trim().to_owned();
        let some = (!text.is_empty()).then(|| text.clone());
        match prompt {
            Prompt::Tag => self.library.filter.tag = some,
            Prompt::Source => self.library.filter.source = some,
            Prompt::Since => match some.map(|typed| (time::parse(&typed, &self.moment), typed)) {
                None => self.library.filter.since = None,
                Some((Some(at), typed)) => {
                    self.library.filter.since = Some((typed, at.to_string()));
                }
                Some((None, typed)) => {
                    self.say(
                        Tone::Bad,
                        format!("`{typed}` is not a time: {}", prompt.hint()),
                    );
                    self.overlay = Some(Overlay::Prompt(prompt, input));
                    return Vec::new();
                }
            },
            Prompt::Upload => {
                let Some(path) = some else { return Vec::new() };
                let batch = self.transfers.number();
                return vec![Effect::Collect {
                    batch,
                    paths: vec![self.path_of(path)],
                    texts: Texts::default(),
                }];
            }
            Prompt::Limit => return self.limited(some, input),
            Prompt::Watch => {
                let folder = some.map(|folder| self.path_of(folder));
                let watch = |folder| Effect::Daemon(Asking::Watch(folder));
                return folder.map(watch).into_iter().collect();
            }
            Prompt::WatchLimit(_) => return self.limit_watch(prompt, some, input),
            Prompt::Profile => {
                return some.map(Effect::UseProfile).into_iter().collect();
            }
        }
        self.list_anew()
    }

    fn limited(&mut self, text: Option<String>, input: Input) -> Vec<Effect> {
        match text.as_deref().unwrap_or("off").parse::<Timetable>() {
            Ok(timetable) => {
                let words = text.as_deref().unwrap_or("what the line gives").to_owned();
                self.transfers.limit = text;
                self.say(Tone::Good, format!("uploads take at most {words}"));
                vec![Effect::Limit(timetable)]
            }
            Err(error) => {
                self.say(Tone::Bad, error.to_string());
                self.overlay = Some(Overlay::Prompt(Prompt::Limit, input));
                Vec::new()
            }
        }
    }
}
