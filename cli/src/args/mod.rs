//! What can be typed. Clap types only: their comments are the help.

mod account;
mod completions;
mod config;
mod daemon;
mod download;
mod edit;
mod events;
mod ingests;
mod json;
mod list;
mod pause;
mod profile;
mod queue;
mod receipt;
mod rm;
mod safe_to_wipe;
mod show;
mod status;
mod token;
mod tui;
mod upload;
mod version;
mod watch;
mod why;

use std::fmt::Write as _;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::exit::EXIT_CODES;

#[cfg(test)]
pub(crate) use account::StoreChoice;
pub(crate) use account::{ConnectionArgs, LoginArgs, LogoutArgs, RegisterArgs, WhoamiArgs};
pub(crate) use completions::CompletionsArgs;
pub(crate) use config::{ConfigArgs, ConfigCommand, ConfigPathArgs, ConfigShowArgs};
pub(crate) use daemon::{
    DaemonArgs, DaemonCommand, DaemonInstallArgs, DaemonLogsArgs, DaemonStatusArgs, DaemonStopArgs,
    DaemonUninstallArgs,
};
pub(crate) use download::DownloadArgs;
pub(crate) use edit::EditArgs;
pub(crate) use events::EventsArgs;
pub(crate) use ingests::IngestsArgs;
pub(crate) use json::{JsonArgs, JsonMode};
pub(crate) use list::{KindFilter, ListArgs, OrderArg, SortKey, StateFilter};
pub(crate) use pause::{PauseArgs, ResumeArgs};
pub(crate) use profile::{
    ProfileArgs, ProfileCommand, ProfileListArgs, ProfileRmArgs, ProfileUseArgs,
};
pub(crate) use queue::{
    QueueArgs, QueueCancelArgs, QueueCommand, QueueMoveArgs, QueueResumeArgs, QueueRetryArgs,
    QueueSendArgs,
};
pub(crate) use receipt::{ReceiptArgs, ReceiptCommand, ReceiptVerifyArgs};
pub(crate) use rm::RmArgs;
pub(crate) use safe_to_wipe::SafeToWipeArgs;
pub(crate) use show::ShowArgs;
pub(crate) use status::StatusArgs;
pub(crate) use token::{TokenArgs, TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs};
pub(crate) use tui::{Posters, TuiArgs};
pub(crate) use upload::{UploadArgs, WaitFor};
pub(crate) use version::VersionArgs;
pub(crate) use watch::{
    AfterChoice, ExistingChoice, TitleChoice, WatchAddArgs, WatchArgs, WatchCommand, WatchEditArgs,
    WatchListArgs, WatchRmArgs, WatchRuleArgs,
};
pub(crate) use why::WhyArgs;

/// Gets every video off a machine, verified, into a catalog you control.
#[derive(Debug, Parser)]
#[command(
    name = "heimdex",
    version,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "`heimdex VERB --help` shows examples.",
    after_long_help = for_scripts()
)]
pub(crate) struct Cli {
    /// The verb; without one, in a terminal, the library on the whole screen.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// What holds for every verb.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

/// What holds for every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct GlobalArgs {
    /// The profile to use: a server and an account
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub(crate) color: ColorChoice,
    /// Say nothing but errors and what was asked for
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say why something failed; twice: say what is done
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
}

impl GlobalArgs {
    /// What holds where nothing was typed but perhaps a profile.
    pub(crate) fn with_profile(profile: Option<String>) -> Self {
        Self {
            profile,
            color: ColorChoice::Auto,
            quiet: true,
            verbose: 0,
        }
    }
}

/// When colours are used: by default in a terminal, unless `NO_COLOR` is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// The verbs. What each is for stands with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Register(RegisterArgs),
    Login(LoginArgs),
    Logout(LogoutArgs),
    Whoami(WhoamiArgs),
    Token(TokenArgs),
    Profile(ProfileArgs),
    Upload(UploadArgs),
    Watch(WatchArgs),
    Status(StatusArgs),
    Why(WhyArgs),
    Queue(QueueArgs),
    Pause(PauseArgs),
    Resume(ResumeArgs),
    Daemon(DaemonArgs),
    #[command(visible_alias = "ls")]
    List(ListArgs),
    Show(ShowArgs),
    Download(DownloadArgs),
    Ingests(IngestsArgs),
    Events(EventsArgs),
    Edit(EditArgs),
    Rm(RmArgs),
    SafeToWipe(SafeToWipeArgs),
    Receipt(ReceiptArgs),
    Completions(CompletionsArgs),
    Config(ConfigArgs),
    Version(VersionArgs),
    Tui(TuiArgs),
}

/// What the environment says to `heimdex`, for help and manual.
pub const ENVIRONMENT: [(&str, &str); 11] = [
    ("HEIMDEX_SERVER", "the server's URL, before the profile's"),
    (
        "HEIMDEX_TOKEN",
        "an access token instead of a login; sent to that server only",
    ),
    ("HEIMDEX_PROFILE", "the profile to use"),
    (
        "HEIMDEX_CONFIG",
        "the configuration file; credentials lie beside it",
    ),
    (
        "HEIMDEX_LOG",
        "what to log to standard error, as `debug` or `heimdex_client=trace`",
    ),
    ("HEIMDEX_INSECURE", "as `heimdex login --insecure`"),
    ("HEIMDEX_CA_FILE", "as `heimdex login --ca-file`"),
    ("HEIMDEX_PROXY", "as `heimdex login --proxy`"),
    ("VISUAL, EDITOR", "what `heimdex edit` opens"),
    (
        "VIDEO_PLAYER",
        "what the terminal interface plays videos in",
    ),
    ("NO_COLOR", "no colours"),
];

/// The end of the long help: what scripts need to know.
fn for_scripts() -> String {
    let mut text = String::from("Exit codes:\n");
    for (code, meaning) in EXIT_CODES {
        let _ = writeln!(text, "  {code:>3}  {meaning}");
    }
    text.push_str("\nEnvironment:\n");
    for (name, meaning) in ENVIRONMENT {
        let _ = writeln!(text, "  {name:<16}  {meaning}");
    }
    text.push_str("\n`heimdex VERB --help` shows examples.");
    text
}
