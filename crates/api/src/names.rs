//! Finding the name that was meant.

/// The candidate nearest to `given`, where one is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |candidate: &str| {
        let prefix = given.len() >= 3 && candidate.starts_with(given);
        let score = strsim::jaro_winkler(given, candidate);
        (prefix || score > 0.75).then_some(score)
    };
    candidates
        .into_iter()
        .filter_map(|candidate| Some((near(candidate)?, candidate)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn typing_errors_find_their_name_and_nonsense_finds_none() {
        let names = ["size_bytes", "state", "title", "since"];
        for (given, expected) in [
            ("sizebytes", Some("size_bytes")),
            ("stat", Some("state")),
            ("titel", Some("title")),
            ("xyzzy", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, names), expected, "{given}");
        }
    }
}
