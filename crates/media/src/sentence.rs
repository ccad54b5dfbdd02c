//! The pieces that the sentences about damage share.

/// What people are told to think of where a file simply ends too early.
pub(crate) const CUT_SHORT: &str = "It looks as if a copy was cut short.";

/// What people are told to think of where a file was never finished.
pub(crate) const LOST_POWER: &str =
    "It looks as if the camera or the program lost power while it was writing.";

/// The sentence for a file that ends within `part`, `missing` bytes too early.
pub(crate) fn ends_in(part: &str, missing: u64) -> String {
    format!(
        "The file ends in the middle of {part}: {} missing. {CUT_SHORT}",
        bytes(missing)
    )
}

/// The same, where nobody can tell what else would have followed.
pub(crate) fn ends_at_least_in(part: &str, missing: u64) -> String {
    format!(
        "The file ends in the middle of {part}: at least {} missing. {CUT_SHORT}",
        bytes(missing)
    )
}

/// How many bytes "are" (missing), for a person: exact where they are few.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB")];
    if let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| count >= *unit) {
        let tenths = u128::from(count) * 10 / u128::from(unit);
        return format!("{}.{} {name} are", grouped(tenths / 10), tenths % 10);
    }
    match count {
        1 => "1 byte is".to_owned(),
        _ => format!("{} bytes are", grouped(count.into())),
    }
}

fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_exact_while_small() {
        let cases = [
            (1, "1 byte is"),
            (999, "999 bytes are"),
            (1_048_575, "1,048,575 bytes are"),
            (1_048_576, "1.0 MiB are"),
            (62_277_025_792, "58.0 GiB are"),
            (u64::MAX, "16,777,215.9 TiB are"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }
}
