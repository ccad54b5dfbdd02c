//! `heimdex token revoke`: ends a token at once.

use heimdex_api::TokenId;
use heimdex_api::auth::TokenResponse;
use heimdex_api::limits::ID_PREFIX_MIN;
use serde::Serialize;

use crate::args::TokenRevokeArgs;
use crate::commands::{Context, ask};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::clean;

const FIELDS: [&str; 2] = ["id", "name"];

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Revoked<'a> {
    id: TokenId,
    name: &'a str,
}

pub(super) async fn run(
    context: &Context<'_>,
    args: &TokenRevokeArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let client = context.settings.client()?;
    let tokens = client.tokens().await?.tokens;
    let token = find(&tokens, &args.token)?;
    if !args.yes {
        let question = format!("End the token `{}` now?", clean(&token.name));
        ask::confirm(context, &question, "--yes")?;
    }
    client.revoke_token(token.id).await?;
    context.printer.talk(&format!(
        "Revoked `{}`: it is refused from now on.",
        token.name
    ));
    if let Some(selection) = selection {
        let printed = Revoked {
            id: token.id,
            name: &token.name,
        };
        json::print(context.printer, &selection.pick(&printed))?;
    }
    Ok(ExitStatus::Done)
}

/// A name, exactly, before the digits of an id: names are what people gave.
fn find<'a>(tokens: &'a [TokenResponse], given: &str) -> Result<&'a TokenResponse, CliError> {
    let named: Vec<_> = tokens.iter().filter(|token| token.name == given).collect();
    let found = if named.is_empty() {
        by_id(tokens, given)
    } else {
        named
    };
    match found.as_slice() {
        [token] => Ok(token),
        [] => Err(CliError::Usage {
            message: format!("there is no token `{given}`"),
            hint: Some("`heimdex token list` shows them".into()),
        }),
        several => Err(CliError::Ambiguous {
            given: given.to_owned(),
            candidates: several
                .iter()
                .map(|token| format!("{} ({})", token.id.short(), token.name))
                .collect(),
        }),
    }
}

fn by_id<'a>(tokens: &'a [TokenResponse], given: &str) -> Vec<&'a TokenResponse> {
    let digits = given.replace('-', "").to_lowercase();
    if digits.len() < ID_PREFIX_MIN {
        return Vec::new();
    }
    let begins =
        |token: &&TokenResponse| token.id.as_uuid().simple().to_string().starts_with(&digits);
    tokens.iter().filter(begins).collect()
}
