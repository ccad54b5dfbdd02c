//! `heimdex watch`: folders that the daemon looks after. Written to the journal; a running daemon is told.

pub(crate) mod add;
mod edit;
mod list;
pub(crate) mod rm;
mod rules;

use heimdex_client::journal::Watch;
use serde_json::{Value, json};

use super::{Context, control};
use crate::args::{WatchArgs, WatchCommand};
use crate::error::CliError;
use crate::exit::ExitStatus;

/// The fields of a watch.
const FIELDS: [&str; 21] = [
    "id",
    "path",
    "profile",
    "source",
    "tags",
    "title_from",
    "include",
    "exclude",
    "ignore",
    "min_size",
    "settle_seconds",
    "existing",
    "after_verified",
    "poll",
    "bwlimit",
    "parallel",
    "rescan_seconds",
    "paused",
    "paused_until",
    "declared_in",
    "created_at",
];

pub(super) async fn run(context: &Context<'_>, args: WatchArgs) -> Result<ExitStatus, CliError> {
    match args.command {
        WatchCommand::Add(args) => add::run(context, &args).await,
        WatchCommand::List(args) => list::run(context, &args),
        WatchCommand::Edit(args) => edit::run(context, &args).await,
        WatchCommand::Rm(args) => rm::run(context, &args).await,
    }
}

/// A watch as `--json` prints it.
fn value(watch: &Watch) -> Value {
    use heimdex_client::control::LocalPath;
    use heimdex_client::journal::Pause;
    let rules = &watch.rules;
    let until = match watch.pause {
        Some(Pause::Until(time)) => Some(time),
        Some(Pause::UntilResumed) | None => None,
    };
    json!({
        "id": watch.id,
        "path": LocalPath::from(watch.root.as_path()),
        "profile": watch.profile,
        "source": watch.source,
        "tags": rules.tags,
        "title_from": rules.title_from,
        "include": rules.include,
        "exclude": rules.exclude,
        "ignore": rules.ignore,
        "min_size": rules.min_size,
        "settle_seconds": rules.settle_seconds,
        "existing": rules.existing,
        "after_verified": rules.after_verified,
        "poll": rules.poll,
        "bwlimit": rules.bwlimit,
        "parallel": rules.parallel,
        "rescan_seconds": rules.rescan_seconds,
        "paused": watch.pause.is_some(),
        "paused_until": until,
        "declared_in": watch.declared_in.as_deref().map(LocalPath::from),
        "created_at": watch.created_at,
    })
}

/// Tells a running daemon what was changed; says where none runs.
async fn tell_daemon(context: &Context<'_>, is_waiting: bool) -> Result<(), CliError> {
    if !control::reload(context).await? && is_waiting {
        control::say_not_running(context, ", so nothing is sent yet");
        context
            .printer
            .talk("`heimdex daemon install` starts it now and whenever you log in.");
    }
    Ok(())
}
