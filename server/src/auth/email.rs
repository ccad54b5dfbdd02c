//! E-mail addresses: what counts as one, and when two are the same. Pure.

use heimdex_api::limits::EMAIL_MAX;

use crate::web::ApiError;

/// Checks an address and folds it, so that one person has one account however they type it.
///
/// Only what cannot be an address is refused; whether it exists, a mail would have to show.
///
/// # Errors
/// `validation_failed` on `email`. The address itself is not repeated.
pub fn fold(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    let looks_right = match text.rsplit_once('@') {
        Some((local, domain)) => is_local_part(local) && is_domain(domain),
        None => false,
    };
    if !looks_right || text.len() > EMAIL_MAX {
        return Err(ApiError::field("email", "It is not an e-mail address."));
    }
    Ok(text.to_lowercase())
}

fn is_local_part(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "@<>,;:\\\"()[]".contains(c);
    (1..=64).contains(&text.len()) && !text.contains(odd)
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |c: char| c.is_alphanumeric() || c == '-';
        !label.is_empty()
            && label.chars().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn the_same_person_is_the_same_however_typed() {
        for (text, folded) in [
            ("Ada@Example.org", "ada@example.org"),
            ("  ada+cam@example.org ", "ada+cam@example.org"),
            ("jürgen@müller.example", "jürgen@müller.example"),
            ("root@localhost", "root@localhost"),
        ] {
            assert_eq!(fold(text).unwrap(), folded);
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a b@example.org",
            "ada@exa mple.org",
            "ada@.org",
            "ada@example..org",
            "a@b@example.org",
            "ada@-x.org",
            "ada\n@example.org",
            "<ada@example.org>",
            &long,
        ] {
            assert!(fold(text).is_err(), "{text}");
        }
    }
}
