//! What surrounds every request: its id, its span, its one line in the log, and the body of its error.
//!
//! Query strings, headers, addresses of e-mail and bodies never come here; a route is logged as its pattern.

use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use heimdex_api::{Problem, UserId};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use tracing::{Instrument, Span};

use crate::random::Random;
use crate::web::ApiError;

/// The header that carries a request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_MAX: usize = 64;

/// What is learnt about a request while it is handled, for its line in the log.
#[derive(Debug, Clone, Default)]
pub struct RequestNotes {
    user: Arc<OnceLock<UserId>>,
}

impl RequestNotes {
    /// Whose request it is, once that is certain.
    pub fn set_user(&self, user: UserId) {
        // A second value could only be the same.
        let _ = self.user.set(user);
    }
}

/// The id under which the log tells of a request. Without one, as in tests of a handler alone, it is empty.
#[derive(Debug, Clone, Default)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Gives the request its id and span, turns panics into errors, writes the error's body, logs one line at the end.
pub async fn in_context(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let notes = RequestNotes::default();
    request.extensions_mut().insert(notes.clone());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request.id = %id);
    let mut line = Line {
        started: Instant::now(),
        method: request.method().clone(),
        route: route_of(&request),
        bytes_in: content_length(request.headers()),
        notes,
        span: span.clone(),
        status: StatusCode::INTERNAL_SERVER_ERROR,
        bytes_out: 0,
        whole: false,
    };
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match handled.instrument(span.clone()).await {
        Ok(response) => response,
        Err(panic) => ApiError::internal(words_of(panic.as_ref())).into_response(),
    };
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        *response.body_mut() = span.in_scope(|| problem_body(&error, &id));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    line.status = response.status();
    line.whole = response.body().is_end_stream();
    response.map(|body| Body::new(Logged { body, line }))
}

/// The client's own id where it is harmless, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let harmless = |id: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=REQUEST_ID_MAX).contains(&id.len()) && id.bytes().all(plain)
    };
    headers
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(harmless)
        .map_or_else(|| Random.uuid().to_string(), str::to_owned)
}

/// The pattern that matched: ids and keys stay out of the log's grouping, and secrets out of the log.
fn route_of(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => path
            .as_str()
            .replace("{*__private__axum_nest_tail_param}", "*"),
        None => "(none)".to_owned(),
    }
}

fn content_length(headers: &HeaderMap) -> u64 {
    let length = headers.get(http::header::CONTENT_LENGTH);
    length
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", words.unwrap_or("without words"))
}

fn log_source(error: &ApiError) {
    let Some(source) = error.log_source() else {
        return;
    };
    let mut causes = source.to_string();
    let mut next = source.source();
    while let Some(cause) = next {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        next = cause.source();
    }
    tracing::error!(code = %error.code(), error = causes, "the request failed");
}

fn problem_body(error: &ApiError, id: &str) -> Body {
    // A problem is strings and numbers: writing it as JSON cannot fail.
    serde_json::to_vec(&told(error, id)).map_or_else(|_| Body::empty(), Body::from)
}

/// An error as the client is told of it; what only the log may know is logged.
pub(crate) fn told(error: &ApiError, id: &str) -> Problem {
    log_source(error);
    error.to_problem(id)
}

/// The line of one request; written when it is dropped, which is when the last byte is sent or the client is gone.
struct Line {
    started: Instant,
    method: Method,
    route: String,
    bytes_in: u64,
    notes: RequestNotes,
    span: Span,
    status: StatusCode,
    bytes_out: u64,
    whole: bool,
}

impl Drop for Line {
    fn drop(&mut self) {
        let _entered = self.span.enter();
        let user = self.notes.user.get().map(ToString::to_string);
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            method = %self.method,
            route = self.route,
            status = self.status.as_u16(),
            duration_ms,
            bytes_in = self.bytes_in,
            bytes_out = self.bytes_out,
            user.id = user,
            whole = self.whole,
            "{} {} {}",
            self.method,
            self.route,
            self.status.as_u16(),
        );
    }
}

/// A reply's body that counts itself.
struct Logged {
    body: Body,
    line: Line,
}

impl http_body::Body for Logged {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                self.line.bytes_out += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.line.whole = self.body.is_end_stream();
            }
            Some(Err(_)) => {}
            None => self.line.whole = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmless_id_is_kept_and_any_other_replaced() {
        let id = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(text).unwrap());
            request_id(&headers)
        };
        assert_eq!(id("abc-1.2_3"), "abc-1.2_3");
        for strange in ["", "a b", "a\"b", &"x".repeat(65)] {
            assert_eq!(id(strange).len(), 36, "{strange}");
        }
    }
}
