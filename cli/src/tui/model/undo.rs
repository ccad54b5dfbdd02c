//! What was done here last, and whether it can be taken back: undo speaks of that, and of nothing that was done before it.

use heimdex_api::video::VideoResponse;
use heimdex_api::{VideoId, VideoState};

use super::message::{Effect, Trouble};
use super::names::{are, these};
use super::{Model, Tone, View};
use crate::tui::actions::Action;

/// Something that was done here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// These were put into the trash, from which they come back.
    Deleted(Vec<VideoId>, String),
    /// This, in a word or two, stays as it is; and what may be done instead.
    Final(String, &'static str),
}

impl Model {
    /// Remembers that something was done that cannot be taken back: only the last of these matters.
    pub(super) fn did(&mut self, what: String, instead: &'static str) {
        self.done.pop_if(|last| matches!(last, Done::Final(..)));
        self.done.push(Done::Final(what, instead));
    }

    /// Takes back what was done last, or says that it stays as it is, and what would be next.
    pub(super) fn undo(&mut self) -> Vec<Effect> {
        // Whoever looks at the trash means what lies there, whoever put it in and whenever.
        if self.view == View::Library && self.library.narrowed_to.wants_deleted() {
            let meant = self.library.meant();
            let videos: Vec<_> = meant.into_iter().map(|(id, _)| id).collect();
            if !videos.is_empty() {
                return vec![Effect::Restore(videos)];
            }
        }
        match self.done.pop() {
            Some(Done::Deleted(videos, _)) => return vec![Effect::Restore(videos)],
            Some(Done::Final(what, instead)) => {
                let before = match self.done.last() {
                    Some(Done::Deleted(_, videos)) => {
                        let undo = self.keymap.shown(Action::Undo);
                        format!("; {undo} again takes {videos} out of the trash")
                    }
                    Some(Done::Final(..)) | None => String::new(),
                };
                self.say(
                    Tone::Bad,
                    format!("{what} cannot be undone{instead}{before}"),
                );
            }
            None => self.say(
                Tone::Bad,
                "nothing was deleted here that could be taken back",
            ),
        }
        Vec::new()
    }

    /// These are in the trash now, and this stopped it.
    pub(super) fn deleted(
        &mut self,
        videos: &[VideoResponse],
        trouble: Option<&Trouble>,
    ) -> Vec<Effect> {
        let is_open = |video: &&VideoResponse| {
            let row = self.library.window.row(video.video_id);
            row.is_some_and(|row| row.state.known() == Some(VideoState::Uploading))
        };
        // Nothing of these comes back: what was sent of them is gone.
        let (cancelled, whole): (Vec<&VideoResponse>, Vec<_>) = videos.iter().partition(is_open);
        for video in videos {
            self.library.take(video);
            self.library.marks.remove(&video.video_id);
        }
        if let Some(what) = these(&cancelled) {
            self.say(
                Tone::Good,
                format!("the upload of {what} is cancelled, and what was sent of it is gone"),
            );
            self.did(format!("cancelling the upload of {what}"), "");
        }
        if let Some(what) = these(&whole) {
            let ids = whole.iter().map(|video| video.video_id).collect();
            let undo = self.keymap.shown(Action::Undo);
            let them = if whole.len() == 1 { "it" } else { "them" };
            self.say(
                Tone::Good,
                format!(
                    "{what} {} in the trash, for 30 days; {undo} takes {them} back",
                    are(&whole)
                ),
            );
            self.done.push(Done::Deleted(ids, what));
        }
        if let Some(trouble) = trouble {
            self.complain(trouble);
        }
        self.moved_to()
    }

