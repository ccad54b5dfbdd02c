//! Decides when a file is finished.
//!
//! Pure: it is told what was seen of one file and when, and answers what to do next: look again then, look closely, or
//! take it for finished. It never touches the file system and never asks for the time, so every race is a unit test.
//! Only a clock that never goes back counts; what the file's own times say is compared for equality alone.

mod waiting;

use std::time::Duration;

use heimdex_client::journal::FileStamp;

pub use self::waiting::{Growth, Waiting};

/// No pause of a writer makes a file wait longer than this.
pub(super) const SETTLE_MOST: Duration = Duration::from_mins(10);
/// A program makes the name first and opens the file then: an empty one is still for so long, whatever a watch asks for.
const EMPTY_LEAST: Duration = Duration::from_secs(1);
/// A file that is written is looked at no less often.
const LOOK_MOST: Duration = Duration::from_secs(5);
const LOOK_LEAST: Duration = Duration::from_millis(100);
/// "In the last 5 s."
const WINDOW: Duration = Duration::from_secs(5);
/// What was written in less is no recording, and is over sooner.
const MOMENT: Duration = Duration::from_secs(1);
/// Who writes a file, and how long it will be, is asked no more often.
const GLANCE_EVERY: Duration = Duration::from_secs(15);
/// What holds a finished file back is looked for again after this, and after twice as long each time.
const BLOCKED_FIRST: Duration = Duration::from_secs(2);
const BLOCKED_MOST: Duration = Duration::from_mins(1);

/// A point in time of a clock that only goes forward, and stands still while the machine sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Duration);

impl Moment {
    /// Later than any other.
    pub(super) const NEVER: Self = Self(Duration::MAX);

    /// How long before this `earlier` was.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// So much later.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by))
    }
}

/// What a file does, as far as is known when it is first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Something just happened to it.
    Busy,
    /// It was written long ago by the look of it: it is left in peace until its time is over.
    Quiet,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Look at it again then; without a time, when something happens to it.
    Wait {
        /// When.
        until: Option<Moment>,
        /// What a person reads meanwhile.
        why: Waiting,
    },
    /// It grows: look what it is and who writes it, and tell [`Settling::glanced`].
    Glance,
    /// It is still: look who holds it, what lies beside it and what its container says, and tell [`Settling::probed`].
    Probe,
    /// It is finished.
    Settled {
        /// What is wrong with it, where a person wants it all the same.
        damage: Option<String>,
    },
}

/// What a look at a growing file found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glance {
    /// Its first bytes are those of a video.
    pub is_video: bool,
    /// How long it will be, where its container or the file that it is copied from says so.
    pub target: Option<u64>,
}

/// Who has a file open for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writer {
    /// Somebody.
    Some {
        /// The program's name, where it can be known.
        program: Option<String>,
    },
    /// Nobody.
    Nobody,
    /// The system does not say.
    Unknown,
}

/// What a container says of its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It is all there, or says nothing of it.
    Whole,
    /// It ends too early.
    CutOff {
        /// What is missing, a sentence.
        sentence: String,
    },
}

/// What a close look at a still file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who has it open for writing.
    pub writer: Writer,
    /// The name of a lock or temporary file beside it.
    pub beside: Option<Vec<u8>>,
    /// What its container says.
    pub ending: Ending,
}

/// One file that is not finished yet.
#[derive(Debug, Clone)]
pub struct Settling {
    stamp: FileStamp,
    activity: Activity,
    still_since: Moment,
    /// The longest time that it was still before it changed again.
    longest_pause: Duration,
    /// The last two looks that lie a window apart.
    older: (Moment, u64),
    newer: (Moment, u64),
    glance: Option<Box<(Moment, Glance)>>,
    state: State,
    is_forced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Moving,
    /// Something but the file itself holds it back.
    Blocked {
        tries: u8,
        why: Box<Waiting>,
    },
    /// Nothing changes that but a change of the file, or a person.
    CutOff {
        sentence: Box<str>,
    },
}

impl Settling {
    /// A file that was seen for the first time. `pause` is the longest pause that its writer is known to have made.
    #[must_use]
    pub fn new(stamp: FileStamp, activity: Activity, pause: Duration, now: Moment) -> Self {
        Self {
            stamp,
            activity,
            still_since: now,
            longest_pause: pause,
            older: (now, stamp.size),
            newer: (now, stamp.size),
            glance: None,
            state: State::Moving,
            is_forced: false,
        }
    }

    /// Its state when it was last seen.
    #[must_use]
    pub fn stamp(&self) -> &FileStamp {
        &self.stamp
    }

    /// The longest pause that its writer made.
    #[must_use]
    pub fn longest_pause(&self) -> Duration {
        self.longest_pause
    }

    /// Since when it is still.
    #[must_use]
    pub fn still_since(&self) -> Moment {
        self.still_since
    }

    /// A person wants it, whatever its container or the names beside it say. Being still it must be all the same.
    pub fn force(&mut self) {
        self.is_forced = true;
    }

    /// It was looked at.
    #[must_use]
    pub fn seen(&mut self, stamp: FileStamp, least: Duration, now: Moment) -> Step {
        if stamp != self.stamp {
            self.longest_pause = self.longest_pause.max(now.since(self.still_since));
            self.stamp = stamp;
            self.still_since = now;
            self.activity = Activity::Busy;
            self.state = State::Moving;
        }
        if now.since(self.newer.0) >= WINDOW {
            self.older = std::mem::replace(&mut self.newer, (now, stamp.size));
        }
        self.next(least, now)
    }

