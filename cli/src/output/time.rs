//! The times that people type; those that they read are the same for the daemon.

use heimdex_api::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{Span, ZonedDateTime};

use crate::clock::Moment;

pub(crate) use heimdex_client::shown::time::{calendar, clock, length, relative, until};

/// A time that was typed: `2h`, `3d`, `today`, `monday`, `2026-11-20`, `2026-11-20T09:30`, RFC 3339.
pub(crate) fn parse(text: &str, moment: &Moment) -> Option<Timestamp> {
    let now = moment.zoned();
    let typed = text.trim().to_lowercase();
    if let Some(ago) = length(&typed) {
        return Some(moment.now.saturating_sub(ago));
    }
    let day = match typed.as_str() {
        "now" => return Some(moment.now),
        "today" => Some(now.date()),
        "yesterday" => now.date().yesterday().ok(),
        name => weekday(name).and_then(|weekday| latest(weekday, &now)),
    };
    let local = day
        .or_else(|| {
            typed
                .parse::<Date>()
                .ok()
                .filter(|_| !typed.contains(['t', ' ', ':']))
        })
        .map(|day| day.to_datetime(Time::midnight()));
    if let Some(local) = local {
        return at(local, moment);
    }
    if let Ok(instant) = text.trim().parse::<jiff::Timestamp>() {
        return Some(instant.into());
    }
    text.trim()
        .parse::<DateTime>()
        .ok()
        .and_then(|local| at(local, moment))
}

/// How long a video is, as typed: `90`, `90s`, `1.5`, `5m`, `1h30m`, `1:30`, `1:30:00`; in seconds.
pub(crate) fn playing_time(text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase();
    let number = |text: &str| -> Option<f64> {
        let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        text.parse().ok().filter(|_| is_plain)
    };
    if text.contains(':') {
        let parts: Vec<&str> = text.split(':').collect();
        let whole = |part: &&str| part.parse::<u32>().ok().map(f64::from);
        return match parts.as_slice() {
            [minutes, seconds] => Some(whole(minutes)? * 60.0 + number(seconds)?),
            [hours, minutes, seconds] => {
                Some(whole(hours)? * 3600.0 + whole(minutes)? * 60.0 + number(seconds)?)
            }
            _ => None,
        };
    }
    if let Some(seconds) = number(&text) {
        return Some(seconds);
    }
    let (mut rest, mut total) = (text.as_str(), 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (amount, after) = rest.split_at(digits);
        let unit = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit);
        let seconds = match unit.trim() {
            "s" | "sec" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total += number(amount)? * seconds;
        rest = next;
    }
    (total > 0.0).then_some(total)
}

fn at(local: DateTime, moment: &Moment) -> Option<Timestamp> {
    moment.zone.to_timestamp(local).ok().map(Into::into)
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// The latest such day, today included.
fn latest(weekday: Weekday, now: &ZonedDateTime) -> Option<Date> {
    let back = now.date().weekday().since(weekday);
    now.date().checked_sub(Span::new().days(back)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// A Monday, 14:30 in Paris.
    fn moment() -> Moment {
        Moment {
            now: "2026-11-23T13:30:00Z".parse().unwrap(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
        }
    }

    #[test]
    fn what_people_type_becomes_a_time() {
        for (typed, expected) in [
            ("2h", "2026-11-23T11:30:00Z"),
            ("3d", "2026-11-20T13:30:00Z"),
            ("monday", "2026-11-22T23:00:00Z"),
            ("Tuesday", "2026-11-16T23:00:00Z"),
            ("today", "2026-11-22T23:00:00Z"),
            ("yesterday", "2026-11-21T23:00:00Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z"),
            ("2026-11-20T09:30", "2026-11-20T08:30:00Z"),
            ("2026-11-20T09:30:00Z", "2026-11-20T09:30:00Z"),
            ("2026-11-20T09:30:00+05:30", "2026-11-20T04:00:00Z"),
        ] {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(parse(typed, &moment()), Some(expected), "{typed}");
        }
        for typed in ["", "soon", "h", "12", "2026-13-01", "99999999999999999999d"] {
            assert_eq!(parse(typed, &moment()), None, "{typed}");
        }
    }

    #[test]
    fn lengths_of_videos_are_read_as_people_type_them() {
        for (typed, expected) in [
            ("90", 90.0),
            ("1.5", 1.5),
            ("90s", 90.0),
            ("5m", 300.0),
            ("1h30m", 5400.0),
            ("1h 30 min", 5400.0),
            ("0:42", 42.0),
            ("1:30:00", 5400.0),
        ] {
            assert_eq!(playing_time(typed), Some(expected), "{typed}");
        }
        for typed in [
            "", "long", "5x", "m", "1:2:3:4", "-5", "1e9", "inf", ":", ".",
        ] {
            assert_eq!(playing_time(typed), None, "{typed}");
        }
    }
}
