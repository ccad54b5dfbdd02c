//! Streams of unknown length: what they hold grows with their parts.

use heimdex_api::upload::PartToSign;

use super::UploadRow;
use crate::catalog::db::{Tx, on_tx};
use crate::catalog::moves::{movable, set_held_bytes};
use crate::catalog::statement::{Bind, Statement, bound};
use crate::catalog::value::Sql;
use crate::catalog::{CatalogError, quota};

/// Counts what a stream of unknown length will have sent with these parts; answers the quota where that is too much.
pub(super) async fn held_by_stream(
    tx: &mut Tx,
    upload: &UploadRow,
    to_sign: &[PartToSign],
) -> Result<Option<u64>, CatalogError> {
    let mut statement = Statement::new(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM (\
         SELECT MAX(size_bytes) AS size FROM upload_parts WHERE upload_id = ",
    );
    statement
        .bind(Bind::Id(upload.upload_id.as_uuid()))
        .push(" AND part_number NOT IN ")
        .bind_list(
            to_sign
                .iter()
                .map(|part| Bind::Number(i64::from(part.part_number.get()))),
        )
        .push(" GROUP BY part_number) others");
    let (text, binds) = statement.finish();
    let others: Sql<u64> = on_tx!(tx, |connection| {
        bound!(sqlx::query_scalar(text), binds)
            .fetch_one(connection)
            .await?
    });
    let signed: u64 = to_sign.iter().map(|part| part.size_bytes).sum();
    let held = others.0.saturating_add(signed);
    let now = movable(tx, upload.video_id)
        .await?
        .map_or(0, |video| video.held_bytes);
    let over = quota::exceeded(tx, upload.library_id, now, held).await?;
    if over.is_none() && held > now {
        set_held_bytes(tx, upload.library_id, upload.video_id, held).await?;
    }
    Ok(over)
}
