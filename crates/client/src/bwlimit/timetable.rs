//! Reads `2M`, `off`, and `"08:00,2M 18:00,off"`, and says what holds at a time. Pure: the time is a parameter.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use jiff::civil::DateTime;

const MINUTES_A_DAY: u32 = 24 * 60;
const MINUTES_A_WEEK: u32 = 7 * MINUTES_A_DAY;

/// Bytes a second; `None` is as fast as it goes.
pub type Limit = Option<NonZeroU64>;

/// Which limit holds when, by the clock on the wall. The default is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timetable {
    /// Minute of the week, from Monday, and what holds from then on. In order, each minute once.
    changes: Vec<(u32, Limit)>,
    /// As it was typed.
    text: String,
}

/// The text is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a bandwidth limit: {why}")]
pub struct InvalidTimetable {
    text: String,
    why: String,
}

impl InvalidTimetable {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "write it as `2M`, `off` or `08:00,2M 18:00,off`; K, M and G are KiB, MiB and GiB a second"
    }
}

impl Timetable {
    /// What holds at this time of the clock on the wall.
    #[must_use]
    pub fn at(&self, time: DateTime) -> Limit {
        let now = minute_of_week(time);
        let before = self.changes.iter().rev().find(|(minute, _)| *minute <= now);
        // Before the first change of the week the last one of the week before holds.
        before.or(self.changes.last()).and_then(|(_, limit)| *limit)
    }

    /// Whether it never holds anything back.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.changes.iter().all(|(_, limit)| limit.is_none())
    }

    /// As it was typed; `off` where nothing was.
    #[must_use]
    pub fn text(&self) -> &str {
        if self.text.is_empty() {
            "off"
        } else {
            &self.text
        }
    }
}

impl fmt::Display for Timetable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl FromStr for Timetable {
    type Err = InvalidTimetable;

    fn from_str(text: &str) -> Result<Self, InvalidTimetable> {
        let fail = |why: String| InvalidTimetable {
            text: text.to_owned(),
            why,
        };
        let entries: Vec<&str> = text
            .split([' ', ';'])
            .filter(|entry| !entry.is_empty())
            .collect();
        let mut changes = Vec::new();
        match entries.as_slice() {
            [] => return Err(fail("it is empty".to_owned())),
            [time] if minute_of_day(time).is_ok() => {
                return Err(fail(format!("`{time}` says from when, and no rate")));
            }
            [one] if !one.contains(',') => changes.push((0, limit(one).map_err(fail)?)),
            entries => {
                for entry in entries {
                    changes.extend(entry_of(entry).map_err(fail)?);
                }
            }
        }
        changes.sort_by_key(|(minute, _)| *minute);
        if let Some(twice) = changes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(fail(format!("{} is named twice", clock(twice[0].0))));
        }
        let text = text.trim().to_owned();
        Ok(Self { changes, text })
    }
}

/// `Mon-08:00,2M`; without a day it is each day's.
fn entry_of(entry: &str) -> Result<Vec<(u32, Limit)>, String> {
    let (when, rate) = entry
        .split_once(',')
        .ok_or_else(|| format!("`{entry}` does not say from when"))?;
    let (days, time) = match when.split_once('-') {
        Some((day, time)) => (vec![weekday(day)?], time),
        None => ((0..7).collect(), when),
    };
    let (minute, limit) = (minute_of_day(time)?, limit(rate)?);
    let change = |day| (day * MINUTES_A_DAY + minute, limit);
    Ok(days.into_iter().map(change).collect())
}

/// `HH:MM`.
fn minute_of_day(time: &str) -> Result<u32, String> {
    let invalid = || format!("`{time}` is not a time of the day; write it as 08:00");
    let (hour, minute) = time.split_once(':').ok_or_else(invalid)?;
    let number = |digits: &str, most: u32| -> Result<u32, String> {
        let is_short = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|number: &u32| *number <= most);
        number.filter(|_| is_short).ok_or_else(invalid)
    };
    Ok(number(hour, 23)? * 60 + number(minute, 59)?)
}

/// The number of a day, from Monday.
fn weekday(name: &str) -> Result<u32, String> {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let lower = name.to_ascii_lowercase();
    let day = DAYS
        .iter()
        .zip(0..)
        .find(|(day, _)| **day == lower || day[..3] == lower);
    day.map(|(_, number)| number)
        .ok_or_else(|| format!("`{name}` is not a day of the week; write it as Mon"))
}

/// `2M`; a number alone is KiB, as in rclone. Of `up:down` only what goes up is of interest here.
fn limit(text: &str) -> Result<Limit, String> {
    let up = text.split_once(':').map_or(text, |(up, _)| up);
    if up.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let invalid = || format!("`{up}` is not a rate; write it as 512K, 2M, 1.5G or off");
    let (number, unit) = match up.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => up.split_at(at),
        None => (up, "K"),
    };
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix("ib").unwrap_or(&unit);
    let shift = match unit {
        "b" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        "p" => 50,
        _ => return Err(invalid()),
    };
    let is_number = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().map_err(|_| invalid())?;
    #[expect(clippy::cast_precision_loss, reason = "a power of two")]
    let bytes = number * (1_u64 << shift) as f64;
    if !is_number || !bytes.is_finite() || bytes >= 1e18 {
        return Err(invalid());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and 10^18, as looked at above"
    )]
    let bytes = bytes.ceil() as u64;
    // Nothing a second would mean to never send anything: rclone takes 0 for no limit.
    Ok(NonZeroU64::new(bytes))
}

