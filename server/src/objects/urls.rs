//! The URLs that clients get: for one part, for one whole object, for a download.

use std::time::{Duration, SystemTime};

use heimdex_api::{Checksum, PresignedUrl, Timestamp};

use super::error::ObjectsError;
use super::origin::Origin;
use super::presign::{Grant, attachment, safe_content_type};
use super::store::ObjectStore;

/// The URL of a picture changes so often, and holds for twice as long: the original's hour at least.
const PICTURE_SAME: Duration = Duration::from_hours(1);

/// A URL for one PUT and the headers that it must carry exactly.
#[derive(Debug, Clone)]
pub struct PresignedPut {
    /// Where to.
    pub url: PresignedUrl,
    /// Besides `Content-Length`, which every client sends by itself and which is signed too.
    pub headers: Vec<(String, String)>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A URL for downloads.
#[derive(Debug, Clone)]
pub struct PresignedGet {
    /// Where from; takes ranges.
    pub url: PresignedUrl,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl ObjectStore {
    /// A URL for one PUT of a whole object of exactly this length. It must lie under `incoming/`.
    ///
    /// A content type that is given must be sent exactly; without one, any or none may be.
    pub fn presign_put(
        &self,
        origin: &Origin,
        key: &str,
        length: u64,
        content_type: Option<&str>,
        checksum: Option<&Checksum>,
        expires: Duration,
    ) -> Result<PresignedPut, ObjectsError> {
        let mut headers = self.checksum_header(checksum);
        headers.extend(content_type.map(|value| ("content-type".to_owned(), value.to_owned())));
        self.presigned_put(origin, key, &[], length, headers, expires)
    }

    /// A URL for one PUT of one part of exactly this length and checksum.
    #[expect(
        clippy::too_many_arguments,
        reason = "each of them is part of what is signed"
    )]
    pub fn presign_part(
        &self,
        origin: &Origin,
        key: &str,
        upload_id: &str,
        part_number: u16,
        length: u64,
        checksum: &Checksum,
        expires: Duration,
    ) -> Result<PresignedPut, ObjectsError> {
        let number = part_number.to_string();
        let query = [("partNumber", number.as_str()), ("uploadId", upload_id)];
        self.presigned_put(
            origin,
            key,
            &query,
            length,
            self.checksum_header(Some(checksum)),
            expires,
        )
    }

    /// A URL that downloads an object as a file of this name.
    pub fn presign_get(
        &self,
        origin: &Origin,
        key: &str,
        filename: &str,
        content_type: &str,
        expires: Duration,
    ) -> Result<PresignedGet, ObjectsError> {
        let disposition = attachment(filename);
        let query = [
            ("response-content-disposition", disposition.as_str()),
            ("response-content-type", safe_content_type(content_type)),
        ];
        let grant = Grant {
            method: "GET",
            key,
            query: &query,
            headers: &[],
        };
        let signed = self.presigner.sign(origin, grant, now(), expires)?;
        Ok(PresignedGet {
            expires_at: timestamp(signed.expires_at),
            url: signed.url,
        })
    }

    /// A URL that shows a picture. It is the same for a while, so that caches hit, and holds at least as long again.
    pub fn presign_picture(
        &self,
        origin: &Origin,
        key: &str,
    ) -> Result<PresignedUrl, ObjectsError> {
        let query = [("response-content-type", "image/webp")];
        let grant = Grant {
            method: "GET",
            key,
            query: &query,
            headers: &[],
        };
        let since = now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let round =
            Duration::from_secs(since.as_secs() / PICTURE_SAME.as_secs() * PICTURE_SAME.as_secs());
        let signed = self.presigner.sign(
            origin,
            grant,
            SystemTime::UNIX_EPOCH + round,
            PICTURE_SAME * 2,
        )?;
        Ok(signed.url)
    }

    fn checksum_header(&self, checksum: Option<&Checksum>) -> Vec<(String, String)> {
        // An upload keeps the kind that it was begun with, whatever the store is set to by now.
        let header = checksum.map(|checksum| {
            let algorithm = checksum.algorithm().unwrap_or(self.part_checksum);
            (algorithm.header().to_owned(), checksum.to_string())
        });
        header.into_iter().collect()
    }

    fn presigned_put(
        &self,
        origin: &Origin,
        key: &str,
        query: &[(&str, &str)],
        length: u64,
        headers: Vec<(String, String)>,
        expires: Duration,
    ) -> Result<PresignedPut, ObjectsError> {
        let length = length.to_string();
        let mut signed: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        signed.push(("content-length", &length));
        let grant = Grant {
            method: "PUT",
            key,
            query,
            headers: &signed,
        };
        let signed = self.presigner.sign(origin, grant, now(), expires)?;
        Ok(PresignedPut {
            expires_at: timestamp(signed.expires_at),
            url: signed.url,
            headers,
        })
    }
}

/// Signatures are checked against the real time, by whoever the store is: no other clock would do.
#[expect(
    clippy::disallowed_methods,
    reason = "the store compares signatures with the real time"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

fn timestamp(time: SystemTime) -> Timestamp {
    jiff::Timestamp::try_from(time)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .into()
}
