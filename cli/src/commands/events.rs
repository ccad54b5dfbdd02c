//! `heimdex events`: what happens in the library, line by line, until Ctrl-C or the end of the login.

use std::collections::HashMap;

use heimdex_api::video::VideoResponse;
use heimdex_api::{Timestamp, VideoId};
use heimdex_client::HttpError;
use heimdex_client::events::{Events, Followed, Happened, ServerEvent};
use serde_json::{Value, json};

use super::Context;
use crate::args::EventsArgs;
use crate::clock;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::json::Selection;
use crate::output::{size, state, text, time};
use crate::printer::Stream;

/// So many names of videos are remembered.
const NAMES: usize = 10_000;

/// Every field that an event may have.
const FIELDS: [&str; 15] = [
    "id",
    "event",
    "video_id",
    "at",
    "state",
    "progress",
    "changed",
    "video",
    "bytes_received",
    "size_bytes",
    "job_id",
    "stage",
    "error_text",
    "purged",
    "reason",
];

pub(super) async fn run(context: &Context<'_>, args: &EventsArgs) -> Result<ExitStatus, CliError> {
    let selection = Selection::of(&args.json.mode(), &FIELDS)?;
    let client = context.settings.client()?;
    let interrupt = Interrupt::listen_quietly().map_err(CliError::Runtime)?;
    let follow = async {
        let mut events = client.events(args.after.clone()).await?;
        let mut teller = Teller::new(context, selection);
        loop {
            teller.tell(&mut events).await?;
        }
    };
    match interrupt.soft().run_until_cancelled(follow).await {
        None => Ok(ExitStatus::Interrupted),
        Some(ended) => ended,
    }
}

struct Teller<'a> {
    context: &'a Context<'a>,
    selection: Option<Selection>,
    /// What videos are called, as far as it was told.
    names: HashMap<VideoId, String>,
    is_away: bool,
}

impl<'a> Teller<'a> {
    fn new(context: &'a Context<'a>, selection: Option<Selection>) -> Self {
        Self {
            context,
            selection,
            names: HashMap::new(),
            is_away: false,
        }
    }

    async fn tell(&mut self, events: &mut Events) -> Result<(), CliError> {
        match events.next().await? {
            Followed::Event(event) => self.event(&event),
            Followed::Away(error) => {
                if !std::mem::replace(&mut self.is_away, true) {
                    self.away(&error);
                }
                Ok(())
            }
            Followed::Back => {
                self.is_away = false;
                self.context.printer.talk("It is there again.");
                Ok(())
            }
        }
    }

    fn away(&self, error: &HttpError) {
        let printer = self.context.printer;
        printer.talk(&format!("{error}; it is tried again."));
    }

    fn event(&mut self, event: &ServerEvent) -> Result<(), CliError> {
        let printer = self.context.printer;
        if let Some(selection) = &self.selection {
            return printer.json(&selection.pick(&whole(event)).to_string());
        }
        // What a newer server tells of something else is for programs.
        let Some(happened) = event.happened() else {
            return Ok(());
        };
        let line = self.line(&happened);
        match printer.stdout() {
            Stream::Terminal(columns) => printer.data(&line.for_people(columns)),
            Stream::Pipe => printer.data(&line.for_programs()),
        }
    }

