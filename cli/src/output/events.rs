//! What happens in a transfer, for programs: NDJSON, one event a line, ending with one `summary`.

use std::sync::{Arc, Mutex, PoisonError};

use heimdex_api::{Blake3, VideoId};
use serde_json::{Map, Value, json};

use super::json::Selection;
use crate::clock;
use crate::error::CliError;
use crate::printer::Printer;

/// Every field that an event may have.
pub(crate) const FIELDS: [&str; 31] = [
    "event",
    "time",
    "path",
    "video_id",
    "size_bytes",
    "safe_bytes",
    "under_way_bytes",
    "blake3",
    "sent_bytes",
    "resumed_bytes",
    "state",
    "verified_at",
    "verified_how",
    "reason",
    "error",
    "hint",
    "is_verified",
    "files",
    "bytes",
    "stored",
    "already_stored",
    "fetched",
    "already_there",
    "failed",
    "left_out",
    "interrupted",
    "partly_sent",
    "not_tried",
    "instead_of",
    "renamed",
    "unnamed",
];

/// Events that a summary names one by one.
const KEPT: [&str; 2] = ["failed", "left_out"];

/// Events that are kept; clones share them.
type Kept = Arc<Mutex<Vec<Map<String, Value>>>>;

/// Tells programs what happens; nothing where nobody asked for JSON. Clones tell the same reader.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    printer: Printer,
    selection: Option<Selection>,
    /// What a summary will name, where one is wanted.
    kept: Option<Kept>,
}

impl Events {
    /// Events of these fields.
    pub(crate) fn new(printer: &Printer, selection: Option<Selection>) -> Self {
        Self {
            printer: printer.clone(),
            selection,
            kept: None,
        }
    }

    /// The same, and what failed or was left out is kept for a summary.
    pub(crate) fn keeping(self) -> Self {
        Self {
            kept: Some(Arc::default()),
            ..self
        }
    }

    /// What was kept of one kind.
    pub(crate) fn kept(&self, event: &str) -> Vec<Map<String, Value>> {
        let Some(kept) = &self.kept else {
            return Vec::new();
        };
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of_kind = kept
            .iter()
            .filter(|object| object.get("event") == Some(&event.into()));
        of_kind
            .cloned()
            .map(|mut object| {
                object.remove("event");
                object
            })
            .collect()
    }

    /// Whether a program listens.
    pub(crate) fn is_on(&self) -> bool {
        self.selection.is_some()
    }

    /// Tells one event, about one path where there is one.
    pub(crate) fn tell(
        &self,
        event: &str,
        path: Option<&str>,
        fields: Value,
    ) -> Result<(), CliError> {
        let is_kept = KEPT.contains(&event);
        let kept = self.kept.as_ref().filter(|_| is_kept);
        if self.selection.is_none() && kept.is_none() {
            return Ok(());
        }
        let mut object = Map::new();
        object.insert("event".into(), event.into());
        object.insert("time".into(), clock::now().to_string().into());
        if let Some(path) = path {
            object.insert("path".into(), path.into());
        }
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        if let Some(kept) = kept {
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(object.clone());
        }
        let Some(selection) = &self.selection else {
            return Ok(());
        };
        if let Selection::Fields(wanted) = selection {
            // An event is known by its name, whatever else is wanted of it.
            object.retain(|key, _| key == "event" || wanted.contains(key));
        }
        self.printer.json(&Value::Object(object).to_string())
    }

    /// How far a file is.
    pub(crate) fn progress(&self, path: &str, safe: u64, under_way: u64, size: u64) {
        let fields =
            json!({ "safe_bytes": safe, "under_way_bytes": under_way, "size_bytes": size });
        // Whoever stopped reading is noticed with the next event that matters.
        let _ = self.tell("progress", Some(path), fields);
    }

    /// A pause after a failure.
    pub(crate) fn retrying(&self, path: &str, why: &str) {
        let _ = self.tell("retrying", Some(path), json!({ "reason": why }));
    }

    /// A file has other bytes than when its upload began: it begins anew.
    pub(crate) fn changed(&self, path: &str) {
        let _ = self.tell("changed", Some(path), json!({}));
    }

    /// A file is in the store, by this run or by an earlier one.
    pub(crate) fn stored(
        &self,
        event: &str,
        path: &str,
        video: VideoId,
        blake3: &Blake3,
        sizes: [(&str, u64); 2],
    ) -> Result<(), CliError> {
        let mut fields = json!({ "video_id": video, "blake3": blake3 });
        for (name, bytes) in sizes {
            fields[name] = bytes.into();
        }
        self.tell(event, Some(path), fields)
    }

    /// A file failed.
    pub(crate) fn failed(
        &self,
        path: &str,
        error: &str,
        hint: Option<&str>,
    ) -> Result<(), CliError> {
        self.tell(
            "failed",
            Some(path),
            json!({ "error": error, "hint": hint }),
        )
    }
}
