//! Every setting of the server. The documentation of each names its variable, its default and its unit.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use heimdex_api::Secret;

use super::bounds::{AccessTokenTtl, AtLeastOne, LongSecret, Registration, StreamPartSize};
use super::error::ConfigError;
use super::s3::{S3Settings, VerifyStore};
use super::section::{Field, Section, section};
use super::show::Shown;
use super::sources::{Reader, Sources};
use super::units::{ByteCount, Span};
use super::values::{ConnectionUrl, PublicUrl, WebOrigin};
use crate::catalog::DatabaseLocation;
use crate::web::network::IpNetwork;

/// Everything that the server is set to.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it lives and where it is reached.
    pub server: ServerSettings,
    /// The catalog's database.
    pub database: DatabaseSettings,
    /// The embedded object store.
    pub store: StoreSettings,
    /// The object store, where it is not the embedded one.
    pub s3: S3Settings,
    /// Sizes and times that clients are held to.
    pub limits: Limits,
    /// Accounts and sessions.
    pub auth: AuthSettings,
    /// Connections and requests.
    pub http: HttpSettings,
    /// Web pages of other origins.
    pub cors: CorsSettings,
    /// Background work.
    pub jobs: JobsSettings,
    /// Where programs are looked for.
    pub search_path: Option<OsString>,
}

impl Config {
    /// Puts the sources together.
    ///
    /// # Errors
    /// A file that cannot be read, a setting that there is not, a value that does not fit.
    pub fn resolve(sources: Sources) -> Result<(Self, Vec<Shown>), ConfigError> {
        let path = sources.environment.iter().find(|(name, _)| name == "PATH");
        let search_path = path.map(|(_, directories)| directories.clone());
        let mut reader = Reader::new(sources, &Self::fields())?;
        let config = Self {
            server: Section::read(&mut reader)?,
            database: Section::read(&mut reader)?,
            store: Section::read(&mut reader)?,
            s3: Section::read(&mut reader)?,
            limits: Section::read(&mut reader)?,
            auth: Section::read(&mut reader)?,
            http: Section::read(&mut reader)?,
            cors: Section::read(&mut reader)?,
            jobs: Section::read(&mut reader)?,
            search_path,
        };
        let shown = reader.into_shown();
        config.check(&shown)?;
        Ok((config, shown))
    }

    /// What no setting can tell by itself.
    fn check(&self, shown: &[Shown]) -> Result<(), ConfigError> {
        if self.auth.previous_secret.is_some() && self.auth.secret.is_none() {
            return Err(ConfigError::Invalid {
                name: "auth.previous_secret".to_owned(),
                origin: "without `auth.secret`".to_owned(),
                message: "it only holds beside the secret that came after it".to_owned(),
            });
        }
        self.check_store(shown)
    }

    /// Every setting that there is.
    pub(super) fn fields() -> Vec<Field> {
        [
            ServerSettings::FIELDS,
            DatabaseSettings::FIELDS,
            StoreSettings::FIELDS,
            S3Settings::FIELDS,
            Limits::FIELDS,
            AuthSettings::FIELDS,
            HttpSettings::FIELDS,
            CorsSettings::FIELDS,
            JobsSettings::FIELDS,
        ]
        .concat()
    }

    /// Where the catalog is.
    #[must_use]
    pub fn catalog(&self) -> DatabaseLocation {
        match &self.database.url {
            Some(url) => DatabaseLocation::Postgres {
                url: Secret::new(url.expose()),
                max_connections: self.database.max_connections.get_u32(),
            },
            None => DatabaseLocation::Sqlite {
                path: self.server.data_dir.join("catalog.db"),
            },
        }
    }

    /// The embedded store's index.
    #[must_use]
    pub fn index_path(&self) -> PathBuf {
        self.server.data_dir.join("index.db")
    }

    /// Where the embedded store keeps its files.
    #[must_use]
    pub fn objects_dir(&self) -> PathBuf {
        let default = || self.server.data_dir.join("objects");
        self.store.dir.clone().unwrap_or_else(default)
    }

    /// Where the server's keys lie, unless the database has them.
    #[must_use]
    pub fn keys_dir(&self) -> PathBuf {
        self.server.data_dir.join("keys")
    }
}

section! {
    /// Where the server lives and where it is reached.
    pub struct ServerSettings in "" {
        /// The directory of catalog, index, keys and, unless set otherwise, objects.
        /// `HEIMDEX_SERVER_DATA_DIR`, default: the user's data directory.
        pub data_dir: PathBuf = "",
        /// The address and port to listen on; port 0 takes any.
        /// `HEIMDEX_SERVER_LISTEN`, default `127.0.0.1:8000`.
        pub listen: SocketAddr = "127.0.0.1:8000",
        /// Where clients reach the server, if that is not what their `Host` says; without a path.
        /// `HEIMDEX_SERVER_PUBLIC_URL`, default: unset.
        pub public_url: Option<PublicUrl> = "",
        /// Proxies whose `X-Forwarded-*` headers are believed; a list of addresses and networks.
        /// `HEIMDEX_SERVER_TRUSTED_PROXIES`, default: none.
        pub trusted_proxies: Vec<IpNetwork> = "",
        /// What is logged, as `tracing` filters are written (`info`, `debug`, `heimdex_server::jobs=trace`).
        /// `HEIMDEX_SERVER_LOG`, default `info`.
        pub log: String = "info",
        /// How long requests and jobs in flight may take to finish after the first signal to stop.
        /// `HEIMDEX_SERVER_STOP_GRACE`, default `20 s`.
        pub stop_grace: Span = "20 s",
    }
}

