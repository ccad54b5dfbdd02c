//! Why something did not work.

use heimdex_client::ErrorClass;

/// Why something did not work, in sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// What happened.
    pub(crate) text: String,
    /// What to do.
    pub(crate) hint: Option<String>,
    /// What kind it is.
    pub(crate) class: ErrorClass,
}

impl Trouble {
    /// What happened, and what to do.
    pub(crate) fn sentence(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.text),
            None => self.text.clone(),
        }
    }
}
