//! `heimdex queue retry`: what failed is tried again at once.

use heimdex_client::control::RetryRequest;

use super::{named, waiting};
use crate::args::QueueRetryArgs;
use crate::commands::{Context, control};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::Selection;

pub(super) async fn run(
    context: &Context<'_>,
    args: &QueueRetryArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &waiting::CHANGED)?;
    let items = named::items(context, &args.files).await?;
    let client = control::needed(context).await?;
    let changed = client.retry(&RetryRequest { items }).await?;
    waiting::tell(context, selection.as_ref(), &changed, |files| {
        match files.as_str() {
            "no file" => "Nothing has failed.".into(),
            files => format!("Trying {files} again."),
        }
    })
}
