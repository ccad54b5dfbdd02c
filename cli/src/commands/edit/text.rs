//! A video as text in an editor: TOML between two lines of `+++`, and below it the description. Pure.

use heimdex_api::video::VideoResponse;
use serde::Deserialize;

use super::change::Change;
use crate::output::size;
use crate::output::text::clean;

const FENCE: &str = "+++";

/// What the head may hold; what is not there stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title: Option<String>,
    tags: Option<Vec<String>>,
}

/// The text that is opened.
pub(super) fn text(video: &VideoResponse) -> String {
    let name = clean(video.filename.as_deref().unwrap_or("(no name)"));
    let size = video
        .size_bytes
        .map_or_else(String::new, |bytes| format!(", {}", size::bytes(bytes)));
    let title = string(video.title.as_deref().unwrap_or(""));
    let tags: Vec<String> = video.tags.iter().map(|tag| string(tag)).collect();
    let tags = tags.join(", ");
    let description = video.description.as_deref().unwrap_or("");
    format!(
        "{FENCE}\n# {name}{size}. What stands below the second {FENCE} is the description.\n\
         title = {title}\ntags = [{tags}]\n{FENCE}\n{description}\n"
    )
}

/// A string as TOML writes it, on one line whatever is in it: JSON's escapes are TOML's as well.
fn string(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

/// What was changed in it; nothing where it is as it was. A mistake is a sentence that names its line.
pub(super) fn change(video: &VideoResponse, edited: &str) -> Result<Option<Change>, String> {
    let (head, description) = parts(edited)?;
    let head: Head = toml::from_str(head).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(head.len()));
        // The head begins on the second line.
        let before = &head.as_bytes()[..start];
        let line = before.split(|byte| *byte == b'\n').count() + 1;
        format!("line {line}: {}", error.message())
    })?;
    let differs =
        |new: &str, old: &Option<String>| new.trim() != old.as_deref().unwrap_or("").trim();
    let tags = head.tags.unwrap_or_else(|| video.tags.clone());
    let missing = |from: &[String], others: &[String]| -> Vec<String> {
        let missing = from.iter().filter(|tag| !others.contains(tag));
        missing.cloned().collect()
    };
    let is_new = differs(description, &video.description);
    let change = Change {
        title: head.title.filter(|title| differs(title, &video.title)),
        description: is_new.then(|| description.trim().to_owned()),
        untags: missing(&video.tags, &tags),
        tags: missing(&tags, &video.tags),
        damaged: false,
    };
    Ok((change != Change::default()).then_some(change))
}

/// The head and what stands below it.
fn parts(text: &str) -> Result<(&str, &str), String> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        return Err(format!("line 1 is not `{FENCE}`"));
    }
    let (begin, mut at) = (first.len(), first.len());
    for line in lines {
        if line.trim_end() == FENCE {
            return Ok((&text[begin..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    Err(format!("the second `{FENCE}` is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(title: &str, tags: &[&str], description: Option<&str>) -> VideoResponse {
        let json = serde_json::json!({
            "video_id": "7f3a91a2-0000-4000-8000-000000000001",
            "user_id": "7f3a91a2-0000-4000-8000-000000000002",
            "title": title, "description": description, "tags": tags, "mime_type": null,
            "filename": "A.mp4", "size_bytes": 1024, "duration_s": null, "state": "indexed",
            "error_text": null, "thumbnail_url": null,
            "created_at": "2026-11-23T13:30:00Z", "indexed_at": null,
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_text_is_short_and_plain() {
        let video = video("A \"B\"", &["paris", "day 3"], Some("Take 3\nis good."));
        insta::assert_snapshot!(text(&video), @r#"
        +++
        # A.mp4, 1.0 KiB. What stands below the second +++ is the description.
        title = "A \"B\""
        tags = ["paris", "day 3"]
        +++
        Take 3
        is good.
        "#);
    }

    #[test]
    fn what_is_not_touched_is_no_change_whatever_is_in_it() {
        let titles = [
            "",
            "A",
            "a\nb\n+++\nc",
            "\"\"\"'''",
            "\\u{7f}\u{7f}\u{1}é日",
            "# no comment",
        ];
        let descriptions = [None, Some("x"), Some("+++\ntitle = 1"), Some("a\r\nb")];
        for title in titles {
            for description in descriptions {
                let video = video(title, &["a,b", "\"", "]"], description);
                let untouched = change(&video, &text(&video));
                assert_eq!(untouched, Ok(None), "{title:?} {description:?}");
            }
        }
    }

    #[test]
    fn what_is_touched_is_the_change() {
        let video = video("A", &["paris", "day 3"], None);
        let edited = "+++\r\ntitle = 'B'\r\ntags = [\"day 3\", \"rome\"]\n+++  \n\nnew\nwords\n\n";
        let expected = Change {
            title: Some("B".into()),
            description: Some("new\nwords".into()),
            tags: vec!["rome".into()],
            untags: vec!["paris".into()],
            damaged: false,
        };
        assert_eq!(change(&video, edited), Ok(Some(expected)));
        assert_eq!(change(&video, "+++\n+++\n"), Ok(None));
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let video = video("A", &[], None);
        for (edited, expected) in [
            ("title = 'B'\n", "line 1 is not `+++`"),
            ("+++\ntitle = 'B'\n", "the second `+++` is missing"),
        ] {
            assert_eq!(change(&video, edited), Err(expected.into()));
        }
        for (edited, expected) in [
            (
                "+++\ntitle = 'B'\ntgas = []\n+++\n",
                "line 3: unknown field `tgas`",
            ),
            ("+++\ntitle = 'B\n+++\n", "line 2: "),
        ] {
            let error = change(&video, edited).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
