//! `heimdex status --follow`: the same again whenever something happens, until Ctrl-C or the daemon's end.

use std::time::Duration;

use heimdex_client::control::{ControlClient, ControlError, Event, Events};

use super::{line, programs, tell};
use crate::clock;
use crate::commands::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::interrupt::Interrupt;
use crate::output::canvas::Canvas;
use crate::output::json::Selection;

/// Never drawn more often, whatever happens.
const LEAST: Duration = Duration::from_millis(250);
/// Drawn at least so often, because words such as `in 20 s` grow old.
const MOST: Duration = Duration::from_secs(5);

pub(super) async fn run(
    context: &Context<'_>,
    client: &ControlClient,
    selection: Option<&Selection>,
) -> Result<ExitStatus, CliError> {
    let interrupt = Interrupt::listen_quietly().map_err(CliError::Runtime)?;
    // Before the first look: what happens in between is seen by one of them.
    let mut events = client.events().await?;
    let view = View::new(context, selection);
    let followed = async {
        loop {
            match client.status().await {
                Ok(status) => view.show(&status)?,
                Err(ControlError::Silent { .. } | ControlError::NotRunning) => return Ok(()),
                Err(error) => return Err(CliError::from(error)),
            }
            tokio::time::sleep(LEAST).await;
            if !something_happened(&mut events).await? {
                return Ok(());
            }
        }
    };
    let ended = tokio::select! {
        ended = followed => Some(ended),
        () = interrupt.soft().cancelled() => None,
    };
    view.end();
    match ended {
        Some(result) => {
            result?;
            context.printer.talk("The daemon has stopped.");
            Ok(ExitStatus::Done)
        }
        None => Ok(ExitStatus::Interrupted),
    }
}

/// Waits for the next event, or until the words have grown old; whether the daemon still runs.
async fn something_happened(events: &mut Events) -> Result<bool, CliError> {
    match tokio::time::timeout(MOST, events.next()).await {
        Err(_) => Ok(true),
        Ok(event) => Ok(!matches!(event?, None | Some(Event::Stopping))),
    }
}

/// Where it is shown: drawn over and over in a terminal, one line or block a time elsewhere.
struct View<'a> {
    context: &'a Context<'a>,
    selection: Option<&'a Selection>,
    drawn: Option<Canvas>,
}

impl<'a> View<'a> {
    fn new(context: &'a Context<'a>, selection: Option<&'a Selection>) -> Self {
        let drawn = match selection {
            None => Canvas::of(context.printer),
            Some(_) => None,
        };
        Self {
            context,
            selection,
            drawn,
        }
    }

    fn show(&self, status: &heimdex_client::control::Status) -> Result<(), CliError> {
        let printer = self.context.printer;
        match (&self.drawn, self.selection) {
            (Some(canvas), _) => {
                let text = tell::for_people(printer, status, &clock::moment(), canvas.room());
                canvas.draw(&text);
                Ok(())
            }
            (None, Some(selection)) => printer.json(&line(selection, status).to_string()),
            (None, None) => printer.data(&(programs::lines(status) + "\n")),
        }
    }

    fn end(&self) {
        if let Some(canvas) = &self.drawn {
            canvas.leave();
        }
    }
}
