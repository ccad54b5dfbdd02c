//! A line of the daemon's log in its parts, for programs.

use heimdex_api::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The fields of a line.
pub(super) const FIELDS: [&str; 4] = ["time", "level", "target", "message"];

/// The levels, as the log writes them and as programs read them.
const LEVELS: [(&str, &str); 5] = [
    ("ERROR", "error"),
    ("WARN", "warn"),
    ("INFO", "info"),
    ("DEBUG", "debug"),
    ("TRACE", "trace"),
];

/// What was logged. A line that the log did not write itself, as the end of a panic's, is a message alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line<'a> {
    /// When.
    time: Option<Timestamp>,
    /// How much it matters.
    level: Option<&'static str>,
    /// Which part of the program says it.
    target: Option<&'a str>,
    /// What it says, and with what.
    message: &'a str,
}

impl<'a> Line<'a> {
    /// A line of a file: the time comes first.
    pub(super) fn of_file(text: &'a str) -> Self {
        let timed = text
            .split_once(' ')
            .and_then(|(time, rest)| Some((time.parse().ok()?, rest)));
        match timed {
            Some((time, rest)) => Self {
                time: Some(time),
                ..Self::untimed(rest)
            },
            None => Self::alone(text),
        }
    }

    /// A line of the system's journal, which knows the time itself.
    fn untimed(text: &'a str) -> Self {
        let trimmed = text.trim_start();
        let levelled = LEVELS.iter().find_map(|(written, level)| {
            let rest = trimmed.strip_prefix(written)?.strip_prefix(' ')?;
            Some((*level, rest))
        });
        let Some((level, rest)) = levelled else {
            return Self::alone(text);
        };
        let is_target = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b))
        };
        let (target, message) = match rest.split_once(": ") {
            Some((target, message)) if is_target(target) => (Some(target), message),
            _ => (None, rest),
        };
        Self {
            time: None,
            level: Some(level),
            target,
            message,
        }
    }

    fn alone(message: &'a str) -> Self {
        Self {
            time: None,
            level: None,
            target: None,
            message,
        }
    }
}

/// An entry of the system's journal, as `journalctl --output=json` writes it; `None` where it is no such entry.
pub(super) fn of_journal(entry: &str) -> Option<Value> {
    let entry: Value = serde_json::from_str(entry).ok()?;
    let message = match &entry["MESSAGE"] {
        Value::String(text) => text.clone(),
        // What is no text comes as numbers.
        Value::Array(bytes) => {
            let bytes = bytes.iter().map(|byte| u8::try_from(byte.as_u64()?).ok());
            String::from_utf8_lossy(&bytes.collect::<Option<Vec<_>>>()?).into_owned()
        }
        _ => return None,
    };
    let micros = entry["__REALTIME_TIMESTAMP"].as_str()?.parse().ok()?;
    let line = Line {
        time: Timestamp::from_micros(micros),
        ..Line::untimed(&message)
    };
    serde_json::to_value(line).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_has_its_parts_and_what_is_none_is_a_message() {
        let of = |text| serde_json::to_value(Line::of_file(text)).unwrap();
        assert_eq!(
            of(
                "2026-11-26T17:15:35.000001Z  INFO heimdex_daemon::run: heimdexd starts version=\"1\" n=2"
            ),
            json!({
                "time": "2026-11-26T17:15:35.000001Z", "level": "info", "target": "heimdex_daemon::run",
                "message": "heimdexd starts version=\"1\" n=2",
            })
        );
        assert_eq!(
            of("2026-11-26T17:15:35Z ERROR it broke: badly")["message"],
            "it broke: badly"
        );
        for odd in ["", "thread panicked: no", "2026-11-26T17:15:35Zx INFO a: b"] {
            let alone = json!({"time": null, "level": null, "target": null, "message": odd});
            assert_eq!(of(odd), alone);
        }
    }

    #[test]
    fn an_entry_of_the_systems_journal_has_the_same_parts() {
        let entry = r#"{"__REALTIME_TIMESTAMP":"1000000","MESSAGE":" WARN heimdex_daemon: away"}"#;
        let wanted = json!({
            "time": "1970-01-01T00:00:01Z", "level": "warn", "target": "heimdex_daemon", "message": "away",
        });
        assert_eq!(of_journal(entry), Some(wanted));
        let bytes = r#"{"__REALTIME_TIMESTAMP":"1000000","MESSAGE":[104,105]}"#;
        assert_eq!(of_journal(bytes).unwrap()["message"], "hi");
        assert_eq!(of_journal("-- No entries --"), None);
    }
}
