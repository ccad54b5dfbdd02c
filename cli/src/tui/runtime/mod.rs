//! Owns the model, the terminal and the queue: draws what changed, hands events in, performs what comes out.

mod ask;
mod batch;
mod complete;
mod daemon;
mod effects;
mod files;
mod follow;
mod input;
mod live;
mod moving;
mod pace;
mod pictures;
mod player;
mod playlists;
mod sending;
mod session;

use std::any::Any;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use heimdex_api::{Secret, failpoint};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::guard::{Guard, Screen};
use super::model::{Answer, Effect, Model, Msg, Place};
use super::options::{FILE, Options, Surroundings};
use super::picture::Canvas;
use super::screens;
use crate::args::TuiArgs;
use crate::clock;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::depth::Depth;
use pace::Pace;
#[cfg(test)]
pub(crate) use pictures::sample;
use session::Session;

/// Events that wait to be looked at. Whoever has another one waits: a terminal, an answer, a timer; what only shows how
/// far a transfer is, is left out then.
const QUEUE: usize = 1024;
/// How long transfers may take to end when the program does: they drop what is in flight, and say what arrived before.
const GRACE: Duration = Duration::from_millis(800);

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
    /// The terminal is gone.
    HungUp,
    /// An effect panicked, with this.
    Panicked(Box<dyn Any + Send>),
}

/// Opens the library in this terminal, until a person, the system or an error ends it.
pub(crate) async fn run(
    context: &Context<'_>,
    depth: Depth,
    args: &TuiArgs,
) -> Result<ExitStatus, CliError> {
    let (queue, incoming) = mpsc::channel(QUEUE);
    let surroundings = Surroundings {
        depth,
        glyphs: context.glyphs,
    };
    let file = context
        .settings
        .config_file()
        .map(|config| config.with_file_name(FILE));
    let options = Options::load(file.as_deref(), surroundings);
    let session = Arc::new(Session::new(context, queue.clone()));
    let mut guard = Guard::hold().map_err(CliError::Terminal)?;
    let screen = Guard::screen(surroundings).map_err(CliError::Terminal)?;
    let size = screen.size().map_err(CliError::Terminal)?;
    let moment = clock::moment();
    let posters = args.posters.unwrap_or(options.posters);
    let asking = ask::Asking::of(posters, surroundings);
    let model = Model::new(options, session.place(), moment, (size.width, size.height));
    // What stands between would take the questions for something else, and shows characters.
    let (asked, known) = match asking {
        Some(asking) if context.settings.is_nested => (None, Some(asking.canvas(ask::window))),
        asking => (asking, None),
    };
    let is_asking = asked.is_some();
    let inputs = input::listen(&queue, asked).map_err(CliError::Terminal)?;
    let follower = follow::follow(session.settings.socket(), queue.clone());
    let runtime = Runtime {
        model,
        screen,
        session,
        queue,
        tasks: TaskTracker::new(),
        surroundings,
        listening: CancellationToken::new(),
        is_asking,
        canvas: known,
        is_ended: false,
    };
    let result = runtime.until_over(&mut guard, incoming).await;
    drop((inputs, follower));
    guard.give_back();
    result
}

struct Runtime {
    model: Model,
    screen: Screen,
    session: Arc<Session>,
    queue: mpsc::Sender<Incoming>,
    tasks: TaskTracker,
    surroundings: Surroundings,
    /// Ends the stream of events that is listened to.
    listening: CancellationToken,
    /// Whether the terminal is to be asked how it shows pictures.
    is_asking: bool,
    /// How it does, where that is known without.
    canvas: Option<Canvas>,
    is_ended: bool,
}

/// However it ends: by itself, or by a panic on its way out.
impl Drop for Runtime {
    fn drop(&mut self) {
        self.session.playlists().clear();
    }
}

impl Runtime {
    async fn until_over(
        mut self,
        guard: &mut Guard,
        mut incoming: mpsc::Receiver<Incoming>,
    ) -> Result<ExitStatus, CliError> {
        let lived = self.live(guard, &mut incoming).await;
        // A terminal that is gone needs to forget nothing.
        let _ = self.screen.backend_mut().forget_pictures();
        guard.give_back();
        drop(incoming);
        self.end().await;
        lived?;
        Ok(if self.is_ended {
            ExitStatus::Interrupted
        } else {
            ExitStatus::Done
        })
    }

