//! The log, on standard error, for `-v` and `HEIMDEX_LOG`. Off otherwise: people get sentences, not log lines.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::args::GlobalArgs;
use crate::printer::Printer;
use crate::settings::Environment;

/// Starts logging where somebody asked for it.
pub(crate) fn start(global: &GlobalArgs, environment: &Environment, printer: &Printer) {
    let asked = environment.text("HEIMDEX_LOG");
    let directives = match (asked.as_deref(), global.verbose) {
        (Some(directives), _) => directives,
        (None, 0) => return,
        (None, 1) => "warn",
        (None, 2) => "debug",
        (None, _) => "trace",
    };
    let filter = match EnvFilter::try_new(directives) {
        Ok(filter) => filter,
        Err(error) => {
            printer.warn(&format!("HEIMDEX_LOG is not understood: {error}"));
            EnvFilter::new("warn")
        }
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Lines(printer.clone()))
        .with_filter(filter)
        // Libraries below print URIs, and signed ones grant access: only our own events are ever shown.
        .with_filter(tracing_subscriber::filter::filter_fn(|event| {
            event.target().starts_with("heimdex")
        }));
    tracing_subscriber::registry().with(lines).init();
}

/// Writes whole lines above the progress bars.
#[derive(Debug, Clone)]
struct Lines(Printer);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.log(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
