//! Times for people, relative and local.

use std::time::Duration;

use heimdex_api::Timestamp;
use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

/// What time it is, and where: read once, passed to whatever speaks of time.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// The person's time zone.
    pub zone: TimeZone,
}

impl Moment {
    /// The calendar's view of now.
    #[must_use]
    pub fn zoned(&self) -> ZonedDateTime {
        self.now.to_jiff().to_zoned_datetime(self.zone.clone())
    }
}

/// A time as a person would say it now: `3 min ago`, `today 09:14`, `Mon 17:02`, `12 Mar`, `2024-03-12`.
#[must_use]
pub fn relative(at: Timestamp, moment: &Moment) -> String {
    let ago = moment.now.since(at);
    if at <= moment.now && ago < Duration::from_mins(1) {
        return "just now".into();
    }
    if at <= moment.now && ago < Duration::from_hours(1) {
        return format!("{} min ago", ago.as_secs() / 60);
    }
    calendar(at, moment)
}

/// The same, always with day and hour: for what happened at a place rather than a while ago.
#[must_use]
pub fn calendar(at: Timestamp, moment: &Moment) -> String {
    let now = moment.zoned();
    let then = at.to_jiff().to_zoned_datetime(moment.zone.clone());
    let (clock, day) = (then.strftime("%H:%M"), then.date());
    let days = now
        .date()
        .since(day)
        .map_or(i32::MAX, |span| span.get_days());
    match days {
        0 => format!("today {clock}"),
        1..=6 => format!("{} {clock}", then.strftime("%a")),
        _ if day.year() == now.date().year() => then.strftime("%-d %b %H:%M").to_string(),
        _ => then.strftime("%Y-%m-%d").to_string(),
    }
}

/// The hour of the day, to the second: for what is told as it happens.
#[must_use]
pub fn clock(at: Timestamp, moment: &Moment) -> String {
    let then = at.to_jiff().to_zoned_datetime(moment.zone.clone());
    then.strftime("%H:%M:%S").to_string()
}

/// A length of time that was typed: `30s`, `15m`, `12h`, `90d`, `2w`.
#[must_use]
pub fn length(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => return None,
    };
    number
        .parse::<u64>()
        .ok()?
        .checked_mul(seconds)
        .map(Duration::from_secs)
}

/// How long until then: `in 3 days`.
#[must_use]
pub fn until(at: Timestamp, moment: &Moment) -> String {
    let left = at.since(moment.now).as_secs();
    match left {
        0 => "now".into(),
        1..3600 => format!("in {} min", left.div_ceil(60)),
        3600..172_800 => format!("in {} h", left / 3600),
        _ => format!("in {} days", left / 86_400),
    }
}

/// The same to the second: for what is tried again soon.
#[must_use]
pub fn soon(at: Timestamp, moment: &Moment) -> String {
    match at.since(moment.now).as_secs() {
        0 => "now".into(),
        left @ 1..120 => format!("in {left} s"),
        _ => until(at, moment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday, 14:30 in Paris.
    fn moment() -> Moment {
        Moment {
            now: "2026-11-23T13:30:00Z".parse().unwrap(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
        }
    }

    #[test]
    fn times_read_as_people_say_them() {
        for (at, expected) in [
            ("2026-11-23T13:29:30Z", "just now"),
            ("2026-11-23T13:26:59Z", "3 min ago"),
            ("2026-11-23T08:14:00Z", "today 09:14"),
            ("2026-11-22T23:30:00Z", "today 00:30"),
            ("2026-11-22T16:02:00Z", "Sun 17:02"),
            ("2026-11-17T16:02:00Z", "Tue 17:02"),
            ("2026-11-16T16:02:00Z", "16 Nov 17:02"),
            ("2025-11-23T13:30:00Z", "2025-11-23"),
            ("2026-11-24T13:30:00Z", "24 Nov 14:30"),
        ] {
            assert_eq!(relative(at.parse().unwrap(), &moment()), expected, "{at}");
        }
    }

    #[test]
    fn what_is_left_is_rounded_so_that_nothing_comes_as_a_surprise() {
        for (at, expected) in [
            ("2026-11-23T13:30:20Z", "in 1 min"),
            ("2026-11-24T13:30:00Z", "in 24 h"),
            ("2026-11-30T13:30:00Z", "in 7 days"),
            ("2026-11-20T13:30:00Z", "now"),
        ] {
            assert_eq!(until(at.parse().unwrap(), &moment()), expected);
        }
        for (at, expected) in [
            ("2026-11-23T13:30:20Z", "in 20 s"),
            ("2026-11-23T13:34:00Z", "in 4 min"),
            ("2026-11-23T13:29:00Z", "now"),
        ] {
            assert_eq!(soon(at.parse().unwrap(), &moment()), expected);
        }
    }
}
