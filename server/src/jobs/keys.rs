//! Where the bytes of an upload are on their way, and where they come to rest.

use crate::catalog::uploads::UploadRow;
use crate::objects::{ObjectKey, extension};

/// The key that the bytes will have in the end.
#[must_use]
pub fn home(upload: &UploadRow) -> String {
    let (library, video) = (upload.library_id, upload.video_id);
    ObjectKey::Video {
        library,
        video,
        extension: extension(&upload.mime_type),
    }
    .to_string()
}

/// The key that one PUT of all bytes goes to.
#[must_use]
pub fn incoming(upload: &UploadRow) -> String {
    ObjectKey::Incoming(upload.video_id).to_string()
}
