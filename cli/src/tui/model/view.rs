//! The views, each with its tab.

/// The views, in the order of their tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Library,
    Transfers,
    Upload,
    Watches,
    Account,
    Log,
}

impl View {
    /// All, in order.
    pub(crate) const ALL: [Self; 6] = [
        Self::Library,
        Self::Transfers,
        Self::Upload,
        Self::Watches,
        Self::Account,
        Self::Log,
    ];

    /// What its tab says.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Library => "Library",
            Self::Transfers => "Transfers",
            Self::Upload => "Upload",
            Self::Watches => "Watches",
            Self::Account => "Account",
            Self::Log => "Log",
        }
    }
}
