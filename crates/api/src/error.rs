//! What goes wrong, as it travels: RFC 9457 problem details with a stable code.

use std::fmt;

use serde::{Deserialize, Serialize};

crate::problem_codes! {
    /// Every stable `code` of the API. The list only grows; a code never changes its meaning or its status.
    pub enum ErrorCode {
        /// The MIME type is not one that a single PUT takes.
        UnsupportedMimeType = "unsupported_mime_type", 400, "This MIME type is not accepted";
        /// No credentials were sent.
        NotAuthenticated = "not_authenticated", 401, "Not logged in";
        /// E-mail and password do not fit, or there is no such account.
        InvalidCredentials = "invalid_credentials", 401, "Wrong e-mail address or password";
        /// The access token's time is over: refresh it.
        TokenExpired = "token_expired", 401, "The token has expired";
        /// The token is malformed, revoked, or of a session that has ended.
        TokenInvalid = "token_invalid", 401, "The token is not valid";
        /// The token is valid, but not for this.
        InsufficientScope = "insufficient_scope", 403, "The token does not permit this";
        /// A recent login or the current password is needed.
        ReauthenticationRequired = "reauthentication_required", 403, "The current password is needed";
        /// Accounts are made by the operator only.
        RegistrationClosed = "registration_closed", 403, "Registration is closed";
        /// The account is disabled.
        AccountDisabled = "account_disabled", 403, "The account is disabled";
        /// The library's quota is used up.
        QuotaExceeded = "quota_exceeded", 403, "The quota is used up";
        /// No such thing, or another library's.
        NotFound = "not_found", 404, "Not found";
        /// The path exists, but not with this method.
        MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
        /// The client was too slow.
        RequestTimeout = "request_timeout", 408, "The request took too long";
        /// The e-mail address has an account.
        EmailTaken = "email_taken", 409, "The e-mail address is taken";
        /// The video has no open upload.
        UploadNotOpen = "upload_not_open", 409, "There is no open upload";
        /// Another process goes on with this upload.
        UploadTakenOver = "upload_taken_over", 409, "The upload was taken over";
        /// Parts, or the object, are not in the store.
        PartMissing = "part_missing", 409, "Parts are missing";
        /// A part in the store is not what was signed or promised.
        PartChecksumMismatch = "part_checksum_mismatch", 409, "A part differs";
        /// The object's size is not the promised one.
        SizeMismatch = "size_mismatch", 409, "The size differs";
        /// The parts' values do not make the file's hash.
        HashMismatch = "hash_mismatch", 409, "The hash differs";
        /// The state of the video does not permit this.
        InvalidState = "invalid_state", 409, "Not in this state";
        /// The upload had no progress for too long.
        UploadExpired = "upload_expired", 410, "The upload has expired";
        /// `If-Match` names an earlier version.
        PreconditionFailed = "precondition_failed", 412, "It has changed meanwhile";
        /// The body is larger than this route takes.
        BodyTooLarge = "body_too_large", 413, "The request body is too large";
        /// The body is not JSON.
        UnsupportedMediaType = "unsupported_media_type", 415, "The request body must be JSON";
        /// A field is missing, unknown, or out of its limits.
        ValidationFailed = "validation_failed", 422, "The request is not valid";
        /// The same `Idempotency-Key` came with another request.
        IdempotencyConflict = "idempotency_conflict", 422, "The idempotency key was used for another request";
        /// The file is larger than this server takes.
        FileTooLarge = "file_too_large", 422, "The file is too large";
        /// Too many requests from this address or account.
        RateLimited = "rate_limited", 429, "Too many requests";
        /// A fault of the server.
        Internal = "internal", 500, "Internal error";
        /// The server is being worked on.
        Maintenance = "maintenance", 503, "Maintenance";
        /// Database or store do not answer.
        Unavailable = "unavailable", 503, "Temporarily unavailable";
        /// The store has no room left.
        StorageFull = "storage_full", 507, "The storage is full";
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The body of every error, `application/problem+json` (RFC 9457).
///
/// Reading tolerates the original API's `{"detail": …}`: all else is optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`: the code is in `code`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// [`ErrorCode::title`].
    #[serde(default)]
    pub title: String,
    /// The HTTP status, again.
    #[serde(default)]
    pub status: u16,
    /// A sentence for a person, about this occurrence.
    #[serde(default, deserialize_with = "text_of_any")]
    pub detail: String,
    /// An [`ErrorCode`], or one that is newer than this program.
    #[serde(default)]
    pub code: String,
    /// The id under which the server's log tells more.
    #[serde(default)]
    pub request_id: String,
    /// One entry a field: what is wrong, with `validation_failed`; what changed, with `precondition_failed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With `part_missing`: which parts, up to 1,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<u32>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name, with a path where it is nested (`parts[3].checksum`).
    pub field: String,
    /// A sentence.
    pub message: String,
}

/// The original's `detail` may be an object or an array; its JSON then serves as the sentence.
fn text_of_any<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_statuses_and_titles_stay_as_they_are() {
        let table: Vec<String> = ErrorCode::ALL
            .iter()
            .map(|c| format!("{} {} {}", c.status(), c, c.title()))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn the_originals_errors_are_read() {
        let problem: Problem = serde_json::from_str(r#"{"detail": "Video not found"}"#).unwrap();
        assert_eq!(problem.detail, "Video not found");
        let problem: Problem = serde_json::from_str(r#"{"detail": [{"msg": "bad"}]}"#).unwrap();
        assert_eq!(problem.detail, r#"[{"msg":"bad"}]"#);
    }
}
