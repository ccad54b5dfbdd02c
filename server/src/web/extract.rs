//! What comes from a request, parsed into types at the edge.
//!
//! Unknown names are refused with the nearest known one, because an ignored filter would list everything and an
//! ignored field would lose what somebody meant.

use std::fmt;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use heimdex_api::limits::IDEMPOTENCY_KEY_MAX;
use heimdex_api::names::nearest;
use heimdex_api::{ErrorCode, FieldError, RequestBody};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::catalog::Idempotency;
use crate::web::ApiError;
use crate::web::json::Unambiguous;

/// A JSON body whose fields are a closed list.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: RequestBody + DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        check_content_type(request.headers())?;
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| unreadable(&rejection))?;
        parse_body(&bytes).map(Self)
    }
}

/// The query string, whose parameters are a closed list.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: RequestBody + DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// An id from the path. A malformed one names nothing, so it answers as one that does not exist.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<T, S> FromRequestParts<S> for PathId<T>
where
    T: FromStr + Send,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| no_such_thing())?;
        text.parse().map(Self).map_err(|_| no_such_thing())
    }
}

/// The `Idempotency-Key` header, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        let key = value.to_str().unwrap_or_default();
        if values.next().is_some() || !is_idempotency_key(key) {
            return Err(ApiError::field("Idempotency-Key", IDEMPOTENCY_KEY_NEEDED));
        }
        Ok(Self(Some(key.to_owned())))
    }
}

/// What is said where [`is_idempotency_key`] says no.
pub(crate) const IDEMPOTENCY_KEY_NEEDED: &str = "Send one, of 1 to 255 printable ASCII characters.";

/// Whether a text may be an `Idempotency-Key`.
pub(crate) fn is_idempotency_key(text: &str) -> bool {
    (1..=IDEMPOTENCY_KEY_MAX).contains(&text.len())
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

impl IdempotencyKey {
    /// The key together with the request that it came with. `route` is the method and the pattern.
    ///
    /// # Errors
    /// Only if the request could not be written as JSON, which it came as.
    pub fn with<T: Serialize>(
        self,
        route: &'static str,
        request: &T,
    ) -> Result<Option<Idempotency>, ApiError> {
        let Some(key) = self.0 else {
            return Ok(None);
        };
        let body = serde_json::to_vec(request).map_err(ApiError::internal)?;
        Ok(Some(Idempotency {
            key,
            route,
            body_hash: *blake3::hash(&body).as_bytes(),
        }))
    }
}

/// The words of another library's thing and of none are the same.
pub(crate) fn no_such_thing() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "There is nothing here, or it is not yours.",
    )
}

/// A body without a type is taken as JSON, as the original does.
fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = value.to_str().unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    let is_json = essence.eq_ignore_ascii_case("application/json")
        || (essence.len() > 5 && essence[essence.len() - 5..].eq_ignore_ascii_case("+json"));
    if is_json {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::UnsupportedMediaType,
        "The body must be JSON; send it as `application/json`.",
    ))
}

fn unreadable(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(
            ErrorCode::BodyTooLarge,
            "The body is larger than this route takes.",
        );
    }
    ApiError::new(
        ErrorCode::RequestTimeout,
        "The body ended early or came too slowly.",
    )
}

fn parse_body<T: RequestBody + DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let value = if bytes.iter().all(u8::is_ascii_whitespace) {
        Value::Object(Map::new())
    } else {
        read(bytes)?
    };
    match value {
        Value::Object(fields) => parse_fields(fields),
        _ => Err(whole_body("The body must be a JSON object.")),
    }
}

