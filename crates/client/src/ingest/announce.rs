//! What a server is told of a file that lies in a folder: its name, its kind, its place.

use heimdex_api::upload::InitUploadRequest;
use heimdex_api::{IngestId, Timestamp, path};

/// What is known of every file that lies in a folder. `relative` are the `/`-separated bytes of its path in there,
/// `mtime` is the file's own time.
#[must_use]
pub fn announce(
    relative: &[u8],
    mtime: Option<Timestamp>,
    ingest: Option<IngestId>,
) -> InitUploadRequest {
    InitUploadRequest {
        filename: filename(relative),
        mime_type: Some(mime_type(relative).to_owned()),
        ingest_id: ingest,
        path: Some(path::escaped(relative)),
        path_raw: path::raw_of(relative),
        mtime,
        ..InitUploadRequest::default()
    }
}

/// The name of a file as it travels: escaped where it is not UTF-8.
#[must_use]
pub fn filename(relative: &[u8]) -> String {
    let name = relative.rsplit(|byte| *byte == b'/').next();
    path::escaped(name.unwrap_or(relative))
}

/// By the name's ending: what a server without parts wants to know. Others look into the file.
fn mime_type(relative: &[u8]) -> &'static str {
    let ending = relative.rsplit(|byte| *byte == b'.').next();
    match ending.unwrap_or_default().to_ascii_lowercase().as_slice() {
        b"mp4" | b"m4v" => "video/mp4",
        b"mov" | b"qt" => "video/quicktime",
        b"avi" => "video/x-msvideo",
        b"mkv" => "video/x-matroska",
        b"webm" => "video/webm",
        _ => "application/octet-stream",
    }
}
