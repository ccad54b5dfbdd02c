//! Uploads that are open on the server already, begun elsewhere or before the journal was lost.
//!
//! A file of such a name and size goes alone, which compares its bytes and takes the upload over; one list tells it of
//! all files.

use std::collections::HashSet;

use heimdex_api::upload::OpenUploadsQuery;

use crate::HttpError;
use crate::transfer::context::{TransferContext, patiently};

/// Pages that are looked at. What lies beyond is begun anew, and expires.
const PAGES_MAX: usize = 20;

/// Names and sizes of open uploads.
pub(super) struct Elsewhere(HashSet<(String, u64)>);

impl Elsewhere {
    /// Asks the server.
    pub(super) async fn ask(context: &TransferContext) -> Result<Self, HttpError> {
        let mut open = HashSet::new();
        let mut query = OpenUploadsQuery::default();
        for _ in 0..PAGES_MAX {
            let page = patiently!(context, context.api.open_uploads(&query))?;
            let uploads = page.uploads.into_iter();
            open.extend(uploads.filter_map(|upload| Some((upload.filename, upload.size_bytes?))));
            match page.next_cursor {
                Some(cursor) => query.cursor = Some(cursor),
                None => break,
            }
        }
        Ok(Self(open))
    }

    /// Whether there is one of this name and size.
    pub(super) fn has(&self, filename: &str, size: u64) -> bool {
        // An empty file has nothing that could be taken over.
        size > 0 && self.0.contains(&(filename.to_owned(), size))
    }
}
