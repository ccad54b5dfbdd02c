//! One verb, one file: each takes what was typed and what holds, and says how it ended.

mod account;
mod ask;
mod download;
mod find;
mod ingests;
mod list;
mod login;
mod logout;
mod queue;
mod register;
mod rm;
mod safe_to_wipe;
mod show;
mod token;
mod transfer;
mod upload;
mod whoami;

use crate::args::{Cli, Command};
use crate::clock::Moment;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::{Environment, Settings};

/// What every verb gets.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// What holds.
    pub(crate) settings: Settings,
    /// Where to print.
    pub(crate) printer: &'a Printer,
    /// What was typed, to be typed again.
    pub(crate) typed: String,
    /// When this is.
    pub(crate) moment: Moment,
}

/// Runs the verb that was typed.
pub(crate) async fn run(
    cli: Cli,
    environment: Environment,
    printer: &Printer,
) -> Result<ExitStatus, CliError> {
    let settings = Settings::resolve(&cli.global, &environment)?;
    let typed = environment.typed();
    let context = Context {
        settings,
        printer,
        typed,
        moment: Moment::now(),
    };
    match cli.command {
        Command::Register(args) => register::run(context, args).await,
        Command::Login(args) => login::run(context, args).await,
        Command::Logout(_) => logout::run(&context).await,
        Command::Whoami(args) => whoami::run(&context, &args).await,
        Command::Token(args) => token::run(&context, args).await,
        Command::List(args) => list::run(&context, &args).await,
        Command::Upload(args) => upload::run(&context, args).await,
        Command::Queue(args) => queue::run(&context, args).await,
        Command::Download(args) => download::run(&context, args).await,
        Command::Ingests(args) => ingests::run(&context, &args).await,
        Command::Show(args) => show::run(&context, &args).await,
        Command::SafeToWipe(args) => safe_to_wipe::run(&context, &args).await,
        Command::Rm(args) => rm::run(&context, &args).await,
    }
}
