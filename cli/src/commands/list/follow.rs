//! `heimdex list --follow`: the list again whenever something happens to it, until Ctrl-C.
//!
//! What happens comes from the server's stream of events; a server without one is asked again and again. What is not in
//! the list any more is asked for by itself, so that a deletion is told, and told apart from a newer video's coming.

use std::collections::HashMap;
use std::time::Duration;

use heimdex_api::limits::{PAGE_DEFAULT, PAGE_MAX};
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_api::{VideoId, VideoState};
use heimdex_client::events::{Events, Followed};
use heimdex_client::{ApiClient, HttpError};
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{COLUMNS, row};
use crate::args::ListArgs;
use crate::clock;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::canvas::Canvas;
use crate::output::json::Selection;
use crate::output::table;

/// Never asked for more often, whatever happens.
const LEAST: Duration = Duration::from_millis(300);
/// Asked for at least so often, because words such as `today` grow old.
const MOST: Duration = Duration::from_mins(1);
/// How often a server without events is asked.
const POLL: Duration = Duration::from_secs(3);
/// How many are drawn over and over where no limit was given: what a terminal has room for.
const DRAWN: u64 = 20;

pub(super) async fn run(
    context: &Context<'_>,
    args: &ListArgs,
    mut query: VideoListQuery,
    selection: Option<Selection>,
) -> Result<ExitStatus, CliError> {
    let interrupt = Interrupt::listen_quietly().map_err(CliError::Runtime)?;
    let client = context.settings.client()?;
    let mut view = View::new(context, selection);
    let most = args.limit.unwrap_or(if view.drawn.is_some() {
        DRAWN
    } else {
        u64::from(PAGE_DEFAULT)
    });
    query.limit = Some(most.min(u64::from(PAGE_MAX)).to_string());
    let followed = async {
        // Before the first look: what happens in between is seen by one of them.
        let mut changes = Changes::open(context, &client).await?;
        loop {
            match look(&client, &query, &mut view).await {
                Err(CliError::Http(error)) if error.is_temporary() => changes.away(&error),
                looked => looked?,
            }
            sleep(LEAST).await;
            changes.wait().await?;
        }
    };
    let ended = interrupt.soft().run_until_cancelled(followed).await;
    view.end();
    match ended {
        None => Ok(ExitStatus::Interrupted),
        Some(ended) => ended,
    }
}

/// Shows the list as it is, and what became of those that are not in it any more.
async fn look(
    client: &ApiClient,
    query: &VideoListQuery,
    view: &mut View<'_>,
) -> Result<(), CliError> {
    let page = client.videos(query).await?;
    view.show(&page.videos)?;
    for id in view.missing(&page.videos) {
        match client.video(id).await {
            Ok(video) => view.left(&video)?,
            Err(error) if error.status() == Some(404) => view.gone(id)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// When there is something to look at.
struct Changes<'a> {
    context: &'a Context<'a>,
    events: Option<Events>,
    is_away: bool,
}

impl<'a> Changes<'a> {
    async fn open(context: &'a Context<'a>, client: &ApiClient) -> Result<Self, CliError> {
        let events = match client.events(None).await {
            Ok(events) => Some(events),
            Err(HttpError::Unsupported { .. }) => None,
            // No room for another stream.
            Err(error) if error.is_temporary() && error.status().is_some() => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            context,
            events,
            is_away: false,
        })
    }

    async fn wait(&mut self) -> Result<(), CliError> {
        let Some(events) = &mut self.events else {
            sleep(POLL).await;
            return Ok(());
        };
        loop {
            let Ok(followed) = timeout(MOST, events.next()).await else {
                return Ok(());
            };
            match followed? {
                Followed::Event(_) => return Ok(()),
                Followed::Away(error) => {
                    if !std::mem::replace(&mut self.is_away, true) {
                        say_away(self.context, &error);
                    }
                }
                Followed::Back => {
                    self.is_away = false;
                    return Ok(());
                }
            }
        }
    }

    fn away(&mut self, error: &HttpError) {
        if !std::mem::replace(&mut self.is_away, true) {
            say_away(self.context, error);
        }
    }
}

fn say_away(context: &Context<'_>, error: &HttpError) {
    context
        .printer
        .talk(&format!("{error}; it is tried again."));
}

/// Where it is shown: drawn over and over in a terminal; elsewhere a line for each video that is not as it was.
struct View<'a> {
    context: &'a Context<'a>,
    selection: Option<Selection>,
    drawn: Option<Canvas>,
    told: HashMap<VideoId, Told>,
}

