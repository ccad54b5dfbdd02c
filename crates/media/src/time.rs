//! Times and rates out of the numbers of containers, rounded as the report has them.

/// `units` of `seconds` / `over` seconds each, in milliseconds, rounded to the nearest; `None`
/// where the unit has no length.
pub(crate) fn milliseconds(units: u64, seconds: u64, over: u64) -> Option<u64> {
    let over = u128::from(over);
    let whole = u128::from(units)
        .checked_mul(u128::from(seconds))?
        .checked_mul(1000)?;
    u64::try_from(whole.checked_add(over / 2)?.checked_div(over)?).ok()
}

/// `count` in `seconds` / `over` seconds, as a rate rounded to thousandths; `None` where that is
/// no rate a person would believe.
pub(crate) fn rate(count: u64, over: u64, seconds: u64) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate is rounded to thousandths anyway"
    )]
    let rate = count as f64 * over as f64 / seconds as f64;
    believable(rate)
}

/// A rate rounded to thousandths, where a person would believe it.
pub(crate) fn believable(rate: f64) -> Option<f64> {
    let rounded = (rate * 1000.0).round() / 1000.0;
    (rounded.is_finite() && rounded > 0.0 && rounded < 100_000.0).then_some(rounded)
}

/// Samples a second, where a person would believe it.
pub(crate) fn hertz(rate: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked, and the fraction of a sample a second is not wanted"
    )]
    (1.0..=10_000_000.0)
        .contains(&rate)
        .then(|| rate.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_and_never_divided_by_nothing() {
        assert_eq!(milliseconds(30, 1001, 30_000), Some(1001));
        assert_eq!(milliseconds(1, 1, 3), Some(333));
        assert_eq!(milliseconds(1, 1, 0), None);
        assert_eq!(milliseconds(u64::MAX, u64::MAX, 1), None);
        assert_eq!(rate(1, 30_000, 1001), Some(29.97));
        assert_eq!(rate(1, 25, 0), None);
        assert_eq!(rate(0, 25, 1), None);
    }
}
