//! `heimdex list --follow`: the list again whenever something happens to it, until Ctrl-C.
//!
//! What happens comes from the server's stream of events; a server without one is asked again and again.

use std::collections::HashMap;
use std::time::Duration;

use heimdex_api::VideoId;
use heimdex_api::limits::{PAGE_DEFAULT, PAGE_MAX};
use heimdex_api::video::{VideoListQuery, VideoResponse};
use heimdex_client::events::{Events, Followed};
use heimdex_client::{ApiClient, HttpError};
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
            match client.videos(&query).await {
                Ok(page) => view.show(&page.videos)?,
                Err(error) if error.is_temporary() => changes.away(&error),
                Err(error) => return Err(CliError::from(error)),
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
    told: HashMap<VideoId, String>,
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
        let (printer, moment) = (self.context.printer, clock::moment());
        if let Some(canvas) = &self.drawn {
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
            let line = match &self.selection {
                Some(selection) => selection.pick(video).to_string(),
                None => table::values(&row(video, &moment)),
            };
            if self.told.get(&video.video_id) == Some(&line) {
                continue;
            }
            match self.selection {
                Some(_) => printer.json(&line)?,
                None => printer.data(&line)?,
            }
            self.told.insert(video.video_id, line);
        }
        // What is not in the list any more is told again if it comes back.
        if videos.len() < self.told.len() {
            self.told
                .retain(|id, _| videos.iter().any(|video| video.video_id == *id));
        }
        Ok(())
    }

    fn end(&self) {
        if let Some(canvas) = &self.drawn {
            canvas.leave();
        }
    }
}
