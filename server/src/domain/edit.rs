//! What a person wants a video to be, against what it is: which fields change, and whether they may. Pure.

use super::fold::fold;

/// What is wanted; what is not there stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// What to call it; blank for the file's name without its ending.
    pub title: Option<String>,
    /// What to say of it; empty for nothing.
    pub description: Option<String>,
    /// All of its tags.
    pub tags: Option<Vec<String>>,
    /// A damaged container is accepted as it is.
    pub damaged: Option<bool>,
}

/// What a video is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editable {
    /// The file's name.
    pub filename: String,
    /// What people call it.
    pub title: Option<String>,
    /// What people say of it.
    pub description: Option<String>,
    /// Its tags, folded.
    pub tags: Vec<String>,
    /// Whether its container's damage may be accepted.
    pub damage: DamageStanding,
}

/// What accepting a damaged container would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageStanding {
    /// It was accepted already.
    Accepted,
    /// The checks have not judged yet: they will know.
    NotJudged,
    /// The video failed by it alone, and goes on.
    Failed,
    /// There is no damage, or bytes are missing or differ, which nobody may accept.
    Nothing,
}

/// A field that becomes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// What people call it.
    Title(String),
    /// What people say of it.
    Description(Option<String>),
    /// All of its tags.
    Tags(Vec<String>),
    /// The damage is accepted.
    Damaged,
}

impl Change {
    /// The field on the wire.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Description(_) => "description",
            Self::Tags(_) => "tags",
            Self::Damaged => "damaged",
        }
    }
}

/// What the video cannot become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impossible {
    /// There is no damaged container to accept.
    NotDamaged,
    /// What was accepted cannot be refused again.
    AcceptedForGood,
}

/// What has to change so that the video is what is wanted; nothing where it is that already.
///
/// # Errors
/// [`Impossible`].
pub fn changes(current: &Editable, edit: &Edit) -> Result<Vec<Change>, Impossible> {
    let mut changes = Vec::new();
    if let Some(title) = &edit.title {
        let title = title_or_stem(title, &current.filename);
        if current.title.as_ref() != Some(&title) {
            changes.push(Change::Title(title));
        }
    }
    if let Some(description) = &edit.description {
        let description = Some(description.clone()).filter(|text| !text.is_empty());
        if current.description != description {
            changes.push(Change::Description(description));
        }
    }
    if let Some(tags) = &edit.tags
        && !same_tags(&current.tags, tags)
    {
        changes.push(Change::Tags(tags.clone()));
    }
    match (edit.damaged, current.damage) {
        (None | Some(true), DamageStanding::Accepted)
        | (None, _)
        | (
            Some(false),
            DamageStanding::NotJudged | DamageStanding::Failed | DamageStanding::Nothing,
        ) => {}
        (Some(true), DamageStanding::NotJudged | DamageStanding::Failed) => {
            changes.push(Change::Damaged);
        }
        (Some(true), DamageStanding::Nothing) => return Err(Impossible::NotDamaged),
        (Some(false), DamageStanding::Accepted) => return Err(Impossible::AcceptedForGood),
    }
    Ok(changes)
}

fn same_tags(folded: &[String], wanted: &[String]) -> bool {
    use std::collections::BTreeSet;
    let wanted: BTreeSet<String> = wanted.iter().map(|tag| fold(tag)).collect();
    wanted.len() == folded.len() && folded.iter().all(|tag| wanted.contains(tag))
}

/// What people call it: what they said, else the file's name without its ending.
#[must_use]
pub fn title_or_stem(given: &str, filename: &str) -> String {
    let given = given.trim();
    if !given.is_empty() {
        return given.to_owned();
    }
    match filename.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => filename.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn current(damage: DamageStanding) -> Editable {
        Editable {
            filename: "A003C012.MP4".to_owned(),
            title: Some("Harbour".to_owned()),
            description: None,
            tags: vec!["paris".to_owned()],
            damage,
        }
    }

    #[test]
    fn only_what_differs_changes() {
        let edit = Edit {
            title: Some(" Harbour ".to_owned()),
            description: Some(String::new()),
            tags: Some(vec!["PARIS".to_owned()]),
            damaged: Some(false),
        };
        let current = current(DamageStanding::Nothing);
        assert_eq!(changes(&current, &Edit::default()), Ok(vec![]));
        assert_eq!(changes(&current, &edit), Ok(vec![]));
        let edit = Edit {
            title: Some(String::new()),
            description: Some("d".to_owned()),
            tags: Some(vec![]),
            damaged: None,
        };
        let expected = vec![
            Change::Title("A003C012".to_owned()),
            Change::Description(Some("d".to_owned())),
            Change::Tags(vec![]),
        ];
        assert_eq!(changes(&current, &edit), Ok(expected));
    }

    #[test]
    fn damage_is_accepted_where_there_is_any_and_for_good() {
        use DamageStanding as D;
        for (damage, damaged, expected) in [
            (D::Accepted, true, Ok(vec![])),
            (D::NotJudged, true, Ok(vec![Change::Damaged])),
            (D::Failed, true, Ok(vec![Change::Damaged])),
            (D::Nothing, true, Err(Impossible::NotDamaged)),
            (D::Accepted, false, Err(Impossible::AcceptedForGood)),
            (D::Failed, false, Ok(vec![])),
        ] {
            let edit = Edit {
                damaged: Some(damaged),
                ..Edit::default()
            };
            assert_eq!(changes(&current(damage), &edit), expected, "{damage:?}");
        }
    }

    #[test]
    fn a_name_that_is_nothing_but_an_ending_is_the_title() {
        for (filename, title) in [(".mp4", ".mp4"), ("a.b.mp4", "a.b"), ("a", "a")] {
            assert_eq!(title_or_stem(" ", filename), title);
        }
    }

    proptest! {
        #[test]
        fn what_was_changed_is_what_was_wanted(
            title in proptest::option::of(".{0,9}"),
            description in proptest::option::of(".{0,9}"),
            tags in proptest::option::of(proptest::collection::vec("[a-cA-C]{1,2}", 0..4)),
        ) {
            let edit = Edit { title, description, tags, damaged: None };
            let mut video = current(DamageStanding::Nothing);
            for change in changes(&video, &edit).unwrap() {
                match change {
                    Change::Title(title) => video.title = Some(title),
                    Change::Description(description) => video.description = description,
                    Change::Tags(tags) => {
                        let folded: std::collections::BTreeSet<String> =
                            tags.iter().map(|tag| fold(tag)).collect();
                        video.tags = folded.into_iter().collect();
                    }
                    Change::Damaged => prop_assert!(false),
                }
            }
            prop_assert_eq!(changes(&video, &edit), Ok(vec![]));
        }
    }
}
