//! What one upload reads from the journal and writes into it.

use std::path::PathBuf;
use std::time::Duration;

use heimdex_api::Blake3;
use heimdex_api::limits::PART_SIZE_MIN;

use super::Run;
use crate::journal::{
    FileStamp, Journal, JournalError, JournaledUpload, NewUpload, UploadKey, UploadRow,
};

impl Run<'_> {
    fn new_upload(&self) -> (UploadKey, FileStamp, PathBuf) {
        let shown =
            std::path::absolute(self.source.path()).unwrap_or_else(|_| self.job.path.clone());
        (self.key.clone(), *self.source.stamp(), shown)
    }

    /// Writes a new row; `None` where the journal cannot be written.
    pub(super) async fn journal_new(
        &self,
        write: impl FnOnce(&Journal, NewUpload<'_>) -> Result<UploadRow, JournalError> + Send + 'static,
    ) -> Option<UploadRow> {
        let (key, stamp, shown_path) = self.new_upload();
        let ingest_id = self.job.init.ingest_id;
        let call = move |journal: &Journal| {
            let new = NewUpload {
                key: &key,
                stamp: &stamp,
                shown_path: &shown_path,
                ingest_id,
            };
            write(journal, new)
        };
        self.context.journaled(call).await
    }

    pub(super) async fn unfinished(&self) -> Option<JournaledUpload> {
        let key = self.key.clone();
        self.context
            .journaled(move |journal| journal.unfinished_upload(&key))
            .await
            .flatten()
    }

    pub(super) async fn end(&self, row: Option<UploadRow>) {
        if let Some(row) = row {
            let now = self.context.now();
            self.context
                .journaled(move |journal| journal.end_upload(row, now))
                .await;
        }
    }

    /// Writes down that the server has the whole.
    pub(super) async fn remember(
        &self,
        row: Option<UploadRow>,
        blake3: Blake3,
        sent: u64,
        took: Duration,
    ) {
        /// Less says nothing about a line.
        const TELLING: u64 = 32 << 20;
        let now = self.context.now();
        let (file, stamp) = (self.key.file.clone(), *self.source.stamp());
        let store = self.context.api.server().origin();
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = (sent >= TELLING).then(|| sent.saturating_mul(1000) / millis);
        let call = move |journal: &Journal| {
            if let Some(row) = row {
                journal.stored_upload(row, now)?;
            }
            if let Some(rate) = rate {
                journal.record_rate(&store, rate, now)?;
            }
            journal.record_file(&file, &stamp, &blake3, now)
        };
        self.context.journaled(call).await;
        heimdex_api::failpoint!("client.upload.stored");
    }

    /// Parts of 8 MiB where a part of 16 would take more than a minute.
    pub(super) fn part_size_hint(&self) -> Option<u64> {
        const SLOW: u64 = 256 << 10;
        let store = self.context.api.server().origin();
        let rate = self.context.journal.rate(&store).ok().flatten()?;
        (rate < SLOW).then_some(PART_SIZE_MIN)
    }
}
