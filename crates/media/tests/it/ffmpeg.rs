//! Makes small files with ffmpeg, and asks ffprobe what it sees in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// Two seconds of moving bars, and a tone.
pub(crate) const PICTURE: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=160x120:rate=25:duration=2",
];
pub(crate) const TONE: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=440:sample_rate=48000:duration=2",
];
/// Ten small pictures.
pub(crate) const SMALL: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=160x120:rate=25:duration=0.4",
];
/// Ten pictures of a size that every codec of editors takes.
pub(crate) const EDITABLE: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=720x576:rate=25:duration=0.4",
];
pub(crate) const H264: [&str; 8] = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-pix_fmt",
    "yuv420p",
    "-g",
    "10",
];

/// A directory for the files of one test.
pub(crate) struct Studio(TempDir);

impl Studio {
    pub(crate) fn open() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs ffmpeg with these arguments; the last thing it is told is the file to write.
    pub(crate) fn make(&self, name: &str, arguments: &[&[&str]]) -> PathBuf {
        let path = self.path(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-y"]);
        command.args(arguments.iter().copied().flatten());
        run(command.arg(&path));
        path
    }

    /// Has ffmpeg write into a pipe, where it cannot go back to put sizes and lengths right.
    pub(crate) fn make_piped(&self, name: &str, format: &str, arguments: &[&[&str]]) -> PathBuf {
        let path = self.path(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error"]);
        command.args(arguments.iter().copied().flatten());
        let output = run(command.args(["-f", format, "pipe:1"]));
        fs_err::write(&path, output.stdout).unwrap();
        path
    }

    /// A picture with a tone, as H.264 and AAC.
    pub(crate) fn film(&self, name: &str, arguments: &[&str]) -> PathBuf {
        self.make(
            name,
            &[
                &PICTURE,
                &TONE,
                &H264,
                &["-c:a", "aac", "-shortest"],
                arguments,
            ],
        )
    }

    pub(crate) fn film_bytes(&self, name: &str, arguments: &[&str]) -> Vec<u8> {
        fs_err::read(self.film(name, arguments)).unwrap()
    }
}

/// What ffprobe says of a file.
pub(crate) fn ffprobe(path: &Path) -> Value {
    let mut command = Command::new("ffprobe");
    command.args([
        "-v",
        "error",
        "-of",
        "json",
        "-show_format",
        "-show_streams",
        "-show_chapters",
    ]);
    serde_json::from_slice(&run(command.arg(path)).stdout).unwrap()
}

/// Whether this ffmpeg can encode with `name`.
pub(crate) fn has_encoder(name: &str) -> bool {
    static ENCODERS: LazyLock<Vec<u8>> =
        LazyLock::new(|| run(Command::new("ffmpeg").args(["-v", "error", "-encoders"])).stdout);
    String::from_utf8_lossy(&ENCODERS)
        .split_whitespace()
        .any(|word| word == name)
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!(
            "these tests need ffmpeg and ffprobe on PATH (Debian: apt-get install ffmpeg): {error}"
        )
    });
    assert!(
        output.status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
