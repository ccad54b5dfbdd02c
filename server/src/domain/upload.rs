//! One attempt to bring a video's bytes: its shape, whose it is, and what its completion must satisfy. Pure.

use std::time::Duration;

use heimdex_api::hash::root_of_parts;
use heimdex_api::limits::PARTS_MAX;
use heimdex_api::plan::{PartNumber, PartPlan, PartSize};
use heimdex_api::{Blake3, Timestamp};
use uuid::Uuid;

/// Why the video of an upload without progress failed.
pub const EXPIRED: &str = "upload expired";
/// Why the video of an upload that somebody ended failed.
pub const CANCELLED: &str = "upload cancelled";

/// An upload tells of its end for this long before it.
const EXPIRY_WARNING: Duration = Duration::from_hours(7 * 24);

/// How the bytes of an upload travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// No byte, so no part.
    Empty,
    /// All bytes in one PUT to `incoming/`: the original's way, and that of every file of one part.
    OnePut(PartPlan),
    /// A multipart upload of the store.
    Parts(PartPlan),
    /// A multipart upload of the store, of a length that its completion tells.
    Stream(PartSize),
}

/// A part that the upload does not have, or not in this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchPart {
    /// The number is beyond the last.
    #[error("the upload has {count} parts")]
    Number {
        /// How many it has.
        count: u32,
    },
    /// The length differs from the plan.
    #[error("this part has {expected} bytes")]
    Length {
        /// What the plan says.
        expected: u64,
    },
    /// A stream's part holds between one byte and the part size.
    #[error("a part of this stream has 1 to {most} bytes")]
    StreamLength {
        /// The part size.
        most: u64,
    },
}

impl Shape {
    /// Of a file of `size` bytes (`None`: a stream), cut at `part_size`. `None` where it would need too many parts.
    #[must_use]
    pub fn of(size: Option<u64>, part_size: PartSize) -> Option<Self> {
        let Some(size) = size else {
            return Some(Self::Stream(part_size));
        };
        let plan = PartPlan::new(size, part_size)?;
        Some(match plan.count() {
            0 => Self::Empty,
            1 => Self::OnePut(plan),
            _ => Self::Parts(plan),
        })
    }

    /// Whether a multipart upload of the store carries it.
    #[must_use]
    pub const fn is_multipart(self) -> bool {
        match self {
            Self::Empty | Self::OnePut(_) => false,
            Self::Parts(_) | Self::Stream(_) => true,
        }
    }

    /// How many parts there are, where that is known.
    #[must_use]
    pub const fn part_count(self) -> Option<u32> {
        match self {
            Self::Empty => Some(0),
            Self::OnePut(plan) | Self::Parts(plan) => Some(plan.count()),
            Self::Stream(_) => None,
        }
    }

    /// Whether a part of this number and length may be sent.
    pub fn check_part(self, number: PartNumber, length: u64) -> Result<(), NoSuchPart> {
        match self {
            Self::Empty => Err(NoSuchPart::Number { count: 0 }),
            Self::OnePut(plan) | Self::Parts(plan) => match plan.length(number) {
                None => Err(NoSuchPart::Number {
                    count: plan.count(),
                }),
                Some(expected) if expected != length => Err(NoSuchPart::Length { expected }),
                Some(_) => Ok(()),
            },
            Self::Stream(size) if (1..=size.get()).contains(&length) => Ok(()),
            Self::Stream(size) => Err(NoSuchPart::StreamLength { most: size.get() }),
        }
    }

    /// Every part with its length, of a file that turned out to have `size` bytes; none where a stream would need
    /// more parts than there are numbers.
    #[must_use]
    pub fn lengths(self, size: u64) -> Vec<(PartNumber, u64)> {
        let plan = match self {
            Self::Empty => None,
            Self::OnePut(plan) | Self::Parts(plan) => Some(plan),
            Self::Stream(part_size) => PartPlan::new(size, part_size),
        };
        plan.map(|plan| {
            plan.parts()
                .filter_map(|part| Some((part, plan.length(part)?)))
                .collect()
        })
        .unwrap_or_default()
    }
}

/// What the original's single PUT is cut into: one part, however large.
#[must_use]
pub fn single_part_size(size: u64) -> PartSize {
    PartSize::new(size.max(1024).next_power_of_two())
        .unwrap_or_else(|| PartSize::choose(size, None))
}

