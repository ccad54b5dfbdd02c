//! What is kept of an account's library on this machine, and goes with its login.

use std::path::Path;

use heimdex_client::journal::SeenPlace;
use heimdex_client::names_cache::NamesCache;
use heimdex_client::poster_cache::PosterCache;

use super::Settings;

impl Settings {
    /// Where names of this account at this server are kept for completion.
    pub(crate) fn names_cache(&self) -> Option<NamesCache> {
        self.cache(NamesCache::new)
    }

    /// Where posters of its videos are kept.
    pub(crate) fn poster_cache(&self) -> Option<PosterCache> {
        self.cache(PosterCache::new)
    }

    /// A cache of this account at this server.
    fn cache<T>(&self, make: impl FnOnce(&Path, &[&str]) -> T) -> Option<T> {
        let server = self.server().ok()?.to_string();
        let config_file = self.config_file()?.to_string_lossy();
        let token = self.token.as_ref().map_or("", |token| token.expose());
        let whose = [&server, &*config_file, &self.profile_name, token];
        Some(make(self.paths.as_ref()?.cache_dir(), &whose))
    }

    /// Where this account's library is kept as it was last seen, where it is known whose that is.
    pub(crate) fn seen_place(&self) -> Option<SeenPlace> {
        let (journal, server) = (
            self.paths.as_ref()?.journal(),
            self.server().ok()?.to_string(),
        );
        match &self.token {
            Some(token) => Some(SeenPlace::of_token(journal, server, token)),
            None if self.is_nobody => None,
            None => Some(SeenPlace::of_login(
                journal,
                server,
                self.profile.email.as_ref()?,
            )),
        }
    }
}
