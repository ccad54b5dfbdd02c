//! Tags that are given to videos, and taken from them.

/// Tags that videos get and lose; what others they have stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TagChange {
    /// They get these.
    pub(crate) add: Vec<String>,
    /// They lose these.
    pub(crate) remove: Vec<String>,
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