/// Another process goes on with the upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("another process went on with this upload")]
pub struct TakenOver;

/// Whether a request of this epoch may act; one without passes while nobody has adopted the upload.
pub fn check_epoch(current: u32, given: Option<u32>) -> Result<(), TakenOver> {
    if given.unwrap_or(1) == current {
        Ok(())
    } else {
        Err(TakenOver)
    }
}

/// What an adoption comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// The epoch becomes this one.
    Raised(u32),
    /// The same caller has adopted it from the same epoch before: its reply was lost.
    Repeated(u32),
}

/// Takes an upload over from the epoch that the caller saw last.
pub fn adopt(
    current: u32,
    adopted_by: Option<Uuid>,
    seen: u32,
    caller: Uuid,
) -> Result<Adoption, TakenOver> {
    if seen == current {
        return current
            .checked_add(1)
            .map(Adoption::Raised)
            .ok_or(TakenOver);
    }
    if seen.checked_add(1) == Some(current) && adopted_by == Some(caller) {
        return Ok(Adoption::Repeated(current));
    }
    Err(TakenOver)
}

/// What a completion says of the whole file.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompletionClaim<'a> {
    /// Of all bytes.
    pub blake3: Option<Blake3>,
    /// Needed for a stream.
    pub size: Option<u64>,
    /// One a part.
    pub subtrees: Option<&'a [Blake3]>,
}

/// A completion whose words agree with each other and with what was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completion {
    /// Of the whole file.
    pub size: u64,
    /// Of all bytes, where anybody told.
    pub blake3: Option<Blake3>,
}

/// Why a completion cannot be true; the upload stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// Nobody knows how long the stream was.
    #[error("a stream's completion needs its size")]
    SizeNeeded,
    /// Another size than promised.
    #[error("{promised} bytes were promised, the completion says {claimed}")]
    Size {
        /// At init.
        promised: u64,
        /// Now.
        claimed: u64,
    },
    /// A stream longer than its parts can carry.
    #[error("a stream has at most {most} bytes at this part size")]
    TooLong {
        /// The most.
        most: u64,
    },
    /// One value a part is needed.
    #[error("there are {expected} parts, and {given} subtrees")]
    SubtreeCount {
        /// The parts.
        expected: usize,
        /// The subtrees.
        given: usize,
    },
    /// The parts' values do not make the hash.
    #[error("the subtrees do not make the file's hash")]
    Subtrees,
    /// Another hash than promised.
    #[error("another hash was promised when the upload began")]
    Hash,
}

/// Checks what a completion says against itself and against what init promised.
///
/// # Errors
/// [`Contradiction`], whatever the store has.
pub fn check_completion(
    shape: Shape,
    promised_size: Option<u64>,
    promised_hash: Option<Blake3>,
    claim: CompletionClaim<'_>,
) -> Result<Completion, Contradiction> {
    let size = match (promised_size, claim.size) {
        (None, None) => return Err(Contradiction::SizeNeeded),
        (Some(promised), Some(claimed)) if promised != claimed => {
            return Err(Contradiction::Size { promised, claimed });
        }
        (Some(size), _) | (None, Some(size)) => size,
    };
    if let Shape::Stream(part_size) = shape {
        let most = part_size.get().saturating_mul(u64::from(PARTS_MAX));
        if size > most {
            return Err(Contradiction::TooLong { most });
        }
    }
    let mut blake3 = claim.blake3;
    if let Some(subtrees) = claim.subtrees {
        let expected = shape.lengths(size).len();
        if subtrees.len() != expected {
            return Err(Contradiction::SubtreeCount {
                expected,
                given: subtrees.len(),
            });
        }
        let root = root_of_parts(subtrees);
        if blake3.is_some_and(|claimed| claimed != root) {
            return Err(Contradiction::Subtrees);
        }
        blake3 = Some(root);
    }
    match (promised_hash, blake3) {
        (Some(promised), Some(claimed)) if promised != claimed => Err(Contradiction::Hash),
        (promised, claimed) => Ok(Completion {
            size,
            blake3: claimed.or(promised),
        }),
    }
}

/// When to tell of the upload's end: only in the last days before it.
#[must_use]
pub fn announced_expiry(expires_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    (now >= expires_at.saturating_sub(EXPIRY_WARNING)).then_some(expires_at)
}

#[cfg(test)]
mod tests;
