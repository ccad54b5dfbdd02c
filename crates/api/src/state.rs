//! The words that name states and kinds, on the wire and in rows.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on the wire and in rows.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    UnknownWord {
                        given: text.chars().take(64).collect(),
                        expected: &[$($word),*],
                    }
                })
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
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
pub(crate) use words;

/// A word that is none of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is none of {}", expected.join(", "))]
pub struct UnknownWord {
    /// What was given, cut to 64 characters.
    pub given: String,
    /// What it could have been.
    pub expected: &'static [&'static str],
}

words! {
    /// Where a video stands. See `VideoState` in the glossary of ARCHITECTURE.md for the moves.
    VideoState {
        /// Its bytes are on their way.
        Uploading = "uploading",
        /// Complete; being read back and looked into.
        Validating = "validating",
        /// Verified; later stages run.
        Processing = "processing",
        /// Done: verified and probed.
        Indexed = "indexed",
        /// Stopped, with a sentence why.
        Failed = "failed",
        /// In the trash, for 30 days.
        Deleted = "deleted",
    }
}

words! {
    /// Where a job stands.
    JobState {
        /// Waiting for its turn.
        Pending = "pending",
        /// A worker holds its lease.
        Running = "running",
        /// Succeeded.
        Completed = "completed",
        /// Out of attempts, or stopped by a verdict.
        Failed = "failed",
        /// Not needed any more.
        Cancelled = "cancelled",
    }
}

words! {
    /// What the bytes are.
    VideoKind {
        /// A container that is known.
        Video = "video",
        /// Any other file: verified, listed, downloadable, never probed.
        File = "file",
    }
}

words! {
    /// What was read when the bytes were verified.
    VerifiedHow {
        /// The storage medium itself.
        Medium = "medium",
        /// Perhaps only the page cache of the store's machine.
        Cached = "cached",
        /// Another store, through its API.
        Store = "store",
    }
}

words! {
    /// What the store says of an object when it is asked.
    StoreStanding {
        /// It is there as it was recorded: this size, this entity tag.
        Present = "present",
        /// It is not there, or not all of it.
        Missing = "missing",
        /// Another object is there.
        Differs = "differs",
    }
}

words! {
    /// What reading a video's stored bytes again came to.
    RereadOutcome {
        /// They are still to be read.
        Pending = "pending",
        /// They are what they were.
        Equal = "equal",
        /// They are others: the video has failed.
        Differs = "differs",
        /// They are not there any more.
        Missing = "missing",
        /// They could not be read to their end.
        Unreadable = "unreadable",
        /// There is no such video, or it is one that nobody may lean on: on its way, trashed, failed, set aside.
        NotCounted = "not_counted",
    }
}

words! {
    /// Where a run of reading again stands.
    RereadState {
        /// Something is still to be read.
        Running = "running",
        /// Every result is there.
        Done = "done",
    }
}

words! {
    /// What an event tells of.
    EventKind {
        /// A [`VideoEvent`](crate::event::VideoEvent).
        Video = "video",
        /// An [`UploadEvent`](crate::event::UploadEvent).
        Upload = "upload",
        /// A [`JobEvent`](crate::event::JobEvent).
        Job = "job",
        /// A [`DeletedEvent`](crate::event::DeletedEvent).
        Deleted = "deleted",
        /// A [`ResetEvent`](crate::event::ResetEvent).
        Reset = "reset",
    }
}

words! {
    /// Why what was known does not hold any more.
    ResetReason {
        /// The log does not reach back to the event that was named.
        TooOld = "too_old",
        /// No event of this library has that id: it is another library's, or the database is another one by now.
        Unknown = "unknown",
        /// The reader was slower than what happened; the stream ends.
        TooSlow = "too_slow",
    }
}

/// A word of a list that may grow: what a newer server sends is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open<T> {
    /// A word of today's list.
    Known(T),
    /// A word that this program does not know.
    Unknown(String),
}

impl<T: Copy> Open<T> {
    /// The word, where it is known.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Unknown(_) => None,
        }
    }
}

impl<T> From<T> for Open<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: fmt::Display> fmt::Display for Open<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(word) => word.fmt(f),
            Self::Unknown(word) => f.pad(word),
        }
    }
}

impl<T: Serialize> Serialize for Open<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(word) => word.serialize(serializer),
            Self::Unknown(word) => serializer.serialize_str(word),
        }
    }
}

impl<'de, T: std::str::FromStr> Deserialize<'de> for Open<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(text.parse().map_or(Self::Unknown(text), Self::Known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_servers_word_is_kept() {
        let state: Open<VideoState> = serde_json::from_str("\"archived\"").unwrap();
        assert_eq!(state, Open::Unknown("archived".into()));
        assert_eq!(serde_json::to_string(&state).unwrap(), "\"archived\"");
        let state: Open<VideoState> = serde_json::from_str("\"indexed\"").unwrap();
        assert_eq!(state.known(), Some(VideoState::Indexed));
    }

    #[test]
    fn an_unknown_word_names_the_list() {
        let error = "done".parse::<JobState>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`done` is none of pending, running, completed, failed, cancelled"
        );
    }
}
