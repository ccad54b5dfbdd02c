//! What is not answered.

use axum::http::{Method, Uri};
use heimdex_client::control::{Refusal, RefusalCode};

use crate::control::refused::Refused;

/// No such route.
pub(super) async fn not_found(uri: Uri) -> Refused {
    let detail = format!("there is no `{}`", uri.path());
    Refused(Refusal::new(RefusalCode::NotFound, detail))
}

/// The route, but not like this.
pub(super) async fn wrong_method(method: Method, uri: Uri) -> Refused {
    let detail = format!("`{}` is not asked with {method}", uri.path());
    Refused(Refusal::new(RefusalCode::MethodNotAllowed, detail))
}
