//! The catalog: every statement that reaches the database, one method an intent and a transaction.
//!
//! The same statements run on SQLite and on PostgreSQL. Time is a parameter; what is not there is `Ok(None)`.

mod accounts;
mod db;
pub mod edits;
mod error;
pub mod events;
mod idempotency;
mod ingests;
pub mod jobs;
mod locations;
mod look;
mod lookup;
mod migrations;
mod moves;
pub mod objects;
mod open;
pub mod operators;
pub mod pictures;
mod purged_files;
pub mod purges;
mod quota;
pub mod rereads;
mod sessions;
mod settings;
pub mod side_cars;
mod signals;
mod statement;
mod tags;
mod tokens;
mod trash;
pub mod uploads;
mod value;
mod video_list;
mod videos;

pub use accounts::{AccountRow, NewAccount, RegisterOutcome};
pub use error::CatalogError;
pub use idempotency::Idempotency;
pub use ingests::{CreateIngestOutcome, IngestFilter, IngestRow, NewIngest};
pub use locations::{FoundFile, IngestFileRow, PutFilesOutcome, Recorded};
pub use look::Look;
pub use lookup::KnownContentRow;
pub use open::{DatabaseLocation, OpenError};
pub use sessions::{NewSession, RefreshOutcome, SessionRow, Successor, TokenHash};
pub use settings::ServerKeyRow;
pub use signals::Watch;
pub use tags::{NewTag, TagRow};
pub use tokens::{CreateTokenOutcome, NewToken, PresentedTokenRow, TokenRow};
pub use trash::{DeleteOutcome, RestoreOutcome};
pub use video_list::{Total, VideoListQuery, VideoPage};
pub use videos::{CountRow, LocationRow, StoredObjectRow, Video, VideoJobRow, VideoRow};

use db::{Db, on};

/// A handle on the catalog; clones share its connections.
#[derive(Debug, Clone)]
pub struct Catalog {
    db: Db,
}

impl Catalog {
    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), CatalogError> {
        on!(self.db, |pool| sqlx::query("SELECT 1")
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Closes every connection, and waits until they are.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
