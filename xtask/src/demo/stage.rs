//! Where the demonstration plays: a home of its own, a server on a free port, and commands run as they are shown.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use fs_err as fs;
use serde_json::Value;

use crate::keeper::{Directory, Kept, Owner};
use crate::{environment, say, steps};

const START_LIMIT: Duration = Duration::from_secs(30);

/// What a person's own settings must not change here.
const FORGOTTEN: [&str; 10] = [
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
    "HEIMDEX_SERVER",
    "HEIMDEX_TOKEN",
    "HEIMDEX_PROFILE",
    "HEIMDEX_CONFIG",
    "HEIMDEX_LOG",
];

/// The home and the server in it.
#[derive(Debug)]
pub(crate) struct Stage {
    home: PathBuf,
    path: OsString,
    server: Kept,
    url: String,
}

impl Stage {
    /// Makes the home and starts the server, with the programs of this directory.
    pub(crate) fn open(binaries: &Path) -> Result<Self> {
        let directory = Directory::new("heimdex-demo", Owner::Us)?;
        let home = directory.path().to_owned();
        let known = environment::variable("PATH").unwrap_or_default();
        let mut places = vec![binaries.to_owned()];
        places.extend(std::env::split_paths(&known));
        let path = std::env::join_paths(places).context("PATH")?;
        let shown = steps::quoted(&binaries.to_string_lossy());
        say::command(&format!(
            "export HOME={} PATH={shown}:$PATH && cd",
            home.display()
        ));
        say::command("heimdex-server serve --data-dir server --listen 127.0.0.1:0 &");

        let mut command = Command::new(binaries.join("heimdex-server"));
        command.args(["serve", "--data-dir", "server", "--listen", "127.0.0.1:0"]);
        dress(&mut command, &home, &path);
        let mut server = directory.keep("TERM", &command)?;
        let url = server.wait_for("the server's URL", START_LIMIT, |server| {
            Ok(server
                .stdout()
                .split_once('\n')
                .map(|(line, _)| line.trim().to_owned()))
        })?;
        say::out(&url);
        Ok(Self {
            home,
            path,
            server,
            url,
        })
    }

    /// The directory that everything happens in.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// The server's process id.
    pub(crate) fn server_process(&self) -> Result<u32> {
        self.server.process("heimdex-server")
    }

    /// Where the server listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What the server stores, in bytes on disk.
    pub(crate) fn stored(&self) -> u64 {
        bytes_below(&self.home.join("server"))
    }

    /// Shows a line of shell and runs it.
    pub(crate) fn sh(&self, line: &str) -> Result<()> {
        say::command(line);
        let mut command = self.command("sh");
        command.args(["-c", line]);
        finish(&mut command, line)
    }

    /// Shows a call of `heimdex` and runs it.
    pub(crate) fn heimdex(&self, arguments: &[&str]) -> Result<()> {
        self.run("heimdex", arguments)
    }

    /// Shows a command and runs it.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = self.command(program);
        command.args(arguments);
        let typed = steps::typed(&command);
        say::command(&typed);
        finish(&mut command, &typed)
    }

    /// Shows a call of `heimdex` and starts it; the caller ends it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Result<Child> {
        let mut command = self.command("heimdex");
        command.args(arguments);
        say::command(&format!("{} &", steps::typed(&command)));
        Ok(command.spawn()?)
    }

    /// Copies a file into the home, and returns its name there.
    pub(crate) fn copy_in(&self, file: &Path) -> Result<String> {
        let name = file.file_name().context("the video has no name")?;
        let name = name
            .to_str()
            .context("the demonstration wants a name in UTF-8")?;
        say::command(&format!("cp {} .", steps::quoted(&file.to_string_lossy())));
        fs::copy(file, self.home.join(name))?;
        Ok(name.to_owned())
    }

    /// The size of a file in the home.
    pub(crate) fn size_of(&self, name: &str) -> Result<u64> {
        Ok(fs::metadata(self.home.join(name))?.len())
    }

    /// The videos of the catalog.
    pub(crate) fn videos(&self) -> Result<Vec<Value>> {
        let mut command = self.command("heimdex");
        let output = command
            .args(["list", "--json"])
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(
            output.status.success(),
            "`heimdex list --json` failed ({})",
            output.status
        );
        let list: Value = serde_json::from_slice(&output.stdout).context("the list is no JSON")?;
        list["videos"]
            .as_array()
            .cloned()
            .context("the list has no videos")
    }

    /// The id of a file's video, as short as a person would type it.
    pub(crate) fn id_of(&self, name: &str) -> Result<String> {
        let videos = self.videos()?;
        let video = videos.iter().find(|video| video["filename"] == name);
        let id = video.and_then(|video| video["video_id"].as_str());
        let id = id.with_context(|| format!("`{name}` is not in the catalog"))?;
        Ok(id.chars().take(8).collect())
    }

    /// The id of the video of this size.
    pub(crate) fn id_of_size(&self, bytes: u64) -> Result<String> {
        let videos = self.videos()?;
        let video = videos.iter().find(|video| video["size_bytes"] == bytes);
        let id = video.and_then(|video| video["video_id"].as_str());
        let id = id.with_context(|| format!("no video of {bytes} bytes is in the catalog"))?;
        Ok(id.to_owned())
    }

    /// Stops the server; the home goes with it.
    pub(crate) fn close(self) -> Result<()> {
        say::talk("\n# The server stops, and the directory goes.");
        say::command("kill %1");
        let home = self.server.path().to_owned();
        self.server.end().context("the server")?;
        ensure!(!home.exists(), "`{}` is still there", home.display());
        Ok(())
    }

    /// A call of a program in the home, with its environment and without input.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        dress(&mut command, &self.home, &self.path);
        command.current_dir(&self.home).stdin(Stdio::null());
        command
    }
}

/// The environment of everything that runs here.
fn dress(command: &mut Command, home: &Path, path: &OsString) {
    command.env("HOME", home).env("PATH", path);
    for name in FORGOTTEN {
        command.env_remove(name);
    }
}

fn finish(command: &mut Command, typed: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{typed}`"))?;
    if !status.success() {
        bail!("`{typed}` failed ({status})");
    }
    Ok(())
}

fn bytes_below(directory: &Path) -> u64 {
    let mut bytes = 0;
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        // The server works here: what was listed may be gone a moment later.
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => directories.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}
