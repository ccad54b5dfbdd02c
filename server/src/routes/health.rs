//! `GET /health`: the process is alive, and what it can do beyond the original API.

use axum::Json;
use heimdex_api::ops::{HealthResponse, feature};

/// `GET /health`
pub async fn health() -> Json<HealthResponse> {
    let features = [
        feature::MULTIPART,
        feature::IDEMPOTENCY,
        feature::INGESTS,
        feature::LOOKUP,
        feature::TOKENS,
        feature::DOWNLOAD,
        feature::TRASH,
        feature::LIST,
        feature::USAGE,
        feature::DAMAGED,
        feature::BATCH,
        feature::EDIT,
        feature::LOOKUP_STORE,
        feature::REREAD,
        feature::TAGS,
        feature::EVENTS,
    ];
    Json(HealthResponse {
        status: "healthy".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        features: features.map(str::to_owned).to_vec(),
    })
}
