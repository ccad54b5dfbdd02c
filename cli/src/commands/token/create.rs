//! `heimdex token create`: the token alone on standard output, so that a script can take it.

use heimdex_api::Scope;
use heimdex_api::auth::CreateTokenRequest;
use uuid::Uuid;

use crate::args::TokenCreateArgs;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::time;

const FIELDS: [&str; 7] = [
    "id",
    "name",
    "scopes",
    "created_at",
    "expires_at",
    "last_used_at",
    "token",
];

pub(super) async fn run(
    context: &Context<'_>,
    args: TokenCreateArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let expires_in = match &args.expires {
        None => None,
        Some(text) => Some(
            time::length(text)
                .filter(|length| !length.is_zero())
                .ok_or_else(|| {
                    CliError::usage(
                        format!("`{text}` is not a length of time"),
                        "write it as 12h, 90d or 52w",
                    )
                })?,
        ),
    };
    let mut scopes: Vec<Scope> = args.scopes.into_iter().map(Into::into).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let request = CreateTokenRequest {
        name: args.name,
        scopes,
        expires_in: expires_in.map(|length| length.as_secs()),
    };
    let key = Uuid::new_v4().to_string();
    let token = context
        .settings
        .client()?
        .create_token(&request, &key)
        .await?;
    if let Some(selection) = selection {
        json::print(context.printer, &selection.pick(&token))?;
        return Ok(ExitStatus::Done);
    }
    context.printer.data(token.token.expose())?;
    let until = token.expires_at.map_or_else(
        || "until it is revoked".into(),
        |at| format!("until {}", time::calendar(at, &context.moment)),
    );
    context
        .printer
        .talk(&format!("It holds {until}, and is not shown again."));
    Ok(ExitStatus::Done)
}
