//! `heimdex token list`: what tokens there are, without their secrets.

use heimdex_api::Timestamp;
use heimdex_api::auth::TokenResponse;

use crate::args::TokenListArgs;
use crate::clock::Moment;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::table::{self, Cell, Column, Side};
use crate::output::time;

const FIELDS: [&str; 6] = [
    "id",
    "name",
    "scopes",
    "created_at",
    "expires_at",
    "last_used_at",
];

const COLUMNS: [Column; 6] = [
    Column {
        name: "NAME",
        side: Side::Left,
        rank: 0,
        least: Some(8),
    },
    Column {
        name: "SCOPES",
        side: Side::Left,
        rank: 1,
        least: None,
    },
    Column {
        name: "CREATED",
        side: Side::Left,
        rank: 3,
        least: None,
    },
    Column {
        name: "EXPIRES",
        side: Side::Left,
        rank: 2,
        least: None,
    },
    Column {
        name: "LAST USED",
        side: Side::Left,
        rank: 4,
        least: None,
    },
    Column {
        name: "ID",
        side: Side::Left,
        rank: 0,
        least: None,
    },
];

pub(super) async fn run(
    context: &Context<'_>,
    args: &TokenListArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let tokens = context.settings.client()?.tokens().await?.tokens;
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "tokens")?;
        for token in &tokens {
            list.push(&selection.pick(token))?;
        }
        list.end(&[])?;
        return Ok(ExitStatus::Done);
    }
    if tokens.is_empty() {
        context
            .printer
            .talk("There are no tokens. `heimdex token create --help` shows how to make one.");
    }
    let rows: Vec<_> = tokens
        .iter()
        .map(|token| row(token, &context.moment))
        .collect();
    table::print(context.printer, &COLUMNS, &rows)?;
    Ok(ExitStatus::Done)
}

fn row(token: &TokenResponse, moment: &Moment) -> Vec<Cell> {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let past = |at: Timestamp| Cell::new(time::relative(at, moment), at.to_string());
    vec![
        Cell::text(&token.name),
        Cell::text(&scopes.join(" ")),
        past(token.created_at),
        token.expires_at.map_or_else(
            || Cell::new("never", ""),
            |at| {
                let ended = at <= moment.now;
                Cell::new(
                    if ended {
                        "ended".into()
                    } else {
                        time::until(at, moment)
                    },
                    at.to_string(),
                )
            },
        ),
        token
            .last_used_at
            .map_or_else(|| Cell::new("never", ""), past),
        Cell::new(token.id.short(), token.id.to_string()),
    ]
}
