//! Looks at what is around the store: who owns the data, the database, the listener.

use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;

use heimdex_process::clock::Clock;
use heimdex_process::lifecycle::Lifecycle;
use tokio::net::TcpListener;

use super::clock;
use super::report::{Report, Trouble};
use super::words::causes;
use crate::app::App;
use crate::catalog::{Catalog, DatabaseLocation, Look};
use crate::config::Config;
use crate::jobs::PictureTools;
use crate::jobs::cage::Cage;
use crate::objects::GateSettings;
use crate::start::{self, DataDirLock, StartError};
use crate::{router, serve};

/// What speaks against touching the data directory: files of another user's would keep the server out afterwards.
pub(super) fn owner(config: &Config) -> Option<Trouble> {
    let directory = &config.server.data_dir;
    let owner = fs_err::metadata(directory).ok()?.uid();
    let us = rustix::process::geteuid().as_raw();
    if owner == us {
        return None;
    }
    Some(Trouble::new(
        format!(
            "`{}` belongs to another user (uid {owner}; this is uid {us}).",
            directory.display()
        ),
        format!(
            "Run it as that user: `setpriv --reuid {owner} --clear-groups heimdex-server doctor …`."
        ),
    ))
}

/// Looks for what makes pictures, where they are wanted.
pub(super) fn ffmpeg(report: &mut Report, config: &Config) {
    let tools = PictureTools::of(config);
    if !tools.wanted {
        return;
    }
    let found = match Cage::find(tools.ffmpeg.as_deref(), tools.path.as_ref(), tools.limits) {
        Ok(cage) => Ok(format!(
            "`{}` makes pictures of videos.",
            cage.ffmpeg().display()
        )),
        Err(missing) => Err(Trouble::new(
            format!("No pictures are made of videos: {missing}."),
            "Install ffmpeg, name it with `jobs.ffmpeg`, or do without: `jobs.thumbnails = false`.",
        )),
    };
    report.note("pictures", found);
}

/// Looks at the database without changing it. Answers whether it is there and of this version.
pub(super) async fn database(report: &mut Report, config: &Config) -> bool {
    let location = config.catalog();
    let kind = match &location {
        DatabaseLocation::Sqlite { .. } => "SQLite",
        DatabaseLocation::Postgres { .. } => "PostgreSQL",
    };
    let system = Clock::System;
    let asked = system.now();
    let looked = Catalog::look(&location).await;
    let came = system.now();
    let look = match looked {
        Err(error) => {
            let found = Trouble::new(
                format!("{kind} does not answer: {}.", causes(&error)),
                "Check `database.url` and that the database runs.",
            );
            report.note("database", Err(found));
            return false;
        }
        Ok(None) => {
            let found = Trouble::new(
                format!(
                    "There is no catalog in `{}` yet.",
                    config.server.data_dir.display()
                ),
                "Start the server once, or name the directory that it has with `--data-dir`.",
            );
            report.unknown("database", found);
            return false;
        }
        Ok(Some(look)) => look,
    };
    let well = report.note("database", version(kind, look));
    if let Some(theirs) = look.now {
        report.note(
            "clock",
            clock::compare("the database's", asked, theirs, came),
        );
    }
    well && look.migration == Some(look.known)
}

fn version(kind: &str, look: Look) -> Result<String, Trouble> {
    match look.migration {
        None => Ok(format!("{kind} answers; the next start makes its tables.")),
        Some(migration) if migration == look.known => {
            Ok(format!("{kind} answers, its tables are of this version."))
        }
        Some(migration) if migration < look.known => Ok(format!(
            "{kind} answers; the next start brings its tables from version {migration} to {}.",
            look.known
        )),
        Some(migration) => Err(Trouble::new(
            format!(
                "{kind} answers, but its tables are of a newer version ({migration}; this program knows {}).",
                look.known
            ),
            "Use the program that made them, or a newer one.",
        )),
    }
}

/// What answers in the server's place where none runs.
pub(super) struct StandIn {
    listener: TcpListener,
    address: SocketAddr,
    lock: DataDirLock,
}

impl StandIn {
    /// Takes the server's place; `None` where it runs.
    pub(super) async fn listen(config: &Config) -> Result<Option<Self>, Trouble> {
        let lock = match start::lock_data_dir(&config.server.data_dir) {
            Ok(lock) => lock,
            Err(StartError::Busy { .. }) => return Ok(None),
            Err(error) => {
                return Err(Trouble::new(
                    format!("The data directory cannot be used: {}.", causes(&error)),
                    "See to it that it is there and belongs to the server's user.",
                ));
            }
        };
        let bound = TcpListener::bind(config.server.listen).await;
        let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.map_err(|error| {
            Trouble::new(
                format!(
                    "The server could not listen on {}: {error}.",
                    config.server.listen
                ),
                "Another program has the port: stop it, or set `listen` to another one.",
            )
        })?;
        Ok(Some(Self {
            listener,
            address,
            lock,
        }))
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves what the server would, but works on no jobs, until the lifecycle ends.
    pub(super) fn serve(self, app: &App) -> Lifecycle {
        let lifecycle = Lifecycle::new();
        let gate = GateSettings {
            // What is tried out here belongs to no upload.
            waiting: None,
            ..app.gate()
        };
        let routes = router::router(app.clone(), app.objects.routes(gate));
        let (config, stop) = (app.config.clone(), lifecycle.clone());
        let serving = async move {
            let held = self.lock;
            serve::serve(routes, self.listener, config, stop).await;
            drop(held);
        };
        drop(lifecycle.spawn("listener", serving));
        lifecycle
    }
}
