//! Where a reader of a library's log is, and the opaque text that says so on the wire. Pure.
//!
//! The number alone would name another event after a database was restored from a copy: the time of the event goes with
//! it, and the beginning of the library's id, so that what was read elsewhere is known for that.

use std::fmt::Write as _;

use heimdex_api::{LibraryId, Timestamp};

/// What was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Its number.
    pub(super) seq: u64,
    /// When it was written, where that was known.
    pub(super) at: Option<Timestamp>,
}

impl Position {
    /// The text of it.
    pub(super) fn id(self, library: LibraryId) -> String {
        let at = self.at.map_or(0, Timestamp::as_micros);
        let mut id = digits(library);
        // Writing to a string cannot fail.
        let _ = write!(id, "-{}-{at:x}", self.seq);
        id
    }

    /// Reads it back; `None` where it is no position in this library's log.
    pub(super) fn parse(id: &str, library: LibraryId) -> Option<Self> {
        let mut parts = id.split('-');
        if parts.next()? != digits(library) {
            return None;
        }
        let seq = parts.next()?.parse().ok()?;
        let at = i64::from_str_radix(parts.next()?, 16).ok()?;
        if parts.next().is_some() {
            return None;
        }
        let at = match at {
            0 => None,
            at => Some(Timestamp::from_micros(at)?),
        };
        Some(Self { seq, at })
    }
}

fn digits(library: LibraryId) -> String {
    library.as_uuid().simple().to_string()[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn a_position_comes_back_in_its_library_alone(
            one in any::<u128>(), other in any::<u128>(), seq in any::<u64>(), at in 0_i64..4_000_000_000_000_000,
        ) {
            let library = LibraryId::new(Uuid::from_u128(one));
            let at = (at > 0).then(|| Timestamp::from_micros(at).unwrap());
            let position = Position { seq, at };
            let id = position.id(library);
            prop_assert_eq!(Position::parse(&id, library), Some(position));
            if one >> 96 != other >> 96 {
                prop_assert_eq!(Position::parse(&id, LibraryId::new(Uuid::from_u128(other))), None);
            }
        }

        #[test]
        fn whatever_a_client_sends_is_read_or_not(text in ".*") {
            let library = LibraryId::new(Uuid::nil());
            let read = Position::parse(&text, library);
            prop_assert!(read.is_none() || text.starts_with("00000000-"));
        }
    }
}
