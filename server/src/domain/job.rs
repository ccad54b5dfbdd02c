//! Background work on a video: which stages there are, what follows what, and when a job runs again. Pure.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use heimdex_api::{Timestamp, VideoKind, VideoState};

/// How often a worker tells that it lives, and how far it is.
pub const HEARTBEAT: Duration = Duration::from_secs(2);

/// A kind of work. The word is what rows hold; a row with a word that is not listed is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reads the object back, compares, recognises the container, writes the side-car.
    UploadValidate,
    /// Looks into the container: duration, size, codecs, capture time.
    Probe,
    /// Writes the side-car anew after what it tells has changed.
    SideCar,
    /// Makes a poster and a contact sheet.
    Thumbnail,
    /// Reads the object again, because somebody asked, and compares.
    Reread,
}

impl Stage {
    /// All of them, in the order in which a video meets them.
    pub const ALL: &'static [Self] = &[
        Self::UploadValidate,
        Self::Probe,
        Self::SideCar,
        Self::Thumbnail,
        Self::Reread,
    ];

    /// The word in rows and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UploadValidate => "upload_validate",
            Self::Probe => "probe",
            Self::SideCar => "side_car",
            Self::Thumbnail => "thumbnail",
            Self::Reread => "reread",
        }
    }

    /// Grows when the stage comes to give other rows for the same bytes.
    #[must_use]
    pub const fn version(self) -> i64 {
        match self {
            Self::UploadValidate | Self::Probe | Self::SideCar | Self::Thumbnail | Self::Reread => {
                1
            }
        }
    }

    /// Smaller goes first: what says whether footage is safe goes before what makes it pleasant to look at.
    #[must_use]
    pub const fn priority(self) -> i64 {
        match self {
            Self::UploadValidate => 100,
            Self::Probe => 200,
            Self::SideCar => 300,
            Self::Thumbnail => 350,
            Self::Reread => 400,
        }
    }

    /// Whether people are told of it as it goes: what is only housekeeping would drown the rest.
    #[must_use]
    pub const fn is_told(self) -> bool {
        match self {
            Self::UploadValidate | Self::Probe | Self::Thumbnail | Self::Reread => true,
            Self::SideCar => false,
        }
    }

    /// Whether a video has failed where the stage has: what goes on behind one that is safe does not make it unsafe.
    #[must_use]
    pub const fn decides(self) -> bool {
        match self {
            Self::UploadValidate | Self::Probe => true,
            Self::SideCar | Self::Thumbnail | Self::Reread => false,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word names no stage of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no stage of this version")]
pub struct UnknownStage(pub String);

impl FromStr for Stage {
    type Err = UnknownStage;
    fn from_str(word: &str) -> Result<Self, UnknownStage> {
        Self::ALL
            .iter()
            .copied()
            .find(|stage| stage.as_str() == word)
            .ok_or_else(|| UnknownStage(word.chars().take(64).collect()))
    }
}

/// Where a video goes after its bytes were read back and found equal, and by which stage.
#[must_use]
pub const fn after_validation(
    kind: VideoKind,
    damage: Option<Damage>,
) -> (VideoState, Option<Stage>) {
    match (kind, damage) {
        (VideoKind::File, _) => (VideoState::Indexed, None),
        (VideoKind::Video, None | Some(Damage::Accepted)) => {
            (VideoState::Processing, Some(Stage::Probe))
        }
        (VideoKind::Video, Some(Damage::Refused)) => (VideoState::Failed, None),
    }
}

/// What a person said of a container that is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Keep it as it is.
    Accepted,
    /// Nothing yet.
    Refused,
}

/// What happens to a job whose attempt went wrong by a fault of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFault {
    /// It runs again, not before this time.
    Again(Timestamp),
    /// It has failed.
    GivenUp,
}

/// Decides after the `attempt`-th of `most` attempts; `jitter` is between 0 and 1.
#[must_use]
pub fn after_fault(attempt: u32, most: u32, now: Timestamp, jitter: f64) -> AfterFault {
    if attempt >= most {
        AfterFault::GivenUp
    } else {
        AfterFault::Again(now.saturating_add(delay(attempt, jitter)))
    }
}

/// When to ask a store or a database again that did not answer: no attempt is used up, so the waiting is short.
#[must_use]
pub fn after_outage(now: Timestamp, jitter: f64) -> Timestamp {
    now.saturating_add(delay(1, jitter))
}

/// 2 s, doubling up to 5 min, of which the upper half is spread.
fn delay(attempt: u32, jitter: f64) -> Duration {
    let base = Duration::from_secs(1 << attempt.clamp(1, 9)).min(Duration::from_mins(5));
    base.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_back_from_their_words() {
        for stage in Stage::ALL {
            assert_eq!(stage.as_str().parse(), Ok(*stage));
        }
        assert_eq!("faces".parse::<Stage>(), Err(UnknownStage("faces".into())));
    }

    #[test]
    fn attempts_are_bounded_and_wait_longer_each_time() {
        let now = Timestamp::from_micros(0).unwrap();
        let waits: Vec<u64> = (1..5)
            .map(|attempt| match after_fault(attempt, 5, now, 1.0) {
                AfterFault::Again(at) => at.since(now).as_secs(),
                AfterFault::GivenUp => 0,
            })
            .collect();
        assert_eq!(waits, [2, 4, 8, 16]);
        assert_eq!(after_fault(5, 5, now, 0.0), AfterFault::GivenUp);
        assert_eq!(delay(u32::MAX, 7.0), Duration::from_mins(5));
        assert_eq!(after_outage(now, 0.0).since(now), Duration::from_secs(1));
    }
}
