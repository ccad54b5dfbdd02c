//! `heimdex register`: makes an account and logs in.

use heimdex_api::auth::RegisterRequest;

use super::ask::Typed;
use super::{Context, account, ask};
use crate::args::RegisterArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::Selection;

pub(super) async fn run(
    mut context: Context<'_>,
    args: RegisterArgs,
) -> Result<ExitStatus, CliError> {
    context.settings = context.settings.with_connection(&args.connection)?;
    let mode = args.json.mode();
    Selection::of(&mode, &account::USER_FIELDS)?;
    let keeping = account::prepare(&context).await?;
    let client = context.settings.anonymous_client()?;
    let password = ask::password(&context, args.password_stdin, Typed::Twice)?;
    let request = RegisterRequest {
        email: args.email,
        password,
        display_name: args.display_name,
    };
    let reply = client.register(&request).await?;
    let keeping = account::keep(&context, &client, &reply, keeping).await?;
    account::tell(&context, &reply, &mode, &keeping)?;
    Ok(ExitStatus::Done)
}