    fn line(&mut self, happened: &Happened) -> Line {
        match happened {
            Happened::Video(event) => {
                if let Some(video) = &event.video {
                    self.remember(video);
                }
                // What it is called by then is told with what it is by now: a video may have gone on meanwhile.
                let state = match &event.video {
                    Some(video) if video.state == event.state => state::of(video).0,
                    _ => state::word(&event.state),
                };
                let words = match event.changed.as_slice() {
                    [] => state,
                    [field] if field == "deleted_at" => format!("restored: {state}"),
                    fields => format!("changed: {}", fields.join(", ")),
                };
                self.of(event.video_id, event.at, "video", event.state.to_string())
                    .with(words, event.progress)
            }
            Happened::Upload(event) => {
                let words = match event.size_bytes {
                    Some(all) => format!(
                        "sent {} of {}",
                        size::bytes(event.bytes_received),
                        size::bytes(all)
                    ),
                    None => format!("sent {}", size::bytes(event.bytes_received)),
                };
                let share = event
                    .size_bytes
                    .and_then(|all| share(event.bytes_received, all));
                self.of(event.video_id, event.at, "upload", "uploading".to_owned())
                    .with(words, share)
            }
            Happened::Job(event) => {
                let mut words = format!("{} {}", event.stage, event.state);
                if event.progress > 0.0 && event.progress < 1.0 {
                    words = format!("{words} {:.0}%", event.progress * 100.0);
                }
                if let Some(sentence) = &event.error_text {
                    words = format!("{words}: {sentence}");
                }
                let state = format!("{} {}", event.stage, event.state);
                self.of(event.video_id, event.at, "job", state)
                    .with(words, Some(event.progress))
            }
            Happened::Deleted(event) => {
                let (word, state) = if event.purged {
                    ("gone for good", "purged")
                } else {
                    ("in the trash", "deleted")
                };
                self.of(event.video_id, event.at, "deleted", state.to_owned())
                    .with(word.to_owned(), None)
            }
            Happened::Reset(event) => Line {
                at: clock::now(),
                kind: "reset",
                state: event.reason.to_string(),
                progress: None,
                words: "some events are missing; `heimdex list` shows what is there".to_owned(),
                name: String::new(),
                video: None,
                moment: clock::moment(),
            },
        }
    }

    fn remember(&mut self, video: &VideoResponse) {
        let name = video.title.as_ref().or(video.filename.as_ref());
        if self.names.len() >= NAMES {
            self.names.clear();
        }
        if let Some(name) = name {
            self.names.insert(video.video_id, name.clone());
        }
    }

    fn of(&self, video: VideoId, at: Timestamp, kind: &'static str, state: String) -> Line {
        let name = self.names.get(&video).cloned();
        Line {
            at,
            kind,
            state,
            progress: None,
            words: String::new(),
            name: name.unwrap_or_else(|| video.short()),
            video: Some(video),
            moment: clock::moment(),
        }
    }
}

/// One event, as it is printed.
struct Line {
    at: Timestamp,
    kind: &'static str,
    state: String,
    progress: Option<f64>,
    words: String,
    name: String,
    video: Option<VideoId>,
    moment: clock::Moment,
}

impl Line {
    fn with(mut self, words: String, progress: Option<f64>) -> Self {
        (self.words, self.progress) = (words, progress);
        self
    }

    fn for_people(&self, columns: usize) -> String {
        let at = time::clock(self.at, &self.moment);
        let line = if self.name.is_empty() {
            format!("{at}  {}", self.words)
        } else {
            format!(
                "{at}  {}  {}",
                text::clean(&self.name),
                text::clean(&self.words)
            )
        };
        text::cut(&line, columns).into_owned()
    }

    fn for_programs(&self) -> String {
        let progress = self.progress.map(|share| format!("{share:.3}"));
        let video = self.video.map(|video| video.to_string());
        [
            self.at.to_string(),
            self.kind.to_owned(),
            self.state.clone(),
            progress.unwrap_or_default(),
            self.name.clone(),
            video.unwrap_or_default(),
        ]
        .map(|cell| text::clean(&cell).into_owned())
        .join("\t")
    }
}

/// What the server tells, with the event's own id and kind; never a URL that grants access.
fn whole(event: &ServerEvent) -> Value {
    let mut object = json!({"id": event.id, "event": event.kind});
    if let (Some(object), Value::Object(data)) = (object.as_object_mut(), &event.data) {
        object.extend(data.clone());
        if let Some(video) = object.get_mut("video").filter(|video| video.is_object()) {
            *video = Selection::All.pick(&video.clone());
        }
    }
    object
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown")]
fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part.min(all) as f64 / all as f64)
}
