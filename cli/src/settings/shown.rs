//! What holds, name by name, for `config show`: no secret, and each with where it came from.

use std::path::Path;

use heimdex_client::credentials::Store;
use heimdex_client::http::ProxyUrl;

use super::{Known, Settings, Source};

/// A value that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its name: the key of the configuration where it has one.
    pub(crate) name: &'static str,
    /// What it is; nothing where none is set.
    pub(crate) value: Option<String>,
    /// Where it came from.
    pub(crate) source: Source,
}

impl Settings {
    /// All that holds.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let path = |path: &Path| path.display().to_string();
        let text = |known: &Known<String>| (Some(known.value.clone()), known.source);
        let nothing = (None, Source::Default);
        let (insecure, trust) = match self.trust.insecure {
            Some(source) => ("yes", source),
            None => ("no", Source::Default),
        };
        let store = self
            .store()
            .unwrap_or(Known::new(Store::File, Source::Default));
        let places = self.paths.as_ref();
        let place =
            |of: fn(&heimdex_client::paths::Paths) -> String| (places.map(of), Source::Default);
        let config = self.config_file.as_ref();
        let login = self.credentials().filter(|_| store.value == Store::File);
        let token = match self.token {
            // That it is set can be said; what it is cannot.
            Some(_) => (Some("set".into()), Source::Variable("HEIMDEX_TOKEN")),
            None => nothing.clone(),
        };
        [
            (
                "profile",
                (Some(self.profile_name.clone()), self.profile_source),
            ),
            ("server", self.server.as_ref().map_or(nothing.clone(), text)),
            ("token", token),
            ("email", (self.profile.email.clone(), Source::Profile)),
            ("store", (Some(store.value.to_string()), store.source)),
            ("insecure", (Some(insecure.into()), trust)),
            (
                "ca_file",
                self.trust
                    .ca_file
                    .as_ref()
                    .map_or(nothing.clone(), |known| {
                        (Some(path(&known.value)), known.source)
                    }),
            ),
            ("proxy", self.shown_proxy().unwrap_or(nothing.clone())),
            ("log", self.log.as_ref().map_or(nothing.clone(), text)),
            (
                "config",
                config.map_or(nothing, |known| (Some(path(&known.value)), known.source)),
            ),
            (
                "credentials",
                match login {
                    Some(file) => (Some(path(file.file())), Source::Default),
                    None => (Some("the system's keyring".into()), store.source),
                },
            ),
            (
                "journal",
                place(|paths| paths.journal().display().to_string()),
            ),
            (
                "cache",
                place(|paths| paths.cache_dir().display().to_string()),
            ),
        ]
        .into_iter()
        .map(|(name, (value, source)): (_, (Option<String>, _))| Shown {
            name,
            source: if value.is_some() {
                source
            } else {
                Source::Default
            },
            value,
        })
        .collect()
    }

    fn shown_proxy(&self) -> Option<(Option<String>, Source)> {
        let known = self.trust.proxy.as_ref()?;
        // What is no URL may hold a password anywhere: it is not repeated.
        let shown = match ProxyUrl::parse(known.value.expose()) {
            Ok(proxy) => proxy.to_string(),
            Err(error) => error.to_string(),
        };
        Some((Some(shown), known.source))
    }
}
