//! What init says of a file, checked: sizes against the limits, names against what rows and keys can hold.

use heimdex_api::limits::{DESCRIPTION_MAX, NAME_MAX};
use heimdex_api::path::exact;
use heimdex_api::plan::PartSize;
use heimdex_api::upload::{InitUploadRequest, PartToSign};
use heimdex_api::{
    Blake3, ErrorCode, FieldError, IngestId, PartChecksum, Timestamp, VideoId, VideoKind,
};

use crate::config::Limits;
use crate::domain::edit::title_or_stem;
use crate::domain::upload::{Shape, single_part_size};
use crate::routes::texts::{check_tags, check_text, distinct};
use crate::routes::uploads::checked_parts;
use crate::web::ApiError;

const ANY_FILE: &str = "application/octet-stream";
const MIME_TYPE_MAX: usize = 127;

/// A file that a client is about to send.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Announced {
    pub(super) filename: String,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) mime_type: String,
    pub(super) kind: VideoKind,
    pub(super) size: Option<u64>,
    pub(super) blake3: Option<Blake3>,
    pub(super) captured_at: Option<Timestamp>,
    pub(super) replaces: Option<VideoId>,
    pub(super) damaged: bool,
    pub(super) multipart: bool,
    pub(super) part_size: PartSize,
    pub(super) shape: Shape,
    pub(super) location: Option<Found>,
    pub(super) parts: Option<Vec<PartToSign>>,
}

/// Where the file was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) ingest_id: IngestId,
    pub(super) path: String,
    pub(super) path_bytes: Vec<u8>,
    pub(super) mtime: Option<Timestamp>,
}

impl Announced {
    /// Checks everything that can be known without the database.
    pub(super) fn check(
        request: InitUploadRequest,
        limits: &Limits,
        algorithm: PartChecksum,
    ) -> Result<Self, ApiError> {
        let multipart = request.multipart == Some(true);
        let mut wrong = Vec::new();
        check_texts(&request, &mut wrong);
        let location = location(&request, &mut wrong);
        if !multipart {
            refuse_part_fields(&request, &mut wrong);
        }
        if !wrong.is_empty() {
            return Err(ApiError::fields(wrong));
        }
        let mime_type = mime_type(&request, multipart, limits)?;
        check_size(&request, multipart, limits)?;
        let part_size = part_size(&request, multipart, limits);
        let shape = Shape::of(request.size_bytes, part_size)
            .ok_or_else(|| ApiError::field("size_bytes", "The file would need too many parts."))?;
        let title = title_or_stem(
            request.title.as_deref().unwrap_or_default(),
            &request.filename,
        );
        let parts = request
            .parts
            .map(|parts| checked_parts(parts, shape, algorithm))
            .transpose()?;
        let kind = if mime_type.starts_with("video/") {
            VideoKind::Video
        } else {
            VideoKind::File
        };
        Ok(Self {
            title: Some(title),
            filename: request.filename,
            description: request.description,
            tags: distinct(request.tags.unwrap_or_default()),
            mime_type,
            kind,
            size: request.size_bytes,
            blake3: request.blake3,
            captured_at: request.captured_at,
            replaces: request.replaces,
            damaged: request.damaged == Some(true),
            multipart,
            part_size,
            shape,
            location,
            parts,
        })
    }
}

fn check_texts(request: &InitUploadRequest, wrong: &mut Vec<FieldError>) {
    check_text("filename", &request.filename, 1..=NAME_MAX, wrong);
    let title = request.title.as_deref().unwrap_or_default();
    check_text("title", title, 0..=NAME_MAX, wrong);
    let description = request.description.as_deref().unwrap_or_default();
    check_text("description", description, 0..=DESCRIPTION_MAX, wrong);
    check_tags(request.tags.as_deref().unwrap_or_default(), wrong);
}

fn location(request: &InitUploadRequest, wrong: &mut Vec<FieldError>) -> Option<Found> {
    let mut refuse = |field: &str, message: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            message,
        });
        None
    };
    let Some(ingest_id) = request.ingest_id else {
        return match (&request.path, &request.path_raw) {
            (None, None) => None,
            _ => refuse(
                "path",
                "A path belongs to an ingest: send its `ingest_id` too.".to_owned(),
            ),
        };
    };
    let Some(path) = &request.path else {
        return refuse(
            "path",
            "A file of an ingest needs its path there.".to_owned(),
        );
    };
    match exact(path, request.path_raw.as_deref()) {
        Ok(path_bytes) => Some(Found {
            ingest_id,
            path: path.clone(),
            path_bytes,
            mtime: request.mtime,
        }),
        Err(error) => refuse("path", super::super::sentence(&error.to_string())),
    }
}

/// Fields that only have a meaning with `multipart`.
fn refuse_part_fields(request: &InitUploadRequest, wrong: &mut Vec<FieldError>) {
    let given = [
        ("part_size_hint", request.part_size_hint.is_some()),
        ("parts", request.parts.is_some()),
    ];
    for (field, _) in given.into_iter().filter(|(_, given)| *given) {
        wrong.push(FieldError {
            field: field.to_owned(),
            message: "It needs `multipart: true`.".to_owned(),
        });
    }
}

fn mime_type(
    request: &InitUploadRequest,
    multipart: bool,
    limits: &Limits,
) -> Result<String, ApiError> {
    let Some(given) = &request.mime_type else {
        return if multipart {
            Ok(ANY_FILE.to_owned())
        } else {
            Err(ApiError::field("mime_type", "It is missing."))
        };
    };
    let taken = limits
        .single_put_mime_types
        .iter()
        .any(|known| known == given);
    if !multipart && !taken {
        return Err(ApiError::new(
            ErrorCode::UnsupportedMimeType,
            format!(
                "A single PUT takes {}.",
                limits.single_put_mime_types.join(", ")
            ),
        ));
    }
    let plain = given.len() <= MIME_TYPE_MAX
        && given
            .split_once('/')
            .is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty())
        && given
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if plain {
        Ok(given.to_ascii_lowercase())
    } else {
        Err(ApiError::field(
            "mime_type",
            "It is not a MIME type, as `video/mp4` is one.",
        ))
    }
}

fn check_size(
    request: &InitUploadRequest,
    multipart: bool,
    limits: &Limits,
) -> Result<(), ApiError> {
    let most = if multipart {
        limits.max_file_size
    } else {
        limits.max_single_put_size
    };
    match request.size_bytes {
        None if multipart => Ok(()),
        None => Err(ApiError::field("size_bytes", "It is missing.")),
        Some(0) if !multipart => Err(ApiError::field(
            "size_bytes",
            "A single PUT has at least one byte; use `multipart`.",
        )),
        Some(size) if size > most.get() => Err(ApiError::new(
            ErrorCode::FileTooLarge,
            format!("The file has {size} bytes; this server takes at most {most}."),
        )),
        Some(_) => Ok(()),
    }
}

fn part_size(request: &InitUploadRequest, multipart: bool, limits: &Limits) -> PartSize {
    match request.size_bytes {
        Some(size) if multipart => PartSize::choose(size, request.part_size_hint),
        Some(size) => single_part_size(size),
        None => limits.stream_part_size.get(),
    }
}
