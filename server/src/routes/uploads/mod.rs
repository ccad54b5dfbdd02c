//! How bytes come in: the routes of uploads, one file each, and what they share.

mod abort;
mod adopt;
mod batch;
mod complete;
mod init;
mod list;
mod parts;
mod show;
mod store;

use std::collections::{BTreeMap, HashSet};

use heimdex_api::limits::{PART_URL_EXPIRY, PARTS_PER_REQUEST};
use heimdex_api::upload::{AcknowledgedPart, PartToSign, SignedPart};
use heimdex_api::{ErrorCode, FieldError, PartChecksum};

use crate::app::App;
use crate::catalog::uploads::{UploadRow, UploadStanding};
use crate::config::ByteCount;
use crate::domain::upload::Shape;
use crate::objects::Origin;
use crate::web::ApiError;

pub use abort::abort;
pub(crate) use abort::cancel;
pub use adopt::adopt;
pub use batch::{complete_batch, init_batch};
pub use complete::complete;
pub use init::init;
pub use list::list;
pub use parts::parts;
pub use show::show;

/// Why an upload takes nothing more.
fn not_open(standing: UploadStanding) -> ApiError {
    match standing {
        UploadStanding::Expired => ApiError::new(
            ErrorCode::UploadExpired,
            "The upload had no progress for too long and was thrown away; begin a new one.",
        ),
        UploadStanding::Cancelled => ApiError::new(
            ErrorCode::UploadNotOpen,
            "The upload was cancelled; begin a new one.",
        ),
        UploadStanding::Open | UploadStanding::Complete(_) => ApiError::new(
            ErrorCode::UploadNotOpen,
            "The upload is complete; it takes nothing more.",
        ),
    }
}

fn taken_over() -> ApiError {
    ApiError::new(
        ErrorCode::UploadTakenOver,
        "Another process went on with this upload; adopt it to take it back.",
    )
}

fn over_quota(quota_bytes: u64) -> ApiError {
    let quota = ByteCount(quota_bytes);
    ApiError::new(
        ErrorCode::QuotaExceeded,
        format!("There is no room for this file within the quota of {quota}."),
    )
}

/// Checks the parts that a client wants to send, and gives their checksums the one spelling that is signed.
fn checked_parts(
    parts: Vec<PartToSign>,
    shape: Shape,
    algorithm: PartChecksum,
) -> Result<Vec<PartToSign>, ApiError> {
    let mut wrong = Vec::new();
    check_count(parts.len(), "parts", &mut wrong);
    let mut seen = HashSet::new();
    let mut checked = Vec::with_capacity(parts.len());
    for (index, part) in parts.into_iter().enumerate() {
        let mut refuse = |field: &str, message: String| {
            wrong.push(FieldError {
                field: format!("parts[{index}].{field}"),
                message,
            });
        };
        if !seen.insert(part.part_number) {
            refuse("part_number", "It is given more than once.".to_owned());
        }
        if let Err(error) = shape.check_part(part.part_number, part.size_bytes) {
            refuse("size_bytes", sentence(&error.to_string()));
        }
        match algorithm.parse(part.checksum.as_str()) {
            Some(checksum) => checked.push(PartToSign { checksum, ..part }),
            None => refuse("checksum", bad_checksum(algorithm)),
        }
    }
    if wrong.is_empty() {
        Ok(checked)
    } else {
        Err(ApiError::fields(wrong))
    }
}

/// The same for what the store acknowledged.
fn checked_acknowledgements(
    parts: Vec<AcknowledgedPart>,
    algorithm: PartChecksum,
) -> Result<Vec<AcknowledgedPart>, ApiError> {
    let mut wrong = Vec::new();
    let most = usize::try_from(heimdex_api::limits::PARTS_MAX).unwrap_or(usize::MAX);
    if parts.len() > most {
        wrong.push(FieldError {
            field: "acknowledged".to_owned(),
            message: format!("At most {most} at once."),
        });
    }
    let mut checked = Vec::with_capacity(parts.len());
    for (index, part) in parts.into_iter().enumerate() {
        let field = |name: &str| format!("acknowledged[{index}].{name}");
        if part.etag.is_empty() || part.etag.len() > 255 || part.etag.contains('\0') {
            let message = "It is not an entity tag of the store.".to_owned();
            wrong.push(FieldError {
                field: field("etag"),
                message,
            });
        }
        match algorithm.parse(part.checksum.as_str()) {
            Some(checksum) => checked.push(AcknowledgedPart { checksum, ..part }),
            None => {
                wrong.push(FieldError {
                    field: field("checksum"),
                    message: bad_checksum(algorithm),
                });
            }
        }
    }
    if wrong.is_empty() {
        Ok(checked)
    } else {
        Err(ApiError::fields(wrong))
    }
}

fn check_count(count: usize, field: &str, wrong: &mut Vec<FieldError>) {
    if count > PARTS_PER_REQUEST {
        wrong.push(FieldError {
            field: field.to_owned(),
            message: format!("At most {PARTS_PER_REQUEST} at once."),
        });
    }
}

fn bad_checksum(algorithm: PartChecksum) -> String {
    format!(
        "It must be a {} of {} bytes in base64.",
        algorithm.as_str(),
        algorithm.byte_length()
    )
}

/// An error's words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str())
}

fn never_signed(index: usize) -> ApiError {
    ApiError::field(
        format!("acknowledged[{index}].checksum"),
        "This checksum was never signed for this part.",
    )
}

/// Signs one URL a part.
fn signed(
    app: &App,
    origin: &Origin,
    upload: &UploadRow,
    parts: &[PartToSign],
) -> Result<Vec<SignedPart>, ApiError> {
    let multipart = upload.shape()?.is_multipart();
    let home = store::home(upload);
    let incoming = store::incoming(upload);
    parts
        .iter()
        .map(|part| {
            let put = if multipart {
                let id = store::upload_id(upload)?;
                let number = part.part_number.get();
                app.objects.presign_part(
                    origin,
                    &home,
                    id,
                    number,
                    part.size_bytes,
                    &part.checksum,
                    PART_URL_EXPIRY,
                )?
            } else {
                let checksum = Some(&part.checksum);
                app.objects.presign_put(
                    origin,
                    &incoming,
                    part.size_bytes,
                    None,
                    checksum,
                    PART_URL_EXPIRY,
                )?
            };
            Ok(SignedPart {
                part_number: part.part_number,
                url: put.url,
                headers: put.headers.into_iter().collect::<BTreeMap<_, _>>(),
                expires_at: put.expires_at,
            })
        })
        .collect()
}
