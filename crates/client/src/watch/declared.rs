//! `watches.toml`: watches that a file declares, read-only for the commands.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_api::names::nearest;
use serde::Deserialize;

use super::{
    AfterVerified, DEFAULT_RULES, Existing, Matcher, Parallel, RescanEvery, Rules, SETTLE_DEFAULT,
    TitleFrom,
};
use crate::journal::NewWatch;
use crate::profile::ConfigError;

const KEYS: [&str; 17] = [
    "dir",
    "profile",
    "source",
    "tags",
    "title_from",
    "include",
    "exclude",
    "ignore",
    "min_size",
    "settle",
    "existing",
    "after_verified",
    "accept_cached",
    "poll",
    "bwlimit",
    "parallel",
    "rescan",
];

/// Version policy: keys are added, never given another meaning.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declarations {
    #[serde(default)]
    watch: Vec<Declaration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    dir: PathBuf,
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    title_from: TitleFrom,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    /// One text in the syntax of `.gitignore`; without it the usual rules.
    #[serde(default)]
    ignore: Option<String>,
    /// Bytes.
    #[serde(default)]
    min_size: u64,
    /// Seconds.
    #[serde(default)]
    settle: Option<u32>,
    #[serde(default)]
    existing: Existing,
    #[serde(default)]
    after_verified: AfterVerified,
    #[serde(default)]
    accept_cached: bool,
    #[serde(default)]
    poll: bool,
    #[serde(default)]
    bwlimit: Option<String>,
    #[serde(default)]
    parallel: Option<Parallel>,
    /// Seconds.
    #[serde(default)]
    rescan: Option<RescanEvery>,
}

/// The watches that the file declares, none where there is no file. `profile` is that of watches that name none.
///
/// # Errors
/// Where the file cannot be read, is not valid, or a pattern in it is none.
pub fn load(path: &Path, profile: &str) -> Result<Vec<NewWatch>, ConfigError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            return Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    let invalid = |message: String| ConfigError::Invalid {
        path: path.to_owned(),
        message,
    };
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| invalid(error.message().to_owned()))?;
    check_keys(path, &table)?;
    let declarations: Declarations =
        toml::from_str(&text).map_err(|error| invalid(error.message().to_owned()))?;
    let watches = declarations.watch.into_iter();
    watches
        .map(|declared| declared.resolved(profile).map_err(invalid))
        .collect()
}

impl Declaration {
    fn resolved(self, profile: &str) -> Result<NewWatch, String> {
        let dir = self.dir.display();
        if !self.dir.is_absolute() {
            return Err(format!("`{dir}` is not an absolute path"));
        }
        let source = self
            .source
            .unwrap_or_else(|| NewWatch::source_of(&self.dir));
        let rules = Rules {
            tags: self.tags,
            title_from: self.title_from,
            include: self.include,
            exclude: self.exclude,
            ignore: self.ignore.unwrap_or_else(|| DEFAULT_RULES.to_owned()),
            min_size: self.min_size,
            settle_seconds: self.settle.unwrap_or(SETTLE_DEFAULT),
            existing: self.existing,
            after_verified: self.after_verified,
            accept_cached: self.accept_cached,
            poll: self.poll,
            bwlimit: self.bwlimit,
            parallel: self.parallel,
            rescan_seconds: self.rescan,
        };
        Matcher::new(&rules).map_err(|error| format!("of `{dir}`, {error}"))?;
        Ok(NewWatch {
            profile: self.profile.unwrap_or_else(|| profile.to_owned()),
            root: self.dir,
            source,
            rules,
        })
    }
}

fn check_keys(path: &Path, table: &toml::Table) -> Result<(), ConfigError> {
    let unknown = |key: String, nearest| ConfigError::UnknownKey {
        path: path.to_owned(),
        key,
        nearest,
    };
    if let Some(key) = table.keys().find(|key| *key != "watch") {
        return Err(unknown(key.clone(), nearest(key, ["watch"])));
    }
    let watches = table.get("watch").and_then(toml::Value::as_array);
    let keys = watches
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_table);
    let wrong = keys
        .flat_map(toml::Table::keys)
        .find(|key| !KEYS.contains(&key.as_str()));
    wrong.map_or(Ok(()), |key| {
        Err(unknown(format!("watch.{key}"), nearest(key, KEYS)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> Result<Vec<NewWatch>, ConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("watches.toml");
        fs::write(&path, text).unwrap();
        load(&path, "default")
    }

    #[test]
    fn a_declaration_has_the_rules_of_a_command() {
        let watches = loaded(
            "[[watch]]\ndir = '/srv/rushes'\n[[watch]]\ndir = '/media/card'\nprofile = 'work'\nsource = 'A cam'\n\
             settle = 60\nparallel = 1\nrescan = 600\nexisting = 'skip'\nafter_verified = 'trash'\nignore = '*.part'\n",
        )
        .unwrap();
        assert_eq!(watches[0].source, "rushes");
        assert_eq!(watches[0].rules, Rules::new());
        assert_eq!(watches[0].profile, "default");
        assert_eq!(watches[1].rules.settle_seconds, 60);
        assert_eq!(watches[1].rules.parallel, Parallel::new(1));
        assert_eq!(watches[1].rules.rescan_seconds, RescanEvery::from_secs(600));
        assert_eq!(watches[1].rules.ignore, "*.part");
        assert_eq!(watches[1].profile, "work");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let said = |text: &str| {
            let error = loaded(text).unwrap_err();
            let sentence = error.to_string();
            let (_, sentence) = sentence.split_once("` ").unwrap();
            format!("{sentence}; {}", error.hint().unwrap_or_default())
        };
        insta::assert_snapshot!(said("[[watch]]\ndir = '/a'\nsettel = 3\n"), @"has an unknown key `watch.settel`; did you mean `settle`?");
        insta::assert_snapshot!(said("[[watches]]\ndir = '/a'\n"), @"has an unknown key `watches`; did you mean `watch`?");
        insta::assert_snapshot!(said("[[watch]]\ndir = 'a'\n"), @"is not valid: `a` is not an absolute path; ");
        insta::assert_snapshot!(said("[[watch]]\ndir = '/a'\nexclude = ['[z-a]']\n"), @"is not valid: of `/a`, `[z-a]` is not a pattern: invalid range; 'z' > 'a'; ");
        insta::assert_snapshot!(said("[[watch]]\ndir = '/a'\nparallel = 0\n"), @"is not valid: not a number from 1 to 32; ");
        insta::assert_snapshot!(said("[[watch]]\ndir = '/a'\nrescan = 5\n"), @"is not valid: not a length of time from 10s to 7d, as `30m` or `2h`; ");
        assert!(loaded("").unwrap().is_empty());
        assert!(
            load(Path::new("/nowhere/watches.toml"), "x")
                .unwrap()
                .is_empty()
        );
    }
}