/// Reads JSON that says everything once.
fn read(bytes: &[u8]) -> Result<Value, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Unambiguous(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() {
            wrong_field(&path, &error.to_string())
        } else {
            not_json(&error)
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// Reads a request from the fields of a JSON object.
///
/// # Errors
/// `validation_failed`, naming what is unknown or wrong.
pub(crate) fn parse_fields<T: RequestBody + DeserializeOwned>(
    mut fields: Map<String, Value>,
) -> Result<T, ApiError> {
    fields.retain(|name, _| !T::IGNORED.contains(&name.as_str()));
    let unknown: Vec<FieldError> = fields
        .keys()
        .filter(|name| !T::FIELDS.contains(&name.as_str()))
        .map(|name| FieldError {
            field: shortened(name),
            message: unknown_name("field", name, T::FIELDS.iter().copied()),
        })
        .collect();
    if !unknown.is_empty() {
        return Err(ApiError::fields(unknown));
    }
    let fields = Value::Object(fields);
    if let Some(field) = zero_in(&fields, String::new()) {
        return Err(ApiError::field(field, ZERO));
    }
    serde_path_to_error::deserialize(fields).map_err(|error| {
        let path = error.path().to_string();
        wrong_field(&path, &error.into_inner().to_string())
    })
}

fn parse_query<T: RequestBody + DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let unknown: Vec<FieldError> = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !T::FIELDS.contains(&name.as_ref()))
        .map(|(name, _)| FieldError {
            field: shortened(&name),
            message: unknown_name("parameter", &name, T::FIELDS.iter().copied()),
        })
        .collect();
    if !unknown.is_empty() {
        return Err(ApiError::fields(unknown));
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    if let Some((name, _)) = pairs.clone().find(|(_, value)| value.contains('\0')) {
        return Err(ApiError::field(name, ZERO));
    }
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        wrong_field(&path, &error.into_inner().to_string())
    })
}

const ZERO: &str = "It contains a zero character, which no name or text has.";

/// The path of the first text with a zero character: PostgreSQL keeps none, SQLite takes it for the end.
fn zero_in(value: &Value, path: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(path),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| zero_in(item, format!("{path}[{index}]"))),
        Value::Object(fields) => fields
            .iter()
            .find_map(|(name, field)| zero_in(field, joined(&path, name))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn not_json(error: &serde_json::Error) -> ApiError {
    whole_body(format!(
        "The body is not JSON: line {}, column {}.",
        error.line(),
        error.column()
    ))
}

fn whole_body(message: impl Into<String>) -> ApiError {
    ApiError::field("", message)
}

/// Turns serde's words about one field into ours.
fn wrong_field(path: &str, message: &str) -> ApiError {
    let path = if path == "." { "" } else { path };
    let mut names = message.split('`').skip(1).step_by(2);
    let first = names.next().unwrap_or_default();
    if message.starts_with("missing field") {
        return ApiError::field(joined(path, first), "It is missing.");
    }
    if message.starts_with("duplicate field") {
        return ApiError::field(
            shortened(&joined(path, first)),
            "It is given more than once.",
        );
    }
    if message.starts_with("unknown field") {
        // serde's path already ends with the unknown name.
        let field = if path.ends_with(first) {
            path.to_owned()
        } else {
            joined(path, first)
        };
        return ApiError::field(shortened(&field), unknown_name("field", first, names));
    }
    // What was given is not repeated: it may be a password in the wrong place.
    if let Some((_, expected)) = message.split_once(", expected ")
        && message.starts_with("invalid ")
    {
        return ApiError::field(
            path,
            sentence(&format!("it must be {}", in_words(expected))),
        );
    }
    if message.starts_with("UUID parsing failed") {
        return ApiError::field(
            path,
            "It must be an id, as 7f3a91c2-5b0e-4c1a-9d57-0f6b2f3e8a41.",
        );
    }
    ApiError::field(path, sentence(message))
}

/// What serde expected, without the names of types.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not below 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" | "a bool" | "bool" => "true or false",
        "a string" | "a borrowed string" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn unknown_name<'a>(
    what: impl fmt::Display,
    given: &str,
    known: impl Iterator<Item = &'a str>,
) -> String {
    match nearest(given, known) {
        Some(name) => format!("There is no such {what}; did you mean `{name}`?"),
        None => format!("There is no such {what}."),
    }
}

/// serde's message as a sentence, bounded because it may quote what was sent.
fn sentence(message: &str) -> String {
    let text = shortened(message);
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests;
