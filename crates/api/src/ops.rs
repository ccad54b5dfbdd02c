//! `/health`, `/ready` and `/usage`.

use serde::{Deserialize, Deserializer, Serialize};

use crate::request::request;

request! {
    /// The query of a route that takes none: whatever is there is refused.
    #[derive(Default)]
    pub struct NoQuery {}
}

/// An extension of the original API, named in `features` of `GET /health`.
///
/// A client sends an extension's fields only where it is listed, so that an old server and a new client get on.
pub mod feature {
    /// Uploads in parts, adoption, epochs.
    pub const MULTIPART: &str = "multipart";
    /// `Idempotency-Key`.
    pub const IDEMPOTENCY: &str = "idempotency";
    /// Ingests and locations.
    pub const INGESTS: &str = "ingests";
    /// `/videos/lookup` by the catalog.
    pub const LOOKUP: &str = "lookup";
    /// `/auth/tokens`.
    pub const TOKENS: &str = "tokens";
    /// `/videos/{id}/download`.
    pub const DOWNLOAD: &str = "download";
    /// DELETE and restore of videos.
    pub const TRASH: &str = "trash";
    /// Cursors and filters of `/videos`.
    pub const LIST: &str = "list";
    /// `/usage`.
    pub const USAGE: &str = "usage";
    /// Damaged containers may be accepted as they are.
    pub const DAMAGED: &str = "damaged";
    /// Many uploads announced or completed by one request.
    pub const BATCH: &str = "batch";
    /// PATCH of videos.
    pub const EDIT: &str = "edit";
    /// `/videos/lookup` that asks the store.
    pub const LOOKUP_STORE: &str = "lookup_store";
    /// `/videos/lookup/reread`.
    pub const REREAD: &str = "reread";
    /// `/tags`.
    pub const TAGS: &str = "tags";
    /// `/videos/events`.
    pub const EVENTS: &str = "events";
}

/// `GET /health`: the process is alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthResponse {
    /// Always `healthy`.
    pub status: String,
    /// The server's version.
    pub version: String,
    /// The extensions that it has; see [`feature`]. Servers of the original API name none.
    #[serde(default, deserialize_with = "extensions")]
    pub features: Vec<String>,
}

/// The names of a list. The original has something of its own under this name, which tells of no extension of ours.
fn extensions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let features = serde_json::Value::deserialize(deserializer)?;
    let names = features.as_array().into_iter().flatten();
    Ok(names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect())
}

/// `GET /ready`: database and store answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyResponse {
    /// `ready` or `not_ready`.
    pub status: String,
    /// `ok` or `failing`.
    pub database: String,
    /// `ok` or `failing`.
    pub store: String,
}

/// `GET /usage`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageResponse {
    /// Videos that are not deleted.
    pub videos: u64,
    /// Their bytes, as far as they are stored.
    pub bytes: u64,
    /// Bytes promised by open uploads.
    pub bytes_uploading: u64,
    /// Bytes in the trash; with `bytes` and `bytes_uploading` they are what counts against the quota.
    #[serde(default)]
    pub bytes_deleted: u64,
    /// What the library may hold; null for no limit.
    pub quota_bytes: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::HealthResponse;

    #[test]
    fn what_the_original_calls_features_is_no_extension() {
        for (features, expected) in [
            (r#"["multipart", "trash"]"#, &["multipart", "trash"][..]),
            (r#"{"vision": true}"#, &[]),
            ("null", &[]),
            ("7", &[]),
        ] {
            let json = format!(r#"{{"status":"healthy","version":"1","features":{features}}}"#);
            let health: HealthResponse = serde_json::from_str(&json).unwrap();
            assert_eq!(health.features, expected, "{features}");
        }
    }
}
