//! Compares clocks. Pure, but for the times that it is given.

use std::time::Duration;

use heimdex_api::Timestamp;

use super::report::Trouble;

/// As far as clocks may differ. Stores refuse what is 15 minutes off; long before that signed URLs hold for another time
/// than was meant.
const TOLERANCE: Duration = Duration::from_mins(1);

/// Whether `theirs` is about ours; `whose` is whose clock it is. Their answer was asked for at `asked` and came at `came`,
/// so that a slow answer is no wrong clock.
pub(super) fn compare(
    whose: &str,
    asked: Timestamp,
    theirs: Timestamp,
    came: Timestamp,
) -> Result<String, Trouble> {
    // A second more: `Date` has no fractions.
    let ahead = theirs.since(came);
    let behind = asked.since(theirs);
    let off = ahead.max(behind.saturating_sub(Duration::from_secs(1)));
    if off <= TOLERANCE {
        return Ok(format!("Ours and {whose} agree."));
    }
    let direction = if ahead > behind { "behind" } else { "ahead of" };
    Err(Trouble::new(
        format!("Our clock is {} {direction} {whose}.", spelled(off)),
        "Set both by NTP: URLs are signed for minutes, and a store refuses what is signed at the wrong time.",
    ))
}

/// The time of a reply's `Date`.
pub(super) fn of_date(date: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(zoned.timestamp().into())
}

fn spelled(off: Duration) -> String {
    let seconds = off.as_secs();
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    match (seconds, rounded(60)) {
        (0..120, _) => format!("{seconds} s"),
        (_, minutes @ 0..120) => format!("{minutes} min"),
        _ => format!("{} h", rounded(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        jiff::Timestamp::from_second(1_800_000_000 + seconds)
            .unwrap()
            .into()
    }

    #[test]
    fn clocks_that_differ_by_more_than_a_minute_are_named_with_their_direction() {
        for (theirs, expected) in [
            (0, Ok("Ours and the store's agree.")),
            (65, Ok("Ours and the store's agree.")),
            (-60, Ok("Ours and the store's agree.")),
            (1205, Err("Our clock is 20 min behind the store's.")),
            (-1195, Err("Our clock is 20 min ahead of the store's.")),
            (-7199, Err("Our clock is 2 h ahead of the store's.")),
            (-100, Err("Our clock is 99 s ahead of the store's.")),
            (86_405, Err("Our clock is 24 h behind the store's.")),
        ] {
            let found = compare("the store's", at(0), at(theirs), at(5));
            let found = found.map_err(|trouble| trouble.sentence);
            assert_eq!(
                found.as_deref().map_err(String::as_str),
                expected,
                "{theirs}"
            );
        }
    }

    #[test]
    fn the_date_of_a_reply_is_understood() {
        let read = of_date("Wed, 25 Nov 2026 22:33:54 GMT").unwrap();
        assert_eq!(read.to_string(), "2026-11-25T22:33:54Z");
        assert_eq!(of_date("yesterday"), None);
    }
}
