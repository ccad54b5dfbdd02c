//! Reading the log, page by page.

use std::collections::HashMap;

use heimdex_api::{LibraryId, SessionId, Timestamp, TokenId, VideoId};
use sqlx::postgres::{PgListener, PgPoolOptions};

use super::CHANNEL;
use crate::catalog::db::{Engine, on};
use crate::catalog::signals::Watch;
use crate::catalog::statement::{Bind, Statement, bound};
use crate::catalog::value::{Sql, row};
use crate::catalog::videos::{AND_MORE, COLUMNS};
use crate::catalog::{Catalog, CatalogError, Video, VideoRow};

row! {
    /// One thing that happened.
    pub struct EventRow {
        /// Its number in its library.
        pub seq: u64,
        /// What it tells of.
        pub kind: String,
        /// Of which video.
        pub video_id: Option<VideoId>,
        /// JSON.
        pub payload: String,
        /// When it was written.
        pub created_at: Timestamp,
    }
}

row! {
    /// Where a library's log ends.
    pub struct LogEnd {
        /// The last number that was given.
        pub seq: u64,
        /// When that event was written; none where there was none, or it is forgotten.
        pub at: Option<Timestamp>,
    }
}

row! {
    /// How far the work is that a video waits for.
    pub struct RunningRow {
        /// Which.
        pub video_id: VideoId,
        /// 0 to 1.
        pub progress: f64,
    }
}

row! {
    struct HeadRow {
        library_id: LibraryId,
        event_seq: u64,
    }
}

/// A piece of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPage {
    /// What follows, without a hole.
    pub events: Vec<EventRow>,
    /// The last number that had been given before these were read.
    pub end: u64,
}

