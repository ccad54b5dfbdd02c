//! Test support: real servers, throw-away homes, a proxy that breaks, waiting with a limit.
//!
//! A dev-dependency only. It knows the binaries and what they print, never the crates they are made of, so that a test
//! of the command line cannot pass because it shared a function with the server.

#![expect(
    clippy::missing_panics_doc,
    reason = "every helper panics where a test would, with the whole story in the message"
)]
#![expect(
    clippy::must_use_candidate,
    reason = "the helpers are read in tests, where the noise costs more than it finds"
)]
#![expect(
    clippy::return_self_not_must_use,
    reason = "an assertion that hands on what it checked may end a statement"
)]

mod ascmhl;
mod binary;
mod daemon;
mod desktop;
mod environment;
mod home;
mod invocation;
mod nginx;
mod postgres;
mod process;
mod proxy;
mod rows;
mod server;
mod store;
mod terminal;
mod video;
mod wait;

pub use ascmhl::ascmhl;
pub use binary::{Binary, binary_path};
pub use daemon::{TestDaemon, TestDaemonBuilder};
pub use desktop::Desktop;
pub use environment::{left_out, without_syncs, wrong_clock};
pub use home::Home;
pub use invocation::{Invocation, Output};
pub use nginx::{INNER_NAME, Nginx, NginxBuilder};
pub use postgres::{FreshDatabase, fresh_database, postgres_url};
pub use process::Running;
pub use proxy::ChaosProxy;
pub use rows::{Rows, rows_of_postgres, rows_of_sqlite};
pub use server::{TestServer, TestServerBuilder};
pub use store::{FreshBucket, fresh_bucket};
pub use terminal::Terminal;
pub use video::{Fill, demo_video, ffmpeg, pad_mp4, sample_film, sample_mp4, write_noise};
pub use wait::{Condition, wait_until, wait_until_async};
