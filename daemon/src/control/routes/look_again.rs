//! `POST /v1/rescan` and `POST /v1/reload`.

use axum::Json;
use axum::extract::State;
use heimdex_client::control::{Changed, Request, RescanRequest};

use super::done;
use crate::control::App;
use crate::control::extract::{Asked, Nothing};
use crate::control::refused::Refused;

/// Looks through folders at once.
pub(super) async fn rescan(
    State(app): State<App>,
    Asked(request): Asked<RescanRequest>,
) -> Result<Json<Changed>, Refused> {
    done(&app, Request::Rescan(request)).await
}

/// Reads watches, profiles and logins again.
pub(super) async fn reload(
    State(app): State<App>,
    Asked(None | Some(Nothing {})): Asked<Option<Nothing>>,
) -> Result<Json<Changed>, Refused> {
    done(&app, Request::Reload).await
}
