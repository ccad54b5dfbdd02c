//! `heimdex login`: logs in and remembers the server.

use heimdex_api::auth::LoginRequest;

use super::ask::Typed;
use super::{Context, account, ask};
use crate::args::LoginArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::Selection;

pub(super) async fn run(mut context: Context<'_>, args: LoginArgs) -> Result<ExitStatus, CliError> {
    context.settings = context.settings.with_connection(&args.connection)?;
    let mode = args.json.mode();
    Selection::of(&mode, &account::USER_FIELDS)?;
    let keeping = account::prepare(&context).await?;
    let client = context.settings.anonymous_client()?;
    let password = ask::password(&context, args.password_stdin, Typed::Once)?;
    let reply = client
        .login(&LoginRequest {
            email: args.email,
            password,
        })
        .await?;
    let keeping = account::keep(&context, &client, &reply, keeping).await?;
    account::tell(&context, &reply, &mode, &keeping)?;
    Ok(ExitStatus::Done)
}
