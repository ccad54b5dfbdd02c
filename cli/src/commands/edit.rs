//! `heimdex edit`: changes what is said of a video, by flags or in the person's editor.
//!
//! A change is made of the version that the person saw. Where somebody else was quicker, it is made again of theirs as
//! long as the two do not touch the same thing; else nothing is changed, and what the other did is said.

mod change;
mod editor;
mod text;

use heimdex_api::ErrorCode;
use heimdex_api::video::VideoResponse;
use heimdex_client::ApiClient;

use super::list::VIDEO_FIELDS;
use super::{Context, find};
use crate::args::EditArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::clean;
use change::{Change, Decision, decide, differences};
use editor::Draft;

/// How often somebody else may be quicker.
const ATTEMPTS: usize = 5;

pub(super) async fn run(context: &Context<'_>, args: EditArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &VIDEO_FIELDS)?;
    let change = Change::of_flags(&args);
    if change.is_none() && !context.settings.can_ask {
        return Err(CliError::NoTerminal {
            what: "what to change",
            flag: "--title, --description, --tag, --untag or --damaged",
        });
    }
    let client = context.settings.client()?;
    let seen = find::video(&client, &args.id).await?;
    let (change, draft) = if let Some(change) = change {
        (change, None)
    } else if let Some((change, draft)) = editor::edited(context, &seen).await? {
        (change, Some(draft))
    } else {
        context.printer.talk("Nothing was changed.");
        return Ok(ExitStatus::Done);
    };
    let video = match changed(context, &client, &seen, &change).await {
        Ok(video) => video,
        Err(error) => {
            if let Some(kept) = draft.and_then(Draft::keep) {
                let kept = kept.display();
                context
                    .printer
                    .warn(&format!("what you wrote is kept in `{kept}`"));
            }
            return Err(error);
        }
    };
    if let Some(selection) = selection {
        json::print(context.printer, &selection.pick(&video))?;
    }
    Ok(ExitStatus::Done)
}

/// Makes the change, again and again where somebody else is quicker.
async fn changed(
    context: &Context<'_>,
    client: &ApiClient,
    seen: &VideoResponse,
    change: &Change,
) -> Result<VideoResponse, CliError> {
    let mut now = seen.clone();
    for _ in 0..ATTEMPTS {
        let request = match decide(change, seen, &now) {
            Decision::Send(request) => request,
            Decision::Nothing => {
                let name = name(&now);
                context
                    .printer
                    .talk(&format!("{name} is like that already."));
                return Ok(now);
            }
            Decision::Conflict(changes) => {
                return Err(CliError::ChangedMeanwhile {
                    name: name(&now),
                    changes,
                });
            }
        };
        match client
            .update_video(now.video_id, &request, now.version)
            .await
        {
            Ok(video) => {
                tell(context, seen, &now, &video);
                return Ok(video);
            }
            Err(error) if error.code() == Some(ErrorCode::PreconditionFailed) => {
                now = client.video(now.video_id).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(CliError::ChangedMeanwhile {
        name: name(&now),
        changes: differences(seen, &now),
    })
}

fn tell(
    context: &Context<'_>,
    seen: &VideoResponse,
    before: &VideoResponse,
    after: &VideoResponse,
) {
    let printer = context.printer;
    let theirs = differences(seen, before);
    if !theirs.is_empty() {
        let theirs = theirs.join("; ");
        printer.talk(&format!(
            "Somebody else changed it meanwhile, which is kept: {theirs}."
        ));
    }
    let ours = differences(before, after);
    if !ours.is_empty() {
        printer.talk(&format!("{}: {}.", name(after), ours.join("; ")));
    }
}

fn name(video: &VideoResponse) -> String {
    let name = video.filename.as_deref().or(video.title.as_deref());
    clean(name.unwrap_or("(no name)")).into_owned()
}
