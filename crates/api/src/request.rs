//! Request types that know their own field names, so that an unknown field can be refused by name.

/// A request body or query string whose fields are a closed list.
///
/// The server refuses any other field with 422 and names the nearest; the [`IGNORED`](Self::IGNORED) ones are
/// fields of the original API that have no meaning here and are accepted in silence.
pub trait RequestBody {
    /// The names of all fields, as on the wire.
    const FIELDS: &'static [&'static str];
    /// Names that clients of the original API may send, accepted and dropped.
    const IGNORED: &'static [&'static str];
}

/// Declares a request type and its [`RequestBody`] in one go, so that the two cannot differ.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident : $type:ty ),* $(,)?
        }
        $( ignored $ignored:expr; )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
        }
        impl $crate::RequestBody for $name {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            const IGNORED: &'static [&'static str] = request!(@ignored $($ignored)?);
        }
    };
    (@ignored) => { &[] };
    (@ignored $ignored:expr) => { $ignored };
}
pub(crate) use request;
