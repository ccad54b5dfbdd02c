//! What a `Range` header asks for, in the one form that the store reads (RFC 9110, section 14). Pure.
//!
//! One range is served. What is no range, of another unit, or several at once may be answered with the whole, and is.

/// The greatest number that a size here can be: what is beyond it is beyond every end.
const MOST: u64 = i64::MAX as u64;

/// The range as `bytes=first-last`, `bytes=first-` or `bytes=-length`; `None` where the whole is to be served.
pub(super) fn single_range(value: &str) -> Option<String> {
    let (unit, set) = value.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut ranges = set
        .split(',')
        .map(trimmed)
        .filter(|range| !range.is_empty());
    let (range, None) = (ranges.next()?, ranges.next()) else {
        return None;
    };
    let (first, last) = range.split_once('-')?;
    match (first, last) {
        ("", length) => Some(format!("bytes=-{}", number(length)?)),
        (first, "") => Some(format!("bytes={}-", number(first)?)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| format!("bytes={first}-{last}"))
        }
    }
}

/// Lists have blanks and empty members.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Digits alone, however many.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(MOST).min(MOST))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_range_is_served_and_everything_else_is_the_whole() {
        let huge = "99999999999999999999999999";
        let most = MOST.to_string();
        for (asked, served) in [
            ("bytes=0-9", Some("bytes=0-9".to_owned())),
            ("Bytes= 00-09 ,,", Some("bytes=0-9".to_owned())),
            ("bytes=5-", Some("bytes=5-".to_owned())),
            ("bytes=-0", Some("bytes=-0".to_owned())),
            (&format!("bytes=0-{huge}"), Some(format!("bytes=0-{most}"))),
            (&format!("bytes={huge}-"), Some(format!("bytes={most}-"))),
            (&format!("bytes=-{huge}"), Some(format!("bytes=-{most}"))),
            ("bytes=5-2", None),
            ("bytes=0-0,-1", None),
            ("items=0-1", None),
            ("bytes=+1-2", None),
            ("bytes=a-b", None),
            ("bytes=-", None),
            ("bytes=,", None),
            ("bytes", None),
            ("", None),
        ] {
            assert_eq!(single_range(asked), served, "{asked}");
        }
    }

    proptest! {
        #[test]
        fn what_is_served_is_read_as_itself(asked in "(?i:bytes)=[-0-9, ]{0,30}") {
            if let Some(served) = single_range(&asked) {
                prop_assert_eq!(single_range(&served), Some(served.clone()));
            }
        }
    }
}