    /// It was glanced at.
    #[must_use]
    pub fn glanced(&mut self, glance: Glance, least: Duration, now: Moment) -> Step {
        self.glance = Some(Box::new((now, glance)));
        self.next(least, now)
    }

    /// It was looked at closely, and had the same stamp before and after.
    #[must_use]
    pub fn probed(&mut self, facts: Facts, least: Duration, now: Moment) -> Step {
        if let Writer::Some { program } = facts.writer {
            return self.blocked(Waiting::Open { program }, now);
        }
        if let Some(name) = facts.beside
            && !self.is_forced
        {
            return self.blocked(Waiting::Beside { name }, now);
        }
        if self.is_let_go() {
            // Who had it may take it again in a moment: being still counts from now.
            self.still_since = now;
            self.state = State::Moving;
            return self.next(least, now);
        }
        match facts.ending {
            Ending::CutOff { sentence } if !self.is_forced => {
                self.state = State::CutOff {
                    sentence: sentence.into(),
                };
                self.next(least, now)
            }
            Ending::CutOff { sentence } => Step::Settled {
                damage: Some(sentence),
            },
            Ending::Whole => Step::Settled { damage: None },
        }
    }

    /// It could not be read.
    #[must_use]
    pub fn unreadable(&mut self, error: String, now: Moment) -> Step {
        self.blocked(Waiting::Unreadable { error }, now)
    }

    /// What a person reads of it now.
    #[must_use]
    pub fn why(&self, least: Duration, now: Moment) -> Waiting {
        match &self.state {
            State::Blocked { why, .. } => (**why).clone(),
            State::CutOff { sentence } => Waiting::CutOff {
                sentence: sentence.to_string(),
            },
            State::Moving => self.moving(least, now),
        }
    }

    /// How long it must be still: longer than its writer is known to pause.
    fn needed(&self, least: Duration) -> Duration {
        let patient = self.longest_pause.saturating_mul(2).min(SETTLE_MOST);
        self.least_needed(least).max(patient)
    }

    /// How long it must be still whoever writes it.
    fn least_needed(&self, least: Duration) -> Duration {
        if self.stamp.size == 0 {
            least.max(EMPTY_LEAST)
        } else {
            least
        }
    }

    fn next(&self, least: Duration, now: Moment) -> Step {
        if let State::CutOff { .. } = self.state
            && !self.is_forced
        {
            let why = self.why(least, now);
            return Step::Wait { until: None, why };
        }
        let needed = self.needed(least);
        if now.since(self.still_since) >= needed {
            return Step::Probe;
        }
        if self.is_growing(now) && self.is_glance_due(now) {
            return Step::Glance;
        }
        let done = self.still_since.after(needed);
        let until = match self.activity {
            Activity::Quiet => done,
            Activity::Busy => {
                let pace = (needed / 4).clamp(LOOK_LEAST, LOOK_MOST);
                done.min(now.after(pace))
            }
        };
        Step::Wait {
            until: Some(until),
            why: self.why(least, now),
        }
    }

    fn blocked(&mut self, why: Waiting, now: Moment) -> Step {
        let tries = match &self.state {
            State::Blocked { tries, .. } => tries.saturating_add(1),
            State::Moving | State::CutOff { .. } => 0,
        };
        let again = BLOCKED_FIRST
            .saturating_mul(1 << tries.min(8))
            .min(BLOCKED_MOST);
        self.state = State::Blocked {
            tries,
            why: Box::new(why.clone()),
        };
        Step::Wait {
            until: Some(now.after(again)),
            why,
        }
    }

    /// Whether somebody had it when it was last looked at closely.
    fn is_let_go(&self) -> bool {
        let State::Blocked { why, .. } = &self.state else {
            return false;
        };
        matches!(**why, Waiting::Open { .. } | Waiting::Beside { .. })
    }

    fn is_growing(&self, now: Moment) -> bool {
        self.stamp.size > self.older.1 && now.since(self.older.0) < 4 * WINDOW
    }

    fn is_glance_due(&self, now: Moment) -> bool {
        self.glance
            .as_ref()
            .is_none_or(|glance| now.since(glance.0) >= GLANCE_EVERY)
    }

    fn moving(&self, least: Duration, now: Moment) -> Waiting {
        let settle = self.needed(least);
        let glance = self.glance.as_deref().map(|(_, glance)| glance);
        let target = glance.and_then(|glance| glance.target);
        // What has just the length that it was to have does not grow any more.
        let is_all_there = target == Some(self.stamp.size);
        // A writer that pauses writes; one that is still for as long as it grew, and longer than it ever was, may have ended.
        let grew_for = self.still_since.since(self.older.0);
        let as_long = grew_for.clamp(MOMENT, WINDOW).max(self.longest_pause);
        let is_still = now.since(self.still_since) >= as_long;
        if is_all_there || is_still || !self.is_growing(now) {
            return Waiting::Settling {
                left: settle.saturating_sub(now.since(self.still_since)),
                paused: (settle > self.least_needed(least)).then_some(self.longest_pause),
            };
        }
        let growth = Growth {
            grown: self.stamp.size - self.older.1,
            within: now.since(self.older.0),
            settle,
        };
        let size = self.stamp.size;
        match target {
            Some(target) if target > size => Waiting::Copying { size, target },
            // A copy that is longer than its container said at first is none of a camera's recordings.
            None if grew_for >= MOMENT && glance.is_some_and(|glance| glance.is_video) => {
                Waiting::Recording(growth)
            }
            _ => Waiting::Growing(growth),
        }
    }
}

#[cfg(test)]
mod tests;
