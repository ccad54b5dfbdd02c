//! The rules of one watch, as they lie in the journal.

use heimdex_api::path;
use serde::{Deserialize, Serialize};

use super::{Parallel, RescanEvery};

/// What `watch add` writes into a new watch; from then on it is the user's own.
pub const DEFAULT_RULES: &str = include_str!("default.rules");

/// Seconds that a file must be still.
pub const SETTLE_DEFAULT: u32 = 10;

/// What a watch takes, and what it does with it.
///
/// Version policy: written to the journal as JSON, whose version a migration raises where a field changes its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Tags of every video.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where titles come from.
    #[serde(default)]
    pub title_from: TitleFrom,
    /// Where there are any, only what one of them matches is taken; syntax of `.gitignore`.
    #[serde(default)]
    pub include: Vec<String>,
    /// What is left out, whatever else is said; syntax of `.gitignore`.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// What is left out, as one text in the syntax of `.gitignore`, with its comments.
    pub ignore: String,
    /// Smaller files are left out. Bytes.
    #[serde(default)]
    pub min_size: u64,
    /// How long a file must be still, at least. Seconds.
    #[serde(default = "settle_default")]
    pub settle_seconds: u32,
    /// What becomes of the files that were there before the watch.
    #[serde(default)]
    pub existing: Existing,
    /// What becomes of a file here once it is proven to be stored.
    #[serde(default)]
    pub after_verified: AfterVerified,
    /// A copy that was read back, perhaps only from the server's memory, is proof enough.
    #[serde(default)]
    pub accept_cached: bool,
    /// Look at the clock instead of waiting for the system to tell of changes.
    #[serde(default)]
    pub poll: bool,
    /// How fast files of this watch are sent, in rclone's syntax.
    #[serde(default)]
    pub bwlimit: Option<String>,
    /// So many of its files, or groups of small ones, are sent at once, at most; without it what the daemon says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Parallel>,
    /// All of it is looked through so often; without it as often as the daemon says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescan_seconds: Option<RescanEvery>,
}

impl Rules {
    /// The rules of a watch of which nothing was said.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tags: Vec::new(),
            title_from: TitleFrom::default(),
            include: Vec::new(),
            exclude: Vec::new(),
            ignore: DEFAULT_RULES.to_owned(),
            min_size: 0,
            settle_seconds: SETTLE_DEFAULT,
            existing: Existing::default(),
            after_verified: AfterVerified::default(),
            accept_cached: false,
            poll: false,
            bwlimit: None,
            parallel: None,
            rescan_seconds: None,
        }
    }

    /// The title of the file at this path within the watch; `None` leaves it to the server.
    #[must_use]
    pub fn title(&self, relative: &[u8]) -> Option<String> {
        let mut steps = relative.rsplit(|byte| *byte == b'/');
        let name = stem(steps.next()?);
        match self.title_from {
            TitleFrom::Name => None,
            TitleFrom::Folder => Some(match steps.next() {
                Some(folder) => format!("{} {name}", path::escaped(folder)),
                None => name,
            }),
            TitleFrom::Path => {
                let folders: Vec<String> = steps.map(path::escaped).collect();
                let folders = folders.into_iter().rev();
                Some(folders.chain([name]).collect::<Vec<_>>().join(" / "))
            }
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new()
    }
}

fn settle_default() -> u32 {
    SETTLE_DEFAULT
}

/// A name without its extension.
fn stem(name: &[u8]) -> String {
    let dot = name.iter().rposition(|byte| *byte == b'.');
    path::escaped(&name[..dot.filter(|dot| *dot > 0).unwrap_or(name.len())])
}

/// Where titles come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleFrom {
    /// The server's own way: the file's name.
    #[default]
    Name,
    /// The folder that it lies in, and its name.
    Folder,
    /// All folders below the watch, and its name.
    Path,
}

/// What becomes of files that were there before the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// They are sent too.
    #[default]
    Upload,
    /// They are left alone until they change.
    Skip,
}

/// What becomes of a file here once it is proven to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterVerified {
    /// It stays.
    #[default]
    Keep,
    /// It goes to the trash of this machine.
    Trash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_from_where_the_watch_says() {
        let title = |title_from, relative: &str| {
            let rules = Rules {
                title_from,
                ..Rules::new()
            };
            rules.title(relative.as_bytes())
        };
        assert_eq!(title(TitleFrom::Name, "a/b/C0001.MP4"), None);
        let cases = [
            (TitleFrom::Folder, "a/b/C0001.MP4", "b C0001"),
            (TitleFrom::Folder, "C0001.MP4", "C0001"),
            (TitleFrom::Folder, "a/.hidden", "a .hidden"),
            (
                TitleFrom::Path,
                "Day 1/A/C0001.x.MP4",
                "Day 1 / A / C0001.x",
            ),
            (TitleFrom::Path, "C0001", "C0001"),
        ];
        for (from, path, expected) in cases {
            assert_eq!(title(from, path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn rules_come_back_from_the_journal_as_they_were() {
        let rules = Rules {
            tags: vec!["paris".into()],
            min_size: 1 << 20,
            existing: Existing::Skip,
            after_verified: AfterVerified::Trash,
            bwlimit: Some("08:00,2M 18:00,off".into()),
            parallel: Parallel::new(2),
            rescan_seconds: RescanEvery::from_secs(1800),
            ..Rules::new()
        };
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules);
        // As little as an older program wrote.
        let least: Rules = serde_json::from_str(r#"{"ignore":"*.part"}"#).unwrap();
        assert_eq!((least.settle_seconds, least.poll), (SETTLE_DEFAULT, false));
    }
}
