//! `DeleteObject` and `DeleteObjects`. Deleting what is not there is success, as S3 has it.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    Error,
};

use super::super::error::StoreError;
use super::{Service, refuse};

/// The most keys of one request.
const MAX_KEYS: usize = 1000;

impl Service {
    pub(super) async fn delete_object(
        &self,
        input: DeleteObjectInput,
    ) -> Result<DeleteObjectOutput, StoreError> {
        refuse!(input: bypass_governance_retention, expected_bucket_owner, if_match, if_match_last_modified_time,
            if_match_size, mfa, version_id);
        self.check_bucket(&input.bucket)?;
        self.store.delete(&input.key).await?;
        Ok(DeleteObjectOutput::default())
    }

    pub(super) async fn delete_objects(
        &self,
        input: DeleteObjectsInput,
    ) -> Result<DeleteObjectsOutput, StoreError> {
        refuse!(input: bypass_governance_retention, expected_bucket_owner, mfa);
        self.check_bucket(&input.bucket)?;
        if input.delete.objects.len() > MAX_KEYS {
            return Err(StoreError::InvalidArgument(
                "at most 1,000 keys can be deleted at once",
            ));
        }
        let quiet = input.delete.quiet.unwrap_or(false);
        let mut deleted = Vec::new();
        let mut errors = Vec::new();
        for object in input.delete.objects {
            refuse!(object: e_tag, last_modified_time, size, version_id);
            match self.store.delete(&object.key).await {
                Ok(()) if quiet => {}
                Ok(()) => deleted.push(DeletedObject {
                    key: Some(object.key),
                    ..DeletedObject::default()
                }),
                Err(error) => {
                    let error = s3s::S3Error::from(error);
                    errors.push(Error {
                        key: Some(object.key),
                        code: Some(error.code().as_str().to_owned()),
                        message: error.message().map(ToOwned::to_owned),
                        ..Error::default()
                    });
                }
            }
        }
        Ok(DeleteObjectsOutput {
            deleted: Some(deleted),
            errors: Some(errors),
            ..DeleteObjectsOutput::default()
        })
    }
}
