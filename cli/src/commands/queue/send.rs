//! `heimdex queue send`: the daemon sends files before all others.

use heimdex_client::control::{LocalPath, SendRequest};

use super::waiting;
use crate::args::QueueSendArgs;
use crate::commands::{Context, control, transfer};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::Selection;
use crate::output::text::count;

pub(super) async fn run(
    context: &Context<'_>,
    args: &QueueSendArgs,
) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &waiting::CHANGED)?;
    let mut request = SendRequest {
        force: args.force,
        profile: Some(context.settings.profile_name.clone()),
        ..SendRequest::default()
    };
    for given in &args.files {
        let is_there = fs_err::symlink_metadata(given).is_ok();
        let id = given.to_str().and_then(|text| text.parse().ok());
        if let Some(item) = id.filter(|_| !is_there) {
            request.items.push(item);
            continue;
        }
        let path = transfer::absolute_file(given)?;
        // Here and now: the daemon would say so only in its status.
        fs_err::metadata(&path).map_err(|source| CliError::Path {
            path: given.clone(),
            source,
        })?;
        request.paths.push(LocalPath::from(path));
    }
    let client = control::needed(context).await?;
    let changed = client.send_now(&request).await?;
    let (asked, queued) = (
        request.paths.len() + request.items.len(),
        changed.items.len(),
    );
    if selection.is_none() && queued < asked {
        let files = count((asked - queued) as u64, "file", "files");
        context.printer.talk(&format!(
            "Before all others once finished: {files}. `heimdex why FILE` says what that waits for."
        ));
        if queued == 0 {
            return Ok(ExitStatus::Done);
        }
    }
    let force = if args.force { ", as it is now" } else { "" };
    waiting::tell(context, selection.as_ref(), &changed, |files| {
        format!("{files} before all others{force}. `heimdex status` shows how far it is.")
    })
}
