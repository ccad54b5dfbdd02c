//! Text as it is compared and sorted: without the difference between large and small letters. Pure.

/// Folds a text for comparison.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}
