//! One thing, field by field: aligned for a person, tab-separated for a program.

use super::text::{clean, width, wrapped};
use crate::error::CliError;
use crate::printer::{Printer, Stream};

/// A field: its name, what a person sees (nothing where the heading says it), what a program reads.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    name: &'static str,
    shown: Option<String>,
    exact: String,
}

impl Field {
    /// A text that is the same for both.
    pub(crate) fn text(name: &'static str, text: &str) -> Self {
        let text = clean(text).into_owned();
        Self {
            name,
            shown: Some(text.clone()),
            exact: text,
        }
    }

    /// What a person sees, and what a program reads.
    pub(crate) fn new(
        name: &'static str,
        shown: impl Into<String>,
        exact: impl Into<String>,
    ) -> Self {
        Self {
            name,
            shown: Some(shown.into()),
            exact: exact.into(),
        }
    }

    /// Its name and what a person sees of it, where a person does.
    pub(crate) fn shown(&self) -> Option<(&'static str, &str)> {
        Some((self.name, self.shown.as_deref()?))
    }

    /// What the heading tells a person already, for a program.
    pub(crate) fn for_programs(name: &'static str, text: &str) -> Self {
        Self {
            name,
            shown: None,
            exact: clean(text).into_owned(),
        }
    }
}

/// Fewer columns than these hold no words.
const LEAST: usize = 12;

/// Prints a heading, for people only, and the fields below it.
pub(crate) fn print(printer: &Printer, heading: &str, fields: &[Field]) -> Result<(), CliError> {
    match printer.stdout() {
        Stream::Pipe => {
            for field in fields {
                printer.data(&format!("{}\t{}", field.name.to_lowercase(), field.exact))?;
            }
            Ok(())
        }
        Stream::Terminal(columns) => {
            let shown = fields
                .iter()
                .filter_map(|field| Some((field.name, field.shown.as_ref()?)));
            let room = shown
                .clone()
                .map(|(name, _)| width(name))
                .max()
                .unwrap_or(0);
            printer.sentences(heading)?;
            let below = format!("\n{}", " ".repeat(room + 4));
            let beside = columns.saturating_sub(room + 4).max(LEAST);
            let lines: Vec<String> = shown
                .map(|(name, text)| {
                    let pad = " ".repeat(room - width(name));
                    let text = wrapped(text, beside).replace('\n', &below);
                    format!("  {name}{pad}  {text}")
                })
                .collect();
            if lines.is_empty() {
                return Ok(());
            }
            printer.data(&lines.join("\n"))
        }
    }
}
