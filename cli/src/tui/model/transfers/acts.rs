//! What a person does to the transfer under the cursor.

use heimdex_client::ErrorClass;

use super::{Standing, Then, Transfer, Transfers, Way};
use crate::tui::model::{Effect, Trouble};

impl Transfers {
    /// The one under the cursor.
    pub(crate) fn selected(&mut self) -> Option<&mut Transfer> {
        self.list.get_mut(self.cursor)
    }

    /// Pauses the one under the cursor, or lets it go on.
    pub(crate) fn pause(&mut self) -> Vec<Effect> {
        let Some(transfer) = self.selected() else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        transfer.standing = match transfer.standing.clone() {
            Standing::Waiting => Standing::Paused,
            Standing::Paused => Standing::Waiting,
            Standing::Running => {
                effects.push(Effect::Stop(transfer.id));
                Standing::Stopping { then: Then::Paused }
            }
            other => other,
        };
        effects.extend(self.start());
        effects
    }

    /// Cancels the one under the cursor; one that is over goes off the list.
    pub(crate) fn cancel(&mut self) -> Vec<Effect> {
        let at = self.cursor;
        let Some(transfer) = self.selected() else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        if matches!(transfer.standing, Standing::Running) {
            effects.push(Effect::Stop(transfer.id));
        }
        if transfer.is_running() {
            transfer.standing = Standing::Stopping { then: Then::Gone };
        } else {
            self.remove(at);
        }
        self.clamp();
        effects.extend(self.start());
        effects
    }

    /// Tries the one under the cursor again; and where it met what all others meet as well, those too.
    pub(crate) fn retry(&mut self) -> Vec<Effect> {
        let Some(Standing::Failed(trouble)) = self.selected().map(|one| one.standing.clone())
        else {
            return self.start();
        };
        let at = self.cursor;
        let is_of_all = matches!(
            trouble.class,
            ErrorClass::NotLoggedIn | ErrorClass::Unreachable
        );
        for (index, transfer) in self.list.iter_mut().enumerate() {
            let is_like = |other: &Trouble| is_of_all && other.class == trouble.class;
            let is_meant = match &transfer.standing {
                Standing::Failed(other) => index == at || is_like(other),
                _ => false,
            };
            if is_meant && !matches!(transfer.way, Way::ByDaemon { .. }) {
                transfer.standing = Standing::Waiting;
            }
        }
        self.start()
    }

    /// Moves the one under the cursor within the order.
    pub(crate) fn reorder(&mut self, rows: isize) -> Vec<Effect> {
        let to = self.cursor.saturating_add_signed(rows);
        if self.cursor < self.list.len() && to < self.list.len() {
            self.list.swap(self.cursor, to);
            self.cursor = to;
        }
        Vec::new()
    }

    /// Moves the cursor.
    pub(crate) fn go(&mut self, rows: isize) {
        self.cursor = self.cursor.saturating_add_signed(rows);
        self.clamp();
    }
}
