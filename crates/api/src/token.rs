//! The spelling of access tokens: `hdx_`, 43 characters of base62, 6 of checksum.
//!
//! The prefix lets scanners find a leaked token, the checksum lets a typing error be told from a revoked token
//! without asking the database. The format follows the one GitHub described for its tokens in 2021.

use crc_fast::{CrcAlgorithm, checksum};

use crate::Secret;

/// What every access token begins with.
pub const PREFIX: &str = "hdx_";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY: usize = 43;
const CHECK: usize = 6;

/// Writes 32 random bytes as a token.
#[must_use]
pub fn encode(random: &[u8; 32]) -> Secret {
    let mut text = String::with_capacity(PREFIX.len() + BODY + CHECK);
    text.push_str(PREFIX);
    text.push_str(&base62(random, BODY));
    let check = check_of(&text);
    text.push_str(&check);
    Secret::new(text)
}

/// Whether the text is spelled like a token, checksum included. It says nothing of whether the token is valid.
#[must_use]
pub fn is_well_formed(text: &str) -> bool {
    let Some(body) = text.strip_prefix(PREFIX) else {
        return false;
    };
    if body.len() != BODY + CHECK || !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    let (head, check) = text.split_at(PREFIX.len() + BODY);
    check_of(head) == check
}

fn check_of(text: &str) -> String {
    let crc = checksum(CrcAlgorithm::Crc32IsoHdlc, text.as_bytes());
    base62(&crc.to_be_bytes(), CHECK)
}

/// The big-endian number in `bytes` with exactly `width` digits; what does not fit is cut off at the front.
fn base62(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = (rest << 8) | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *digit = DIGITS[rest as usize];
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_token_is_well_formed_and_no_typing_error_is(
            random in any::<[u8; 32]>(),
            at in 4usize..53,
            with in "[0-9A-Za-z]",
        ) {
            let token = encode(&random);
            prop_assert!(is_well_formed(token.expose()));
            prop_assert_eq!(token.expose().len(), 53);
            let mut typed = token.expose().to_owned();
            typed.replace_range(at..=at, &with);
            prop_assert_eq!(is_well_formed(&typed), typed == token.expose());
        }

        #[test]
        fn two_tokens_differ(a in any::<[u8; 32]>(), b in any::<[u8; 32]>()) {
            prop_assert_eq!(encode(&a) == encode(&b), a == b);
        }

        #[test]
        fn any_text_is_answered(text in ".*") {
            let _ = is_well_formed(&text);
        }
    }
}
