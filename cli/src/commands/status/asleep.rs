//! What is known while the daemon does not run: its watches and its queue, from the journal.

use heimdex_client::control::{Count, LocalPath};
use heimdex_client::journal::{Journal, Pause};
use serde_json::{Value, json};

use crate::commands::{Context, control};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::size;
use crate::output::text::{clean, count};
use crate::output::time;

/// Prints it, and says that the daemon does not run.
pub(super) fn run(
    context: &Context<'_>,
    selection: Option<&Selection>,
) -> Result<ExitStatus, CliError> {
    let journal = control::journal(context)?;
    let known = Known::read(&journal)?;
    if let Some(selection) = selection {
        json::print(context.printer, &selection.pick(&known.value()))?;
        return Ok(ExitStatus::Done);
    }
    control::say_not_running(context, "; this is what the journal says");
    context.printer.data(&known.text(context))?;
    Ok(ExitStatus::Done)
}

struct Known {
    watches: Vec<heimdex_client::journal::Watch>,
    queued: Count,
    pause: Option<Pause>,
}

impl Known {
    fn read(journal: &Journal) -> Result<Self, CliError> {
        let mut queued = Count::default();
        for file in journal.queued(None)? {
            queued.add(file.stamp.size);
        }
        Ok(Self {
            watches: journal.watches()?,
            queued,
            pause: journal.paused_all()?,
        })
    }

    /// The same names as a running daemon's status has, as far as they are known.
    fn value(&self) -> Value {
        let watches: Vec<Value> = self
            .watches
            .iter()
            .map(|watch| {
                json!({
                    "id": watch.id,
                    "path": LocalPath::from(watch.root.as_path()),
                    "profile": watch.profile,
                    "source": watch.source,
                    "declared": watch.declared_in.is_some(),
                    "paused": watch.pause.map(|pause| json!({ "until": until(pause) })),
                })
            })
            .collect();
        json!({
            "daemon": null,
            "paused": self.pause.map(|pause| json!({ "until": until(pause) })),
            "watches": watches,
            "queue": { "waiting": self.queued },
        })
    }

    fn text(&self, context: &Context<'_>) -> String {
        let mut lines = Vec::new();
        if let Some(pause) = self.pause {
            lines.push(format!("{}.", paused(pause, context)));
        }
        for watch in &self.watches {
            let path = watch.root.display().to_string();
            let pause = watch
                .pause
                .map(|pause| format!("\t{}", paused(pause, context)));
            let pause = pause.unwrap_or_default();
            lines.push(format!("{}\t{}{pause}", watch.id, clean(&path)));
        }
        lines.push(format!(
            "{} waiting, {}",
            count(self.queued.files, "file", "files"),
            size::bytes(self.queued.bytes)
        ));
        lines.join("\n")
    }
}

fn paused(pause: Pause, context: &Context<'_>) -> String {
    match until(pause) {
        Some(until) => format!("Paused until {}", time::calendar(until, &context.moment)),
        None => "Paused until `heimdex resume`".into(),
    }
}

fn until(pause: Pause) -> Option<heimdex_api::Timestamp> {
    match pause {
        Pause::Until(time) => Some(time),
        Pause::UntilResumed => None,
    }
}
