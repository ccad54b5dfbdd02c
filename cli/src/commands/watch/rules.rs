//! From what was typed to the rules of a watch.

use std::time::Duration;

use heimdex_api::limits::{NAME_MAX, TAGS_MAX};
use heimdex_client::bwlimit::Timetable;
use heimdex_client::watch::{AfterVerified, Matcher, Rules, TitleFrom};

use crate::args::{AfterChoice, TitleChoice, WatchRuleArgs};
use crate::error::CliError;
use crate::output::time;

/// The longest time that a file may have to be still: more would mean that it is never sent.
const SETTLE_MAX: Duration = Duration::from_hours(24);

/// The rules, changed as was typed: lists grow, values are replaced.
pub(super) fn changed(mut rules: Rules, args: &WatchRuleArgs) -> Result<Rules, CliError> {
    rules.tags.extend(args.tags.iter().cloned());
    rules.include.extend(args.include.iter().cloned());
    rules.exclude.extend(args.exclude.iter().cloned());
    if let Some(choice) = args.title_from {
        rules.title_from = match choice {
            TitleChoice::Name => TitleFrom::Name,
            TitleChoice::Folder => TitleFrom::Folder,
            TitleChoice::Path => TitleFrom::Path,
        };
    }
    if let Some(choice) = args.after_verified {
        rules.after_verified = match choice {
            AfterChoice::Keep => AfterVerified::Keep,
            AfterChoice::Trash => AfterVerified::Trash,
        };
    }
    if let Some(text) = &args.min_size {
        rules.min_size = size(text)?;
    }
    if let Some(text) = &args.settle {
        rules.settle_seconds = settle(text)?;
    }
    if let Some(text) = &args.bwlimit {
        let parsed: Result<Timetable, _> = text.parse();
        if let Err(error) = parsed {
            let hint = "write it as `2M`, or as a timetable: `08:00,2M 18:00,off`";
            return Err(CliError::usage(format!("--bwlimit: {error}"), hint));
        }
        rules.bwlimit = Some(text.clone());
    }
    rules.parallel = args.parallel.or(rules.parallel);
    rules.rescan_seconds = args.rescan.or(rules.rescan_seconds);
    rules.poll |= args.poll;
    check(&rules)?;
    Ok(rules)
}

/// Refuses globs that cannot be meant, before they are written down.
pub(super) fn check(rules: &Rules) -> Result<(), CliError> {
    Matcher::new(rules)?;
    if rules.tags.iter().any(|tag| tag.trim().is_empty()) {
        return Err(CliError::usage(
            "a tag is empty",
            "write it as `--tag paris`",
        ));
    }
    // Every file of the watch would be refused for it.
    let is_long = |tag: &String| tag.chars().count() > NAME_MAX;
    if rules.tags.iter().any(is_long) || rules.tags.len() > TAGS_MAX {
        return Err(CliError::usage(
            format!("a video has at most {TAGS_MAX} tags of at most {NAME_MAX} characters"),
            "take shorter ones, or fewer",
        ));
    }
    Ok(())
}

/// `100K`, `5M`, `1.5G`, `4096`: powers of 1024, as sizes are shown.
fn size(text: &str) -> Result<u64, CliError> {
    let wrong = || {
        CliError::usage(
            format!("`{text}` is no size"),
            "write it as `100K`, `5M` or `2G`",
        )
    };
    let typed = text.trim().to_ascii_lowercase();
    let typed = typed
        .strip_suffix("ib")
        .or(typed.strip_suffix('b'))
        .unwrap_or(&typed);
    let units = ['k', 'm', 'g', 't'];
    let (number, shift) = match typed
        .chars()
        .last()
        .and_then(|c| units.iter().position(|u| *u == c))
    {
        Some(unit) => (&typed[..typed.len() - 1], 10 * (unit + 1)),
        None => (typed, 0),
    };
    let number: u64 = number.trim().parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

fn settle(text: &str) -> Result<u32, CliError> {
    let length = time::length(text.trim()).filter(|length| *length <= SETTLE_MAX);
    let seconds = length.and_then(|length| u32::try_from(length.as_secs()).ok());
    seconds.ok_or_else(|| {
        CliError::usage(
            format!("`{text}` is no length of time that a file can be still for"),
            "write it as `10s` or `2m`, at most 24h",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_shown() {
        for (typed, expected) in [
            ("0", 0),
            ("4096", 4096),
            ("100K", 100 << 10),
            ("5 MiB", 5 << 20),
            ("2g", 2 << 30),
            ("1TB", 1 << 40),
        ] {
            assert_eq!(size(typed).unwrap(), expected, "{typed}");
        }
        for typed in ["", "M", "-1", "5X", "99999999999T"] {
            assert!(size(typed).is_err(), "{typed}");
        }
    }
}
