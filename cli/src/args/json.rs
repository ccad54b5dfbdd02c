//! `--json[=FIELD,…]`, spelled alike everywhere.

use clap::Args;

/// How data is printed.
#[derive(Debug, Default, Args)]
pub(crate) struct JsonArgs {
    /// Print JSON, of the named fields only where some are named
    #[arg(
        long,
        value_name = "FIELD,…",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
    )]
    json: Option<String>,
}

/// What `--json` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JsonMode {
    /// No JSON.
    Off,
    /// JSON with all fields.
    All,
    /// JSON with these fields, as typed.
    Fields(Vec<String>),
}

impl JsonArgs {
    /// What was asked for.
    pub(crate) fn mode(&self) -> JsonMode {
        match self.json.as_deref() {
            None => JsonMode::Off,
            Some("") => JsonMode::All,
            Some(fields) => JsonMode::Fields(
                fields
                    .split(',')
                    .map(|field| field.trim().to_owned())
                    .collect(),
            ),
        }
    }
}