    async fn live(
        &mut self,
        guard: &mut Guard,
        incoming: &mut mpsc::Receiver<Incoming>,
    ) -> Result<(), CliError> {
        // The first frame comes before anything is asked for, shows what was known, and says that it will be asked for.
        self.recall(guard)?;
        let mut first = self.model.begin();
        if let Some(canvas) = self.canvas.take() {
            first.extend(self.model.update(Msg::Canvas(canvas)));
        }
        self.draw()?;
        if self.is_asking {
            ask::begin().map_err(CliError::Terminal)?;
        }
        let playlists = Arc::clone(self.session.playlists());
        self.tasks.spawn_blocking(move || playlists.sweep());
        let mut pace = Pace::new(Instant::now());
        self.perform_all(first, guard)?;
        while !self.model.is_over() {
            if self.model.is_stale() || self.screen.backend().is_behind() {
                pace.changed();
            }
            let due = pace.due();
            let drawing = async {
                match due {
                    // A timer would take up to a millisecond.
                    Some(due) if due <= Instant::now() => {}
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = drawing => {
                    self.draw()?;
                    pace.drawn(Instant::now());
                }
                next = incoming.recv() => {
                    let Some(next) = next else { break };
                    // Who presses a key waits for the frame.
                    let is_waited_for =
                        matches!(next, Incoming::Msg(Msg::Key(_) | Msg::Paste(_) | Msg::Mouse(_)));
                    self.take(next, guard)?;
                    if is_waited_for && self.model.is_stale() {
                        pace.hurry(Instant::now());
                    }
                }
            }
        }
        Ok(())
    }

    /// Stops transfers, which write down what arrived. Whatever is not stored goes on another time.
    async fn end(&self) {
        self.session.stop_all();
        self.tasks.close();
        if self.session.is_moving() {
            let _ = tokio::time::timeout(GRACE, self.session.moved_all()).await;
        }
    }

    fn draw(&mut self) -> Result<(), CliError> {
        let is_behind = self.screen.backend().is_behind();
        if !self.model.take_stale() && !is_behind {
            return Ok(());
        }
        let model = &self.model;
        self.screen.backend_mut().show(screens::pictures(model));
        let drawn = self
            .screen
            .draw(|frame| screens::draw(model, frame.buffer_mut()));
        failpoint!("tui.drawn");
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
            Incoming::HungUp => Msg::Ended,
            // Nobody else would hear of it, and what was asked for would never be answered.
            Incoming::Panicked(panic) => resume_unwind(panic),
        };
        self.is_ended |= matches!(msg, Msg::Ended);
        self.model.moment = clock::moment();
        let is_entered = matches!(msg, Msg::Answer(Answer::Entered(Ok(_))));
        let effects = self.model.update(msg);
        self.perform_all(effects, guard)?;
        if is_entered {
            self.recall(guard)?;
        }
        Ok(())
    }

    /// Shows how the library looked when it was seen last.
    fn recall(&mut self, guard: &mut Guard) -> Result<(), CliError> {
        let place = self.session.settings.seen_place();
        let Some(seen) = place.and_then(|place| place.recall()) else {
            return Ok(());
        };
        let effects = self.model.update(Msg::Recalled(Box::new(seen)));
        self.perform_all(effects, guard)
    }

    fn perform_all(&mut self, effects: Vec<Effect>, guard: &mut Guard) -> Result<(), CliError> {
        for effect in effects {
            match effect {
                Effect::Quit => {}
                Effect::Redraw => {
                    self.forget_pictures()?;
                    self.screen = Guard::screen(self.surroundings).map_err(CliError::Terminal)?;
                }
                Effect::Suspend => {
                    self.forget_pictures()?;
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
                Effect::Listen(stream) => self.listen(stream),
                other => {
                    let session = Arc::clone(&self.session);
                    self.tasks.spawn(async move {
                        let performed = AssertUnwindSafe(effects::perform(&session, other));
                        if let Err(panic) = performed.catch_unwind().await {
                            let _ = session.queue.send(Incoming::Panicked(panic)).await;
                        }
                    });
                }
            }
        }
        Ok(())
    }

    fn listen(&mut self, stream: u64) {
        self.listening.cancel();
        self.listening = CancellationToken::new();
        let (session, token) = (Arc::clone(&self.session), self.listening.clone());
        self.tasks.spawn(async move {
            let following = live::follow(&session, stream);
            token.run_until_cancelled(following).await;
        });
    }

    /// The terminal keeps no picture of what is drawn anew.
    fn forget_pictures(&mut self) -> Result<(), CliError> {
        let forgotten = self.screen.backend_mut().forget_pictures();
        forgotten.map_err(CliError::Terminal)
    }

    /// Takes the terminal again as it is now, and draws everything.
    fn renew(&mut self, guard: &mut Guard) -> Result<(), CliError> {
        guard.take().map_err(CliError::Terminal)?;
        self.screen = Guard::screen(self.surroundings).map_err(CliError::Terminal)?;
        let size = self.screen.size().map_err(CliError::Terminal)?;
        let effects = self.model.update(Msg::Resized {
            columns: size.width,
            rows: size.height,
        });
        self.perform_all(effects, guard)?;
        self.draw()
    }
}
