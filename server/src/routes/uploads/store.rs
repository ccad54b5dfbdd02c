//! What the store has of an upload, and what becomes of an upload that the store no longer knows.

use bytes::Bytes;
use heimdex_api::plan::PartNumber;
use heimdex_api::{ErrorCode, failpoint};

use crate::app::App;
use crate::catalog::CatalogError;
use crate::catalog::uploads::UploadRow;
use crate::domain::part::ListedPart;
pub(super) use crate::jobs::{home, incoming};
use crate::objects::{ObjectHead, ObjectsError};
use crate::web::ApiError;

/// Parts of one page of the store's list.
const PAGE: u16 = 1000;

/// The store's name of a multipart upload.
pub(super) fn upload_id(upload: &UploadRow) -> Result<&str, ApiError> {
    let missing =
        || CatalogError::Corrupt("an upload in parts that the store has no name of".to_owned());
    Ok(upload.store_upload_id.as_deref().ok_or_else(missing)?)
}

/// What the store has of a multipart upload.
#[derive(Debug)]
pub(super) enum InStore {
    /// These parts.
    Parts(Vec<ListedPart>),
    /// The whole object: Complete happened, and its reply was lost.
    Whole(ObjectHead),
    /// Nothing: it does not know the upload.
    Nothing,
}

/// Asks the store for an upload's parts.
pub(super) async fn in_store(app: &App, upload: &UploadRow) -> Result<InStore, ApiError> {
    let (key, id) = (home(upload), upload_id(upload)?);
    let mut parts = Vec::new();
    let mut after = None;
    loop {
        let page = match app.objects.list_parts(&key, id, after, PAGE).await {
            Ok(page) => page,
            Err(ObjectsError::NoSuchUpload) => {
                return Ok(match app.objects.head(&key).await? {
                    Some(head) => InStore::Whole(head),
                    None => InStore::Nothing,
                });
            }
            Err(error) => return Err(error.into()),
        };
        parts.extend(page.items.into_iter().filter_map(|part| {
            Some(ListedPart {
                number: PartNumber::new(part.number.into())?,
                size: part.size,
                etag: part.etag,
                checksum: part.checksum,
            })
        }));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(InStore::Parts(parts)),
        }
    }
}

/// Gives an upload that the store has forgotten a new one there: every part is to be sent again.
pub(super) async fn begin_again(app: &App, upload: &UploadRow) -> Result<(), ApiError> {
    let key = home(upload);
    // Its client knows which checksum parts carry; that does not change with the store's settings.
    let algorithm = upload
        .part_checksum
        .unwrap_or_else(|| app.objects.part_checksum());
    let fresh = app
        .objects
        .create_multipart_with(&key, Some(&upload.mime_type), algorithm)
        .await?;
    failpoint!("upload.reopened");
    if !app.catalog.replace_store_upload(upload, &fresh).await? {
        // Somebody else began it again first: theirs is the one that counts.
        app.objects.abort_multipart(&key, &fresh).await?;
    }
    Ok(())
}

/// Writes the object of a file without bytes.
pub(super) async fn put_nothing(
    app: &App,
    upload: &UploadRow,
) -> Result<(String, ObjectHead), ApiError> {
    let key = home(upload);
    let etag = app
        .objects
        .put(&key, &upload.mime_type, Bytes::new())
        .await?;
    Ok((key, ObjectHead { size: 0, etag }))
}

/// Finds what one PUT brought.
pub(super) async fn one_put(
    app: &App,
    upload: &UploadRow,
) -> Result<(String, ObjectHead), ApiError> {
    let key = incoming(upload);
    let head = app.objects.head(&key).await?.ok_or_else(|| {
        ApiError::new(
            ErrorCode::PartMissing,
            "The bytes have not arrived in the store yet.",
        )
        .with_missing(vec![1])
    })?;
    Ok((key, head))
}