section! {
    /// The catalog's database.
    pub struct DatabaseSettings in "database" {
        /// `postgres://user:password@host:5432/name`; unset for SQLite in the data directory.
        /// `HEIMDEX_SERVER_DATABASE_URL`, default: unset.
        pub url: Option<ConnectionUrl> = "",
        /// Most connections at once.
        /// `HEIMDEX_SERVER_DATABASE_MAX_CONNECTIONS`, default `10`.
        pub max_connections: AtLeastOne = "10",
    }
}

section! {
    /// The embedded object store.
    pub struct StoreSettings in "objects" {
        /// The directory of the embedded store's files; it may lie on a NAS.
        /// `HEIMDEX_SERVER_OBJECTS_DIR`, default: `objects` in the data directory.
        pub dir: Option<PathBuf> = "",
    }
}

section! {
    /// Sizes and times that clients are held to.
    pub struct Limits in "limits" {
        /// Largest file sent in parts.
        /// `HEIMDEX_SERVER_LIMITS_MAX_FILE_SIZE`, default `5 TiB`.
        pub max_file_size: ByteCount = "5 TiB",
        /// Largest file sent in one PUT, as clients of the original do.
        /// `HEIMDEX_SERVER_LIMITS_MAX_SINGLE_PUT_SIZE`, default `5 GiB`.
        pub max_single_put_size: ByteCount = "5 GiB",
        /// MIME types that a single PUT takes.
        /// `HEIMDEX_SERVER_LIMITS_SINGLE_PUT_MIME_TYPES`, default
        /// `video/mp4, video/quicktime, video/x-msvideo, video/x-matroska, video/webm`.
        pub single_put_mime_types: Vec<String> = "video/mp4, video/quicktime, video/x-msvideo, video/x-matroska, video/webm",
        /// Part size of streams of unknown length; a power of two, from 8 MiB to 4 GiB.
        /// `HEIMDEX_SERVER_LIMITS_STREAM_PART_SIZE`, default `64 MiB`.
        pub stream_part_size: StreamPartSize = "64 MiB",
        /// How long an upload without progress keeps its parts.
        /// `HEIMDEX_SERVER_LIMITS_UPLOAD_TTL`, default `30 days`.
        pub upload_ttl: Span = "30 days",
        /// How long a deleted video can be restored.
        /// `HEIMDEX_SERVER_LIMITS_TRASH_TTL`, default `30 days`.
        pub trash_ttl: Span = "30 days",
        /// Bytes that one account may have read and hashed again in a day.
        /// `HEIMDEX_SERVER_LIMITS_REREAD_BUDGET`, default `10 TiB`.
        pub reread_budget: ByteCount = "10 TiB",
    }
}

section! {
    /// Accounts and sessions.
    pub struct AuthSettings in "auth" {
        /// `open`: everybody may make an account; `closed`: nobody.
        /// `HEIMDEX_SERVER_AUTH_REGISTRATION`, default `open`.
        pub registration: Registration = "open",
        /// How long an access token of a session holds; from 15 min to 1 hour.
        /// `HEIMDEX_SERVER_AUTH_ACCESS_TOKEN_TTL`, default `1 hour`.
        pub access_token_ttl: AccessTokenTtl = "1 hour",
        /// How long a login holds without being used.
        /// `HEIMDEX_SERVER_AUTH_SESSION_TTL`, default `90 days`.
        pub session_ttl: Span = "90 days",
        /// The secret that access tokens are signed with, 32 characters at least; unset: the server makes its own.
        /// `HEIMDEX_SERVER_AUTH_SECRET`, default: unset.
        pub secret: Option<LongSecret> = "",
        /// The secret before the last change, so that tokens signed with it hold on.
        /// `HEIMDEX_SERVER_AUTH_PREVIOUS_SECRET`, default: unset.
        pub previous_secret: Option<LongSecret> = "",
        /// Logins, registrations and password changes from one address in ten minutes; 0 for no limit.
        /// `HEIMDEX_SERVER_AUTH_ATTEMPTS_PER_ADDRESS`, default `120`.
        pub attempts_per_address: u32 = "120",
        /// The same for one account.
        /// `HEIMDEX_SERVER_AUTH_ATTEMPTS_PER_ACCOUNT`, default `30`.
        pub attempts_per_account: u32 = "30",
        /// Passwords hashed at once; each takes 19 MiB.
        /// `HEIMDEX_SERVER_AUTH_HASHES_AT_ONCE`, default `2`.
        pub hashes_at_once: AtLeastOne = "2",
    }
}

