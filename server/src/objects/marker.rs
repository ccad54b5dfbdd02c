//! Who an external store is: a small object in its bucket, which the catalog knows.
//!
//! Without it nobody could tell an empty bucket from another one, or that two servers with two catalogs clean up in the
//! same bucket.
//!
//! Version policy: `heimdex_store` is raised when an older program would harm a newer store; unknown fields are ignored.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::ObjectsError;
use super::key::ObjectKey;
use super::store::ObjectStore;

/// The form of a store that this code knows.
const FORMAT: u32 = 1;
/// More than the marker will ever have.
const MAX_LENGTH: u64 = 64 * 1024;

#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    heimdex_store: u32,
    id: Uuid,
}

/// What lies where the marker should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing: it is a new bucket, or not the one that was.
    Nothing,
    /// The store of this id.
    Store(Uuid),
    /// Something that is no marker, or that of a newer program.
    Unknown,
}

/// What to do with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the catalog's.
    Ours,
    /// It is new, and so is the catalog: they belong together from now on.
    Begin,
    /// The catalog has a store, and this is not it: it has no mark at all.
    Missing,
    /// It is another store than the catalog's, or the catalog does not know of any.
    Foreign,
}

/// Decides by what the catalog knows and what the bucket holds. `holds_objects`: the catalog names objects in its store.
#[must_use]
pub fn judge(known: Option<Uuid>, found: Found, holds_objects: bool) -> Verdict {
    match (known, found) {
        (Some(known), Found::Store(found)) if known == found => Verdict::Ours,
        // A server that died between the two marks; with nothing stored there is nothing to lose.
        (None, Found::Nothing) => Verdict::Begin,
        (Some(_), Found::Nothing) if !holds_objects => Verdict::Begin,
        (Some(_), Found::Nothing) => Verdict::Missing,
        (_, Found::Store(_) | Found::Unknown) => Verdict::Foreign,
    }
}

impl ObjectStore {
    /// Reads the marker.
    ///
    /// # Errors
    /// The store does not answer or does not let us in.
    pub async fn marker(&self) -> Result<Found, ObjectsError> {
        let key = ObjectKey::StoreMarker.to_string();
        if self.head(&key).await?.is_none() {
            return Ok(Found::Nothing);
        }
        let bytes = match self.get_range(&key, 0, MAX_LENGTH).await {
            Ok(bytes) => bytes,
            Err(ObjectsError::PreconditionFailed) => return Ok(Found::Unknown),
            Err(error) => return Err(error),
        };
        Ok(match serde_json::from_slice::<Marker>(&bytes) {
            Ok(marker) if marker.heimdex_store == FORMAT => Found::Store(marker.id),
            Ok(_) | Err(_) => Found::Unknown,
        })
    }

    /// Writes the marker, whatever was there.
    ///
    /// # Errors
    /// As [`marker`](Self::marker).
    pub async fn write_marker(&self, id: Uuid) -> Result<(), ObjectsError> {
        let marker = Marker {
            heimdex_store: FORMAT,
            id,
        };
        let json =
            serde_json::to_vec(&marker).map_err(|error| ObjectsError::Other(Box::new(error)))?;
        let key = ObjectKey::StoreMarker.to_string();
        self.put(&key, "application/json", Bytes::from(json))
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_used_only_by_the_catalog_that_knows_it() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for (known, found, holds_objects, verdict) in [
            (None, Found::Nothing, false, Verdict::Begin),
            (Some(one), Found::Store(one), true, Verdict::Ours),
            (Some(one), Found::Nothing, false, Verdict::Begin),
            (Some(one), Found::Nothing, true, Verdict::Missing),
            (Some(one), Found::Store(other), false, Verdict::Foreign),
            // Two servers with two catalogs would clean up behind each other.
            (None, Found::Store(one), false, Verdict::Foreign),
            (None, Found::Unknown, false, Verdict::Foreign),
            (Some(one), Found::Unknown, true, Verdict::Foreign),
        ] {
            assert_eq!(
                judge(known, found, holds_objects),
                verdict,
                "{known:?} {found:?}"
            );
        }
    }
}
