//! `heimdex config`: what holds, and where it comes from.

use serde::Serialize;

use super::Context;
use crate::args::{ConfigArgs, ConfigCommand, ConfigPathArgs, ConfigShowArgs};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::printer::Printer;
use crate::settings::{Environment, Settings, Shown};

const FIELDS: [&str; 3] = ["name", "value", "from"];

const PATH_FIELDS: [&str; 1] = ["path"];

const COLUMNS: [Column; 3] = [
    column("NAME", 0, None),
    column("VALUE", 0, Some(16)),
    column("FROM", 1, None),
];

const fn column(name: &'static str, rank: u8, least: Option<usize>) -> Column {
    Column {
        name,
        side: Side::Left,
        rank,
        least,
    }
}

/// A value as `--json` prints it.
#[derive(Debug, Serialize)]
struct Printed<'a> {
    name: &'static str,
    value: Option<&'a str>,
    from: String,
}

/// Where the file is, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Place<'a> {
    path: &'a str,
}

/// Prints where the configuration file is, whatever it says.
pub(super) fn path(
    environment: &Environment,
    printer: &Printer,
    args: &ConfigPathArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &PATH_FIELDS)?;
    let known = Settings::find_config_file(environment).ok_or(CliError::NoHome)?;
    let path = known.value.display().to_string();
    match selection {
        Some(selection) => json::print(printer, &selection.pick(&Place { path: &path }))?,
        None => printer.data(&path)?,
    }
    Ok(ExitStatus::Done)
}

pub(super) fn run(context: &Context<'_>, args: ConfigArgs) -> Result<ExitStatus, CliError> {
    match args.command {
        ConfigCommand::Show(args) => show(context, &args),
        // Answered before the configuration was read, which may be broken.
        ConfigCommand::Path(_) => Ok(ExitStatus::Done),
    }
}

fn show(context: &Context<'_>, args: &ConfigShowArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let shown = context.settings.shown();
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "settings")?;
        for value in &shown {
            list.push(&selection.pick(&Printed {
                name: value.name,
                value: value.value.as_deref(),
                from: value.source.to_string(),
            }))?;
        }
        list.end(&[])?;
        return Ok(ExitStatus::Done);
    }
    let rows: Vec<Vec<Cell>> = shown.iter().map(row).collect();
    table::print(context.printer, &COLUMNS, &rows)?;
    Ok(ExitStatus::Done)
}

fn row(value: &Shown) -> Vec<Cell> {
    vec![
        Cell::text(value.name),
        value.value.as_deref().map_or_else(Cell::none, Cell::text),
        Cell::text(&value.source.to_string()),
    ]
}
