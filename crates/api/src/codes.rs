//! Lists of the stable codes that problem details carry.

/// Declares a closed list of stable codes: each with the code on the wire, the HTTP status that goes with it, and the same
/// words for every occurrence.
#[macro_export]
macro_rules! problem_codes {
    (
        $(#[$list:meta])*
        pub enum $name:ident {
            $($(#[$meta:meta])* $variant:ident = $code:literal, $status:literal, $title:literal;)*
        }
    ) => {
        $(#[$list])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$meta])* $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }

            /// The same words for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }

            /// Reads [`as_str`](Self::as_str) back.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|known| known.as_str() == code)
            }
        }
    };
}
