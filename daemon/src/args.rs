//! What can be typed. Clap types only: their comments are the help.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use heimdex_client::bwlimit::Timetable;
use heimdex_client::watch::{Parallel, RescanEvery};

/// Watches folders and gets every finished video off the machine
///
/// It is one process a person, started by `heimdex daemon start` or by systemd (`heimdex daemon install`). What it does
/// is told by `heimdex status`; folders are put under watch by `heimdex watch add`.
#[derive(Debug, Parser)]
#[command(name = "heimdexd", version, max_term_width = 100)]
pub struct DaemonArgs {
    /// The configuration file; credentials lie beside it
    #[arg(long, env = "HEIMDEX_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to log, as `debug` or `heimdex_daemon=trace`
    #[arg(
        long,
        env = "HEIMDEX_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: String,
    /// Where to log
    #[arg(long, value_enum, value_name = "WHERE", default_value = "auto")]
    pub log_to: LogTo,
    /// Send no faster than this, in bytes a second, or by a timetable: `2M`, `off`, `08:00,2M 18:00,off`
    #[arg(
        long,
        env = "HEIMDEX_BWLIMIT",
        value_name = "RATE",
        default_value = "off",
        hide_default_value = true
    )]
    pub bwlimit: Timetable,
    /// Send so many files, or groups of small ones, at once, at most; of one watch one less, so that another never waits
    #[arg(
        long,
        env = "HEIMDEX_PARALLEL",
        value_name = "N",
        default_value_t = Parallel::DEFAULT
    )]
    pub parallel: Parallel,
    /// Look through every watched folder so often, as `30m` or `6h`, whatever the system tells
    #[arg(
        long,
        env = "HEIMDEX_RESCAN",
        value_name = "LENGTH",
        default_value_t = RescanEvery::DEFAULT
    )]
    pub rescan: RescanEvery,
    /// Whether the desktop is told what needs a person
    #[arg(
        long,
        env = "HEIMDEX_NOTIFY",
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub notify: Notify,
}

/// Where log lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogTo {
    /// To the system's journal or a terminal where standard error is one, else to files
    Auto,
    /// To standard error
    Stderr,
    /// To files in the state directory, which are kept small
    Files,
}

/// When the desktop is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Notify {
    /// Where there is a graphical session
    Auto,
    /// Wherever a bus is
    Always,
    /// Nowhere
    Never,
}
