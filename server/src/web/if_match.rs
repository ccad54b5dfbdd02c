//! `If-Match` (RFC 9110, 13.1.1): only if it is still what the client saw.

use axum::extract::FromRequestParts;
use http::header::IF_MATCH;
use http::request::Parts;

use crate::web::ApiError;

/// The versions that a thing may have for the request to be done; `None`: any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(pub Option<Vec<u64>>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let mut versions = Vec::new();
        let mut given = false;
        for value in parts.headers.get_all(IF_MATCH) {
            given = true;
            let text = value.to_str().unwrap_or_default();
            match parse(text) {
                Some(Wanted::Any) => return Ok(Self(None)),
                Some(Wanted::Versions(some)) => versions.extend(some),
                None => {
                    return Err(ApiError::field(
                        "If-Match",
                        "It must be `*`, or entity tags in quotes, as `ETag` gave them.",
                    ));
                }
            }
        }
        Ok(Self(given.then_some(versions)))
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    Versions(Vec<u64>),
}

/// Tags that are weak, or that were never given, match nothing.
fn parse(text: &str) -> Option<Wanted> {
    if text.trim() == "*" {
        return Some(Wanted::Any);
    }
    let mut versions = Vec::new();
    for tag in text.split(',') {
        let tag = tag.trim();
        let (weak, opaque) = match tag.strip_prefix("W/") {
            Some(opaque) => (true, opaque),
            None => (false, tag),
        };
        let opaque = opaque.strip_prefix('"')?.strip_suffix('"')?;
        if !weak && let Ok(version) = opaque.parse() {
            versions.push(version);
        }
    }
    Some(Wanted::Versions(versions))
}

#[cfg(test)]
mod tests {
    use super::{Wanted, parse};

    #[test]
    fn tags_are_read_as_the_standard_has_them() {
        for (text, expected) in [
            ("*", Some(Wanted::Any)),
            ("\"7\"", Some(Wanted::Versions(vec![7]))),
            ("\"7\", \"8\" ", Some(Wanted::Versions(vec![7, 8]))),
            ("W/\"7\"", Some(Wanted::Versions(vec![]))),
            ("\"abc\"", Some(Wanted::Versions(vec![]))),
            ("7", None),
            ("\"", None),
            ("", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
