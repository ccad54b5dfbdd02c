//! Paths that are typed: they become longer by what there is, and one that was offered is meant as it is.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Model;
use super::input::Input;
use super::message::Effect;
use super::message::Trouble;
use super::overlay::{Overlay, Prompt};

/// The tags and cards that the server told of.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    tags: BTreeSet<String>,
    sources: BTreeSet<String>,
}

impl Model {
    /// Offers what a tag or a card may be, and asks the server for those that no row here has.
    pub(super) fn ask_for_names(&mut self, prompt: Prompt) -> Option<Effect> {
        let is_asked = matches!(prompt, Prompt::Tag | Prompt::Source) && !self.is_away();
        is_asked.then_some(Effect::Names)
    }

    /// The server told which there are. Where it did not, those of the rows here are offered.
    pub(super) fn named(
        &mut self,
        told: Result<(Vec<String>, Vec<String>), Trouble>,
    ) -> Vec<Effect> {
        match told {
            Ok((tags, sources)) => {
                self.told = Told {
                    tags: tags.into_iter().collect(),
                    sources: sources.into_iter().collect(),
                };
                self.offer_words();
                self.is_stale |= self.overlay.is_some();
            }
            Err(trouble) => self.heard(&trouble),
        }
        Vec::new()
    }

    /// Asks for a path, beginning with this one.
    pub(super) fn offer(&mut self, prompt: Prompt, path: PathBuf) -> Vec<Effect> {
        // Where a name is not UTF-8, what of it is not is shown by its numbers, as in the browser.
        let text = match path.to_str() {
            Some(text) => text.to_owned(),
            None => crate::commands::upload::shown(&path),
        };
        let input = Input::of(&text);
        self.offered = Some((input.text().trim().to_owned(), path));
        self.lay(Overlay::Prompt(prompt, input))
    }

    /// The path that was typed, or the one that was offered and left as it was.
    pub(super) fn path_of(&mut self, typed: String) -> PathBuf {
        match self.offered.take() {
            Some((text, path)) if text == typed => path,
            _ => typed.into(),
        }
    }

    /// Offers the words that a line may become: profiles, and the tags and cards of the rows here and of the server.
    pub(super) fn offer_words(&mut self) {
        let Some(Overlay::Prompt(prompt, input)) = &self.overlay else {
            return;
        };
        let rows = self.library.window.rows();
        let words: BTreeSet<&str> = match prompt {
            Prompt::Profile => {
                let profiles = self.account.place.profiles.iter();
                profiles.map(String::as_str).collect()
            }
            Prompt::Tag => {
                let tags = rows.flat_map(|video| &video.tags).chain(&self.told.tags);
                tags.map(String::as_str).collect()
            }
            Prompt::Source => {
                let sources = rows.filter_map(|video| video.source.as_deref());
                sources
                    .chain(self.told.sources.iter().map(String::as_str))
                    .collect()
            }
            _ => return,
        };
        let typed = input.text().to_lowercase();
        let fitting = words.into_iter().filter(|word| {
            let word = word.to_lowercase();
            word.starts_with(&typed) && word != typed
        });
        self.completions = fitting.map(str::to_owned).collect();
    }

    /// Types what all words have in common that the line may become.
    pub(super) fn complete_word(&mut self) {
        let common = common(&self.completions);
        if let Some(Overlay::Prompt(_, input)) = &mut self.overlay
            && common.len() >= input.text().len()
            && !common.is_empty()
        {
            *input = Input::of(&common);
        }
        self.offer_words();
    }

    /// What the text in the field may become: as much of it as all have in common is typed at once.
    pub(super) fn completed(&mut self, text: &str, found: Vec<String>) -> Vec<Effect> {
        let Some(Overlay::Prompt(prompt, input)) = &mut self.overlay else {
            return Vec::new();
        };
        // Whoever typed on since meant something else.
        if !prompt.is_path() || input.text() != text {
            return Vec::new();
        }
        let common = common(&found);
        if common.len() > text.len() && common.starts_with(text) {
            *input = Input::of(&common);
        }
        self.completions = if found.len() > 1 { found } else { Vec::new() };
        self.is_stale = true;
        Vec::new()
    }
}

/// What all begin with.
fn common(found: &[String]) -> String {
    let Some((first, others)) = found.split_first() else {
        return String::new();
    };
    let mut common = first.as_str();
    for other in others {
        let same = common
            .char_indices()
            .zip(other.chars())
            .find(|((_, one), other)| one != other)
            .map_or(common.len().min(other.len()), |((at, _), _)| at);
        common = &common[..same];
    }
    common.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_have_in_common_is_found_between_characters() {
        let of = |found: &[&str]| {
            let found: Vec<String> = found.iter().map(|&text| text.to_owned()).collect();
            common(&found)
        };
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["/a/CARD_A/"]), "/a/CARD_A/");
        assert_eq!(of(&["/a/CARD_A/", "/a/CARD_B/", "/a/CARD"]), "/a/CARD");
        assert_eq!(of(&["/caf\u{e9}", "/caf\u{e8}"]), "/caf");
        assert_eq!(of(&["/x", "/x"]), "/x");
    }
}
