//! `daemon start | stop | restart | status | logs | install | uninstall`.

use clap::{Args, Subcommand};

use super::JsonArgs;

/// Start, stop and look after the daemon
///
/// It watches the folders of `heimdex watch`, and gets every finished video off this machine.
#[derive(Debug, Args)]
pub(crate) struct DaemonArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: DaemonCommand,
}

/// What to do with the daemon.
#[derive(Debug, Subcommand)]
pub(crate) enum DaemonCommand {
    Start(DaemonStartArgs),
    Stop(DaemonStopArgs),
    Restart(DaemonRestartArgs),
    Status(DaemonStatusArgs),
    Logs(DaemonLogsArgs),
    Install(DaemonInstallArgs),
    Uninstall(DaemonUninstallArgs),
}

const START_EXAMPLES: &str = "\
Examples:
  heimdex daemon start
  heimdex daemon start --json=pid
";

/// Start it
///
/// Where `heimdex daemon install` made it a service, that is started; else the program beside this one, or on PATH.
#[derive(Debug, Args)]
#[command(before_long_help = START_EXAMPLES)]
pub(crate) struct DaemonStartArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const STOP_EXAMPLES: &str = "\
Examples:
  heimdex daemon stop
  heimdex daemon stop --now
";

/// Stop it
///
/// What is in flight arrives first, for at most 20 s; the rest goes on at the next start.
#[derive(Debug, Args)]
#[command(before_long_help = STOP_EXAMPLES)]
pub(crate) struct DaemonStopArgs {
    /// Do not wait for what is in flight
    #[arg(long)]
    pub(crate) now: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const RESTART_EXAMPLES: &str = "\
Examples:
  heimdex daemon restart
";

/// Stop it and start it again, as after an update
#[derive(Debug, Args)]
#[command(before_long_help = RESTART_EXAMPLES)]
pub(crate) struct DaemonRestartArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const STATUS_EXAMPLES: &str = "\
Examples:
  heimdex daemon status
  heimdex daemon status --json=is_running,version
";

/// Tell whether it runs, and how it is started; exit code 3 where it does not run
#[derive(Debug, Args)]
#[command(before_long_help = STATUS_EXAMPLES)]
pub(crate) struct DaemonStatusArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const LOGS_EXAMPLES: &str = "\
Examples:
  heimdex daemon logs
  heimdex daemon logs --lines 500
  heimdex daemon logs --follow
  heimdex daemon logs --json=time,level,message
";

/// Print what it logged
///
/// From the system's journal where it runs as a service, else from its files in the state directory.
#[derive(Debug, Args)]
#[command(before_long_help = LOGS_EXAMPLES)]
pub(crate) struct DaemonLogsArgs {
    /// How many lines, the last ones
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    pub(crate) lines: u32,
    /// Go on with what it logs from now on
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// The output: one object a line.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const INSTALL_EXAMPLES: &str = "\
Examples:
  heimdex daemon install
  heimdex daemon install --dry-run
";

/// Start it now, and whenever you log in
///
/// It becomes a service of the user's systemd. Where there is none, that is said and it is started directly.
#[derive(Debug, Args)]
#[command(before_long_help = INSTALL_EXAMPLES)]
pub(crate) struct DaemonInstallArgs {
    /// Print the unit, and change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}

const UNINSTALL_EXAMPLES: &str = "\
Examples:
  heimdex daemon uninstall
";

/// Stop it, and start it no more by itself
///
/// Watches, queue and logins stay.
#[derive(Debug, Args)]
#[command(before_long_help = UNINSTALL_EXAMPLES)]
pub(crate) struct DaemonUninstallArgs {
    /// The output.
    #[command(flatten)]
    pub(crate) json: JsonArgs,
}
