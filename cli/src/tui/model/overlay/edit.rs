//! The texts of a video while they are edited, and what becomes of them where somebody else edits them too.

use heimdex_api::VideoId;
use heimdex_api::video::{UpdateVideoRequest, VideoResponse};

use crate::output::text::{clean, cut};
use crate::tui::model::input::Input;
use crate::tui::model::message::TagChange;

/// The names of the fields.
pub(crate) const EDIT_FIELDS: [&str; 3] = ["Title", "Description", "Tags"];

/// The field of the tags.
const TAGS: usize = 2;
/// Stands for the end of a line where one line is edited.
const LINE_END: &str = "⏎";
/// Somebody else's text is no longer than this in a sentence.
const SHOWN: usize = 60;

/// The texts of a video while they are edited.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    /// Which video.
    pub(crate) video: VideoId,
    /// Its version when it was seen: what somebody else changed since is not overwritten.
    pub(crate) version: Option<u64>,
    /// Title, description, and tags with commas between them.
    pub(crate) fields: [Input; 3],
    /// The one that is typed into.
    pub(crate) focus: usize,
    /// Whether it was sent, and is not answered yet.
    pub(crate) is_saving: bool,
    /// Why it is not saved.
    pub(crate) trouble: Option<String>,
    before: [String; 3],
}

/// The texts of a video as they stand in the fields.
fn texts(video: &VideoResponse) -> [Input; 3] {
    let description = video.description.as_deref().unwrap_or("");
    [
        Input::of(video.title.as_deref().unwrap_or("")),
        Input::of(&description.replace('\n', LINE_END)),
        Input::of(&video.tags.join(", ")),
    ]
}

fn split(tags: &str) -> Vec<String> {
    let tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    tags.map(str::to_owned).collect()
}

impl Edit {
    /// The form of a video.
    pub(crate) fn of(video: &VideoResponse) -> Self {
        let fields = texts(video);
        Self {
            video: video.video_id,
            version: video.version,
            before: fields.clone().map(|field| field.text()),
            fields,
            focus: 0,
            is_saving: false,
            trouble: None,
        }
    }

    /// What is to be changed; `None` where all is as it was.
    pub(crate) fn change(&self) -> Option<UpdateVideoRequest> {
        let [title, description, tags] = [0, 1, 2].map(|at| {
            let text = self.fields[at].text();
            (text != self.before[at]).then(|| text.replace(LINE_END, "\n").trim().to_owned())
        });
        let change = UpdateVideoRequest {
            title,
            description,
            tags: tags.map(|tags| split(&tags)),
            damaged: None,
        };
        (change != UpdateVideoRequest::default()).then_some(change)
    }

    /// Somebody else changed the video, which is this now: what was not typed into is theirs, and tags are joined. Says
    /// what both changed; that is left as it was typed.
    pub(crate) fn rebase(&mut self, now: &VideoResponse) -> Option<String> {
        let theirs = texts(now).map(|field| field.text());
        let mut both = Vec::new();
        for (at, theirs) in theirs.iter().enumerate() {
            let own = self.fields[at].text();
            if own == self.before[at] {
                self.fields[at] = Input::of(theirs);
            } else if at == TAGS {
                self.fields[at] = Input::of(&joined(&self.before[at], &own, &now.tags).join(", "));
            } else if *theirs != self.before[at] && *theirs != own {
                let theirs = cut(&clean(theirs), SHOWN).into_owned();
                both.push(format!(
                    "its {} is `{theirs}` now",
                    EDIT_FIELDS[at].to_lowercase()
                ));
            }
        }
        self.before = theirs;
        self.version = now.version;
        (!both.is_empty()).then(|| {
            format!(
                "Somebody else changed it meanwhile: {}. enter puts what stands here in its place, esc leaves it.",
                both.join(", ")
            )
        })
    }
}

/// These tags with what was typed: those that were added are, and those that were taken away are not.
fn joined(before: &str, own: &str, now: &[String]) -> Vec<String> {
    let (before, own) = (split(before), split(own));
    let without = |tags: &[String], others: &[String]| -> Vec<String> {
        let new = tags.iter().filter(|tag| !others.contains(tag));
        new.cloned().collect()
    };
    let change = TagChange {
        add: without(&own, &before),
        remove: without(&before, &own),
    };
    change.after(now).unwrap_or_else(|| now.to_vec())
}
