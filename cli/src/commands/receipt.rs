//! `heimdex receipt`: what `safe-to-wipe --receipt` wrote.

mod verify;

use super::Context;
use crate::args::{ReceiptArgs, ReceiptCommand};
use crate::error::CliError;
use crate::exit::ExitStatus;

pub(super) async fn run(context: &Context<'_>, args: ReceiptArgs) -> Result<ExitStatus, CliError> {
    match args.command {
        ReceiptCommand::Verify(args) => verify::run(context, &args).await,
    }
}
