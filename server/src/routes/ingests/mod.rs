//! Ingests: one run over a card or folder, one file a route.

mod create;
mod files;
mod finish;
mod list;
mod put_files;
mod show;

use heimdex_api::ingest::{IngestCounts, IngestResponse};

use crate::catalog::IngestRow;

pub use create::create;
pub use files::files;
pub use finish::finish;
pub use list::list;
pub use put_files::put_files;
pub use show::show;

/// An ingest, as it is told.
fn shown(row: IngestRow) -> IngestResponse {
    IngestResponse {
        ingest_id: row.ingest_id,
        source: row.source,
        root_name: row.root_name,
        host: row.host,
        started_at: row.started_at,
        finished_at: row.finished_at,
        files: IngestCounts {
            expected: row.expected_files,
            stored: row.stored,
            verified: row.verified,
            failed: row.failed,
        },
        bytes: row.expected_bytes.unwrap_or(row.named_bytes),
    }
}
