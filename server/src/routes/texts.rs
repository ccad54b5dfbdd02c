//! What people write about a video, checked against what rows hold.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use heimdex_api::FieldError;
use heimdex_api::limits::{NAME_MAX, TAGS_MAX};

use crate::domain::fold::fold;

/// Adds what is wrong with a text of so many characters.
pub(super) fn check_text(
    field: &str,
    text: &str,
    characters: RangeInclusive<usize>,
    wrong: &mut Vec<FieldError>,
) {
    let length = text.chars().count();
    let message = if text.contains('\0') {
        "It must not hold a zero character.".to_owned()
    } else if length < *characters.start() {
        "It must not be empty.".to_owned()
    } else if length > *characters.end() {
        format!("It has at most {} characters.", characters.end())
    } else {
        return;
    };
    wrong.push(FieldError {
        field: field.to_owned(),
        message,
    });
}

/// Adds what is wrong with tags.
pub(super) fn check_tags(tags: &[String], wrong: &mut Vec<FieldError>) {
    for (index, tag) in tags.iter().enumerate() {
        check_text(&format!("tags[{index}]"), tag.trim(), 1..=NAME_MAX, wrong);
    }
    if tags.len() > TAGS_MAX {
        wrong.push(FieldError {
            field: "tags".to_owned(),
            message: format!("At most {TAGS_MAX} tags."),
        });
    }
}

/// Tags without the repeats, as they were spelled first.
pub(super) fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    tags.into_iter()
        .map(|tag| tag.trim().to_owned())
        .filter(|tag| seen.insert(fold(tag)))
        .collect()
}
