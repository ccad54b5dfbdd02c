//! A value, and where it came from.

use std::fmt;

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// It was typed.
    Flag(&'static str),
    /// It is in the environment.
    Variable(&'static str),
    /// The profile in use says it.
    Profile,
    /// The configuration file says it, for all profiles.
    File,
    /// Nothing says anything else.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag(name) | Self::Variable(name) => name,
            Self::Profile => "profile",
            Self::File => "configuration",
            Self::Default => "default",
        })
    }
}

/// A value that is known, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known<T> {
    /// The value.
    pub(crate) value: T,
    /// From where.
    pub(crate) source: Source,
}

impl<T> Known<T> {
    /// A value from somewhere.
    pub(crate) fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}
