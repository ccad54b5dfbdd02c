//! JSON output: whole or some fields, one value at a time, and never a URL that grants access.

use std::fmt::Write as _;

use heimdex_api::names::nearest;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::args::JsonMode;
use crate::error::CliError;
use crate::printer::{Printer, Stream};

/// Fields of the API that grant access by themselves: they are asked for when needed, never printed.
const SECRET: [&str; 2] = ["thumbnail_url", "contact_sheet_url"];

/// Which fields are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All.
    All,
    /// These, in this order.
    Fields(Vec<String>),
}

impl Selection {
    /// What was asked for, if anything; an unknown field names the nearest.
    pub(crate) fn of(mode: &JsonMode, known: &[&str]) -> Result<Option<Self>, CliError> {
        let fields = match mode {
            JsonMode::Off => return Ok(None),
            JsonMode::All => return Ok(Some(Self::All)),
            JsonMode::Fields(fields) => fields,
        };
        for field in fields {
            if known.contains(&field.as_str()) && !SECRET.contains(&field.as_str()) {
                continue;
            }
            let all = known
                .iter()
                .copied()
                .filter(|field| !SECRET.contains(field));
            let hint = match nearest(field, all.clone()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("there are {}", all.collect::<Vec<_>>().join(", ")),
            };
            return Err(CliError::usage(
                format!("there is no field `{field}`"),
                hint,
            ));
        }
        Ok(Some(Self::Fields(fields.clone())))
    }

    /// The selected fields of a value.
    pub(crate) fn pick(&self, value: &impl Serialize) -> Value {
        let mut object = match serde_json::to_value(value) {
            Ok(Value::Object(object)) => object,
            Ok(other) => return other,
            Err(_) => Map::new(),
        };
        object.retain(|key, _| !SECRET.contains(&key.as_str()));
        match self {
            Self::All => Value::Object(object),
            Self::Fields(fields) => fields
                .iter()
                .map(|field| {
                    (
                        field.clone(),
                        object.get(field).cloned().unwrap_or(Value::Null),
                    )
                })
                .collect(),
        }
    }
}

/// Prints one value: readable in a terminal, one line in a pipe.
pub(crate) fn print(printer: &Printer, value: &Value) -> Result<(), CliError> {
    match printer.stdout() {
        Stream::Terminal(_) => printer.json(&format!("{value:#}")),
        Stream::Pipe => printer.json(&value.to_string()),
    }
}

/// A list that is printed as one value while its pages come in.
#[derive(Debug)]
pub(crate) struct List<'a> {
    printer: &'a Printer,
    pending: Option<String>,
}

impl<'a> List<'a> {
    /// Begins `{"<name>": [`.
    pub(crate) fn begin(printer: &'a Printer, name: &str) -> Result<Self, CliError> {
        printer.json(&format!("{{{}: [", Value::from(name)))?;
        Ok(Self {
            printer,
            pending: None,
        })
    }

    /// Adds an element, on a line of its own.
    pub(crate) fn push(&mut self, value: &Value) -> Result<(), CliError> {
        if let Some(earlier) = self.pending.replace(value.to_string()) {
            self.printer.json(&format!("{earlier},"))?;
        }
        Ok(())
    }

    /// Ends the list, with what stands beside it.
    pub(crate) fn end(mut self, beside: &[(&str, Value)]) -> Result<(), CliError> {
        if let Some(last) = self.pending.take() {
            self.printer.json(&last)?;
        }
        let mut end = String::from("]");
        for (name, value) in beside {
            let _ = write!(end, ", {}: {value}", Value::from(*name));
        }
        end.push('}');
        self.printer.json(&end)
    }
}
