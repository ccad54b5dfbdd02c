//! Text that must not be printed: passwords, tokens, presigned URLs.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! secret {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        ///
        /// It has no `Display` and its `Debug` hides the value. It serialises in full, because the wire is where it
        /// belongs; nothing that is printed or logged may hold one.
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text in.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The text itself, for the one place that needs it.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

secret! {
    /// A password or a token.
    Secret
}

secret! {
    /// A URL that grants access by itself.
    PresignedUrl
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", Secret::new("hunter2")),
            "Secret([redacted])"
        );
        assert_eq!(
            format!("{:?}", PresignedUrl::new("http://a/?s=1")),
            "PresignedUrl([redacted])"
        );
    }
}
