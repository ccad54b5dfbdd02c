//! What journal and configuration say of watches and profiles, and what follows where that changed.

use std::collections::{BTreeMap, BTreeSet};

use heimdex_api::Timestamp;
use heimdex_client::control::{Count, ItemId, Reason, WatchId};
use heimdex_client::journal::KeptFile;

use super::{Effect, State, Watched};
use crate::accounts::Accounts;
use crate::engine::event::Known;

impl State {
    /// Watches and profiles as they are by now.
    pub(super) fn learn(&mut self, known: Known, now: Timestamp) -> Vec<Effect> {
        self.profile = known.profile;
        for trouble in known.troubles {
            let is_told = self.errors.iter().any(|told| told.message == trouble.text);
            if !is_told {
                self.note_error(now, None, &trouble);
            }
        }
        let profiles: BTreeSet<String> = known
            .profiles
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        for (profile, server) in known.profiles {
            self.accounts.entry(profile).or_default().server = server;
        }
        let mut before = std::mem::take(&mut self.watches);
        let roots = before.iter();
        let roots: Vec<_> = roots.map(|(id, w)| (*id, w.watch.root.clone())).collect();
        for watch in known.watches {
            self.accounts.entry(watch.profile.clone()).or_default();
            let watched = before.remove(&watch.id);
            let paused_since = match &watched {
                Some(watched) if watched.watch.pause == watch.pause => watched.paused_since,
                _ => now,
            };
            let (gone_since, stored, has_brought, report) = watched
                .map_or((None, Count::default(), false, None), |w| {
                    (w.gone_since, w.stored, w.has_brought, w.report)
                });
            self.watches.insert(
                watch.id,
                Watched {
                    watch,
                    gone_since,
                    paused_since,
                    stored,
                    has_brought,
                    report,
                },
            );
        }
        let orphans: Vec<ItemId> = self
            .items
            .iter()
            .filter(|(_, item)| {
                let watch = item.file.watch;
                watch.is_some_and(|watch| !self.watches.contains_key(&watch))
            })
            .map(|(id, _)| *id)
            .collect();
        let mut effects: Vec<Effect> = orphans
            .into_iter()
            .flat_map(|id| self.let_go(id, Reason::NotWatched))
            .collect();
        effects.extend(self.forget_unwatched(&roots));
        effects.extend(self.spare_from_trash());
        self.forget_accounts(&profiles);
        effects
    }

    /// Whoever is neither a profile nor named by a watch or a file is no account any more.
    fn forget_accounts(&mut self, profiles: &BTreeSet<String>) {
        let of_watches = self.watches.values().map(|watched| &watched.watch.profile);
        let of_files = self.items.values().map(|item| &item.file.profile);
        let needed: BTreeSet<&String> = of_watches.chain(of_files).chain(profiles).collect();
        self.accounts.retain(|profile, _| needed.contains(profile));
    }

    /// The account of each watch, as the journal calls it.
    pub(in crate::engine) fn accounts_of_watches(
        &self,
        accounts: &Accounts,
    ) -> BTreeMap<WatchId, Option<String>> {
        let watches = self.watches.iter();
        watches
            .map(|(id, watched)| (*id, accounts.account(&watched.watch.profile)))
            .collect()
    }

    /// The profile whose account has a file.
    pub(in crate::engine) fn profile_of(
        &self,
        kept: &KeptFile,
        accounts: &Accounts,
    ) -> Option<String> {
        let mut profiles = self.accounts.keys();
        let profile =
            profiles.find(|name| accounts.account(name).as_deref() == Some(kept.profile.as_str()));
        profile.cloned()
    }

    /// Everything that holds a server back is tried again at once.
    pub(super) fn try_servers(&mut self, now: Timestamp) {
        for account in self.accounts.values_mut() {
            account.circuit.try_soon(now);
        }
    }
}
