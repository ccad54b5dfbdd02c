//! Texts of what is marked: all of one video, and of several the tags that they get and lose.

use heimdex_api::VideoId;
use heimdex_api::video::VideoResponse;

use super::answers::named_are;
use super::input::Input;
use super::keys::{field, named};
use super::message::{Effect, Trouble};
use super::overlay::{Edit, Overlay};
use super::{Model, Tone};
use crate::tui::key::{Key, Named};

/// The names of the fields.
pub(crate) const RETAG_FIELDS: [&str; 2] = ["Add tags", "Remove tags"];

/// The tags of several videos while they are edited.
#[derive(Debug, Clone)]
pub(crate) struct Retag {
    /// Which videos.
    pub(crate) videos: Vec<VideoId>,
    /// What they get and what they lose, with commas between.
    pub(crate) fields: [Input; 2],
    /// The one that is typed into.
    pub(crate) focus: usize,
}

/// Tags that videos get and lose; what others they have stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TagChange {
    /// They get these.
    pub(crate) add: Vec<String>,
    /// They lose these.
    pub(crate) remove: Vec<String>,
}

impl Retag {
    fn change(&self) -> TagChange {
        let [add, remove] = [0, 1].map(|at| {
            let text = self.fields[at].text();
            let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            tags.map(str::to_owned).collect()
        });
        TagChange { add, remove }
    }
}

impl TagChange {
    /// What a video with these tags has then; `None` where that is the same.
    pub(crate) fn after(&self, now: &[String]) -> Option<Vec<String>> {
        let kept = now.iter().filter(|tag| !holds(&self.remove, tag));
        let mut after: Vec<String> = kept.cloned().collect();
        for tag in &self.add {
            if !holds(&after, tag) {
                after.push(tag.clone());
            }
        }
        (after != now).then_some(after)
    }
}

/// Tags are the same whatever the case of their letters.
fn holds(tags: &[String], wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    tags.iter().any(|tag| tag.to_lowercase() == wanted)
}

impl Model {
    /// The form of what is meant.
    pub(super) fn edit(&mut self) -> Vec<Effect> {
        let meant = self.library.meant();
        let one = match &meant[..] {
            [] => return Vec::new(),
            [(id, _)] => self.library.window.row(*id),
            _ => None,
        };
        let form = match one {
            Some(video) => Overlay::Edit(Box::new(Edit::of(video))),
            None => Overlay::Retag(Box::new(Retag {
                videos: meant.iter().map(|(id, _)| *id).collect(),
                fields: Default::default(),
                focus: 0,
            })),
        };
        self.lay(form)
    }

    pub(super) fn retag_key(&mut self, mut form: Box<Retag>, key: Key) -> Vec<Effect> {
        match named(key) {
            Some(Named::Escape) => return Vec::new(),
            Some(Named::Enter) => {
                let change = form.change();
                let is_any = change != TagChange::default();
                let effect = is_any.then_some(Effect::Tag(form.videos, change));
                return effect.into_iter().collect();
            }
            Some(Named::Tab | Named::Down) => {
                form.focus = field(form.focus, RETAG_FIELDS.len(), false);
            }
            Some(Named::BackTab | Named::Up) => {
                form.focus = field(form.focus, RETAG_FIELDS.len(), true);
            }
            _ => {
                form.fields[form.focus].key(key);
            }
        }
        self.lay(Overlay::Retag(form))
    }

    /// These have other tags now, and this stopped it.
    pub(super) fn tagged(
        &mut self,
        videos: &[VideoResponse],
        trouble: Option<&Trouble>,
    ) -> Vec<Effect> {
        for video in videos {
            self.library.take(video);
            self.library.marks.remove(&video.video_id);
        }
        if !videos.is_empty() {
            self.say(Tone::Good, format!("{} changed", named_are(videos)));
        }
        if let Some(trouble) = trouble {
            self.complain(trouble);
        }
        self.look_later().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tags_that_are_named_are_others() {
        let own = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>();
        let change = TagChange {
            add: own(&["Reel 2", "new"]),
            remove: own(&["OLD", "absent"]),
        };
        assert_eq!(
            change.after(&own(&["old", "a"])),
            Some(own(&["a", "Reel 2", "new"]))
        );
        assert_eq!(change.after(&own(&["reel 2", "NEW"])), None);
        assert_eq!(TagChange::default().after(&own(&["a"])), None);
    }
}
