//! Runs ffmpeg on bytes of strangers so that it can reach nothing but them: a process group of its own, limits of time,
//! processor, memory and files, an empty environment, an empty directory, and where the system permits it no network but
//! the one listener that serves the one object.
//!
//! The program that is started is this server's own, as `heimdex-server` [`INSIDE`]: it gives up what it must not have
//! ([`inside`]) and becomes ffmpeg. So nothing unsafe happens between fork and exec.

mod handover;
pub mod inside;
mod limits;

use std::ffi::OsString;
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub use limits::CageLimits;

/// The argument that makes this program the inside of a cage.
pub const INSIDE: &str = "__inside-the-cage";
/// As much of what ffmpeg says is kept.
const TAIL: usize = 2_048;
/// How long the inside may take to say where it listens.
const HANDOVER: Duration = Duration::from_secs(10);

/// Where ffmpeg and the cage are.
#[derive(Debug, Clone)]
pub struct Cage {
    ours: PathBuf,
    ffmpeg: PathBuf,
    limits: CageLimits,
}

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CageError {
    /// It cannot be started.
    #[error("cannot start `{}`", program.display())]
    Start {
        /// What.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was killed because its time was over.
    #[error("ffmpeg did not end in time")]
    TimedOut,
    /// It gave more than was asked for.
    #[error("ffmpeg gave more than it was asked for")]
    TooMuch,
    /// It ended with an error.
    #[error("ffmpeg ended with {status}: {said}")]
    Failed {
        /// How.
        status: std::process::ExitStatus,
        /// The last that it said.
        said: String,
    },
    /// The system.
    #[error("cannot talk to ffmpeg")]
    Io(#[from] io::Error),
}

/// What is needed for pictures and is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No ffmpeg.
    #[error("ffmpeg is not installed on the server")]
    Ffmpeg,
    /// The one that is configured is not there.
    #[error("`jobs.ffmpeg` names a program that is not there")]
    Configured,
    /// Not this program itself: it was removed while it ran.
    #[error("the server's own program is not there any more")]
    Ours,
}

impl Cage {
    /// With the ffmpeg that is configured, or found in one of the directories of `path`.
    ///
    /// # Errors
    /// What is missing.
    pub fn find(
        configured: Option<&Path>,
        path: Option<&OsString>,
        limits: CageLimits,
    ) -> Result<Self, Missing> {
        let ffmpeg = match configured {
            Some(program) => program
                .is_file()
                .then(|| program.to_owned())
                .ok_or(Missing::Configured)?,
            None => path
                .into_iter()
                .flat_map(std::env::split_paths)
                .map(|directory| directory.join("ffmpeg"))
                .find(|program| program.is_file())
                .ok_or(Missing::Ffmpeg)?,
        };
        Ok(Self {
            ours: ours().ok_or(Missing::Ours)?,
            ffmpeg,
            limits,
        })
    }

    /// The ffmpeg that is run.
    #[must_use]
    pub fn ffmpeg(&self) -> &Path {
        &self.ffmpeg
    }

    /// Starts ffmpeg with a listener that only it reaches, where the system permits that; `arguments` are made when it is
    /// known where that listens. It runs once [`Listening::go`] says so.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn listening(&self, directory: &Path) -> Result<Listening, CageError> {
        let (ours, theirs) = UnixStream::pair()?;
        let arguments = directory.join(inside::ARGUMENTS);
        let mut command = self.command("listen", directory);
        command.arg(&arguments);
        command.stdin(Stdio::from(OwnedFd::from(theirs)));
        let child = self.spawn(command)?;
        let mut running = Running::new(child);
        let handed = tokio::task::spawn_blocking(move || handover::receive(&ours, HANDOVER));
        let (listener, socket) = match handed.await.map_err(io::Error::other)? {
            Ok(handed) => handed,
            Err(source) => {
                let said = running.said().await;
                return Err(CageError::Start {
                    program: self.ffmpeg.clone(),
                    source: io::Error::new(source.kind(), format!("{source} {said}")),
                });
            }
        };
        Ok(Listening {
            listener,
            socket,
            running,
            limit: self.limits.wall,
            arguments,
        })
    }

    /// Runs ffmpeg without any network; gives it `input` and answers what it gives.
    ///
    /// # Errors
    /// [`CageError`].
    pub async fn convert(
        &self,
        arguments: &[String],
        directory: &Path,
        input: Vec<u8>,
        most: usize,
    ) -> Result<Vec<u8>, CageError> {
        let file = directory.join(inside::ARGUMENTS);
        inside::write_arguments(&file, arguments)?;
        let mut command = self.command("closed", directory);
        command.arg(&file).stdin(Stdio::piped());
        let mut child = self.spawn(command)?;
        let stdin = child.stdin.take();
        let running = Running::new(child);
        let feed = async move {
            if let Some(mut stdin) = stdin {
                // Whoever does not read to the end says why by how it ends.
                let _ = stdin.write_all(&input).await;
            }
        };
        let (output, ()) = tokio::join!(running.output(self.limits.wall, most), feed);
        output
    }

    fn command(&self, mode: &str, directory: &Path) -> Command {
        let mut command = Command::new(&self.ours);
        command.arg(INSIDE).arg(mode).arg(&self.ffmpeg);
        command.args(self.limits.as_arguments());
        command
            .env_clear()
            .current_dir(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }

    fn spawn(&self, mut command: Command) -> Result<Child, CageError> {
        command.spawn().map_err(|source| CageError::Start {
            program: self.ours.clone(),
            source,
        })
    }
}

/// This program, also where its file was replaced meanwhile.
fn ours() -> Option<PathBuf> {
    const NAME: &str = "heimdex-server";
    let running = std::env::current_exe().ok()?;
    let is_ours = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(NAME))
    };
    if is_ours(&running) {
        let itself = PathBuf::from("/proc/self/exe");
        return Some(if itself.exists() { itself } else { running });
    }
    // A program that has the server as a library, beside which the server lies.
    let mut directories = running.ancestors().skip(1).take(2);
    directories.find_map(|directory| {
        let program = directory.join(NAME);
        program.is_file().then_some(program)
    })
}

