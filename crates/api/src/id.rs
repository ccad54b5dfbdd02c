//! The ids of everything that has one. All are version 4 UUIDs, so that the first digits are enough to type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to name one of these.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }
            /// The bare UUID, for rows and keys.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
            /// The first six hexadecimal digits: what people see in tables.
            #[must_use]
            pub fn short(self) -> String {
                self.0.simple().to_string()[..6].to_owned()
            }
        }
        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )* };
}

id! {
    /// A row of the catalog.
    VideoId,
    /// An account.
    UserId,
    /// Whose videos they are; at first one an account, with the account's id.
    LibraryId,
    /// One attempt to bring a video's bytes.
    UploadId,
    /// One run of taking a card or folder in.
    IngestId,
    /// An access token for scripts.
    TokenId,
    /// A login.
    SessionId,
    /// A piece of background work on a video.
    JobId,
    /// A copy of a video's bytes in a store.
    ObjectId,
    /// One run of reading stored bytes again.
    RereadId,
}
