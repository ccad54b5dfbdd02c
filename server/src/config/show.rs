//! What `heimdex-server config` prints, and the reference of all settings.

use std::fmt::Write;

use serde_json::{Value, json};

use super::settings::Config;
use super::sources::Origin;

const INTRODUCTION: &str = "\
# Settings of the server

`heimdex-server` takes each setting from its defaults, a TOML file (`--config FILE` or `HEIMDEX_SERVER_CONFIG`), the
environment and flags, the last one winning. `heimdex-server config` prints what holds and where it comes from; what it
prints is such a file. An unknown key or variable is an error.

Sizes are written `64 MiB` or `5 TiB`, spans of time `30 days`, `12 hours`, `15 min`, `10 s` or `250 ms`, lists as
`[\"a\", \"b\"]` in the file and `a, b` in the environment. A relative path in the file counts from the file's directory.
";

/// A setting as it holds, secrets redacted.
#[derive(Debug, Clone)]
pub struct Shown {
    /// `limits.max_file_size`
    pub key: String,
    /// `HEIMDEX_SERVER_LIMITS_MAX_FILE_SIZE`
    pub variable: String,
    /// What it is set to; null if unset.
    pub value: Value,
    /// Who said so.
    pub origin: Origin,
}

impl Shown {
    /// `limits.max_file_size = "5 TiB"  # default`
    #[must_use]
    pub fn line(&self) -> String {
        let origin = &self.origin;
        match &self.value {
            Value::Null => format!("# {} is unset  # {origin}", self.key),
            value => format!("{} = {value}  # {origin}", self.key),
        }
    }

    /// All of them as lines that can be such a file again: what holds only for an external store is a comment where there is
    /// none, as a file that spoke of it would be refused.
    #[must_use]
    pub fn lines(all: &[Self]) -> String {
        let is_external = all
            .iter()
            .any(|shown| shown.key == "s3.endpoint" && !shown.value.is_null());
        let line = |shown: &Self| {
            let line = shown.line();
            let is_idle = shown.key.starts_with("s3.") && !is_external && !line.starts_with('#');
            if is_idle { format!("# {line}") } else { line }
        };
        all.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// All of them as one JSON object.
    #[must_use]
    pub fn to_json(all: &[Self]) -> Value {
        let entry = |shown: &Self| {
            let value = json!({
                "value": shown.value,
                "origin": shown.origin.kind(),
                "from": shown.origin.place(),
            });
            (shown.key.clone(), value)
        };
        Value::Object(all.iter().map(entry).collect())
    }
}

/// Every setting with its documentation, as Markdown: what `docs/configuration.md` holds.
#[must_use]
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    let mut section = None;
    for field in Config::fields() {
        if section != Some(field.section) {
            section = Some(field.section);
            let title = match field.section {
                "" => "At the top".to_owned(),
                name => format!("`[{name}]`"),
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "\n## {title}\n\n");
        }
        let _ = writeln!(text, "- `{}`:{}", field.name, field.doc);
    }
    text
}
