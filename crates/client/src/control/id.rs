//! How watches and queued files are named: `w3`, `q17`. Short, because they are typed; never a video's id, because that
//! has no such letter first.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The text is not such an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not an id of {what}, which are written as `{letter}12`")]
pub struct InvalidId {
    given: String,
    what: &'static str,
    letter: char,
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $letter:literal, $what:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let digits = text.strip_prefix($letter);
                let row = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
                row.and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| InvalidId {
                        given: text.chars().take(64).collect(),
                        what: $what,
                        letter: $letter,
                    })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

id! {
    /// A folder under watch: its row in the journal.
    WatchId, 'w', "watches"
}
id! {
    /// A file in the queue: its row in the journal.
    ItemId, 'q', "queued files"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_shown() {
        assert_eq!(ItemId(17).to_string(), "q17");
        assert_eq!("q17".parse(), Ok(ItemId(17)));
        assert_eq!("w3".parse(), Ok(WatchId(3)));
        for wrong in [
            "17",
            "w17",
            "q",
            "q-1",
            "q1x",
            "Q1",
            "q99999999999999999999",
        ] {
            assert!(wrong.parse::<ItemId>().is_err(), "{wrong}");
        }
    }
}
