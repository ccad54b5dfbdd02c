//! The one handle through which the server reaches its object store, whatever it is: `aws-sdk-s3`, in process for the
//! embedded store, over the network for any other.

use std::fmt;
use std::time::SystemTime;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig,
};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures::Stream;
use futures::stream;
use heimdex_api::{PartChecksum, Timestamp, VerifiedHow};
use heimdex_process::lifecycle::Lifecycle;

use super::embedded::{EmbeddedStore, Wholeness};
use super::endpoint::Place;
use super::error::ObjectsError;
use super::external::{self, ExternalSettings, StoreCredentials};
use super::key::ObjectKey;
use super::origin::Origin;
use super::presign::Presigner;

/// The object store of the server.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    pub(super) client: Client,
    pub(super) bucket: String,
    pub(super) presigner: Presigner,
    pub(super) part_checksum: PartChecksum,
    pub(super) backend: Backend,
}

/// What the store is, for the little that S3 has no request for.
#[derive(Debug, Clone)]
pub(super) enum Backend {
    /// The embedded store of this process.
    Embedded(EmbeddedStore),
    /// Any other, and the keys to it.
    External(StoreCredentials),
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

    /// A store of somebody else's. Parts carry this checksum to it.
    #[must_use]
    pub fn external(
        settings: &ExternalSettings,
        credentials: StoreCredentials,
        part_checksum: PartChecksum,
    ) -> Self {
        let place = Place::Service(settings.public_endpoint.clone(), settings.addressing);
        Self {
            client: external::client(settings, &credentials),
            bucket: settings.bucket.clone(),
            presigner: Presigner::at(
                place,
                &settings.bucket,
                &settings.region,
                credentials.clone(),
            ),
            part_checksum,
            backend: Backend::External(credentials),
        }
    }

    /// The same store, parts carrying another checksum.
    #[must_use]
    pub fn with_part_checksum(self, part_checksum: PartChecksum) -> Self {
        Self {
            part_checksum,
            ..self
        }
    }

    /// Renews what ends of its keys for as long as the process works.
    pub fn keep_fresh(&self, lifecycle: &Lifecycle) {
        match &self.backend {
            Backend::Embedded(_) => {}
            Backend::External(credentials) => credentials.keep_fresh(lifecycle),
        }
    }

    /// Ends what the store has open in this process.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Embedded(store) => store.close().await,
            Backend::External(_) => {}
        }
    }

    /// The embedded store, where it is that.
    #[must_use]
    pub const fn as_embedded(&self) -> Option<&EmbeddedStore> {
        match &self.backend {
            Backend::Embedded(store) => Some(store),
            Backend::External(_) => None,
        }
    }

    /// The origin of the URLs that are signed for a client who reaches the API at `api`; `None` where the bucket's name
    /// fits no host name.
    #[must_use]
    pub fn public_origin(&self, api: &Origin) -> Option<Origin> {
        let place = self.presigner.place().of_bucket(api, &self.bucket)?;
        Some(place.0)
    }

    /// Its one bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Makes sure that the store is still the one that the server began with: only then does an object that is not there
    /// mean anything. A bucket that went away, or a disk that is not mounted, has no objects either.
    ///
    /// # Errors
    /// [`ObjectsError::Unavailable`] where it is gone.
    pub async fn still_there(&self) -> Result<(), ObjectsError> {
        let there = match &self.backend {
            Backend::Embedded(store) => store.is_there().await?,
            Backend::External(_) => {
                let marker = self.head(&ObjectKey::StoreMarker.to_string()).await?;
                marker.is_some()
            }
        };
        if there {
            return Ok(());
        }
        let gone = "the store's own mark is not there any more";
        Err(ObjectsError::Unavailable(gone.into()))
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

    /// What is there of an object that the store has; of another store's only the store itself knows.
    pub async fn wholeness(&self, key: &str) -> Result<Wholeness, ObjectsError> {
        match &self.backend {
            Backend::Embedded(store) => store.wholeness(key).await,
            Backend::External(_) => Ok(Wholeness::Whole),
        }
    }

    /// Sees to it, as far as that is possible, that the next read of the object asks its medium; answers what comparing
    /// those bytes proves.
    pub async fn before_read_back(&self, key: &str) -> Result<VerifiedHow, ObjectsError> {
        match &self.backend {
            Backend::Embedded(store) => store.forget_cached(key).await,
            // What it reads from is its own affair; that it read is what counts.
            Backend::External(_) => Ok(VerifiedHow::Store),
        }
    }

    /// Gives the object `from` the key `to`, replacing an object there. Repeating it after it happened is success.
    pub async fn move_object(&self, from: &str, to: &str) -> Result<(), ObjectsError> {
        match &self.backend {
            Backend::Embedded(store) => store.rename(from, to).await,
            Backend::External(_) => {
                external::move_object(&self.client, &self.bucket, from, to).await
            }
        }
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

/// Where it is, for the log.
impl fmt::Display for ObjectStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.backend, self.presigner.place()) {
            (Backend::Embedded(store), _) => write!(f, "embedded store {}", store.identity()),
            (Backend::External(_), Place::Service(endpoint, _)) => {
                write!(f, "{} at {endpoint}", self.bucket)
            }
            (Backend::External(_), Place::RequestOrigin) => f.write_str(&self.bucket),
        }
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
