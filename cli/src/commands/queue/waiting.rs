//! The daemon's queue, as verbs print it; without the daemon what the journal has of it.

use std::path::Path;

use heimdex_client::control::{Because, Changed, ItemId, QueueItem, QueueQuery};

use crate::commands::{Context, control, journaled};
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::json::{self, Selection};
use crate::output::text::{clean, count};

/// The fields of what a verb changed.
pub(super) const CHANGED: [&str; 1] = ["items"];

/// The queue, the next first.
pub(super) struct Waiting {
    items: Vec<QueueItem>,
    is_running: bool,
}

impl Waiting {
    /// Asks the daemon, or reads the journal.
    pub(super) async fn find(context: &Context<'_>) -> Result<Self, CliError> {
        let Some(client) = control::daemon(context).await? else {
            return Self::of_journal(context);
        };
        let list = client.queue(&QueueQuery::default()).await?;
        Ok(Self {
            items: list.items,
            is_running: true,
        })
    }

    fn of_journal(context: &Context<'_>) -> Result<Self, CliError> {
        let Some(paths) = &context.settings.paths else {
            return Ok(Self::nothing());
        };
        // What was never made is not made to be looked at.
        if !paths.journal().is_file() {
            return Ok(Self::nothing());
        }
        let journal = control::journal(context)?;
        let (files, pauses) = (journal.queued(None)?, journaled::Pauses::read(&journal)?);
        let items = files.iter().enumerate().map(|(ahead, file)| {
            let because = journaled::standing(file, ahead as u64, &pauses);
            let mut state = Because::from(because);
            state.say(&context.moment);
            QueueItem {
                id: file.id,
                path: file.path.as_path().into(),
                watch: file.watch,
                profile: file.profile.clone(),
                lane: file.lane,
                size_bytes: file.stamp.size,
                acknowledged_bytes: 0,
                added_at: file.added_at,
                attempts: file.attempts,
                video_id: None,
                state,
            }
        });
        Ok(Self {
            items: items.collect(),
            is_running: false,
        })
    }

    fn nothing() -> Self {
        Self {
            items: Vec::new(),
            is_running: false,
        }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The files, the next first.
    pub(super) fn items(&self) -> &[QueueItem] {
        &self.items
    }

    /// The files at a path: the one of a profile, or where that has none those of all profiles.
    pub(super) fn at(&self, path: &Path, profile: &str) -> Vec<ItemId> {
        let here = || self.items.iter().filter(|item| item.path.as_path() == path);
        let own = here().find(|item| item.profile == profile);
        match own {
            Some(own) => vec![own.id],
            None => here().map(|item| item.id).collect(),
        }
    }

    /// Says where nobody works on it.
    pub(super) fn say_whether_it_runs(&self, context: &Context<'_>) {
        if !self.is_running && !self.items.is_empty() {
            control::say_not_running(context, ", so what is queued waits");
        }
    }
}

/// Says what a verb changed.
pub(super) fn tell(
    context: &Context<'_>,
    selection: Option<&Selection>,
    changed: &Changed,
    words: impl FnOnce(String) -> String,
) -> Result<ExitStatus, CliError> {
    if let Some(why) = &changed.unwritten {
        let warning = format!(
            "{}; until then it is forgotten when the daemon ends",
            clean(why)
        );
        context.printer.warn(&warning);
    }
    if let Some(selection) = selection {
        json::print(context.printer, &selection.pick(changed))?;
        return Ok(ExitStatus::Done);
    }
    let files = match changed.items.len() {
        0 => "no file".to_owned(),
        number => count(number as u64, "file", "files"),
    };
    context.printer.talk(&words(files));
    Ok(ExitStatus::Done)
}
