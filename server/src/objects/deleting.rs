//! Deletes objects, in as few requests as the store can take.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::error::ObjectsError;
use super::store::{Backend, ObjectStore};

/// The most keys that one request deletes.
const KEYS_AT_ONCE: usize = 1000;

impl ObjectStore {
    /// Deletes an object; one that is not there is success.
    pub async fn delete(&self, key: &str) -> Result<(), ObjectsError> {
        let deleted = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        match deleted.map_err(ObjectsError::from) {
            // Some stores say so instead of being content.
            Ok(_) | Err(ObjectsError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes many objects; those that are not there count as deleted. Fails if any could not be.
    pub async fn delete_many(&self, keys: &[String]) -> Result<(), ObjectsError> {
        match &self.backend {
            Backend::Embedded(_) => {
                for keys in keys.chunks(KEYS_AT_ONCE) {
                    self.delete_at_once(keys).await?;
                }
                Ok(())
            }
            // Not every store knows the request for many.
            Backend::External(_) => {
                for key in keys {
                    self.delete(key).await?;
                }
                Ok(())
            }
        }
    }

    async fn delete_at_once(&self, keys: &[String]) -> Result<(), ObjectsError> {
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
        match done.errors().first() {
            None => Ok(()),
            Some(error) => {
                let code = error.code().unwrap_or("unknown");
                Err(ObjectsError::Unavailable(
                    format!("a deletion failed with `{code}`").into(),
                ))
            }
        }
    }
}
