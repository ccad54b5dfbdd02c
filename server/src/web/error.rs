//! The one error of the handlers, and how it becomes `application/problem+json`.
//!
//! A handler's error says what the client may know; its source is logged once, by the request's context, and never
//! sent. The context also writes the body, because only it knows the request's id.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use heimdex_api::{ErrorCode, FieldError, Problem};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

/// What 429 and 503 tell where nothing better is known.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(5);
/// As many missing parts as a reply names.
const MISSING_MAX: usize = 1_000;

/// What went wrong, in words that may leave the server, and what may not.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: ErrorCode,
    detail: String,
    errors: Vec<FieldError>,
    missing: Vec<u32>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error with a sentence for a person.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            missing: Vec::new(),
            retry_after: None,
            source: None,
        }
    }

    /// A fault of ours. The source is logged; the client learns nothing of it.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(
            ErrorCode::Internal,
            "Something went wrong in the server; its log tells more under this request's id.",
        )
        .because(source)
    }

    /// Database or store do not answer.
    #[must_use]
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(
            ErrorCode::Unavailable,
            "The server cannot reach what it needs right now; try again shortly.",
        )
        .because(source)
    }

    /// There is no such `thing` (`video`, `token`), or it is another library's.
    #[must_use]
    pub fn not_found(thing: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {thing}."))
    }

    /// One field is wrong; `message` is a sentence about it.
    #[must_use]
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError {
            field: field.into(),
            message: message.into(),
        }])
    }

    /// Several fields are wrong.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [] => "The request is not valid.".to_owned(),
            [only] if only.field.is_empty() => only.message.clone(),
            [only] => format!("`{}`: {}", only.field, only.message),
            [first, rest @ ..] => {
                format!(
                    "`{}`: {} And {} more.",
                    first.field,
                    first.message,
                    rest.len()
                )
            }
        };
        Self {
            errors,
            ..Self::new(ErrorCode::ValidationFailed, detail)
        }
    }

    /// The same, telling which parts are missing; a reply names the first 1,000.
    #[must_use]
    pub fn with_missing(mut self, mut missing: Vec<u32>) -> Self {
        missing.truncate(MISSING_MAX);
        self.missing = missing;
        self
    }

    /// The same, telling something of each of several fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// The same, telling when to come again.
    #[must_use]
    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The same, with what is to be logged.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Its code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// Its sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What is logged and not sent.
    #[must_use]
    pub fn log_source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }

    /// The reply's body, complete with the id of the request.
    pub(crate) fn to_problem(&self, request_id: &str) -> Problem {
        Problem {
            kind: "about:blank".to_owned(),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self.detail.clone(),
            code: self.code.as_str().to_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            missing: self.missing.clone(),
        }
    }

    fn retry_after_header(&self) -> Option<HeaderValue> {
        let default = match self.code {
            ErrorCode::RateLimited | ErrorCode::Unavailable | ErrorCode::Maintenance => {
                Some(RETRY_AFTER_DEFAULT)
            }
            _ => None,
        };
        let after = self.retry_after.or(default)?;
        let whole = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        Some(HeaderValue::from(whole.max(1)))
    }
}

impl IntoResponse for ApiError {
    /// Status and headers; the body is written by [`context`](super::context), which finds the error in the extensions.
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(after) = self.retry_after_header() {
            headers.insert(RETRY_AFTER, after);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, challenge(self.code));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// RFC 6750: the scheme alone where nothing was sent, an error where what was sent is no good.
fn challenge(code: ErrorCode) -> HeaderValue {
    HeaderValue::from_static(match code {
        ErrorCode::TokenExpired => {
            r#"Bearer realm="heimdex", error="invalid_token", error_description="expired""#
        }
        ErrorCode::TokenInvalid => r#"Bearer realm="heimdex", error="invalid_token""#,
        _ => r#"Bearer realm="heimdex""#,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_kept_for_the_log_and_out_of_the_reply() {
        let error = ApiError::internal("relation \"videos\" does not exist");
        let problem = serde_json::to_string(&error.to_problem("id")).unwrap();
        assert!(!problem.contains("videos"), "{problem}");
        assert!(error.log_source().unwrap().to_string().contains("videos"));
    }

    #[test]
    fn waiting_times_are_rounded_up_and_never_zero() {
        for (after, expected) in [
            (Duration::ZERO, "1"),
            (Duration::from_millis(1_001), "2"),
            (Duration::from_secs(30), "30"),
        ] {
            let error = ApiError::new(ErrorCode::RateLimited, "").with_retry_after(after);
            let response = error.into_response();
            assert_eq!(response.headers()[RETRY_AFTER], expected);
        }
        let response = ApiError::unavailable("gone").into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "5");
    }

    #[test]
    fn several_wrong_fields_are_counted_in_the_sentence() {
        let wrong = |field: &str| FieldError {
            field: field.to_owned(),
            message: "is wrong.".to_owned(),
        };
        let error = ApiError::fields(vec![wrong("a"), wrong("b"), wrong("c")]);
        assert_eq!(error.to_problem("").detail, "`a`: is wrong. And 2 more.");
    }
}
