//! Parts that were signed and acknowledged, and who sends them.

use heimdex_api::plan::PartNumber;
use heimdex_api::upload::{AcknowledgedPart, PartToSign};
use heimdex_api::{Checksum, LibraryId, Timestamp, UploadId, VideoId};
use uuid::Uuid;

use super::streams::held_by_stream;
use super::{UploadRow, UploadStanding, upload_in};
use crate::catalog::db::{Tx, Writes, on, on_tx, write_tx};
use crate::catalog::events::{Told, append_event};
use crate::catalog::value::{Sql, row};
use crate::catalog::{Catalog, CatalogError};
use crate::domain::part::{SignedChecksum, bare_etag};
use crate::domain::upload::{Adoption, adopt, check_epoch};

/// What a client asks to be signed, and tells of what arrived.
#[derive(Debug, Clone, Copy)]
pub struct PartsReport<'a> {
    /// Whose it is.
    pub library: LibraryId,
    /// What the bytes are for.
    pub video: VideoId,
    /// The client's.
    pub epoch: Option<u32>,
    /// What it is about to send.
    pub to_sign: &'a [PartToSign],
    /// What the store took.
    pub acknowledged: &'a [AcknowledgedPart],
    /// When the upload expires, counted from now.
    pub expires_at: Timestamp,
}

/// What a report of parts came to.
#[derive(Debug, Clone, PartialEq)]
pub enum PartsOutcome {
    /// It is written down.
    Recorded(Box<UploadRow>),
    /// The upload takes no parts.
    NotOpen(UploadStanding),
    /// Another process goes on with it.
    TakenOver,
    /// This acknowledgement, by its place in the list, names a checksum that was never signed for its part.
    NeverSigned(usize),
    /// The library has no room for so many bytes of a stream.
    QuotaExceeded {
        /// What the library may hold.
        quota_bytes: u64,
    },
    /// The library has no such video.
    NoSuchVideo,
}

/// What an adoption came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdoptOutcome {
    /// The caller sends from now on, under this epoch.
    Adopted(u32),
    /// Somebody else took it over.
    TakenOver,
    /// There is nothing to go on with.
    NotOpen(UploadStanding),
    /// The library has no such video.
    NoSuchVideo,
}

row! {
    struct SignedRow {
        part_number: u32,
        checksum: String,
        size_bytes: u64,
        etag: Option<String>,
    }
}

impl Catalog {
    /// Writes down what is signed and what arrived.
    pub async fn record_parts(
        &self,
        report: PartsReport<'_>,
        now: Timestamp,
    ) -> Result<PartsOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(report.library), |tx| {
            record(tx, report, now).await
        })
    }

    /// Everything that was ever signed for an upload.
    pub async fn signed_parts(
        &self,
        upload: UploadId,
    ) -> Result<Vec<SignedChecksum>, CatalogError> {
        let rows: Vec<SignedRow> = on!(self.db, |pool| {
            sqlx::query_as(
                "SELECT part_number, checksum, size_bytes, etag FROM upload_parts WHERE upload_id = $1",
            )
            .bind(Sql(upload))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter()
            .map(|row| {
                let number = PartNumber::new(row.part_number).ok_or_else(|| {
                    CatalogError::Corrupt("a part number beyond the last".to_owned())
                })?;
                let checksum = Checksum::unchecked(row.checksum);
                Ok(SignedChecksum {
                    number,
                    checksum,
                    acknowledged: row.etag,
                })
            })
            .collect()
    }

    /// Gives an upload to the caller, a session or a token.
    pub async fn adopt_upload(
        &self,
        library: LibraryId,
        video: VideoId,
        seen: u32,
        caller: Uuid,
    ) -> Result<AdoptOutcome, CatalogError> {
        write_tx!(self.db, Writes::Library(library), |tx| {
            let Some(upload) = upload_in(tx, library, video).await? else {
                return Ok(AdoptOutcome::NoSuchVideo);
            };
            if upload.standing() != UploadStanding::Open {
                return Ok(AdoptOutcome::NotOpen(upload.standing()));
            }
            match adopt(upload.epoch, upload.adopted_by, seen, caller) {
                Err(_) => Ok(AdoptOutcome::TakenOver),
                Ok(Adoption::Repeated(epoch)) => Ok(AdoptOutcome::Adopted(epoch)),
                Ok(Adoption::Raised(epoch)) => {
                    on_tx!(tx, |connection| {
                        sqlx::query(
                            "UPDATE uploads SET epoch = $2, adopted_by = $3 WHERE upload_id = $1",
                        )
                        .bind(Sql(upload.upload_id))
                        .bind(Sql(epoch))
                        .bind(caller)
                        .execute(connection)
                        .await?
                        .rows_affected()
                    });
                    Ok(AdoptOutcome::Adopted(epoch))
                }
            }
        })
    }

    /// Gives an upload whose parts the store has lost a new upload there; `false` where somebody else did already.
    pub async fn replace_store_upload(
        &self,
        upload: &UploadRow,
        fresh: &str,
    ) -> Result<bool, CatalogError> {
        write_tx!(self.db, Writes::Library(upload.library_id), |tx| {
            let replaced = on_tx!(tx, |connection| {
                sqlx::query(
                    "UPDATE uploads SET store_upload_id = $2, bytes_received = 0 \
                     WHERE upload_id = $1 AND store_upload_id = $3 AND closed_at IS NULL AND purging_at IS NULL",
                )
                .bind(Sql(upload.upload_id))
                .bind(fresh)
                .bind(upload.store_upload_id.as_deref())
                .execute(connection)
                .await?
                .rows_affected()
            });
            if replaced > 0 {
                forget_parts(tx, upload.upload_id).await?;
            }
            Ok(replaced > 0)
        })
    }
}

/// Forgets what was signed.
pub(super) async fn forget_parts(tx: &mut Tx, upload: UploadId) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query("DELETE FROM upload_parts WHERE upload_id = $1")
            .bind(Sql(upload))
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(())
}

