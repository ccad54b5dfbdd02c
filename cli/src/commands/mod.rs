//! One verb, one file: each takes what was typed and what holds, and says how it ended.

pub(crate) mod account;
mod ask;
mod config;
pub(crate) mod control;
mod daemon;
mod download;
mod edit;
mod events;
mod find;
mod ingests;
mod journaled;
pub(crate) mod list;
mod login;
pub(crate) mod logout;
mod pause;
mod profile;
mod queue;
mod receipt;
mod register;
mod rm;
pub(crate) mod safe_to_wipe;
pub(crate) mod show;
mod status;
mod token;
pub(crate) mod transfer;
mod tui;
pub(crate) mod upload;
mod version;
pub(crate) mod watch;
mod whoami;
mod why;

use std::path::PathBuf;
use std::sync::Arc;

use heimdex_client::credentials::Unlock;

use crate::args::{Cli, Command, ConfigArgs, ConfigCommand, TuiArgs};
use crate::clock::{self, Moment};
use crate::completing;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::{Environment, Settings};
use crate::tui::Glyphs;

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
    /// Where programs are looked for.
    pub(crate) search_path: Vec<PathBuf>,
    /// The person's editor, where the environment names one.
    pub(crate) editor: Option<String>,
    /// The person's player, where the environment names one.
    pub(crate) player: Option<String>,
    /// The home directory, where there is one.
    pub(crate) home: Option<PathBuf>,
    /// Which characters the terminal has.
    pub(crate) glyphs: Glyphs,
}

/// Runs the verb that was typed.
pub(crate) async fn run(
    cli: Cli,
    environment: Environment,
    printer: &Printer,
) -> Result<ExitStatus, CliError> {
    // What needs no configuration works where that is broken, too.
    let command = match cli.command {
        Some(command) => command,
        None => Command::Tui(TuiArgs::default()),
    };
    match &command {
        Command::Config(ConfigArgs {
            command: ConfigCommand::Path(args),
        }) => return config::path(&environment, printer, args),
        Command::Completions(args) => {
            return completing::register(args.shell, &environment.program(), printer);
        }
        _ => {}
    }
    let settings = Settings::resolve(&cli.global, &environment, unlock(&environment, printer))?;
    let makes_or_shows_one = matches!(
        command,
        Command::Login(_)
            | Command::Register(_)
            | Command::Profile(_)
            | Command::Config(_)
            | Command::Version(_)
    );
    if !makes_or_shows_one {
        settings.has_profile()?;
    }
    let typed = environment.typed();
    let context = Context {
        settings,
        printer,
        typed,
        moment: clock::moment(),
        search_path: environment.search_path(),
        editor: environment
            .text("VISUAL")
            .or_else(|| environment.text("EDITOR")),
        player: environment.text("VIDEO_PLAYER"),
        home: environment.text("HOME").map(PathBuf::from),
        glyphs: Glyphs::of(&environment),
    };
    match command {
        Command::Register(args) => register::run(context, args).await,
        Command::Login(args) => login::run(context, args).await,
        Command::Logout(args) => logout::run(&context, &args).await,
        Command::Whoami(args) => whoami::run(&context, &args).await,
        Command::Token(args) => token::run(&context, args).await,
        Command::Profile(args) => profile::run(&context, args).await,
        Command::List(args) => list::run(&context, &args).await,
        Command::Upload(args) => upload::run(&context, args).await,
        Command::Queue(args) => queue::run(&context, args).await,
        Command::Watch(args) => watch::run(&context, args).await,
        Command::Status(args) => status::run(&context, &args).await,
        Command::Why(args) => why::run(&context, &args).await,
        Command::Pause(args) => pause::pause(&context, &args).await,
        Command::Resume(args) => pause::resume(&context, &args).await,
        Command::Daemon(args) => daemon::run(&context, args).await,
        Command::Download(args) => download::run(&context, args).await,
        Command::Ingests(args) => ingests::run(&context, &args).await,
        Command::Events(args) => events::run(&context, &args).await,
        Command::Show(args) => show::run(&context, &args).await,
        Command::SafeToWipe(args) => Box::pin(safe_to_wipe::run(&context, &args)).await,
        Command::Receipt(args) => receipt::run(&context, args).await,
        Command::Edit(args) => edit::run(&context, args).await,
        Command::Rm(args) => rm::run(&context, &args).await,
        Command::Config(args) => config::run(&context, args),
        Command::Tui(args) => tui::run(&context, &args).await,
        // Answered above.
        Command::Completions(_) => Ok(ExitStatus::Done),
        Command::Version(args) => version::run(&context, &args).await,
    }
}

/// A keyring that is locked is waited for where somebody sits there, who is told why.
fn unlock(environment: &Environment, printer: &Printer) -> Unlock {
    if !environment.stdin_is_terminal {
        return Unlock::Never;
    }
    let printer = printer.clone();
    Unlock::Ask(Arc::new(move || {
        printer.talk("The system's keyring is locked: unlock it in its window, within a minute.");
    }))
}
