//! `heimdex queue move`: a file takes another place.

use heimdex_client::control::{MoveRequest, Place};

use super::{named, waiting};
use crate::args::QueueMoveArgs;
use crate::commands::{Context, control};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::Selection;

pub(super) async fn run(
    context: &Context<'_>,
    args: &QueueMoveArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &waiting::CHANGED)?;
    let to = match &args.before {
        Some(other) => Place::Before(named::item(context, other).await?),
        None if args.last => Place::Last,
        // Clap asks for one of the three.
        None => Place::First,
    };
    let request = MoveRequest {
        item: named::item(context, &args.file).await?,
        to,
    };
    let client = control::needed(context).await?;
    let changed = client.move_item(&request).await?;
    waiting::tell(context, selection.as_ref(), &changed, |_| {
        format!("{} has another place now.", request.item)
    })
}
