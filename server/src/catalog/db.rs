//! The two databases behind one set of statements: pools, write transactions, what is worth a second try.
//!
//! `on!` runs one body on whichever database there is. Writers of one library go one after another on both: SQLite
//! has one writer anyway, on PostgreSQL the transaction takes an advisory lock first.

use std::time::Duration;

use heimdex_api::{LibraryId, SessionId, UserId};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use uuid::Uuid;

use super::CatalogError;
use super::signals::Signals;
use crate::random::Random;

/// Any number will do.
const SERVER_KEYS_LOCK: i64 = 0x6864_785f_6b65_7973;
/// How often a transaction is tried before its error is believed.
const ATTEMPTS: u32 = 6;

/// The database that there is, and who waits for what is written to it.
#[derive(Debug, Clone)]
pub(crate) struct Db {
    /// Which of the two.
    pub(crate) engine: Engine,
    /// Told of what this process writes.
    pub(super) signals: Signals,
}

/// The two kinds of databases.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    /// A file: any number of readers beside one writer.
    Sqlite {
        /// Cannot write.
        read: SqlitePool,
        /// One connection, so that writers of this process queue up here and not in busy handlers.
        write: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// A write transaction on either.
pub(crate) enum Tx {
    /// Begun immediate.
    Sqlite(Transaction<'static, Sqlite>),
    /// READ COMMITTED, behind an advisory lock.
    Postgres(Transaction<'static, Postgres>),
}

/// Whose rows a transaction writes: writers of the same go one after another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Writes {
    /// A library's videos, uploads, ingests, jobs and events.
    Library(LibraryId),
    /// An account and its tokens. The first library of an account has its id, and so its lock.
    Account(UserId),
    /// A login.
    Session(SessionId),
    /// The keys of the server: a row that is not there yet cannot be locked by itself.
    ServerKeys,
    /// Rows that are guarded by their own keys.
    Shared,
}

impl Writes {
    /// The advisory lock; two owners that share one by chance only wait for each other.
    fn lock(self) -> Option<i64> {
        let of = |uuid: Uuid| Some(uuid.as_u64_pair().0.cast_signed());
        match self {
            Self::Library(id) => of(id.as_uuid()),
            Self::Account(id) => of(id.as_uuid()),
            Self::Session(id) => of(id.as_uuid()),
            Self::ServerKeys => Some(SERVER_KEYS_LOCK),
            Self::Shared => None,
        }
    }
}

/// Runs one body on a read connection of whichever database there is.
macro_rules! on {
    ($db:expr, |$pool:ident| $body:expr) => {
        match &$db.engine {
            $crate::catalog::db::Engine::Sqlite { read: $pool, .. } => $body,
            $crate::catalog::db::Engine::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on;

/// Runs one statement of a write transaction on whichever database there is.
macro_rules! on_tx {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::catalog::db::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::catalog::db::Tx::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on_tx;

/// Runs a body in a write transaction and commits it when the body is `Ok`.
///
/// The body may run again after a conflict or a lost connection, so it has no effect outside the database. It is
/// an expression of `Result<_, CatalogError>` in which `$tx` is `&mut Tx`; `return` leaves the body, not the method.
macro_rules! write_tx {
    ($db:expr, $writes:expr, |$tx:ident| $body:expr) => {{
        let mut tries = $crate::catalog::db::Tries::default();
        loop {
            let attempt = async {
                let mut transaction = $db.begin($writes).await?;
                let value: Result<_, $crate::catalog::CatalogError> = async {
                    let $tx = &mut transaction;
                    $body
                }
                .await;
                Ok::<_, $crate::catalog::CatalogError>((value?, transaction))
            }
            .await;
            match attempt {
                // A commit whose reply is lost may have happened: its error is the caller's to repeat.
                Ok((value, transaction)) => {
                    let committed = transaction.commit().await;
                    // One whose reply was lost, too: whoever waits only looks.
                    $db.written($writes);
                    break committed.map(|()| value);
                }
                Err(error) => {
                    if !tries.again(&error).await {
                        break Err(error);
                    }
                }
            }
        }
    }};
}
pub(crate) use write_tx;

impl Db {
    /// Begins a write transaction that waits for the other writers of the same rows.
    pub(crate) async fn begin(&self, writes: Writes) -> Result<Tx, CatalogError> {
        match &self.engine {
            Engine::Sqlite { write, .. } => {
                Ok(Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?))
            }
            Engine::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                if let Some(lock) = writes.lock() {
                    sqlx::query("SELECT pg_advisory_xact_lock($1)")
                        .bind(lock)
                        .execute(&mut *transaction)
                        .await?;
                }
                Ok(Tx::Postgres(transaction))
            }
        }
    }

    /// Waits for every connection to close.
    pub(crate) async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    /// Tells those of this process who wait for what a library's writers write.
    pub(crate) fn written(&self, writes: Writes) {
        match writes {
            Writes::Library(library) => self.signals.tell(library),
            Writes::Account(_) | Writes::Session(_) | Writes::ServerKeys | Writes::Shared => {}
        }
    }
}

impl Tx {
    /// Makes everything durable.
    pub(crate) async fn commit(self) -> Result<(), CatalogError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        heimdex_api::failpoint!("catalog.committed");
        Ok(())
    }
}

/// Counts the attempts of one transaction and waits between them.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Waits and answers whether another attempt is worth it.
    pub(crate) async fn again(&mut self, error: &CatalogError) -> bool {
        self.0 += 1;
        if self.0 >= ATTEMPTS || !error.is_transient() {
            return false;
        }
        tokio::time::sleep(pause(self.0, Random.fraction())).await;
        true
    }
}

/// Full jitter under a doubling bound.
fn pause(attempt: u32, jitter: f64) -> Duration {
    Duration::from_millis(20 << attempt.min(6)).mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        assert_eq!(pause(1, 0.0), Duration::ZERO);
        assert_eq!(pause(1, 1.0), Duration::from_millis(40));
        assert_eq!(pause(40, 1.0), Duration::from_millis(1280));
    }

    #[test]
    fn a_library_and_its_first_owner_share_a_lock() {
        let id = Uuid::from_u128(7 << 64);
        assert_eq!(
            Writes::Library(LibraryId::new(id)).lock(),
            Writes::Account(UserId::new(id)).lock()
        );
        assert_eq!(Writes::Shared.lock(), None);
    }
}
