//! What uploads and downloads have in common: the journal, the account, and how a run of many files ends.

use std::path::{Path, PathBuf};

use heimdex_client::journal::Journal;
use heimdex_client::transfer::{Stop, TransferContext, TransferError, account_name};
use heimdex_client::{ApiClient, ErrorClass};

use super::Context;
use crate::clock;
use crate::error::CliError;
use crate::exit::ExitStatus;

/// What the transfers of this run share.
pub(crate) fn context(
    context: &Context<'_>,
    client: ApiClient,
) -> Result<TransferContext, CliError> {
    let profile = journal_profile(context, &client);
    Ok(TransferContext::new(
        client,
        journal(context)?,
        profile,
        clock::now,
    ))
}

/// Whose uploads they are, as the journal tells accounts apart.
pub(super) fn journal_profile(context: &Context<'_>, client: &ApiClient) -> String {
    let settings = &context.settings;
    let login = if settings.uses_token() {
        "token"
    } else {
        &settings.profile_name
    };
    account_name(login, client.server())
}

/// The journal, or one that ends with this run where none can be kept; that is said once.
pub(super) fn journal(context: &Context<'_>) -> Result<Journal, CliError> {
    let without = |why: &str| {
        context.printer.warn(&format!(
            "working without a journal: {why}. An upload that is interrupted still goes on, from what the server has"
        ));
        Journal::open_in_memory().map_err(CliError::Journal)
    };
    let Some(paths) = &context.settings.paths else {
        return without("there is no home directory");
    };
    match Journal::open(&paths.journal()) {
        Ok(journal) => Ok(journal),
        Err(error) => without(&error.to_string()),
    }
}

/// A path that was typed, as it is from everywhere. Where it exists, links on the way to it are followed, so that one
/// folder has one path.
pub(super) fn absolute(typed: &Path) -> Result<PathBuf, CliError> {
    let fail = |source| CliError::Path {
        path: typed.to_owned(),
        source,
    };
    let whole = std::path::absolute(typed).map_err(fail)?;
    match fs_err::canonicalize(&whole) {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(whole),
        Err(error) => Err(fail(error)),
    }
}

/// The same for a file, which may itself be a link: only the way to it is followed.
pub(super) fn absolute_file(typed: &Path) -> Result<PathBuf, CliError> {
    let whole = std::path::absolute(typed).map_err(|source| CliError::Path {
        path: typed.to_owned(),
        source,
    })?;
    match (whole.parent(), whole.file_name()) {
        (Some(folder), Some(name)) => Ok(absolute(folder)?.join(name)),
        _ => Ok(whole),
    }
}

/// How the files of a run went.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// In the store, or on this disk, by this run.
    pub(super) done: u64,
    /// There already.
    pub(super) already: u64,
    /// Not done, for a reason.
    pub(super) failed: u64,
    /// Begun and not ended.
    pub(super) partly: u64,
    /// Never begun, because the run ended early.
    pub(super) not_tried: u64,
    /// Bytes that this run moved.
    pub(super) moved: u64,
    /// The class of the failures, while they have one in common.
    class: Option<ErrorClass>,
    is_mixed: bool,
}

impl Tally {
    /// Counts a failure.
    pub(super) fn fail(&mut self, class: ErrorClass) {
        self.failed += 1;
        self.is_mixed |= self.class.is_some_and(|known| known != class);
        self.class = Some(class);
    }

    /// What was counted as done turned out not to be.
    pub(super) fn take_back(&mut self) {
        if self.done > 0 {
            self.done -= 1;
        } else {
            self.already = self.already.saturating_sub(1);
        }
    }

    /// The exit code of the run.
    pub(super) fn status(&self, is_interrupted: bool) -> ExitStatus {
        if is_interrupted {
            ExitStatus::Interrupted
        } else if self.failed == 0 {
            ExitStatus::Done
        } else if self.done + self.already > 0 {
            ExitStatus::PartlyFailed
        } else if self.is_mixed {
            ExitStatus::Failed
        } else {
            self.class.map_or(ExitStatus::Failed, Into::into)
        }
    }
}

/// Whether a failure would meet every other file as well, so that the run ends with it.
pub(super) fn ends_the_run(error: &TransferError) -> bool {
    matches!(
        error.class(),
        ErrorClass::NotLoggedIn | ErrorClass::Unreachable
    )
}

/// Whether a person ended it.
pub(crate) fn is_interrupted(error: &TransferError) -> bool {
    matches!(
        error,
        TransferError::Stopped {
            stop: Stop::Interrupted,
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_all_some_and_none_apart() {
        let mut tally = Tally::default();
        assert_eq!(tally.status(false), ExitStatus::Done);
        tally.fail(ErrorClass::Busy);
        assert_eq!(tally.status(false), ExitStatus::Busy);
        tally.fail(ErrorClass::Failed);
        assert_eq!(tally.status(false), ExitStatus::Failed);
        tally.already = 1;
        assert_eq!(tally.status(false), ExitStatus::PartlyFailed);
        assert_eq!(tally.status(true), ExitStatus::Interrupted);
    }
}