    /// These came back from the trash, and this stopped it.
    pub(super) fn restored(
        &mut self,
        videos: &[VideoResponse],
        trouble: Option<&Trouble>,
    ) -> Vec<Effect> {
        let all: Vec<&VideoResponse> = videos.iter().collect();
        if let Some(what) = these(&all) {
            let mut text = format!("{what} {} out of the trash", are(&all));
            // What is back is as it was.
            if let [video] = videos
                && let Some(why) = &video.error_text
            {
                text = format!("{text}, and failed: {why}");
            }
            self.say(Tone::Good, text);
        }
        if let Some(trouble) = trouble {
            self.complain(trouble);
        }
        for video in videos {
            self.library.take(video);
        }
        self.list_again()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::model::tests::{press, said, settled, started, type_in, uploading};
    use crate::tui::model::{Answer, Msg};

    #[test]
    fn undo_speaks_of_what_was_done_last_and_of_nothing_before_it() {
        let (mut model, mut world) = started(5);
        settled(&mut model, &mut world, "x");
        assert_eq!(model.library.window.len(), 4);
        uploading(&mut model, &mut world);
        // One that is on its way, and one that is off the list at once.
        settled(&mut model, &mut world, "x");
        settled(&mut model, &mut world, "x");
        assert_eq!(model.transfers.list.len(), 1);
        settled(&mut model, &mut world, "u");
        assert_eq!(
            said(&model),
            "cancelling `two.mp4` cannot be undone; uploaded again, it goes on where it was; u again takes \
             `A003C000` out of the trash"
        );
        assert_eq!(model.library.window.len(), 4);
        settled(&mut model, &mut world, "u");
        assert_eq!(said(&model), "`A003C000` is out of the trash");
        assert_eq!(model.library.window.len(), 5);
        settled(&mut model, &mut world, "u");
        assert!(said(&model).starts_with("nothing was deleted"));
    }

    #[test]
    fn in_the_trash_it_is_about_what_lies_there_whoever_put_it_there() {
        let (mut model, mut world) = started(5);
        let ids: Vec<_> = world.videos.keys().copied().collect();
        for id in &ids[..3] {
            world.videos.get_mut(id).unwrap().state = VideoState::Deleted.into();
        }
        settled(&mut model, &mut world, "f f f f f f");
        assert_eq!(model.library.window.len(), 3);
        settled(&mut model, &mut world, "j u");
        assert_eq!(said(&model), "`A003C001` is out of the trash");
        assert_eq!(model.library.window.len(), 2);
        settled(&mut model, &mut world, "g space space u");
        assert_eq!(said(&model), "2 videos are out of the trash");
        assert_eq!(model.library.window.len(), 0);
    }

    #[test]
    fn what_was_edited_stays_so() {
        let (mut model, mut world) = started(3);
        settled(&mut model, &mut world, "x");
        settled(&mut model, &mut world, "e");
        let _ = type_in(&mut model, " take 2");
        settled(&mut model, &mut world, "enter");
        settled(&mut model, &mut world, "u");
        let is_so = "editing `A003C001 take 2` cannot be undone; u again takes";
        assert!(said(&model).starts_with(is_so), "{}", said(&model));
        settled(&mut model, &mut world, "space space e");
        let _ = type_in(&mut model, "night");
        settled(&mut model, &mut world, "enter");
        settled(&mut model, &mut world, "u");
        let is_so = "tagging 2 videos cannot be undone; u again takes";
        assert!(said(&model).starts_with(is_so), "{}", said(&model));
    }

    #[test]
    fn an_upload_that_is_deleted_on_its_way_is_cancelled_for_good() {
        let (mut model, mut world) = started(3);
        let id = model.library.window.selected().unwrap().video_id;
        let mut uploading = world.videos[&id].clone();
        uploading.state = VideoState::Uploading.into();
        model.library.take(&uploading);
        world.videos.insert(id, uploading);
        settled(&mut model, &mut world, "x");
        assert_eq!(
            said(&model),
            "the upload of `A003C000` is cancelled, and what was sent of it is gone"
        );
        let effects = press(&mut model, "u");
        assert!(effects.is_empty(), "{effects:?}");
        assert_eq!(
            said(&model),
            "cancelling the upload of `A003C000` cannot be undone"
        );
    }

    #[test]
    fn what_comes_back_failed_says_so() {
        let (mut model, world) = started(3);
        let mut video = world.videos.values().next().unwrap().clone();
        video.state = VideoState::Failed.into();
        video.error_text = Some("upload cancelled".into());
        let _ = model.update(Msg::Answer(Answer::Restored(vec![video], None)));
        assert_eq!(
            said(&model),
            "`A003C000` is out of the trash, and failed: upload cancelled"
        );
    }
}
