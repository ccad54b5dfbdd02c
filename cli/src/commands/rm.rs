//! `heimdex rm`: into the trash, after one question; with `--undo` out of it, without one.

use heimdex_api::VideoState;
use heimdex_api::video::VideoResponse;
use heimdex_client::ApiClient;

use super::find::{self, Among};
use super::list::VIDEO_FIELDS;
use super::{Context, ask};
use crate::args::RmArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::{clean, count};

/// How many titles a question names.
const NAMED: usize = 10;

pub(super) async fn run(context: &Context<'_>, args: &RmArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &VIDEO_FIELDS)?;
    let client = context.settings.client()?;
    let videos = named(&client, args).await?;
    if !args.yes && !args.undo {
        let mut names: Vec<String> = videos.iter().take(NAMED).map(name).collect();
        if videos.len() > NAMED {
            names.push("…".into());
        }
        let number = count(videos.len() as u64, "video", "videos");
        let question = format!("Put {number} into the trash: {}?", names.join(", "));
        ask::confirm(context, &question, "--yes")?;
    }
    let (mut changed, mut failure) = (Vec::new(), None);
    for video in videos {
        let done = if args.undo {
            restore(context, &client, &video).await
        } else {
            delete(context, &client, &video).await
        };
        match done {
            Ok(video) => changed.push(video),
            Err(error) if failure.is_none() => failure = Some((name(&video), error)),
            Err(error) => context.printer.item_error(
                &format!("{}: {error}", name(&video)),
                error.hint().as_deref(),
            ),
        }
    }
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "videos")?;
        for video in &changed {
            list.push(&selection.pick(video))?;
        }
        list.end(&[])?;
    }
    match failure {
        None => Ok(ExitStatus::Done),
        Some((_, error)) if changed.is_empty() => Err(error),
        Some((name, error)) => {
            let text = format!("{name}: {error}");
            context.printer.item_error(&text, error.hint().as_deref());
            Ok(ExitStatus::PartlyFailed)
        }
    }
}

/// The videos that were named, each once; nothing is changed unless all of them are known.
async fn named(client: &ApiClient, args: &RmArgs) -> Result<Vec<VideoResponse>, CliError> {
    let among = if args.undo {
        Among::TrashFirst
    } else {
        Among::Kept
    };
    let mut videos: Vec<VideoResponse> = Vec::new();
    for given in &args.ids {
        let video = find::video_among(client, given, among).await?;
        if videos.iter().all(|known| known.video_id != video.video_id) {
            videos.push(video);
        }
    }
    Ok(videos)
}

async fn delete(
    context: &Context<'_>,
    client: &ApiClient,
    video: &VideoResponse,
) -> Result<VideoResponse, CliError> {
    let (printer, name) = (context.printer, name(video));
    if is_deleted(video) {
        printer.talk(&format!("{name} is in the trash already."));
        return Ok(video.clone());
    }
    let deleted = client.delete_video(video.video_id).await?;
    let short = video.video_id.short();
    printer.talk(&format!(
        "{name} is in the trash, for 30 days. `heimdex rm --undo {short}` takes it out."
    ));
    Ok(deleted)
}

async fn restore(
    context: &Context<'_>,
    client: &ApiClient,
    video: &VideoResponse,
) -> Result<VideoResponse, CliError> {
    let (printer, name) = (context.printer, name(video));
    if !is_deleted(video) {
        printer.talk(&format!("{name} is not in the trash."));
        return Ok(video.clone());
    }
    let restored = client.restore_video(video.video_id).await?;
    printer.talk(&format!("{name} is out of the trash."));
    Ok(restored)
}

fn is_deleted(video: &VideoResponse) -> bool {
    video.state.known() == Some(VideoState::Deleted)
}

fn name(video: &VideoResponse) -> String {
    let name = video.title.as_deref().or(video.filename.as_deref());
    clean(name.unwrap_or("(no title)")).into_owned()
}
