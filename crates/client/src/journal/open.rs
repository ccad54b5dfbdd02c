//! Opening the journal: which way of keeping it suits the file system, and which version it is.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::{Journal, JournalError};
use crate::platform;

/// What brings a journal from one version to the next; the index is the version before. Append only.
pub(super) const MIGRATIONS: [&str; 8] = [
    include_str!("../../../../migrations/client/0001_journal.sql"),
    include_str!("../../../../migrations/client/0002_stored_by_hash.sql"),
    include_str!("../../../../migrations/client/0003_daemon.sql"),
    include_str!("../../../../migrations/client/0004_seen.sql"),
    include_str!("../../../../migrations/client/0005_wanted.sql"),
    include_str!("../../../../migrations/client/0006_absent.sql"),
    include_str!("../../../../migrations/client/0007_trashed.sql"),
    include_str!("../../../../migrations/client/0008_passed_over_again.sql"),
];

/// Another process holds the database for a moment only.
const BUSY: Duration = Duration::from_secs(10);

impl Journal {
    /// Opens the journal at `path`, makes it where there is none, and brings an older one up to date.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let fail = |source: Box<dyn std::error::Error + Send + Sync>| JournalError::Open {
            path: path.to_owned(),
            source,
        };
        let directory = path.parent().unwrap_or(Path::new("."));
        create_private(directory).map_err(|error| fail(error.into()))?;
        let mut connection = Connection::open(path).map_err(|error| fail(error.into()))?;
        prepare(
            &connection,
            if on_network(directory) {
                Keeping::Rollback
            } else {
                Keeping::Wal
            },
        )
        .map_err(|error| fail(error.into()))?;
        migrate(&mut connection, path)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            locks: Some(directory.join("locks")),
        })
    }

    /// A journal that ends with this process: for homes that cannot be written.
    pub fn open_in_memory() -> Result<Self, JournalError> {
        let mut connection = Connection::open_in_memory()?;
        prepare(&connection, Keeping::Memory)?;
        migrate(&mut connection, Path::new(":memory:"))?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            locks: None,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// Readers and a writer at once, needs shared memory: local file systems.
    Wal,
    /// Works where shared memory does not: NFS, SMB.
    Rollback,
    Memory,
}

fn prepare(connection: &Connection, keeping: Keeping) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    let mode = match keeping {
        Keeping::Wal => "WAL",
        Keeping::Rollback => "DELETE",
        Keeping::Memory => "MEMORY",
    };
    connection.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(()))?;
    // What a power cut takes from the end is observed anew from the store; see `durably` for what must not be lost.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known || found < 0 {
        return Err(JournalError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// Makes a directory that only its owner looks into: paths and hashes of files are nobody else's business.
fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    platform::owner_only(&mut builder);
    builder.create(directory)
}

#[cfg(target_os = "linux")]
fn on_network(directory: &Path) -> bool {
    // NFS, SMB (three generations), AFS, Coda, 9p, Ceph and everything in user space.
    const NETWORK: [u32; 9] = [
        0x6969,
        0x517b,
        0xfe53_4d42,
        0xff53_4d42,
        0x5346_414f,
        0x7375_7245,
        0x0102_1997,
        0x00c3_6400,
        0x6573_5546,
    ];
    rustix::fs::statfs(directory).is_ok_and(|stat| {
        // The magic number has 32 bits, in a signed word of the platform's width.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "32 bits, as above"
        )]
        let kind = stat.f_type as u32;
        NETWORK.contains(&kind)
    })
}

#[cfg(not(target_os = "linux"))]
fn on_network(_directory: &Path) -> bool {
    // The slower way is right everywhere.
    true
}
