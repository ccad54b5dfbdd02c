//! `heimdex rm`: into the trash, after one question.

use heimdex_api::VideoState;
use heimdex_api::video::VideoResponse;

use super::list::VIDEO_FIELDS;
use super::{Context, ask, find};
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
    let mut videos = Vec::new();
    for given in &args.ids {
        let video = find::video(&client, given).await?;
        if videos
            .iter()
            .all(|known: &VideoResponse| known.video_id != video.video_id)
        {
            videos.push(video);
        }
    }
    let name = |video: &VideoResponse| {
        let name = video.title.as_deref().or(video.filename.as_deref());
        clean(name.unwrap_or("(no title)")).into_owned()
    };
    if !args.yes {
        let mut names: Vec<String> = videos.iter().take(NAMED).map(name).collect();
        if videos.len() > NAMED {
            names.push("…".into());
        }
        let number = count(videos.len() as u64, "video", "videos");
        let question = format!("Put {number} into the trash: {}?", names.join(", "));
        ask::confirm(context, &question, "--yes")?;
    }
    let mut deleted = Vec::new();
    for video in &videos {
        if video.state.known() == Some(VideoState::Deleted) {
            context
                .printer
                .talk(&format!("{} is in the trash already.", name(video)));
            deleted.push(video.clone());
            continue;
        }
        deleted.push(client.delete_video(video.video_id).await?);
        context
            .printer
            .talk(&format!("{} is in the trash, for 30 days.", name(video)));
    }
    if let Some(selection) = selection {
        let mut list = json::List::begin(context.printer, "videos")?;
        for video in &deleted {
            list.push(&selection.pick(video))?;
        }
        list.end(&[])?;
    }
    Ok(ExitStatus::Done)
}
