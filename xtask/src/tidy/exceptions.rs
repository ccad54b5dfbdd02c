//! What may break a rule, and why. An exception that is not needed any more is a finding itself.

/// Files longer than the limit, each with the reason why it reads better as one.
pub(super) const LONG_FILES: &[(&str, &str)] = &[];
