//! Texts from strangers: made printable and short before anybody sees them.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;

const MAX_CHARACTERS: usize = 120;

/// Text from a stranger: printable, and of bounded length. `None` where nothing is left.
pub(crate) fn tidy(bytes: &[u8]) -> Option<String> {
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_CHARACTERS)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A moment with its zone; what has none is no moment.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    const PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

/// A camera by make and model; a model that begins with its make stands alone.
pub(crate) fn camera(make: Option<&str>, model: Option<&str>) -> Option<String> {
    match (make, model) {
        (Some(make), Some(model)) if !model.to_lowercase().starts_with(&make.to_lowercase()) => {
            Some(format!("{make} {model}"))
        }
        (_, Some(name)) | (Some(name), None) => Some(name.to_owned()),
        (None, None) => None,
    }
}