/// A video as it was told last.
struct Told {
    line: String,
    video: VideoResponse,
}

impl<'a> View<'a> {
    fn new(context: &'a Context<'a>, selection: Option<Selection>) -> Self {
        let drawn = match &selection {
            None => Canvas::of(context.printer),
            Some(_) => None,
        };
        Self {
            context,
            selection,
            drawn,
            told: HashMap::new(),
        }
    }

    fn show(&mut self, videos: &[VideoResponse]) -> Result<(), CliError> {
        if let Some(canvas) = &self.drawn {
            let (printer, moment) = (self.context.printer, clock::moment());
            let rows: Vec<_> = videos.iter().map(|video| row(video, &moment)).collect();
            let text = if rows.is_empty() {
                "No video is like that yet.".to_owned()
            } else {
                table::text(printer, &COLUMNS, &rows, canvas.room())
            };
            canvas.draw(&text);
            return Ok(());
        }
        // The oldest first: as if each were told when it came.
        for video in videos.iter().rev() {
            let line = self.line(video);
            if self
                .told
                .get(&video.video_id)
                .is_none_or(|told| told.line != line)
            {
                self.print(&line)?;
                let video = video.clone();
                self.told.insert(video.video_id, Told { line, video });
            }
        }
        Ok(())
    }

    /// Those that were told and are not in the list any more.
    fn missing(&self, videos: &[VideoResponse]) -> Vec<VideoId> {
        let is_there = |id: &&VideoId| videos.iter().any(|video| video.video_id == **id);
        self.told
            .keys()
            .filter(|id| !is_there(id))
            .copied()
            .collect()
    }

    /// One is not in the list any more, and is so by now. Nothing is to be told of one that newer ones pushed out. It is
    /// told again if it comes back.
    fn left(&mut self, video: &VideoResponse) -> Result<(), CliError> {
        let told = self.told.remove(&video.video_id);
        if video.state.known() == Some(VideoState::Deleted) {
            return self.deleted(video);
        }
        let line = self.line(video);
        if told.is_some_and(|told| told.line != line) {
            self.print(&line)?;
        }
        Ok(())
    }

    /// Nothing is left of one: what was told of it is all that is known.
    fn gone(&mut self, id: VideoId) -> Result<(), CliError> {
        let Some(Told { mut video, .. }) = self.told.remove(&id) else {
            return Ok(());
        };
        video.state = VideoState::Deleted.into();
        self.deleted(&video)
    }

    /// That a video is deleted is told whatever else is wanted of it.
    fn deleted(&self, video: &VideoResponse) -> Result<(), CliError> {
        let Some(selection) = &self.selection else {
            return self.print(&self.line(video));
        };
        let mut object = selection.pick(video);
        object["state"] = json!(VideoState::Deleted);
        self.print(&object.to_string())
    }

    fn line(&self, video: &VideoResponse) -> String {
        match &self.selection {
            Some(selection) => selection.pick(video).to_string(),
            None => table::values(&row(video, &clock::moment())),
        }
    }

    fn print(&self, line: &str) -> Result<(), CliError> {
        match self.selection {
            Some(_) => self.context.printer.json(line),
            None => self.context.printer.data(line),
        }
    }

    fn end(&self) {
        if let Some(canvas) = &self.drawn {
            canvas.leave();
        }
    }
}
