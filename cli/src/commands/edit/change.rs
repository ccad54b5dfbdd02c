//! What a person wants to change, and what that means for the video as it is now. Pure.

use heimdex_api::video::{UpdateVideoRequest, VideoResponse};

use crate::args::EditArgs;
use crate::output::text::{clean, cut};

/// Texts in a sentence are no longer than this.
const SHOWN: usize = 60;

/// What is to be changed; tags one by one, so that what others do to other tags stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) untags: Vec<String>,
    pub(super) damaged: bool,
}

/// What a change comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decision {
    /// It is so already.
    Nothing,
    /// This is to be sent.
    Send(UpdateVideoRequest),
    /// Somebody else changed the same, in these ways.
    Conflict(Vec<String>),
}

impl Change {
    /// What the flags say, if any is given.
    pub(super) fn of_flags(args: &EditArgs) -> Option<Self> {
        let change = Self {
            title: args.title.clone(),
            description: args.description.clone(),
            tags: args.tags.clone(),
            untags: args.untags.clone(),
            damaged: args.damaged,
        };
        (change != Self::default()).then_some(change)
    }
}

/// What to send for a change that was made of the video as it was `seen`, now that it is `now`.
pub(super) fn decide(change: &Change, seen: &VideoResponse, now: &VideoResponse) -> Decision {
    let mut conflicts = Vec::new();
    let mut text = |name, wanted: &Option<String>, seen: &Option<String>, now: &Option<String>| {
        let wanted = wanted.as_deref()?.trim();
        let (seen, now) = (seen.as_deref().unwrap_or(""), now.as_deref().unwrap_or(""));
        if wanted == now {
            return None;
        }
        if seen != now {
            conflicts.push(became(name, seen, now));
        }
        Some(wanted.to_owned())
    };
    let title = text("title", &change.title, &seen.title, &now.title);
    let (before, after) = (&seen.description, &now.description);
    let description = text("description", &change.description, before, after);
    if !conflicts.is_empty() {
        return Decision::Conflict(conflicts);
    }
    let tags = tags_after(change, &now.tags);
    let request = UpdateVideoRequest {
        title,
        description,
        tags: (tags != now.tags).then_some(tags),
        damaged: (change.damaged && !now.damaged).then_some(true),
    };
    if request == UpdateVideoRequest::default() {
        Decision::Nothing
    } else {
        Decision::Send(request)
    }
}

fn tags_after(change: &Change, now: &[String]) -> Vec<String> {
    let mut tags: Vec<String> = now
        .iter()
        .filter(|tag| !holds(&change.untags, tag))
        .cloned()
        .collect();
    for tag in &change.tags {
        if !holds(&tags, tag) && !tag.trim().is_empty() {
            tags.push(tag.trim().to_owned());
        }
    }
    tags
}

/// Tags are the same whatever the case of their letters.
fn holds(tags: &[String], wanted: &str) -> bool {
    let folded = |tag: &str| tag.trim().to_lowercase();
    tags.iter().any(|tag| folded(tag) == folded(wanted))
}

/// What is not the same in both, in words.
pub(super) fn differences(before: &VideoResponse, after: &VideoResponse) -> Vec<String> {
    let mut words = Vec::new();
    let texts = [
        ("title", &before.title, &after.title),
        ("description", &before.description, &after.description),
    ];
    for (name, before, after) in texts {
        let before = before.as_deref().unwrap_or("");
        let after = after.as_deref().unwrap_or("");
        if before != after {
            words.push(became(name, before, after));
        }
    }
    let new = |tags: &[String], others: &[String]| -> Vec<String> {
        let new = tags.iter().filter(|tag| !holds(others, tag));
        new.map(|tag| quoted(tag)).collect()
    };
    let added = new(&after.tags, &before.tags);
    let removed = new(&before.tags, &after.tags);
    if !added.is_empty() {
        words.push(format!("tagged {}", added.join(", ")));
    }
    if !removed.is_empty() {
        words.push(format!("no longer tagged {}", removed.join(", ")));
    }
    if after.damaged && !before.damaged {
        words.push("kept as it is, though it is damaged".to_owned());
    }
    words
}

fn became(name: &str, before: &str, after: &str) -> String {
    match (before, after) {
        ("", after) => format!("its {name} is {} now", quoted(after)),
        (before, "") => format!("its {name} was {} and is empty now", quoted(before)),
        (before, after) => format!(
            "its {name} was {} and is {} now",
            quoted(before),
            quoted(after)
        ),
    }
}

fn quoted(text: &str) -> String {
    format!("`{}`", cut(&clean(text), SHOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(title: &str, tags: &[&str]) -> VideoResponse {
        let json = serde_json::json!({
            "video_id": "7f3a91a2-0000-4000-8000-000000000001",
            "user_id": "7f3a91a2-0000-4000-8000-000000000002",
            "title": title, "description": null, "tags": tags, "mime_type": null, "size_bytes": 1,
            "duration_s": null, "state": "indexed", "error_text": null, "thumbnail_url": null,
            "created_at": "2026-11-23T13:30:00Z", "indexed_at": null,
        });
        serde_json::from_value(json).unwrap()
    }

    fn retitled(title: &str) -> Change {
        Change {
            title: Some(title.into()),
            ..Change::default()
        }
    }

    fn tagged(add: &[&str], remove: &[&str]) -> Change {
        let owned = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect();
        Change {
            tags: owned(add),
            untags: owned(remove),
            ..Change::default()
        }
    }

    #[track_caller]
    fn sent(change: &Change, seen: &VideoResponse, now: &VideoResponse) -> UpdateVideoRequest {
        match decide(change, seen, now) {
            Decision::Send(request) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_differs_is_sent() {
        let seen = video("A", &["Paris"]);
        assert_eq!(decide(&retitled("A"), &seen, &seen), Decision::Nothing);
        let tags = tagged(&["paris"], &["rome"]);
        assert_eq!(decide(&tags, &seen, &seen), Decision::Nothing);
        let request = sent(&retitled("B"), &seen, &seen);
        assert_eq!((request.title.as_deref(), request.tags), (Some("B"), None));
    }

    #[test]
    fn what_others_did_to_other_things_stays() {
        let (seen, now) = (video("A", &["day 1"]), video("B", &["day 1", "rome"]));
        let request = sent(&tagged(&["paris"], &["Day 1"]), &seen, &now);
        assert_eq!(request.title, None);
        assert_eq!(request.tags, Some(vec!["rome".into(), "paris".into()]));
        let request = sent(&retitled("C"), &seen, &video("A", &[]));
        assert_eq!((request.title.as_deref(), request.tags), (Some("C"), None));
    }

    #[test]
    fn what_others_did_to_the_same_is_said_and_not_overwritten() {
        let (seen, now) = (video("A", &[]), video("B", &[]));
        assert_eq!(
            decide(&retitled("C"), &seen, &now),
            Decision::Conflict(vec!["its title was `A` and is `B` now".into()])
        );
        assert_eq!(decide(&retitled("B"), &seen, &now), Decision::Nothing);
    }

    #[test]
    fn differences_are_said_in_words() {
        let mut after = video("B", &["rome"]);
        after.description = Some("take 3\u{1b}[2J".into());
        after.damaged = true;
        assert_eq!(
            differences(&video("A", &["paris"]), &after),
            [
                "its title was `A` and is `B` now",
                r"its description is `take 3\u{1b}[2J` now",
                "tagged `rome`",
                "no longer tagged `paris`",
                "kept as it is, though it is damaged",
            ]
        );
    }
}