fn minute_of_week(time: DateTime) -> u32 {
    let day = u32::from(time.weekday().to_monday_zero_offset().unsigned_abs());
    let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
    day * MINUTES_A_DAY + u32::from(hour) * 60 + u32::from(minute)
}

fn clock(minute: u32) -> String {
    let minute = minute % MINUTES_A_WEEK % MINUTES_A_DAY;
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};
    use proptest::prelude::*;

    use super::*;

    fn table(text: &str) -> Timetable {
        text.parse().unwrap()
    }

    fn bytes(limit: Limit) -> u64 {
        limit.map_or(0, NonZeroU64::get)
    }

    /// A day of the week of Monday the 23rd.
    fn at(day: i8, hour: i8, minute: i8) -> DateTime {
        datetime(2026, 11, 22 + day, hour, minute, 0, 0)
    }

    #[test]
    fn one_limit_holds_always() {
        for (text, limit) in [
            ("10M", 10 << 20),
            ("512k", 512 << 10),
            ("512", 512 << 10),
            ("1.5MiB", 3 << 19),
            ("100B", 100),
            ("1G:off", 1 << 30),
            ("0", 0),
            ("off", 0),
            ("OFF", 0),
        ] {
            for hour in 0..24 {
                assert_eq!(bytes(table(text).at(at(3, hour, 0))), limit, "{text}");
            }
        }
        assert!(table("off").is_off() && table("08:00,off 09:00,off").is_off());
        assert_eq!(Timetable::default().to_string(), "off");
    }

    #[test]
    fn a_day_ends_with_what_held_last() {
        let office = table("08:00,2M 18:00,off");
        for (hour, minute, limit) in [
            (7, 59, 0),
            (8, 0, 2 << 20),
            (17, 59, 2 << 20),
            (18, 0, 0),
            (0, 0, 0),
        ] {
            assert_eq!(
                bytes(office.at(at(2, hour, minute))),
                limit,
                "{hour}:{minute}"
            );
        }
        let night = table("22:00,off 06:00,1M");
        assert_eq!(bytes(night.at(at(2, 3, 0))), 0);
        assert_eq!(bytes(night.at(at(2, 6, 0))), 1 << 20);
    }

    #[test]
    fn days_of_the_week_count_round_the_weekend() {
        let office = table("Mon-08:00,1M Fri-18:00,off");
        assert_eq!(bytes(office.at(at(1, 7, 59))), 0, "the weekend goes on");
        assert_eq!(bytes(office.at(at(1, 8, 0))), 1 << 20);
        assert_eq!(bytes(office.at(at(4, 3, 0))), 1 << 20);
        assert_eq!(bytes(office.at(at(5, 18, 0))), 0);
        assert_eq!(bytes(office.at(at(7, 12, 0))), 0);
        assert_eq!(
            table("sunday-10:00,1M;Wed-10:00,2M")
                .at(at(7, 9, 0))
                .unwrap()
                .get(),
            2 << 20
        );
    }

    #[test]
    fn what_is_no_limit_is_named() {
        let wrong = [
            "",
            "fast",
            "-1M",
            "1X",
            "1e3M",
            "8:00,1M",
            "24:00,1M",
            "08:60,1M",
            "08:00",
            "08:00,1M off",
            "Someday-08:00,1M",
            "08:00,1M 08:00,2M",
            "999999999P",
        ];
        let sentences: Vec<String> = wrong
            .iter()
            .map(|text| text.parse::<Timetable>().unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(sentences.join("\n"), @r"
        `` is not a bandwidth limit: it is empty
        `fast` is not a bandwidth limit: `fast` is not a rate; write it as 512K, 2M, 1.5G or off
        `-1M` is not a bandwidth limit: `-1M` is not a rate; write it as 512K, 2M, 1.5G or off
        `1X` is not a bandwidth limit: `1X` is not a rate; write it as 512K, 2M, 1.5G or off
        `1e3M` is not a bandwidth limit: `1e3M` is not a rate; write it as 512K, 2M, 1.5G or off
        `8:00,1M` is not a bandwidth limit: `8:00` is not a time of the day; write it as 08:00
        `24:00,1M` is not a bandwidth limit: `24:00` is not a time of the day; write it as 08:00
        `08:60,1M` is not a bandwidth limit: `08:60` is not a time of the day; write it as 08:00
        `08:00` is not a bandwidth limit: `08:00` says from when, and no rate
        `08:00,1M off` is not a bandwidth limit: `off` does not say from when
        `Someday-08:00,1M` is not a bandwidth limit: `Someday` is not a day of the week; write it as Mon
        `08:00,1M 08:00,2M` is not a bandwidth limit: 08:00 is named twice
        `999999999P` is not a bandwidth limit: `999999999P` is not a rate; write it as 512K, 2M, 1.5G or off
        ");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = text.parse::<Timetable>();
        }

        #[test]
        fn what_holds_is_what_the_latest_change_said(
            minutes in proptest::collection::btree_map(0u32..1440, 0u64..1000, 1..8),
            now in 0u32..1440,
            day in 1i8..7,
        ) {
            let entry = |(minute, rate): (&u32, &u64)| format!("{},{rate}K", clock(*minute));
            let text: Vec<String> = minutes.iter().map(entry).collect();
            let latest = minutes.range(..=now).next_back().or_else(|| minutes.iter().next_back());
            let expected = latest.map_or(0, |(_, rate)| rate << 10);
            let (hour, minute) = (i8::try_from(now / 60).unwrap(), i8::try_from(now % 60).unwrap());
            let time = date(2026, 11, 22 + day).at(hour, minute, 30, 0);
            prop_assert_eq!(bytes(table(&text.join(" ")).at(time)), expected);
        }
    }
}
