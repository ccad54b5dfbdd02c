//! The views, each with its tab.

/// The views, in the order of their tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Library,
    Transfers,
    Account,
    Log,
}

impl View {
    /// All, in order.
    pub(crate) const ALL: [Self; 4] = [Self::Library, Self::Transfers, Self::Account, Self::Log];

    /// What its tab says.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Library => "Library",
            Self::Transfers => "Transfers",
            Self::Account => "Account",
            Self::Log => "Log",
        }
    }
}
