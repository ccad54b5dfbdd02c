//! Shows, end to end, whether this server and its store work together, and says what to do where they do not.
//!
//! It changes nothing but objects of its own, which it deletes again. It may run beside a server; where none runs, it
//! answers in its place for as long as it looks.

mod clock;
mod public;
mod report;
mod store;
mod system;
mod web;
mod words;

use std::net::SocketAddr;

use heimdex_api::PartChecksum;
use heimdex_process::clock::Clock;

pub use report::{Check, Report, Trouble, Verdict};

use crate::app::App;
use crate::catalog::Catalog;
use crate::config::{Config, PartChecksumChoice, VerifyStore};
use crate::objects::marker;
use crate::objects::{ExternalSettings, ObjectStore, Origin, StoreCredentials};
use crate::random::Random;
use crate::start::{self, ForeignStore};
use web::{Request, Way};

/// Looks at everything. `public_at` stands for the address that the public name of the store resolves to.
pub async fn look(config: Config, public_at: Option<SocketAddr>) -> Report {
    let mut report = Report::default();
    let access = system::owner(&config);
    let allowed = access.is_none();
    if let Some(trouble) = access {
        report.note("data", Err(trouble));
    }
    let current = system::database(&mut report, &config).await;
    system::ffmpeg(&mut report, &config);
    match config.s3.external() {
        Some(settings) => {
            let app = if allowed && current {
                catalog(&config).await
            } else {
                None
            };
            external(&mut report, &config, &settings, app.as_ref(), public_at).await;
            if let Some(catalog) = app {
                catalog.close().await;
            }
        }
        None if allowed && current => embedded(&mut report, config, public_at).await,
        None => report.unknown(
            "store",
            Trouble::new(
                "The embedded store was not looked at.",
                "See to what is said above first.",
            ),
        ),
    }
    report
}

async fn catalog(config: &Config) -> Option<Catalog> {
    // That it opens was looked at already.
    Catalog::open(&config.catalog()).await.ok()
}

/// A store of somebody else's, whatever the database is like.
async fn external(
    report: &mut Report,
    config: &Config,
    settings: &ExternalSettings,
    catalog: Option<&Catalog>,
    public_at: Option<SocketAddr>,
) {
    let Some(clock) = reach(report, settings).await else {
        return;
    };
    let credentials = match StoreCredentials::find(settings).await {
        Ok(credentials) => credentials,
        Err(error) => {
            let found = Trouble::new(
                format!(
                    "There are no keys for the store: {}.",
                    words::causes(&error)
                ),
                "Set `s3.access_key` and `s3.secret_key`, or what AWS's own programs look for.",
            );
            report.note("keys", Err(found));
            return;
        }
    };
    let wanted = match config.s3.part_checksum {
        PartChecksumChoice::Auto => None,
        PartChecksumChoice::Fixed(algorithm) => Some(algorithm),
    };
    let handle = ObjectStore::external(
        settings,
        credentials,
        wanted.unwrap_or(PartChecksum::Crc32c),
    );
    let Some(algorithm) = store::look(report, &handle, wanted, Random).await else {
        return;
    };
    let handle = handle.with_part_checksum(algorithm);
    if let Some(catalog) = catalog {
        report.note("identity", identity(&handle, catalog).await);
    }
    if config.jobs.verify_store == VerifyStore::Never {
        let said =
            "`jobs.verify_store` is `never`: objects are not read back, videos stay unverified.";
        report.note("verifying", Ok(said.to_owned()));
    }
    if clock == Clocks::Differ {
        let found = Trouble::new(
            "Not looked at: URLs that are signed at a wrong time are refused.",
            "Set the clocks first.",
        );
        report.unknown("public URL", found);
        return;
    }
    let api = api_origin(config, None);
    let public = public::Public {
        store: &handle,
        api: &api,
        internal: Some(settings.endpoint.origin()),
        at: public_at,
        algorithm,
        random: Random,
    };
    public.look(report).await;
}

/// How our clock and the store's stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clocks {
    /// They agree, as far as that can be told.
    Agree,
    /// They do not.
    Differ,
}

