//! `heimdex token`: access tokens for scripts.

mod create;
mod list;
mod revoke;

use super::Context;
use crate::args::{TokenArgs, TokenCommand};
use crate::error::CliError;
use crate::exit::ExitStatus;

pub(super) async fn run(context: &Context<'_>, args: TokenArgs) -> Result<ExitStatus, CliError> {
    match args.command {
        TokenCommand::Create(args) => create::run(context, args).await,
        TokenCommand::List(args) => list::run(context, &args).await,
        TokenCommand::Revoke(args) => revoke::run(context, &args).await,
    }
}