section! {
    /// Connections and requests.
    pub struct HttpSettings in "http" {
        /// Most connections at once; more wait.
        /// `HEIMDEX_SERVER_HTTP_MAX_CONNECTIONS`, default `1024`.
        pub max_connections: AtLeastOne = "1024",
        /// Most connections of one address (of one /64 of IPv6) at once; more are closed. Trusted proxies have no such limit.
        /// `HEIMDEX_SERVER_HTTP_MAX_CONNECTIONS_PER_ADDRESS`, default `512`.
        pub max_connections_per_address: AtLeastOne = "512",
        /// How long the head of a request may take, and how long a connection may idle.
        /// `HEIMDEX_SERVER_HTTP_HEADER_TIMEOUT`, default `30 s`.
        pub header_timeout: Span = "30 s",
        /// How long the body of an API request may take.
        /// `HEIMDEX_SERVER_HTTP_BODY_TIMEOUT`, default `30 s`.
        pub body_timeout: Span = "30 s",
        /// How long an API request may take in all.
        /// `HEIMDEX_SERVER_HTTP_REQUEST_TIMEOUT`, default `2 min`.
        pub request_timeout: Span = "2 min",
        /// How long bytes to or from a client may pause, parts and downloads too.
        /// `HEIMDEX_SERVER_HTTP_IDLE_TIMEOUT`, default `1 min`.
        pub idle_timeout: Span = "1 min",
        /// Event streams (`GET /videos/events`) of one account at once. All of them together take at most half of
        /// `http.max_connections`.
        /// `HEIMDEX_SERVER_HTTP_STREAMS_PER_ACCOUNT`, default `32`.
        pub streams_per_account: AtLeastOne = "32",
        /// How often an event stream on which nothing happens says that it lives; shorter than any proxy's patience.
        /// `HEIMDEX_SERVER_HTTP_HEARTBEAT`, default `15 s`.
        pub heartbeat: Span = "15 s",
    }
}

section! {
    /// Web pages of other origins.
    pub struct CorsSettings in "cors" {
        /// Origins whose pages may use the API and the store; `*` for any.
        /// `HEIMDEX_SERVER_CORS_ORIGINS`, default: none.
        pub origins: Vec<WebOrigin> = "",
    }
}

section! {
    /// Background work.
    pub struct JobsSettings in "jobs" {
        /// Jobs that one process works on at once.
        /// `HEIMDEX_SERVER_JOBS_CONCURRENCY`, default `2`.
        pub concurrency: AtLeastOne = "2",
        /// Whether `serve` works on jobs itself; `heimdex-server worker` always does.
        /// `HEIMDEX_SERVER_JOBS_IN_SERVE`, default `true`.
        pub in_serve: bool = "true",
        /// How long a job stays with a worker that is not heard of.
        /// `HEIMDEX_SERVER_JOBS_LEASE`, default `1 min`.
        pub lease: Span = "1 min",
        /// `always`: every object is read back and compared before its video counts as verified. `never`, for external
        /// stores whose reads cost money: a file whose hash its client told is taken as it is, and stays unverified.
        /// `HEIMDEX_SERVER_JOBS_VERIFY_STORE`, default `always`.
        pub verify_store: VerifyStore = "always",
        /// How often a stage that fails is tried; outages of store or database do not count.
        /// `HEIMDEX_SERVER_JOBS_MAX_ATTEMPTS`, default `5`.
        pub max_attempts: AtLeastOne = "5",
        /// How often expired uploads, the trash and other remains are looked for.
        /// `HEIMDEX_SERVER_JOBS_SWEEP_INTERVAL`, default `1 min`.
        pub sweep_interval: Span = "1 min",
        /// How long such a look may take before another process takes its place.
        /// `HEIMDEX_SERVER_JOBS_SWEEP_LEASE`, default `10 min`.
        pub sweep_lease: Span = "10 min",
        /// How long what somebody began to throw away is left to him, before the next look finishes it.
        /// `HEIMDEX_SERVER_JOBS_CLAIM_TTL`, default `5 min`.
        pub claim_ttl: Span = "5 min",
        /// Whether a poster and a contact sheet are made of each video, by ffmpeg.
        /// `HEIMDEX_SERVER_JOBS_THUMBNAILS`, default `true`.
        pub thumbnails: bool = "true",
        /// The ffmpeg that makes them; unset: the first one on `PATH`.
        /// `HEIMDEX_SERVER_JOBS_FFMPEG`, default: unset.
        pub ffmpeg: Option<PathBuf> = "",
        /// Videos of which one process makes them at once, of the jobs that it works on.
        /// `HEIMDEX_SERVER_JOBS_THUMBNAILS_AT_ONCE`, default `1`.
        pub thumbnails_at_once: AtLeastOne = "1",
        /// How long that may take for one video; a sixth of it for one moment of its film.
        /// `HEIMDEX_SERVER_JOBS_THUMBNAIL_TIME`, default `2 min`.
        pub thumbnail_time: Span = "2 min",
    }
}