impl Catalog {
    /// Where the log of a library ends; `None` where there is no such library.
    pub async fn log_end(&self, library: LibraryId) -> Result<Option<LogEnd>, CatalogError> {
        Ok(on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT l.event_seq AS seq, e.created_at AS at FROM libraries l \
                 LEFT JOIN events e ON e.library_id = l.library_id AND e.seq = l.event_seq WHERE l.library_id = $1",
            )
            .bind(Sql(library))
            .fetch_optional(pool)
            .await?
        }))
    }

    /// When an event was written; `None` where it is forgotten, or never was.
    pub async fn event_time(
        &self,
        library: LibraryId,
        seq: u64,
    ) -> Result<Option<Timestamp>, CatalogError> {
        let at: Option<Sql<Timestamp>> = on!(self.db, |pool| {
            sqlx::query_scalar("SELECT created_at FROM events WHERE library_id = $1 AND seq = $2")
                .bind(Sql(library))
                .bind(Sql(seq))
                .fetch_optional(pool)
                .await?
        });
        Ok(at.map(|at| at.0))
    }

    /// What happened behind an event, at most so many.
    pub async fn events_after(
        &self,
        library: LibraryId,
        seq: u64,
        limit: u32,
    ) -> Result<LogPage, CatalogError> {
        // The end first: what is written between the two reads is only more.
        let end = self.log_end(library).await?.map_or(0, |end| end.seq);
        if end == seq {
            return Ok(LogPage {
                events: Vec::new(),
                end,
            });
        }
        let events = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT seq, kind, video_id, payload, created_at FROM events \
                 WHERE library_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            )
            .bind(Sql(library))
            .bind(Sql(seq))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        });
        Ok(LogPage { events, end })
    }

    /// These videos of a library, as far as they are there.
    pub async fn videos_of(
        &self,
        library: LibraryId,
        videos: &[VideoId],
    ) -> Result<HashMap<VideoId, Video>, CatalogError> {
        if videos.is_empty() {
            return Ok(HashMap::new());
        }
        let mut statement = Statement::new(COLUMNS);
        statement
            .push(" FROM (SELECT * FROM videos WHERE library_id = ")
            .bind(Bind::Id(library.as_uuid()))
            .push(" AND purging_at IS NULL AND video_id IN ")
            .bind_list(videos.iter().map(|video| Bind::Id(video.as_uuid())))
            .push(AND_MORE);
        let (text, binds) = statement.finish();
        let rows: Vec<VideoRow> = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds).fetch_all(pool).await?
        });
        Ok(rows
            .into_iter()
            .map(|row| (row.video_id, Video::from(row)))
            .collect())
    }

    /// How far the work is on those of these videos that are worked on.
    pub async fn running_on(&self, videos: &[VideoId]) -> Result<Vec<RunningRow>, CatalogError> {
        if videos.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(
            "SELECT video_id, MAX(progress) AS progress FROM jobs \
             WHERE state = 'running' AND stage IN ('upload_validate', 'probe') AND video_id IN ",
        );
        statement
            .bind_list(videos.iter().map(|video| Bind::Id(video.as_uuid())))
            .push(" GROUP BY video_id");
        let (text, binds) = statement.finish();
        Ok(on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds).fetch_all(pool).await?
        }))
    }

    /// The last numbers of these logs.
    pub async fn log_ends(
        &self,
        libraries: &[LibraryId],
    ) -> Result<Vec<(LibraryId, u64)>, CatalogError> {
        if libraries.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement =
            Statement::new("SELECT library_id, event_seq FROM libraries WHERE library_id IN ");
        statement.bind_list(libraries.iter().map(|id| Bind::Id(id.as_uuid())));
        let (text, binds) = statement.finish();
        let rows: Vec<HeadRow> = on!(self.db, |pool| {
            bound!(sqlx::query_as(text), binds).fetch_all(pool).await?
        });
        Ok(rows
            .into_iter()
            .map(|row| (row.library_id, row.event_seq))
            .collect())
    }

    /// Those of these logins that still hold.
    pub async fn living_sessions(
        &self,
        sessions: &[SessionId],
    ) -> Result<Vec<SessionId>, CatalogError> {
        const LIVING: &str = "SELECT s.session_id FROM sessions s JOIN users u ON u.id = s.user_id \
             WHERE s.revoked_at IS NULL AND u.disabled_at IS NULL AND s.session_id IN ";
        let ids = sessions.iter().map(|id| Bind::Id(id.as_uuid())).collect();
        let living = self.ids(LIVING, ids).await?;
        Ok(living.into_iter().map(SessionId::new).collect())
    }

    /// Those of these access tokens that their owners have not taken back.
    pub async fn living_tokens(&self, tokens: &[TokenId]) -> Result<Vec<TokenId>, CatalogError> {
        const LIVING: &str = "SELECT t.token_id FROM access_tokens t JOIN users u ON u.id = t.user_id \
             WHERE t.revoked_at IS NULL AND u.disabled_at IS NULL AND t.token_id IN ";
        let ids = tokens.iter().map(|id| Bind::Id(id.as_uuid())).collect();
        let living = self.ids(LIVING, ids).await?;
        Ok(living.into_iter().map(TokenId::new).collect())
    }

    async fn ids(
        &self,
        text: &'static str,
        ids: Vec<Bind>,
    ) -> Result<Vec<uuid::Uuid>, CatalogError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(text);
        statement.bind_list(ids);
        let (text, binds) = statement.finish();
        Ok(on!(self.db, |pool| {
            bound!(sqlx::query_scalar(text), binds)
                .fetch_all(pool)
                .await?
        }))
    }

    /// Tells whenever this library's log may have grown.
    #[must_use]
    pub fn watch_log(&self, library: LibraryId) -> Watch {
        self.db.signals.watch(library)
    }

    /// The libraries whose logs are watched.
    #[must_use]
    pub fn watched_logs(&self) -> Vec<LibraryId> {
        self.db.signals.watched()
    }

    /// Tells those who watch that a log grew.
    pub fn log_grew(&self, library: LibraryId) {
        self.db.signals.tell(library);
    }

    /// Passes on what other processes write, as long as the connection lasts; on SQLite there is no such way, and this
    /// does not end.
    ///
    /// # Errors
    /// The connection cannot be made, or broke.
    pub async fn hear_others(&self) -> Result<(), CatalogError> {
        let Engine::Postgres(pool) = &self.db.engine else {
            return std::future::pending().await;
        };
        // A connection of its own: those of the pool come and go, and are few.
        let own = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(pool.connect_options().as_ref().clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen(CHANNEL).await?;
        // What was told before this connection was there went unheard.
        self.db.signals.tell_all();
        while let Some(heard) = listener.try_recv().await? {
            if let Ok(library) = heard.payload().parse() {
                self.db.signals.tell(library);
            }
        }
        Err(CatalogError::Unavailable("the connection broke".to_owned()))
    }
}
