//! The only place that prints: data to standard output, talk to standard error, both clean of what a terminal would
//! obey.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{Arc, OnceLock};

use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::args::{ColorChoice, GlobalArgs};
use crate::error::CliError;
use crate::output::depth::Depth;
use crate::output::text::{Colour, clean, clean_lines, painted, wrapped};
use crate::settings::Environment;

/// Whether something is shown to a person or read by a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// A terminal, this many columns wide.
    Terminal(usize),
    /// A pipe or a file: nothing is coloured, cut or drawn twice.
    Pipe,
}

/// Prints. Clones print to the same place.
#[derive(Debug, Clone)]
pub(crate) struct Printer {
    inner: Arc<Inner>,
}

/// Who takes the talk where the screen is not for printing.
struct Taker(Box<dyn Fn(&str) + Send + Sync>);

impl std::fmt::Debug for Taker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Taker")
    }
}

#[derive(Debug)]
struct Inner {
    stdout: Stream,
    stderr: Stream,
    stdout_colours: bool,
    /// How many colours there are to draw with; none where nothing can be drawn.
    drawing: Option<Depth>,
    stderr_colours: bool,
    quiet: bool,
    verbose: u8,
    bars: MultiProgress,
    taker: OnceLock<Taker>,
}

impl Printer {
    /// Prints as asked for, and as the streams can take.
    pub(crate) fn new(global: &GlobalArgs, environment: &Environment) -> Self {
        let colours = |stream: Stream| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                stream != Stream::Pipe
                    && environment.text("NO_COLOR").is_none()
                    && environment.text("TERM").as_deref() != Some("dumb")
            }
        };
        let (stdout, stderr) = (environment.stdout, environment.stderr);
        let drawing = environment.can_draw().then(|| {
            if colours(stdout) {
                Depth::of(environment)
            } else {
                Depth::Mono
            }
        });
        let draws = stderr != Stream::Pipe && !global.quiet;
        let target = if draws {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            inner: Arc::new(Inner {
                stdout,
                stderr,
                stdout_colours: colours(stdout),
                drawing,
                stderr_colours: colours(stderr),
                quiet: global.quiet,
                verbose: global.verbose,
                bars: MultiProgress::with_draw_target(target),
                taker: OnceLock::new(),
            }),
        }
    }

    /// The same, and from now on all talk, by whichever clone, goes there instead of to standard error.
    pub(crate) fn diverted(&self, taker: impl Fn(&str) + Send + Sync + 'static) -> Self {
        // Whoever took it first keeps it.
        let _ = self.inner.taker.set(Taker(Box::new(taker)));
        self.clone()
    }

    /// How many colours there are to draw with on standard output, as far as they are wanted; none where it is no
    /// terminal that more can be done with than to write lines.
    pub(crate) fn drawing(&self) -> Option<Depth> {
        self.inner.drawing
    }

    /// What standard output is.
    pub(crate) fn stdout(&self) -> Stream {
        self.inner.stdout
    }

    /// Where progress bars are drawn; hidden where nobody would see them.
    pub(crate) fn bars(&self) -> &MultiProgress {
        &self.inner.bars
    }

    /// Whether progress is drawn over and over.
    pub(crate) fn draws(&self) -> bool {
        self.inner.stderr != Stream::Pipe && !self.inner.quiet
    }

    /// Whether a person wants to know more than usual.
    pub(crate) fn is_verbose(&self) -> bool {
        self.inner.verbose > 0
    }

    /// How many columns the talk has.
    pub(crate) fn talk_width(&self) -> usize {
        match self.inner.stderr {
            Stream::Terminal(columns) => columns,
            Stream::Pipe => usize::MAX,
        }
    }

    /// Prints data: text that is a line, or lines.
    pub(crate) fn data(&self, text: &str) -> Result<(), CliError> {
        self.print_data(&clean_lines(text))
    }

    /// Prints sentences as data: in a terminal they break between words.
    pub(crate) fn sentences(&self, text: &str) -> Result<(), CliError> {
        let text = clean_lines(text);
        match self.inner.stdout {
            Stream::Terminal(columns) => self.print_data(&wrapped(&text, columns)),
            Stream::Pipe => self.print_data(&text),
        }
    }

    /// Prints a line of JSON, whose strings are escaped already and must stay as they are.
    pub(crate) fn json(&self, text: &str) -> Result<(), CliError> {
        self.print_data(text)
    }

    /// Prints a script for a shell, byte for byte: our own text, which a terminal may obey.
    pub(crate) fn script(&self, script: &[u8]) -> Result<(), CliError> {
        self.inner
            .bars
            .suspend(|| {
                let mut stdout = io::stdout().lock();
                stdout.write_all(script)?;
                stdout.flush()
            })
            .map_err(CliError::Output)
    }

    fn print_data(&self, text: &str) -> Result<(), CliError> {
        self.inner
            .bars
            .suspend(|| {
                let mut stdout = io::stdout().lock();
                writeln!(stdout, "{text}")?;
                stdout.flush()
            })
            .map_err(CliError::Output)
    }

    /// Paints a word of data where standard output is coloured.
    pub(crate) fn paint(&self, text: &str, colour: Colour) -> String {
        painted(text, colour, self.inner.stdout_colours)
    }

    /// Tells a person something; `--quiet` does not.
    pub(crate) fn talk(&self, text: &str) {
        if !self.inner.quiet {
            self.print_talk(text);
        }
    }

    /// Tells a person something that must not be missed.
    pub(crate) fn warn(&self, text: &str) {
        let head = painted("warning:", Colour::Yellow, self.inner.stderr_colours);
        self.print_talk(&format!("{head} {text}"));
    }

    /// Asks a question: the answer is typed on the same line.
    pub(crate) fn ask(&self, question: &str) {
        self.inner.bars.suspend(|| {
            let mut stderr = io::stderr().lock();
            // Who closed standard error does not see the question; the answer is read all the same.
            let _ = write!(stderr, "{}", clean_lines(question));
            let _ = stderr.flush();
        });
    }

    /// A line of the log.
    pub(crate) fn log(&self, line: &str) {
        self.print_stderr(line.trim_end_matches('\n'));
    }

    /// One file of many failed; the run goes on.
    pub(crate) fn item_error(&self, text: &str, hint: Option<&str>) {
        let mut lines = format!("{} {}", self.error_head(), uncoloured(text));
        if let Some(hint) = hint {
            let _ = write!(lines, "\n{} {hint}", self.hint_head());
        }
        self.print_talk(&lines);
    }

    /// One file of many failed, and with `-v` why.
    pub(crate) fn item_failure(
        &self,
        text: &str,
        error: &dyn std::error::Error,
        hint: Option<&str>,
    ) {
        let mut text = clean(text).into_owned();
        if self.inner.verbose > 0 {
            text.push_str(&causes(error));
        }
        self.item_error(&text, hint);
    }

    /// What must be known even where nothing else is said.
    pub(crate) fn warn_plain(&self, text: &str) {
        self.print_talk(text);
    }

    /// The end of a run that failed: what happened, what to do, and with `-v` why.
    pub(crate) fn error(&self, error: &CliError) {
        if error.is_closed_pipe() {
            return;
        }
        let mut lines = format!("{} {}", self.error_head(), uncoloured(&error.to_string()));
        if self.inner.verbose > 0 {
            lines.push_str(&causes(error));
            if let Some(id) = error.request_id() {
                let _ = write!(lines, "\n  request id: {id}");
            }
        }
        if let Some(hint) = error.hint() {
            let _ = write!(lines, "\n{} {hint}", self.hint_head());
        }
        self.print_talk(&lines);
    }

    fn error_head(&self) -> String {
        painted("error:", Colour::Red, self.inner.stderr_colours)
    }

    fn hint_head(&self) -> String {
        painted("hint:", Colour::Cyan, self.inner.stderr_colours)
    }

    fn print_talk(&self, text: &str) {
        self.print_stderr(&wrapped(text, self.talk_width()));
    }

    fn print_stderr(&self, text: &str) {
        if let Some(taker) = self.inner.taker.get() {
            return (taker.0)(text);
        }
        self.inner.bars.suspend(|| {
            // Who closed standard error does not want to be talked to.
            let _ = writeln!(io::stderr().lock(), "{}", clean_lines(text));
        });
    }
}

/// What an error says: names in it have no colours, though colours pass the last gate.
fn uncoloured(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(source) = cause {
        let _ = write!(text, "\n  caused by: {source}");
        cause = source.source();
    }
    text
}
