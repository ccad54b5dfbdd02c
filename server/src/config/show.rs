//! What `heimdex-server config` prints, and the reference of all settings.

use std::fmt::Write;

use serde_json::{Value, json};

use super::settings::Config;
use super::sources::Origin;

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
    let mut text = String::new();
    let mut section = None;
    for field in Config::fields() {
        if section != Some(field.section) {
            section = Some(field.section);
            let title = match field.section {
                "" => "Top level".to_owned(),
                name => format!("`[{name}]`"),
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "\n## {title}\n\n");
        }
        let _ = writeln!(text, "- `{}`:{}", field.name, field.doc);
    }
    text
}
