//! A refusal as an answer.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use heimdex_client::control::{Refusal, RefusalCode};

/// What a route ends with where it does not do what was asked.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl Refused {
    /// An answer of the engine to another question: a fault of ours.
    pub(super) fn confused() -> Self {
        tracing::error!("the engine answered something else than what was asked");
        Self(Refusal::new(
            RefusalCode::Internal,
            "the daemon is confused",
        ))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = self.0.to_problem();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, axum::Json(problem)).into_response()
    }
}
