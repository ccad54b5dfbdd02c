//! Finds out which checksum of a part a store really checks: by sending a part with the right one, then with a wrong one.
//!
//! The parts are of an upload that is ended at once; a store that takes both did not look.

use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use heimdex_api::{Checksum, PartChecksum};
use md5::{Digest as _, Md5};

use crate::objects::{ObjectStore, ObjectsError};

/// What a store makes of a part's checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumUse {
    /// It takes a part whose checksum is right and refuses one whose checksum is wrong.
    Checked,
    /// It takes both.
    Ignored,
    /// It refuses a right one: it does not know this kind.
    Unknown,
}

const BYTES: &[u8] = b"heimdex";

impl ObjectStore {
    /// Which checksum the store checks: CRC-32C if it can, else MD5; `None` where it checks neither. `key` is that of an
    /// object that is not there, and will not be.
    ///
    /// # Errors
    /// The store does not answer, or does not let us in.
    pub async fn checked_checksum(&self, key: &str) -> Result<Option<PartChecksum>, ObjectsError> {
        for algorithm in [PartChecksum::Crc32c, PartChecksum::Md5] {
            if self.use_of(algorithm, key).await? == ChecksumUse::Checked {
                return Ok(Some(algorithm));
            }
        }
        Ok(None)
    }

    /// What the store makes of this kind of checksum.
    ///
    /// # Errors
    /// As [`checked_checksum`](Self::checked_checksum).
    pub async fn use_of(
        &self,
        algorithm: PartChecksum,
        key: &str,
    ) -> Result<ChecksumUse, ObjectsError> {
        let upload_id = match self.create_multipart_with(key, None, algorithm).await {
            Ok(upload_id) => upload_id,
            Err(error) => return verdict(error, ChecksumUse::Unknown),
        };
        let found = self.try_both(algorithm, key, &upload_id).await;
        self.abort_multipart(key, &upload_id).await?;
        found
    }

    async fn try_both(
        &self,
        algorithm: PartChecksum,
        key: &str,
        upload_id: &str,
    ) -> Result<ChecksumUse, ObjectsError> {
        let part = Bytes::from_static(BYTES);
        let right = part_checksum(algorithm, BYTES);
        if let Err(error) = self.put_part(key, upload_id, 1, part.clone(), &right).await {
            return verdict(error, ChecksumUse::Unknown);
        }
        let wrong = Checksum::from_bytes(&vec![0; algorithm.byte_length()]);
        match self.put_part(key, upload_id, 1, part, &wrong).await {
            Ok(_) => Ok(ChecksumUse::Ignored),
            Err(error) => verdict(error, ChecksumUse::Checked),
        }
    }
}

/// A refusal is an answer; that nobody answers, or that we are not let in, is none.
fn verdict(error: ObjectsError, refused: ChecksumUse) -> Result<ChecksumUse, ObjectsError> {
    match error {
        ObjectsError::ChecksumMismatch
        | ObjectsError::InvalidPart
        | ObjectsError::PreconditionFailed
        | ObjectsError::Other(_) => Ok(refused),
        error @ (ObjectsError::NotFound
        | ObjectsError::Damaged
        | ObjectsError::NoSuchUpload
        | ObjectsError::Full
        | ObjectsError::Denied(_)
        | ObjectsError::Unavailable(_)) => Err(error),
    }
}

/// The checksum of bytes as it travels.
#[must_use]
pub fn part_checksum(algorithm: PartChecksum, bytes: &[u8]) -> Checksum {
    match algorithm {
        PartChecksum::Crc32c => {
            let crc = crc_fast::checksum(CrcAlgorithm::Crc32Iscsi, bytes);
            Checksum::from_crc32c(u32::try_from(crc).unwrap_or_default())
        }
        PartChecksum::Md5 => Checksum::from_bytes(&Md5::digest(bytes)),
    }
}
