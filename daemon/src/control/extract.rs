//! What comes with a request: JSON whatever it calls itself, so that `curl -d` works, and a query; wrong ones are refused
//! with a sentence.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use heimdex_client::control::{Refusal, RefusalCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::refused::Refused;

/// A body; none is the same as `{}`.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| invalid(error.body_text()))?;
        let json: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        // What takes an object takes a list of its values as well, by their places.
        if json.trim_ascii_start().first() == Some(&b'[') {
            return Err(invalid("a list is no JSON object".to_owned()));
        }
        serde_json::from_slice(json)
            .map(Self)
            .map_err(|error| invalid(error.to_string()))
    }
}

/// What is asked without saying anything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A query.
pub(super) struct About<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for About<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(query) = query.map_err(|error| invalid(error.body_text()))?;
        Ok(Self(query))
    }
}

fn invalid(detail: String) -> Refused {
    Refused(Refusal::new(RefusalCode::Invalid, detail))
}
