//! How a line of progress fits its terminal: templates, and which numbers are left out first. Pure.

use std::time::Duration;

use indicatif::ProgressStyle;

use super::Direction;
use crate::output::size;
use crate::output::text::{fitting, width};

/// From so many columns on a terminal is wide: there is room for a bar.
const WIDE: usize = 110;
/// A file's line: how many columns its name has, and beside it whatever stands before the numbers.
const FILE_WIDE: (usize, &str) = (28, "  {prefix}  {percent:>3}%  {bar:10}  {msg}");
/// The same without a bar: the fewer columns, the more are left for the numbers.
const FILE_NARROW: (usize, &str) = (16, "  {prefix}  {percent:>3}%  {msg}");
const FILE_NARROWEST: (usize, &str) = (8, "  {prefix}  {percent:>3}%  {msg}");
/// Columns of a file's line that are neither name, word, bar nor numbers.
const FILE_GAPS: usize = 12;
const BAR: usize = 12;
pub(super) const TOTAL: &str = "{prefix}  {percent:>3}%  {msg}";
/// Columns of [`TOTAL`] before its message.
pub(super) const TOTAL_HEAD: usize = 22;
const CELLS: &str = "█▉▊▋▌▍▎▏ ";

/// One line of at most `room` columns: what is named first, and of the rest what has room, the last before the others.
pub(super) fn fitted(first: &str, mut rest: Vec<String>, room: usize) -> String {
    loop {
        let line = format!("{first}  {}", rest.join("  "));
        let line = line.trim_end().to_owned();
        if rest.is_empty() || width(&line) <= room {
            return line;
        }
        rest.remove(0);
    }
}

/// Columns of a name, and the template, on a terminal of so many columns.
pub(super) fn file_line(columns: usize) -> (usize, &'static str) {
    match columns {
        WIDE.. => FILE_WIDE,
        60..WIDE => FILE_NARROW,
        _ => FILE_NARROWEST,
    }
}

/// How many columns are left for a file's numbers.
pub(super) fn numbers_room(columns: usize, direction: Direction) -> usize {
    let (name, _) = file_line(columns);
    let bar = if columns >= WIDE { BAR } else { 0 };
    columns.saturating_sub(name + width(direction.word()) + FILE_GAPS + bar)
}

/// A file's numbers: how much is safe, how fast, and what is under way, as much of it as there is room for.
pub(super) fn numbers(
    safe: u64,
    total: u64,
    rate: Option<u64>,
    under_way: u64,
    room: usize,
) -> String {
    let amount = size::part_of(safe, total);
    let rate = rate.map_or_else(String::new, |rate| format!("  {}/s", size::bytes(rate)));
    let (life, short) = if under_way > 0 {
        let bytes = size::bytes(under_way);
        (format!("  +{bytes} under way"), format!("  +{bytes}"))
    } else {
        (String::new(), String::new())
    };
    fitting(
        [
            format!("{amount}{rate}{life}"),
            format!("{amount}{rate}{short}"),
            format!("{amount}{rate}"),
            amount,
        ],
        room,
    )
}

pub(super) fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars(CELLS)
}

/// Never 100 before all of it is there.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    if part >= whole {
        return 100;
    }
    u64::try_from(u128::from(part) * 100 / u128::from(whole)).unwrap_or(100)
}

/// Bytes a second, once there is something to tell.
pub(super) fn rate(bytes: u64, elapsed: Duration) -> Option<u64> {
    let millis = u64::try_from(elapsed.as_millis())
        .ok()
        .filter(|millis| *millis >= 500)?;
    Some(bytes.saturating_mul(1000) / millis).filter(|rate| *rate > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_whole_before_it_is() {
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
        assert_eq!(percent(5, 5), 100);
    }

    #[test]
    fn numbers_are_left_out_and_never_cut() {
        const GIB: u64 = 1 << 30;
        let lines = [120, 80, 60, 40].map(|columns| {
            let room = numbers_room(columns, Direction::Up);
            let text = numbers(41 * GIB, 58 * GIB, Some(112 << 20), 64 << 20, room);
            assert!(width(&text) <= room, "{columns}: {text}");
            format!("{columns}: {text}")
        });
        insta::assert_snapshot!(lines.join("\n"), @r"
        120: 41.0 of 58.0 GiB  112 MiB/s  +64.0 MiB under way
        80: 41.0 of 58.0 GiB  112 MiB/s  +64.0 MiB under way
        60: 41.0 of 58.0 GiB  112 MiB/s
        40: 41.0 of 58.0 GiB
        ");
    }

    #[test]
    fn the_total_fits_and_tells_the_most_important() {
        let rest = || {
            vec![
                "455 of 1190 GiB".into(),
                "218 MiB/s".into(),
                "57 min left".into(),
            ]
        };
        for (room, expected) in [
            (
                80,
                "stored 71 of 205  455 of 1190 GiB  218 MiB/s  57 min left",
            ),
            (40, "stored 71 of 205  218 MiB/s  57 min left"),
            (30, "stored 71 of 205  57 min left"),
            (18, "stored 71 of 205"),
            (0, "stored 71 of 205"),
        ] {
            assert_eq!(fitted("stored 71 of 205", rest(), room), expected);
        }
    }

    #[test]
    fn a_rate_needs_a_moment() {
        assert_eq!(rate(1 << 20, Duration::from_millis(100)), None);
        assert_eq!(rate(1 << 20, Duration::from_secs(2)), Some(1 << 19));
    }
}
