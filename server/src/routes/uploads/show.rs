//! `GET /videos/{id}/upload`: what the store has, and which checksum each part has.

use axum::Json;
use axum::extract::State;
use heimdex_api::plan::PartSize;
use heimdex_api::upload::{StoredPart, UploadResponse};
use heimdex_api::{Scope, VideoId};

use super::not_open;
use super::store::{InStore, begin_again, in_store, incoming};
use crate::app::App;
use crate::auth::Caller;
use crate::catalog::CatalogError;
use crate::catalog::uploads::{UploadRow, UploadStanding};
use crate::domain::part::{ListedPart, SignedChecksum, with_standing_checksums};
use crate::domain::upload::Shape;
use crate::web::{ApiError, PathId};

/// `GET /videos/{id}/upload`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    PathId(video): PathId<VideoId>,
) -> Result<Json<UploadResponse>, ApiError> {
    if caller.require(Scope::Upload).is_err() {
        caller.require(Scope::Read)?;
    }
    let upload = app
        .catalog
        .upload(caller.library_id, video)
        .await?
        .ok_or_else(|| ApiError::not_found("video"))?;
    if upload.standing() != UploadStanding::Open {
        return Err(not_open(upload.standing()));
    }
    let parts = stored_parts(&app, &upload).await?;
    let part_size = upload.part_size.and_then(PartSize::new);
    Ok(Json(UploadResponse {
        upload_id: upload.upload_id,
        epoch: upload.epoch,
        part_size: part_size
            .ok_or_else(|| CatalogError::Corrupt("an upload without a part size".to_owned()))?,
        part_count: upload.shape()?.part_count(),
        part_checksum: upload
            .part_checksum
            .unwrap_or_else(|| app.objects.part_checksum()),
        bytes_received: parts.iter().map(|part| part.size_bytes).sum(),
        parts,
        expires_at: upload.expires_at,
    }))
}

/// The parts that the store has, each with the checksum that stands.
async fn stored_parts(app: &App, upload: &UploadRow) -> Result<Vec<StoredPart>, ApiError> {
    let shape = upload.shape()?;
    let signed = app.catalog.signed_parts(upload.upload_id).await?;
    let listed = match shape {
        Shape::Empty => Vec::new(),
        Shape::OnePut(plan) => {
            let arrived = app.objects.head(&incoming(upload)).await?;
            let whole = arrived.filter(|head| head.size == plan.size());
            let number = plan.parts().next();
            whole
                .zip(number)
                .map(|(head, number)| ListedPart {
                    number,
                    size: head.size,
                    etag: head.etag,
                    checksum: None,
                })
                .into_iter()
                .collect()
        }
        Shape::Parts(_) | Shape::Stream(_) => match in_store(app, upload).await? {
            InStore::Parts(parts) => parts,
            InStore::Whole(head) => all_parts(shape, head.size, &signed),
            InStore::Nothing => {
                begin_again(app, upload).await?;
                Vec::new()
            }
        },
    };
    Ok(with_standing_checksums(&listed, &signed))
}

/// The parts of an object that was put together already: all of them, as they were acknowledged.
fn all_parts(shape: Shape, size: u64, signed: &[SignedChecksum]) -> Vec<ListedPart> {
    let lengths = shape.lengths(size).into_iter();
    lengths
        .map(|(number, size)| {
            let mut acknowledged = signed.iter().filter(|one| one.number == number);
            let etag = acknowledged.find_map(|one| one.acknowledged.clone());
            ListedPart {
                number,
                size,
                etag: etag.unwrap_or_default(),
                checksum: None,
            }
        })
        .collect()
}
