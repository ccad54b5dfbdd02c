//! Declares a concern's settings once: the struct, the names, the defaults and the documentation.

use super::error::ConfigError;
use super::sources::Reader;

/// One setting, as documentation and error messages see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// `limits.max_file_size`
    pub section: &'static str,
    /// `max_file_size`
    pub name: &'static str,
    /// As it would stand in the environment.
    pub default: &'static str,
    /// The sentences of the field's documentation.
    pub doc: &'static str,
}

impl Field {
    /// `limits.max_file_size`
    pub(super) fn key(&self) -> String {
        if self.section.is_empty() {
            return self.name.to_owned();
        }
        format!("{}.{}", self.section, self.name)
    }

    /// `HEIMDEX_SERVER_LIMITS_MAX_FILE_SIZE`
    pub(super) fn variable(&self) -> String {
        let key = self.key().replace('.', "_").to_uppercase();
        format!("{}{key}", super::sources::ENVIRONMENT_PREFIX)
    }
}

/// A struct of settings that can be read from the sources.
pub(super) trait Section: Sized {
    /// All of its settings.
    const FIELDS: &'static [Field];
    /// Reads them.
    fn read(reader: &mut Reader) -> Result<Self, ConfigError>;
}

macro_rules! section {
    (
        $(#[$meta:meta])*
        pub struct $struct:ident in $section:literal {
            $(
                $(#[doc = $doc:literal])+
                pub $field:ident : $type:ty = $default:literal
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $struct {
            $( $(#[doc = $doc])+ pub $field: $type, )*
        }

        impl $crate::config::section::Section for $struct {
            const FIELDS: &'static [$crate::config::section::Field] = &[
                $( $crate::config::section::Field {
                    section: $section,
                    name: stringify!($field),
                    default: $default,
                    doc: concat!($($doc),+),
                } ),*
            ];

            fn read(
                reader: &mut $crate::config::sources::Reader,
            ) -> Result<Self, $crate::config::ConfigError> {
                Ok(Self { $(
                    $field: reader.take(&$crate::config::section::Field {
                        section: $section,
                        name: stringify!($field),
                        default: $default,
                        doc: "",
                    })?,
                )* })
            }
        }
    };
}
pub(super) use section;
