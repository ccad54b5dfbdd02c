//! What can be typed. The comments are the help.

mod user;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::config::Flag;

pub use user::{
    Quota, UserAddArgs, UserArgs, UserListArgs, UserNameArgs, UserPasswdArgs, UserQuotaArgs,
    UserVerb,
};

/// The Heimdex server: accounts, catalog, presigned uploads, background jobs, an embedded object store.
///
/// With nothing set it keeps everything in the user's data directory and listens on 127.0.0.1:8000.
/// `heimdex-server config` lists every setting.
#[derive(Debug, Parser)]
#[command(
    name = "heimdex-server",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct ServerArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What the server can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Serve the API and the embedded store, and work on jobs.
    ///
    /// Prints the URL that it listens on to standard output once it is ready; everything else goes to standard error.
    /// The first SIGTERM or SIGINT lets requests in flight finish, the second ends them.
    Serve(ServeArgs),
    /// Work on jobs only, beside a `serve --no-worker`.
    ///
    /// Any number of workers may run, on the same machine with the same settings, or with PostgreSQL on others.
    Worker(WorkerArgs),
    /// Look whether everything works together, and say what to do where it does not.
    ///
    /// Database, clocks, and the object store end to end: write, read, range, copy, checksums, parts, and a signed URL
    /// under the public name as a client would use it. It may run beside the server, as the same user; what it writes to
    /// the store it deletes again. Ends with 0 only if all is well, else with 3.
    Doctor(DoctorArgs),
    /// Print every setting, its value and where that comes from.
    ///
    /// What is printed is a configuration file; secrets are redacted.
    Config(ConfigArgs),
    /// Queue the making of pictures for videos that have none, on the database itself.
    ///
    /// For videos that were stored before the server made pictures, or while it had no ffmpeg. Those of which pictures are
    /// being made, or could not be made, are left alone; a second run finds nothing to do. The jobs go behind everything
    /// that says whether footage is safe. It works while `serve` runs, and where it does not.
    Pictures(PicturesArgs),
    /// Make, list and limit accounts, on the database itself.
    ///
    /// For servers where nobody registers, and for forgotten passwords. It works while `serve` runs, and where it does
    /// not.
    User(UserArgs),
}

/// Where settings come from.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`).
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub data_dir: Option<String>,
}

/// `heimdex-server serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// Listen on this address and port; port 0 takes any (`HEIMDEX_SERVER_LISTEN`).
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Leave the jobs to `heimdex-server worker`.
    #[arg(long)]
    pub no_worker: bool,
    /// Take the object store that is there for the catalog's own, though the catalog knows another one or none.
    #[arg(long)]
    pub adopt_store: bool,
}

/// `heimdex-server worker`
#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
}

/// `heimdex-server doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// As for `serve`.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Send what is signed for the public name to this address and port, whatever the name resolves to here.
    #[arg(long, value_name = "ADDR")]
    pub public_at: Option<SocketAddr>,
    /// Print one JSON object instead.
    #[arg(long)]
    pub json: bool,
}

/// `heimdex-server pictures`
#[derive(Debug, Args)]
pub struct PicturesArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// Those too of which none could be made before.
    #[arg(long)]
    pub failed: bool,
    /// At most so many videos, the oldest first.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
}

/// `heimdex-server config`
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: SourceArgs,
    /// As for `serve`.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Print one JSON object instead.
    #[arg(long)]
    pub json: bool,
}

/// The command line as clap has it, for man pages and completions.
#[must_use]
pub fn command() -> clap::Command {
    ServerArgs::command()
}

impl Verb {
    /// Where settings come from, and which of them were typed.
    #[must_use]
    pub fn sources(&self) -> (&SourceArgs, Vec<Flag>) {
        let (sources, listen, no_worker) = match self {
            Self::Serve(args) => (&args.sources, args.listen, args.no_worker),
            Self::Worker(args) => (&args.sources, None, false),
            Self::Doctor(args) => (&args.sources, args.listen, false),
            Self::Config(args) => (&args.sources, args.listen, false),
            Self::Pictures(args) => (&args.sources, None, false),
            Self::User(args) => (args.verb.sources(), None, false),
        };
        let mut flags = Vec::new();
        let mut add = |key, flag, value| flags.push(Flag { key, flag, value });
        if let Some(data_dir) = &sources.data_dir {
            add("data_dir", "--data-dir", data_dir.clone());
        }
        if let Some(listen) = listen {
            add("listen", "--listen", listen.to_string());
        }
        if no_worker {
            add("jobs.in_serve", "--no-worker", "false".to_owned());
        }
        (sources, flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_flag_becomes_its_setting() {
        let typed = [
            "heimdex-server",
            "serve",
            "--data-dir=d",
            "--listen=127.0.0.1:1",
            "--no-worker",
        ];
        let args = ServerArgs::try_parse_from(typed).unwrap();
        let (_, flags) = args.verb.sources();
        let pairs: Vec<(&str, &str)> = flags
            .iter()
            .map(|flag| (flag.key, flag.value.as_str()))
            .collect();
        let expected = [
            ("data_dir", "d"),
            ("listen", "127.0.0.1:1"),
            ("jobs.in_serve", "false"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn help_reads_as_written() {
        let mut help = String::new();
        // The man pages hold the verbs below `user` to what they say.
        for name in ["serve", "worker", "doctor", "config", "pictures", "user"] {
            let mut command = command();
            let verb = command.find_subcommand_mut(name).unwrap();
            // As in a pipe, also where the tests run in a terminal.
            let mut verb = verb.clone().term_width(100);
            help.push_str(&verb.render_long_help().to_string());
            help.push('\n');
        }
        insta::assert_snapshot!(help);
    }
}