/// Whether the store's address leads to anything, and what time it is there; `None` where nobody answers.
async fn reach(report: &mut Report, settings: &ExternalSettings) -> Option<Clocks> {
    let origin = settings.endpoint.origin();
    let asked = match Way::new(origin, None, Clock::System) {
        Ok(way) => way.ask(Request::get(&format!("{origin}/"))).await,
        Err(words) => Err(words),
    };
    match asked {
        Err(words) => {
            let found = Trouble::new(
                format!("Nothing answers at {}: {words}.", settings.endpoint),
                "Check that the store runs and that `s3.endpoint` is its address.",
            );
            report.note("store", Err(found));
            None
        }
        Ok(answer) => {
            let place = format!("{} answers.", settings.endpoint);
            report.note("store", Ok(place));
            let agree = answer.date.is_none_or(|theirs| {
                let compared = clock::compare("the store's", answer.asked, theirs, answer.came);
                report.note("clock", compared)
            });
            Some(if agree { Clocks::Agree } else { Clocks::Differ })
        }
    }
}

async fn identity(handle: &ObjectStore, catalog: &Catalog) -> Result<String, Trouble> {
    let found = handle.marker().await;
    let found = found.map_err(|error| words::of_objects("reading the store's mark", &error))?;
    let verdict = start::store::standing(catalog, found)
        .await
        .map_err(|error| {
            Trouble::new(
                format!("The catalog does not answer: {}.", words::causes(&error)),
                "Look at the database's log.",
            )
        })?;
    match verdict {
        marker::Verdict::Ours => Ok("It is the catalog's store.".to_owned()),
        marker::Verdict::Begin => Ok("It is a new store; the next start takes it.".to_owned()),
        marker::Verdict::Missing => Err(Trouble::new(
            "The catalog's objects are not in this bucket.",
            "Check `s3.endpoint` and `s3.bucket`; `serve --adopt-store` starts with what is there.",
        )),
        marker::Verdict::Foreign => Err(Trouble::new(
            "The bucket is the store of another catalog.",
            "Use a bucket of its own; `serve --adopt-store` takes this one, if the other catalog is no more.",
        )),
    }
}

/// The store in our own data directory, and the listener that clients reach it by.
async fn embedded(report: &mut Report, config: Config, public_at: Option<SocketAddr>) {
    let listen = config.server.listen;
    let stand_in = system::StandIn::listen(&config).await;
    let opened = start::open(config, ForeignStore::Refuse, Clock::System, Random).await;
    let app = match opened {
        Ok(app) => app,
        Err(error) => {
            let remedy = error.hint().unwrap_or_else(|| {
                "See to it that the data directory is there and can be written.".to_owned()
            });
            let found = format!(
                "The store does not open: {error}: {}.",
                words::causes(&error)
            );
            report.note("store", Err(Trouble::new(found, remedy)));
            return;
        }
    };
    report.note("store", Ok(format!("{} opens.", app.objects)));
    match stand_in {
        Ok(None) => {
            let api = api_origin(&app.config, Some(listen));
            served(report, &app, api, public_at).await;
        }
        Ok(Some(stand_in)) => {
            let api = api_origin(&app.config, Some(stand_in.address()));
            let lifecycle = stand_in.serve(&app);
            served(report, &app, api, public_at).await;
            lifecycle.soft().cancel();
            lifecycle.hard().cancel();
        }
        Err(trouble) => {
            report.note("listener", Err(trouble));
        }
    }
    app.catalog.close().await;
    app.objects.close().await;
}

async fn served(report: &mut Report, app: &App, api: Origin, public_at: Option<SocketAddr>) {
    let wanted = Some(app.objects.part_checksum());
    let looked = store::look(report, &app.objects, wanted, Random).await;
    let Some(algorithm) = looked else {
        return;
    };
    let public = public::Public {
        store: &app.objects,
        api: &api,
        internal: None,
        at: public_at,
        algorithm,
        random: Random,
    };
    public.look(report).await;
}

/// Where clients reach the API: as it is set, or where it listens.
fn api_origin(config: &Config, listen: Option<SocketAddr>) -> Origin {
    let listen = listen.unwrap_or(config.server.listen);
    let policy = start::origin_policy(config).unwrap_or_default();
    policy
        .public_url
        .unwrap_or_else(|| Origin::of_listener(listen))
}
