//! `--summary FILE`: how a run went, as one JSON object, whatever the end: for those who were not there.
//!
//! It is replaced as a whole, so that whoever reads it finds the last run or this one. That it can be written is found
//! out before anything is sent.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_api::Timestamp;
use serde_json::{Value, json};

use super::found::{Found, shown};
use crate::clock;
use crate::commands::Context;
use crate::commands::transfer::Tally;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::output::events::Events;
use heimdex_client::ingest::Ingest;

/// What there is to say of a run, as far as it came.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) found: Found,
    pub(super) ingests: Vec<Ingest>,
    pub(super) tally: Tally,
    pub(super) is_interrupted: bool,
}

/// The file that the summary goes to.
#[derive(Debug)]
pub(super) struct Summary {
    path: PathBuf,
    begun: Timestamp,
}

impl Summary {
    /// Looks whether the file can be written.
    pub(super) fn begin(path: &Path) -> Result<Self, CliError> {
        let summary = Self {
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            begun: clock::now(),
        };
        let there = fs::metadata(&summary.path);
        if there.is_ok_and(|metadata| metadata.is_dir()) {
            return Err(summary.unwritable(io::ErrorKind::IsADirectory.into()));
        }
        summary
            .temporary()
            .map_err(|error| summary.unwritable(error))?;
        Ok(summary)
    }

    /// Writes it.
    pub(super) fn write(
        &self,
        context: &Context<'_>,
        events: &Events,
        report: &Report,
        result: &Result<ExitStatus, CliError>,
    ) -> Result<(), CliError> {
        let value = self.value(context, events, report, result);
        self.replace(&format!("{value:#}\n"))
            .map_err(|error| self.unwritable(error))
    }

    fn value(
        &self,
        context: &Context<'_>,
        events: &Events,
        report: &Report,
        result: &Result<ExitStatus, CliError>,
    ) -> Value {
        let (status, error, hint) = match result {
            Ok(status) => (*status, None, None),
            Err(error) => (error.exit_status(), Some(error.to_string()), error.hint()),
        };
        let Report {
            found,
            ingests,
            tally,
            is_interrupted,
        } = report;
        let ingests: Vec<Value> = found
            .roots
            .iter()
            .zip(ingests)
            .filter_map(|(root, ingest)| {
                let path = std::path::absolute(&root.path).unwrap_or_else(|_| root.path.clone());
                Some(json!({
                    "ingest_id": ingest.id?, "source": root.source, "path": shown(&path),
                }))
            })
            .collect();
        json!({
            "command": context.typed,
            "version": env!("CARGO_PKG_VERSION"),
            "profile": context.settings.profile_name,
            "server": context.settings.server().ok().map(|server| server.to_string()),
            "started_at": self.begun,
            "finished_at": clock::now(),
            "outcome": status.word(),
            "exit_code": status as u8,
            "error": error,
            "hint": hint,
            "interrupted": is_interrupted,
            "files": found.files(),
            "bytes": found.bytes(),
            "stored": tally.done,
            "already_stored": tally.already,
            "failed": tally.failed,
            "partly_sent": tally.partly,
            "not_tried": tally.not_tried,
            "left_out": found.left_out.len(),
            "sent_bytes": tally.moved,
            "ingests": ingests,
            "failures": events.kept("failed"),
            "left_out_files": events.kept("left_out"),
        })
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let mut file = self.temporary()?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        fs::File::open(self.directory())?.sync_all()
    }

    /// A file beside the summary, as readable as any file that a command makes.
    fn temporary(&self) -> io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".heimdex-summary-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(self.directory())
    }

    fn directory(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }

    fn unwritable(&self, source: io::Error) -> CliError {
        CliError::Summary {
            path: self.path.clone(),
            source,
        }
    }
}
