//! Giving an object another key, where S3 has no request for that: copy, then delete.

use aws_sdk_s3::Client;

use super::patient;
use crate::objects::ObjectsError;
use crate::objects::presign::{Slash, encode};

/// Copies `from` to `to` within the store and deletes `from`; the same again after it happened is success.
pub(in crate::objects) async fn move_object(
    client: &Client,
    bucket: &str,
    from: &str,
    to: &str,
) -> Result<(), ObjectsError> {
    if from == to {
        return Ok(());
    }
    let source = format!(
        "{}/{}",
        encode(bucket, Slash::Encoded),
        encode(from, Slash::Kept)
    );
    let copied = client
        .copy_object()
        .bucket(bucket)
        .key(to)
        .copy_source(source)
        .customize()
        // The store copies every byte before it answers.
        .config_override(patient())
        .send()
        .await;
    match copied.map_err(ObjectsError::from) {
        Ok(_) => {}
        Err(ObjectsError::NotFound) => {
            // Moving again after a lost reply.
            let there = client.head_object().bucket(bucket).key(to).send().await;
            return there.map(drop).map_err(ObjectsError::from);
        }
        Err(error) => return Err(error),
    }
    let deleted = client.delete_object().bucket(bucket).key(from).send().await;
    deleted.map(drop).map_err(ObjectsError::from)
}
