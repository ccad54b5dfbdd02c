//! When frames are drawn: at once for who presses a key, in good time for what changes by itself, and never more than a
//! terminal can show. Pure: it is told what time it is.

use std::time::Duration;

use tokio::time::Instant;

/// Frames that nobody waits for are no closer than this.
const FRAME: Duration = Duration::from_millis(40);
/// What each frame takes of the time that frames may take: at length there are as many of them as fit into it.
const COST: Duration = Duration::from_millis(18);
/// Frames that may follow each other at once, after a while without any.
const BURST: u32 = 3;

/// Knows when the next frame is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    drawn: Instant,
    /// Until then so much was drawn that the time is used up.
    spent: Instant,
    due: Option<Instant>,
}

impl Pace {
    /// Just after a frame.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            drawn: now,
            spent: now,
            due: None,
        }
    }

    /// When the next frame is to be drawn, if one is.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Something changed that nobody waits for.
    pub(super) fn changed(&mut self) {
        self.due.get_or_insert(self.drawn + FRAME);
    }

    /// Somebody waits.
    pub(super) fn hurry(&mut self, now: Instant) {
        let soonest = now.max(self.spent.checked_sub(COST * BURST).unwrap_or(now));
        self.due = Some(self.due.map_or(soonest, |due| due.min(soonest)));
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        self.drawn = now;
        self.spent = self.spent.max(now) + COST;
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames drawn within so many milliseconds, where something happens each of them.
    fn frames(milliseconds: u64, mut happens: impl FnMut(&mut Pace, Instant, u64)) -> u64 {
        let start = Instant::now();
        let (mut pace, mut frames) = (Pace::new(start), 0);
        for number in 0..milliseconds {
            let now = start + Duration::from_millis(number);
            happens(&mut pace, now, number);
            if pace.due().is_some_and(|due| due <= now) {
                pace.drawn(now);
                frames += 1;
            }
        }
        frames
    }

    #[test]
    fn there_are_never_more_than_sixty_a_second() {
        let flood = frames(1000, |pace, now, _| pace.hurry(now));
        assert!((50..=60).contains(&flood), "{flood}");
        let both = frames(1000, |pace, now, _| {
            pace.changed();
            pace.hurry(now);
        });
        assert!((50..=60).contains(&both), "{both}");
        let changes = frames(1000, |pace, _, _| pace.changed());
        assert!((24..=26).contains(&changes), "{changes}");
        assert_eq!(frames(1000, |_, _, _| {}), 0);
    }

    #[test]
    fn who_presses_a_key_does_not_wait_while_the_library_changes() {
        // Thirty keys a second, between two hundred changes.
        frames(10_000, |pace, now, number| {
            if number % 5 == 0 {
                pace.changed();
            }
            if number % 33 == 7 {
                pace.hurry(now);
                assert!(
                    pace.due().is_some_and(|due| due <= now),
                    "after {number} ms"
                );
            }
        });
    }
}