/// A cage whose listener is there, and whose ffmpeg waits.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    socket: UnixStream,
    running: Running,
    limit: Duration,
    arguments: PathBuf,
}

impl Listening {
    /// What ffmpeg will reach. To be served until it has ended.
    ///
    /// # Errors
    /// The system has no more descriptors.
    pub fn listener(&self) -> io::Result<TcpListener> {
        self.listener.try_clone()
    }

    /// Lets ffmpeg run, and answers what it gives, at most so many bytes.
    ///
    /// # Errors
    /// [`CageError`].
    pub async fn go(self, arguments: &[String], most: usize) -> Result<Vec<u8>, CageError> {
        inside::write_arguments(&self.arguments, arguments)?;
        handover::go(&self.socket)?;
        self.running.output(self.limit, most).await
    }
}

/// A process group that does not outlive this value.
#[derive(Debug)]
struct Running {
    child: Child,
    group: Option<rustix::process::Pid>,
}

impl Running {
    fn new(child: Child) -> Self {
        let group = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw);
        Self { child, group }
    }

    async fn output(mut self, limit: Duration, most: usize) -> Result<Vec<u8>, CageError> {
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let mut output = Vec::new();
        let reading = async {
            if let Some(stdout) = stdout {
                let most = u64::try_from(most).unwrap_or(u64::MAX);
                stdout.take(most + 1).read_to_end(&mut output).await?;
            }
            Ok::<_, io::Error>(())
        };
        let talking = tail(stderr);
        let ended = timeout(limit, async { tokio::join!(reading, talking) }).await;
        let Ok((read, said)) = ended else {
            return Err(CageError::TimedOut);
        };
        read?;
        if output.len() > most {
            return Err(CageError::TooMuch);
        }
        let status = timeout(limit, self.child.wait()).await;
        let status = status.map_err(|_| CageError::TimedOut)??;
        if !status.success() {
            return Err(CageError::Failed { status, said });
        }
        Ok(output)
    }

    /// Ends it, and answers the last that it said.
    async fn said(&mut self) -> String {
        self.kill();
        tail(self.child.stderr.take()).await
    }

    fn kill(&self) {
        if let Some(group) = self.group {
            // Whatever it started goes with it, if there is anything.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last that it says; what comes before is read and forgotten, so that it never waits.
async fn tail(stderr: Option<tokio::process::ChildStderr>) -> String {
    let Some(mut stderr) = stderr else {
        return String::new();
    };
    let (mut kept, mut buffer) = (Vec::new(), [0; 4_096]);
    while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..count]);
        let over = kept.len().saturating_sub(TAIL);
        kept.drain(..over);
    }
    String::from_utf8_lossy(&kept)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
