//! Owns the model, the terminal and the queue: draws what changed, hands events in, performs what comes out.

mod effects;
mod input;
mod moving;
mod player;
mod session;

use std::sync::Arc;
use std::time::Duration;

use heimdex_api::Secret;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::guard::{Guard, Screen};
use super::model::{Answer, Effect, Model, Msg, Place};
use super::options::{FILE, Options, Surroundings};
use super::screens;
use crate::clock;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use session::Session;

/// Events that wait to be looked at. Whoever has another one waits: a terminal, an answer, a timer; what only shows how
/// far a transfer is, is left out then.
const QUEUE: usize = 1024;
/// Frames that nobody waits for are no closer than this.
const FRAME: Duration = Duration::from_millis(33);
/// How long transfers may take to finish what is in flight when the program ends.
const GRACE: Duration = Duration::from_secs(5);

/// Something for the one owner of all state.
#[derive(Debug)]
enum Incoming {
    /// For the model.
    Msg(Msg),
    /// A text for the clipboard of the terminal, and what it is.
    Copy(Secret, String),
    /// Another server, or another account.
    Session(Arc<Session>),
    /// The process was stopped from outside and goes on.
    Continued,
}

/// Opens the library in this terminal, until a person, the system or an error ends it.
pub(crate) async fn run(context: &Context<'_>) -> Result<ExitStatus, CliError> {
    let (queue, incoming) = mpsc::channel(QUEUE);
    let surroundings = Surroundings {
        is_mono: !context.printer.is_coloured(),
        glyphs: context.glyphs,
    };
    let file = context
        .settings
        .config_file()
        .map(|config| config.with_file_name(FILE));
    let options = Options::load(file.as_deref(), surroundings);
    let session = Arc::new(Session::new(context, queue.clone()));
    let mut guard = Guard::hold().map_err(CliError::Terminal)?;
    let screen = Guard::screen().map_err(CliError::Terminal)?;
    let size = screen.size().map_err(CliError::Terminal)?;
    let moment = clock::moment();
    let model = Model::new(options, session.place(), moment, (size.width, size.height));
    let inputs = input::listen(queue.clone()).map_err(CliError::Terminal)?;
    let runtime = Runtime {
        model,
        screen,
        session,
        queue,
        tasks: TaskTracker::new(),
        is_ended: false,
    };
    let result = runtime.until_over(&mut guard, incoming).await;
    drop(inputs);
    guard.give_back();
    result
}

struct Runtime {
    model: Model,
    screen: Screen,
    session: Arc<Session>,
    queue: mpsc::Sender<Incoming>,
    tasks: TaskTracker,
    is_ended: bool,
}

impl Runtime {
    async fn until_over(
        mut self,
        guard: &mut Guard,
        mut incoming: mpsc::Receiver<Incoming>,
    ) -> Result<ExitStatus, CliError> {
        // The first frame comes before anything is asked for.
        self.draw()?;
        let mut drawn = Instant::now();
        let mut due = None;
        let first = self.model.begin();
        self.perform_all(first, guard)?;
        while !self.model.is_over() {
            if self.model.is_stale() && due.is_none() {
                due = Some(drawn + FRAME);
            }
            let wait = due.unwrap_or(drawn + Duration::from_hours(1));
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(wait), if due.is_some() => {
                    self.draw()?;
                    drawn = Instant::now();
                    due = None;
                }
                next = incoming.recv() => {
                    let Some(next) = next else { break };
                    // Who presses a key waits for the frame.
                    if matches!(next, Incoming::Msg(Msg::Key(_) | Msg::Paste(_) | Msg::Mouse(_))) {
                        due = Some(Instant::now());
                    }
                    self.take(next, guard)?;
                }
            }
        }
        guard.give_back();
        drop(incoming);
        self.end().await;
        Ok(if self.is_ended {
            ExitStatus::Interrupted
        } else {
            ExitStatus::Done
        })
    }

    /// Lets transfers finish what is in flight, for a while; whatever is not stored then goes on another time.
    async fn end(&self) {
        self.session.stop_all();
        self.tasks.close();
        if self.session.is_moving() {
            let _ = tokio::time::timeout(GRACE, self.session.moved_all()).await;
        }
    }

    fn draw(&mut self) -> Result<(), CliError> {
        if !self.model.take_stale() {
            return Ok(());
        }
        let model = &self.model;
        let drawn = self
            .screen
            .draw(|frame| screens::draw(model, frame.buffer_mut()));
        drawn.map(drop).map_err(CliError::Terminal)
    }

    fn take(&mut self, incoming: Incoming, guard: &mut Guard) -> Result<(), CliError> {
        let msg = match incoming {
            Incoming::Msg(msg) => msg,
            Incoming::Copy(text, what) => {
                let copied = input::copy(text.expose()).map(|()| what);
                let copied = copied.map_err(|error| CliError::Terminal(error).into());
                Msg::Answer(Answer::Copied(copied))
            }
            Incoming::Session(session) => {
                let place: Place = session.place();
                self.session = session;
                Msg::Answer(Answer::Entered(Ok(place)))
            }
            Incoming::Continued => {
                self.renew(guard)?;
                Msg::Redrawn
            }
        };
        self.is_ended |= matches!(msg, Msg::Ended);
        self.model.moment = clock::moment();
        let effects = self.model.update(msg);
        self.perform_all(effects, guard)
    }

    fn perform_all(&mut self, effects: Vec<Effect>, guard: &mut Guard) -> Result<(), CliError> {
        for effect in effects {
            match effect {
                Effect::Quit => {}
                Effect::Redraw => self.screen = Guard::screen().map_err(CliError::Terminal)?,
                Effect::Suspend => {
                    guard.suspend().map_err(CliError::Terminal)?;
                    self.renew(guard)?;
                }
                Effect::After(wait, timer) => {
                    let queue = self.queue.clone();
                    self.tasks.spawn(async move {
                        tokio::time::sleep(wait).await;
                        let _ = queue.send(Incoming::Msg(Msg::Timer(timer))).await;
                    });
                }
                other => {
                    let session = Arc::clone(&self.session);
                    self.tasks
                        .spawn(async move { effects::perform(&session, other).await });
                }
            }
        }
        Ok(())
    }

    /// Takes the terminal again as it is now, and draws everything.
    fn renew(&mut self, guard: &mut Guard) -> Result<(), CliError> {
        guard.take().map_err(CliError::Terminal)?;
        self.screen = Guard::screen().map_err(CliError::Terminal)?;
        let size = self.screen.size().map_err(CliError::Terminal)?;
        let effects = self.model.update(Msg::Resized {
            columns: size.width,
            rows: size.height,
        });
        self.perform_all(effects, guard)?;
        self.draw()
    }
}
