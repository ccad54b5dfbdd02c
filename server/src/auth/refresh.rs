//! Refresh tokens: how they look, how they are stored, and how one leads to the next. Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heimdex_api::Secret;
use sha2::{Digest, Sha256};

use crate::auth::keys::Key;
use crate::catalog::{Successor, TokenHash};

/// What every refresh token begins with, so that scanners find a leaked one.
const PREFIX: &str = "hdxr_";

/// Writes random bytes as a token.
#[must_use]
pub fn encode(bytes: &[u8; 32]) -> Secret {
    Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// How a token is known to the database. It is random, so a plain hash cannot be guessed backwards.
#[must_use]
pub fn hash_of(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// The token that follows `token`: always the same one under the same key, and no other way to know it.
#[must_use]
pub fn successor(token: &str, key: &Key) -> Secret {
    let derived = blake3::derive_key("heimdex 2026-11-23 refresh token successor", key.expose());
    encode(blake3::keyed_hash(&derived, token.as_bytes()).as_bytes())
}

/// What the database is told of a successor.
#[must_use]
pub fn successor_row(token: &str, key: &Key) -> Successor {
    Successor {
        kid: key.kid().to_owned(),
        hash: hash_of(successor(token, key).expose()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::tests_support::ring;

    #[test]
    fn a_successor_is_the_same_under_one_key_and_another_under_another() {
        let (one, two) = (ring(&["one"]), ring(&["two"]));
        let token = encode(&[7; 32]);
        let next = successor(token.expose(), one.current());
        assert_eq!(next, successor(token.expose(), one.current()));
        assert_ne!(next, successor(token.expose(), two.current()));
        assert_ne!(next, successor(next.expose(), one.current()));
        let row = successor_row(token.expose(), one.current());
        assert_eq!(row.hash, hash_of(next.expose()));
    }
}
