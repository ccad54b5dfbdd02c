//! What a person does to a transfer of this program: done where it can be, and said where it cannot.

use super::message::Effect;
use super::names::quoted;
use super::transfers::{Standing, Way};
use super::{Model, Tone};

impl Model {
    pub(super) fn pause(&mut self) -> Vec<Effect> {
        if let Some(transfer) = self.transfers.selected()
            && !transfer.is_open()
        {
            let name = quoted(&transfer.name);
            self.say(Tone::Bad, format!("{name} is not on its way"));
            return Vec::new();
        }
        self.transfers.pause()
    }

    pub(super) fn retry(&mut self) -> Vec<Effect> {
        if let Some(transfer) = self.transfers.selected()
            && !matches!(transfer.standing, Standing::Failed(_))
        {
            let name = quoted(&transfer.name);
            self.say(Tone::Bad, format!("{name} did not fail"));
        }
        self.transfers.retry()
    }

    /// Cancels it. What was sent of an upload stays, for another time.
    pub(super) fn cancel(&mut self) -> Vec<Effect> {
        let Some(transfer) = self.transfers.selected() else {
            return Vec::new();
        };
        let name = quoted(&transfer.name);
        if !transfer.is_open() {
            self.did(format!("taking {name} off the list"), "");
            return self.transfers.cancel();
        }
        let (instead, told) = match transfer.way {
            Way::Up { .. } => (
                "; uploaded again, it goes on where it was",
                "is cancelled; uploaded again, it goes on where it was",
            ),
            Way::Down { .. } | Way::ByDaemon { .. } => ("", "is cancelled"),
        };
        self.did(format!("cancelling {name}"), instead);
        self.say(Tone::Good, format!("{name} {told}"));
        self.transfers.cancel()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::model::tests::{said, settled, started, uploading};
    use crate::tui::model::{Answer, Moved, Msg};

    #[test]
    fn what_is_not_on_its_way_and_did_not_fail_says_so() {
        let (mut model, mut world) = started(1);
        uploading(&mut model, &mut world);
        settled(&mut model, &mut world, "r");
        assert_eq!(said(&model), "`one.mp4` did not fail");
        let video = world.videos.keys().next().copied().unwrap();
        let stored = Moved::Stored {
            video,
            already: false,
        };
        let first = model.transfers.list[0].id;
        let _ = model.update(Msg::Answer(Answer::Moved(first, Ok(stored))));
        settled(&mut model, &mut world, "p");
        assert_eq!(said(&model), "`one.mp4` is not on its way");
        settled(&mut model, &mut world, "j p");
        assert_eq!(model.transfers.list[1].standing, Standing::Paused);
    }

    #[test]
    fn keys_are_about_what_was_asked_for_last() {
        let (mut model, mut world) = started(1);
        uploading(&mut model, &mut world);
        assert_eq!(model.transfers.cursor, 0);
        uploading(&mut model, &mut world);
        assert_eq!(model.transfers.cursor, 3);
        let first = model.transfers.list[3].id;
        settled(&mut model, &mut world, "x");
        assert_eq!(
            said(&model),
            "`one.mp4` is cancelled; uploaded again, it goes on where it was"
        );
        let left: Vec<u64> = model.transfers.list.iter().map(|one| one.id).collect();
        assert_eq!(left.len(), 5);
        assert!(!left.contains(&first));
    }
}
