//! Access tokens of sessions: JWT, HS256, a quarter of an hour to an hour long.
//!
//! Pure: keys and time are parameters. Whether the session still lives is the session's affair.

use heimdex_api::{ErrorCode, Secret, SessionId, Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::auth::keys::{Key, KeyRing};
use crate::web::ApiError;

const ISSUER: &str = "heimdex";
/// Between replicas clocks may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);

/// What an access token says. The format is versioned by its issuer: another one is another format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Whose it is.
    pub user_id: UserId,
    /// Which login it belongs to.
    pub session_id: SessionId,
}

/// A token that is one, and for how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// What it says.
    pub claims: AccessClaims,
    /// When it is refused from.
    pub holds_until: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// Signs an access token that holds for `ttl`.
///
/// # Errors
/// Only for reasons that no request can cause.
pub fn sign(
    claims: AccessClaims,
    key: &Key,
    now: Timestamp,
    ttl: Duration,
) -> Result<Secret, ApiError> {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(key.kid().to_owned());
    let claims = Claims {
        iss: ISSUER.to_owned(),
        sub: claims.user_id,
        sid: claims.session_id,
        iat: seconds(now),
        exp: seconds(now.saturating_add(ttl)),
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key.expose()))
        .map(Secret::new)
        .map_err(ApiError::internal)
}

/// Reads an access token back.
///
/// # Errors
/// `token_expired`, or `token_invalid` for everything else: why is nobody's business.
pub fn verify(token: &str, keys: &KeyRing, now: Timestamp) -> Result<Verified, ApiError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| invalid())?;
    let kid = header.kid.ok_or_else(invalid)?;
    let key = keys.find(&kid).ok_or_else(invalid)?;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    // The library would look at the system's clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoded =
        jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key.expose()), &validation);
    let claims = decoded.map_err(|_| invalid())?.claims;
    if seconds(now.saturating_sub(LEEWAY)) >= claims.exp {
        return Err(ApiError::new(
            ErrorCode::TokenExpired,
            "The access token has expired; refresh it.",
        ));
    }
    let expires_at = Timestamp::from_micros(claims.exp.saturating_mul(1_000_000));
    Ok(Verified {
        claims: AccessClaims {
            user_id: claims.sub,
            session_id: claims.sid,
        },
        holds_until: expires_at.ok_or_else(invalid)?.saturating_add(LEEWAY),
    })
}

/// What a token that is none, or no longer one, is answered with.
pub(crate) fn invalid() -> ApiError {
    ApiError::new(
        ErrorCode::TokenInvalid,
        "The token is malformed, revoked, or of a session that has ended.",
    )
}

const fn seconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::tests_support::ring;

    fn claims() -> AccessClaims {
        AccessClaims {
            user_id: UserId::new(uuid::Uuid::from_u128(1)),
            session_id: SessionId::new(uuid::Uuid::from_u128(2)),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_token_holds_until_it_expires() {
        let keys = ring(&["one"]);
        let now = at("2026-11-23T10:00:00Z");
        let token = sign(claims(), keys.current(), now, HOUR).unwrap();
        let read = |time| verify(token.expose(), &keys, at(time));
        let verified = read("2026-11-23T11:00:20Z").unwrap();
        assert_eq!(verified.claims, claims());
        assert_eq!(verified.holds_until, at("2026-11-23T11:00:30Z"));
        let error = read("2026-11-23T11:00:30Z").unwrap_err();
        assert_eq!(error.code(), ErrorCode::TokenExpired);
    }

    #[test]
    fn the_previous_key_still_verifies_and_a_foreign_one_never() {
        let now = at("2026-11-23T10:00:00Z");
        let token = sign(claims(), ring(&["old"]).current(), now, HOUR).unwrap();
        assert!(verify(token.expose(), &ring(&["new", "old"]), now).is_ok());
        let error = verify(token.expose(), &ring(&["new"]), now).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TokenInvalid);
    }

    #[test]
    fn other_algorithms_and_altered_tokens_are_refused() {
        let keys = ring(&["one"]);
        let now = at("2026-11-23T10:00:00Z");
        let token = sign(claims(), keys.current(), now, HOUR).unwrap();
        let mut parts: Vec<&str> = token.expose().split('.').collect();
        let none = base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            format!(
                r#"{{"alg":"none","typ":"JWT","kid":"{}"}}"#,
                keys.current().kid()
            ),
        );
        parts[0] = &none;
        let unsigned = format!("{}.{}.", parts[0], parts[1]);
        let swapped = parts.join(".");
        let mut flipped = token.expose().to_owned();
        let last = flipped.pop().unwrap();
        flipped.insert(flipped.len() - 4, last);
        for text in [
            unsigned.as_str(),
            &swapped,
            &flipped,
            "",
            "a.b.c",
            "....",
            "ÿ",
        ] {
            let error = verify(text, &keys, now).unwrap_err();
            assert_eq!(error.code(), ErrorCode::TokenInvalid, "{text}");
        }
    }
}
