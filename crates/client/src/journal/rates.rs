//! How fast a store took bytes, as last seen: what the wish for a part size comes from.

use heimdex_api::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::{Journal, JournalError, column, unsigned};

impl Journal {
    /// Bytes a second that `store` (an origin) last took.
    pub fn rate(&self, store: &str) -> Result<Option<u64>, JournalError> {
        let sql = "SELECT bytes_per_second FROM rates WHERE store = ?1";
        let rate = self
            .connection()
            .query_row(sql, [store], |row| unsigned(row, "bytes_per_second"))
            .optional()?;
        Ok(rate)
    }

    /// Remembers how fast `store` (an origin) took bytes.
    pub fn record_rate(&self, store: &str, rate: u64, now: Timestamp) -> Result<(), JournalError> {
        self.connection().execute(
            "INSERT INTO rates (store, bytes_per_second, seen_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (store) DO UPDATE SET bytes_per_second = ?2, seen_at = ?3",
            params![store, column(rate), now.as_micros()],
        )?;
        Ok(())
    }
}