async fn record(
    tx: &mut Tx,
    report: PartsReport<'_>,
    now: Timestamp,
) -> Result<PartsOutcome, CatalogError> {
    let Some(mut upload) = upload_in(tx, report.library, report.video).await? else {
        return Ok(PartsOutcome::NoSuchVideo);
    };
    if upload.standing() != UploadStanding::Open {
        return Ok(PartsOutcome::NotOpen(upload.standing()));
    }
    if check_epoch(upload.epoch, report.epoch).is_err() {
        return Ok(PartsOutcome::TakenOver);
    }
    if upload.size_bytes.is_none() && !report.to_sign.is_empty() {
        let held = held_by_stream(tx, &upload, report.to_sign).await?;
        if let Some(quota_bytes) = held {
            return Ok(PartsOutcome::QuotaExceeded { quota_bytes });
        }
    }
    if !report.to_sign.is_empty() {
        insert_signed(tx, upload.upload_id, report.to_sign, now).await?;
    }
    let mut arrived = 0;
    if !report.acknowledged.is_empty() {
        let known = signed_among(tx, upload.upload_id, report.acknowledged).await?;
        match newly_arrived(&known, report.acknowledged) {
            Err(index) => return Ok(PartsOutcome::NeverSigned(index)),
            Ok((bytes, rows)) => {
                arrived = bytes;
                acknowledge(tx, upload.upload_id, &rows, now).await?;
            }
        }
    }
    if arrived > 0 || !report.to_sign.is_empty() {
        upload.bytes_received = upload.bytes_received.saturating_add(arrived);
        upload.expires_at = report.expires_at;
        if arrived > 0 {
            upload.last_progress_at = now;
        }
        touch(tx, &upload).await?;
    }
    if arrived > 0 {
        let told = Told::upload(upload.bytes_received, upload.size_bytes);
        append_event(tx, report.library, report.video, &told, now).await?;
    }
    Ok(PartsOutcome::Recorded(Box::new(upload)))
}

/// Whether every acknowledgement names what was signed for its part; else the place of the first that does not.
pub(super) async fn never_signed(
    tx: &mut Tx,
    upload: UploadId,
    acknowledged: &[AcknowledgedPart],
) -> Result<Option<usize>, CatalogError> {
    if acknowledged.is_empty() {
        return Ok(None);
    }
    let known = signed_among(tx, upload, acknowledged).await?;
    Ok(newly_arrived(&known, acknowledged).err())
}

async fn touch(tx: &mut Tx, upload: &UploadRow) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        sqlx::query(
            "UPDATE uploads SET bytes_received = $2, last_progress_at = $3, expires_at = $4 WHERE upload_id = $1",
        )
        .bind(Sql(upload.upload_id))
        .bind(Sql(upload.bytes_received))
        .bind(Sql(upload.last_progress_at))
        .bind(Sql(upload.expires_at))
        .execute(connection)
        .await?.rows_affected()
    });
    Ok(())
}

