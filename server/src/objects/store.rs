//! The one handle through which the server reaches its object store, whatever it is: `aws-sdk-s3`, in process for the
//! embedded store.

use std::time::SystemTime;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig,
};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use futures::Stream;
use futures::stream;
use heimdex_api::{PartChecksum, Timestamp, VerifiedHow};

use super::embedded::EmbeddedStore;
use super::error::ObjectsError;
use super::presign::Presigner;

/// The most keys that one request deletes.
const DELETE_AT_ONCE: usize = 1000;

/// The object store of the server.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    pub(super) client: Client,
    pub(super) bucket: String,
    pub(super) presigner: Presigner,
    pub(super) part_checksum: PartChecksum,
    backend: Backend,
}

/// What the store is, for the little that S3 has no request for.
#[derive(Debug, Clone)]
enum Backend {
    /// The embedded store of this process.
    Embedded(EmbeddedStore),
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Its length in bytes.
    pub size: u64,
    /// Its entity tag, without quotes.
    pub etag: String,
}

/// One object of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its entity tag, without quotes.
    pub etag: String,
    /// When it was written.
    pub last_modified: Option<Timestamp>,
}

/// A page of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, N> {
    /// What is on it.
    pub items: Vec<T>,
    /// To be given for the next page; none on the last.
    pub next: Option<N>,
}

impl ObjectStore {
    /// The embedded store, reached without a socket.
    #[must_use]
    pub fn embedded(store: &EmbeddedStore) -> Self {
        let settings = store.settings();
        let credentials = Credentials::new(
            &settings.access_key,
            settings.secret_key.expose(),
            None,
            None,
            "heimdex",
        );
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(credentials)
            // No request leaves the process: this is only what signatures name.
            .endpoint_url("http://embedded.invalid")
            .force_path_style(true)
            .http_client(s3s_aws::Client::from(store.s3()))
            // The checksums that matter are ours; the newer defaults break other stores.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // A reader may take its time: nothing on the way can stall.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self {
            client: Client::from_conf(config),
            bucket: settings.bucket.clone(),
            presigner: Presigner::new(
                &settings.bucket,
                &settings.region,
                &settings.access_key,
                &settings.secret_key,
            ),
            part_checksum: PartChecksum::Crc32c,
            backend: Backend::Embedded(store.clone()),
        }
    }

    /// Which checksum parts carry to this store.
    #[must_use]
    pub fn part_checksum(&self) -> PartChecksum {
        self.part_checksum
    }

    /// Writes a small object whole; answers its entity tag.
    pub async fn put(
        &self,
        key: &str,
        content_type: &str,
        bytes: Bytes,
    ) -> Result<String, ObjectsError> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .content_length(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
            .body(ByteStream::from(bytes))
            .send()
            .await?;
        Ok(unquoted(put.e_tag))
    }

    /// What is known of an object; `None` where there is none.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectHead>, ObjectsError> {
        let head = match self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
        {
            Ok(head) => head,
            Err(error) => {
                return match error.into() {
                    ObjectsError::NotFound => Ok(None),
                    other => Err(other),
                };
            }
        };
        Ok(Some(ObjectHead {
            size: length(head.content_length),
            etag: unquoted(head.e_tag),
        }))
    }

    /// The bytes from `offset`, at most `len` of them and fewer only at the end of the object.
    pub async fn get_range(&self, key: &str, offset: u64, len: u64) -> Result<Bytes, ObjectsError> {
        if len == 0 {
            return Ok(Bytes::new());
        }
        // Stores read range bounds as signed numbers.
        let last = offset.saturating_add(len - 1).min(i64::MAX.unsigned_abs());
        let get = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .range(format!("bytes={offset}-{last}"))
            .send()
            .await?;
        let body = get
            .body
            .collect()
            .await
            .map_err(|error| ObjectsError::Unavailable(Box::new(error)))?;
        Ok(body.into_bytes())
    }

    /// The bytes of a whole object, as they come.
    pub async fn get_stream(
        &self,
        key: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, ObjectsError>> + Send + use<>, ObjectsError> {
        let get = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await?;
        Ok(stream::try_unfold(get.body, |mut body| async move {
            match body.try_next().await {
                Ok(frame) => Ok(frame.map(|frame| (frame, body))),
                Err(error) => Err(ObjectsError::Unavailable(Box::new(error))),
            }
        }))
    }

    /// Sees to it, as far as that is possible, that the next read of the object asks its medium; answers what comparing
    /// those bytes proves.
    pub async fn before_read_back(&self, key: &str) -> Result<VerifiedHow, ObjectsError> {
        match &self.backend {
            Backend::Embedded(store) => store.forget_cached(key).await,
        }
    }

    /// Gives the object `from` the key `to`, replacing an object there. Repeating it after it happened is success.
    pub async fn move_object(&self, from: &str, to: &str) -> Result<(), ObjectsError> {
        match &self.backend {
            Backend::Embedded(store) => store.rename(from, to).await,
        }
    }

    /// Deletes an object; one that is not there is success.
    pub async fn delete(&self, key: &str) -> Result<(), ObjectsError> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await?;
        Ok(())
    }

    /// Deletes many objects; those that are not there count as deleted. Fails if any could not be.
    pub async fn delete_many(&self, keys: &[String]) -> Result<(), ObjectsError> {
        for keys in keys.chunks(DELETE_AT_ONCE) {
            let objects = keys
                .iter()
                .map(|key| ObjectIdentifier::builder().key(key).build())
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| ObjectsError::Other(Box::new(error)))?;
            let delete = Delete::builder()
                .set_objects(Some(objects))
                .quiet(true)
                .build()
                .map_err(|error| ObjectsError::Other(Box::new(error)))?;
            let done = self
                .client
                .delete_objects()
                .bucket(&self.bucket)
                .delete(delete)
                .send()
                .await?;
            if let Some(error) = done.errors().first() {
                let code = error.code().unwrap_or("unknown");
                return Err(ObjectsError::Unavailable(
                    format!("a deletion failed with `{code}`").into(),
                ));
            }
        }
        Ok(())
    }

    /// A page of the objects with a prefix, in the order of their keys.
    pub async fn list(
        &self,
        prefix: &str,
        token: Option<String>,
    ) -> Result<Page<ListedObject, String>, ObjectsError> {
        let list = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_continuation_token(token)
            .send()
            .await?;
        let items = list
            .contents
            .unwrap_or_default()
            .into_iter()
            .map(|object| ListedObject {
                key: object.key.unwrap_or_default(),
                size: length(object.size),
                etag: unquoted(object.e_tag),
                last_modified: object.last_modified.and_then(timestamp),
            })
            .collect();
        Ok(Page {
            items,
            next: list.next_continuation_token,
        })
    }
}

/// S3 puts entity tags into quotes; we compare and store them without.
pub(super) fn unquoted(etag: Option<String>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}

pub(super) fn length(length: Option<i64>) -> u64 {
    length
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or_default()
}

/// A time of the store's, where it lies within the calendar.
pub(super) fn timestamp(time: aws_sdk_s3::primitives::DateTime) -> Option<Timestamp> {
    let time = SystemTime::try_from(time).ok()?;
    jiff::Timestamp::try_from(time).ok().map(Timestamp::from)
}
