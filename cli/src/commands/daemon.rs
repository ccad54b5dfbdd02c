//! `heimdex daemon`: starts, stops and looks after `heimdexd`.

mod install;
mod logs;
mod process;
mod start;
mod status;
mod stop;
mod systemd;
mod unit;

use super::{Context, control};
use crate::args::{DaemonArgs, DaemonCommand};
use crate::error::CliError;
use crate::exit::ExitStatus;

pub(super) async fn run(context: &Context<'_>, args: DaemonArgs) -> Result<ExitStatus, CliError> {
    match args.command {
        DaemonCommand::Start(args) => start::run(context, &args.json).await,
        DaemonCommand::Stop(args) => stop::run(context, &args).await,
        DaemonCommand::Restart(args) => restart(context, &args.json).await,
        DaemonCommand::Status(args) => status::run(context, &args).await,
        DaemonCommand::Logs(args) => logs::run(context, &args).await,
        DaemonCommand::Install(args) => install::install(context, &args).await,
        DaemonCommand::Uninstall(args) => install::uninstall(context, &args).await,
    }
}

async fn restart(
    context: &Context<'_>,
    json: &crate::args::JsonArgs,
) -> Result<ExitStatus, CliError> {
    // One that is too old to be understood is stopped all the same, as what it is: a process.
    stop::and_wait(context, stop::How::Softly).await?;
    start::run(context, json).await
}