/// Records what is signed.
pub(super) async fn insert_signed(
    tx: &mut Tx,
    upload: UploadId,
    parts: &[PartToSign],
    now: Timestamp,
) -> Result<(), CatalogError> {
    on_tx!(tx, |connection| {
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO upload_parts (upload_id, part_number, checksum, size_bytes, signed_at) ",
        );
        sql.push_values(parts, |mut row, part| {
            row.push_bind(Sql(upload))
                .push_bind(i64::from(part.part_number.get()))
                .push_bind(part.checksum.as_str())
                .push_bind(Sql(part.size_bytes))
                .push_bind(Sql(now));
        });
        sql.push(
            " ON CONFLICT (upload_id, part_number, checksum) \
             DO UPDATE SET signed_at = excluded.signed_at, size_bytes = excluded.size_bytes",
        );
        sql.build().execute(connection).await?.rows_affected()
    });
    Ok(())
}

/// What was signed for the parts that a list of acknowledgements spans.
async fn signed_among(
    tx: &mut Tx,
    upload: UploadId,
    acknowledged: &[AcknowledgedPart],
) -> Result<Vec<SignedRow>, CatalogError> {
    let numbers = || {
        acknowledged
            .iter()
            .map(|part| i64::from(part.part_number.get()))
    };
    let (first, last) = (numbers().min().unwrap_or(0), numbers().max().unwrap_or(0));
    Ok(on_tx!(tx, |connection| {
        sqlx::query_as(
            "SELECT part_number, checksum, size_bytes, etag FROM upload_parts \
             WHERE upload_id = $1 AND part_number BETWEEN $2 AND $3",
        )
        .bind(Sql(upload))
        .bind(first)
        .bind(last)
        .fetch_all(connection)
        .await?
    }))
}

struct Arrived<'a> {
    number: u32,
    checksum: &'a str,
    etag: &'a str,
    size: u64,
}

/// The bytes of parts that nobody had acknowledged before, and the rows to write: the last word on each.
fn newly_arrived<'a>(
    known: &'a [SignedRow],
    acknowledged: &'a [AcknowledgedPart],
) -> Result<(u64, Vec<Arrived<'a>>), usize> {
    use std::collections::{BTreeMap, HashMap, HashSet};
    let signed: HashMap<(u32, &str), &SignedRow> = known
        .iter()
        .map(|row| ((row.part_number, row.checksum.as_str()), row))
        .collect();
    let mut arrived_parts: HashSet<u32> = known
        .iter()
        .filter(|row| row.etag.is_some())
        .map(|row| row.part_number)
        .collect();
    let mut rows = BTreeMap::new();
    let mut bytes = 0_u64;
    for (index, part) in acknowledged.iter().enumerate() {
        let number = u32::from(part.part_number.get());
        let row = signed.get(&(number, part.checksum.as_str())).ok_or(index)?;
        if arrived_parts.insert(number) {
            bytes = bytes.saturating_add(row.size_bytes);
        }
        let etag = bare_etag(&part.etag);
        if row.etag.as_deref() != Some(etag) {
            let checksum = row.checksum.as_str();
            rows.insert(
                (number, checksum),
                Arrived {
                    number,
                    checksum,
                    etag,
                    size: row.size_bytes,
                },
            );
        }
    }
    Ok((bytes, rows.into_values().collect()))
}

async fn acknowledge(
    tx: &mut Tx,
    upload: UploadId,
    rows: &[Arrived<'_>],
    now: Timestamp,
) -> Result<(), CatalogError> {
    if rows.is_empty() {
        return Ok(());
    }
    on_tx!(tx, |connection| {
        // Every row is there already: inserting is how one statement updates many on both engines.
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO upload_parts (upload_id, part_number, checksum, size_bytes, signed_at, etag, acknowledged_at) ",
        );
        sql.push_values(rows, |mut values, row| {
            values
                .push_bind(Sql(upload))
                .push_bind(Sql(row.number))
                .push_bind(row.checksum)
                .push_bind(Sql(row.size))
                .push_bind(Sql(now))
                .push_bind(row.etag)
                .push_bind(Sql(now));
        });
        sql.push(
            " ON CONFLICT (upload_id, part_number, checksum) \
             DO UPDATE SET etag = excluded.etag, acknowledged_at = excluded.acknowledged_at",
        );
        sql.build().execute(connection).await?.rows_affected()
    });
    Ok(())
}
