//! A person's machine for one test: a home, its directories, and the programs run in it.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fs_err as fs;
use tempfile::TempDir;

use crate::binary::{Binary, binary_path};
use crate::environment;
use crate::invocation::{Invocation, Output};
use crate::server::TestServer;

/// The password of every account that a test makes.
const PASSWORD: &str = "correct horse battery staple";

/// A throw-away home with its own `HOME`, `XDG_*` and working directory; nothing else of the environment is seen.
#[derive(Debug)]
pub struct Home {
    directory: TempDir,
    environment: Vec<(OsString, OsString)>,
}

impl Home {
    /// An empty home.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut environment = environment::base();
        for (name, place) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "home/.config"),
            ("XDG_DATA_HOME", "home/.local/share"),
            ("XDG_STATE_HOME", "home/.local/state"),
            ("XDG_CACHE_HOME", "home/.cache"),
            ("XDG_RUNTIME_DIR", "run"),
            ("TMPDIR", "tmp"),
        ] {
            let path = directory.path().join(place);
            fs::create_dir_all(&path).expect("a directory of the home");
            environment.push((name.into(), path.into()));
        }
        fs::create_dir(directory.path().join("work")).expect("a working directory");
        let private = PermissionsExt::from_mode(0o700);
        fs::set_permissions(directory.path().join("run"), private).expect("a private directory");
        Self {
            directory,
            environment,
        }
    }

    /// A home with an account on `server`, logged in as `email`.
    pub fn registered(server: &TestServer, email: &str) -> Self {
        let home = Self::new();
        home.register(server.url(), email);
        home
    }

    /// Sets a variable for everything that is run here from now on.
    #[must_use]
    pub fn with_env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Gives everything that is run here from now on a name for the loopback interface that the rest of the machine does
    /// not know, as a store's public name is known to clients alone.
    #[must_use]
    pub fn with_name(self, name: &str) -> Self {
        fs::write(self.hosts(), format!("127.0.0.1 localhost {name}\n")).expect("a file of names");
        self
    }

    fn hosts(&self) -> PathBuf {
        self.directory.path().join("hosts")
    }

    /// The working directory, where commands run and files are put.
    pub fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// `HOME` itself.
    pub fn home(&self) -> PathBuf {
        self.directory.path().join("home")
    }

    /// `XDG_RUNTIME_DIR`, where a session bus is looked for.
    pub fn runtime_dir(&self) -> PathBuf {
        self.directory.path().join("run")
    }

    /// Where the daemon of this home listens.
    pub fn daemon_socket(&self) -> PathBuf {
        self.runtime_dir().join("heimdex/heimdexd.sock")
    }

    /// Where the daemon keeps its log, unless something else is said.
    pub fn daemon_logs(&self) -> PathBuf {
        self.home().join(".local/state/heimdex/logs")
    }

    /// A path below the working directory.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.work().join(relative)
    }

    /// Writes a file below the working directory, with its directories, and returns its path.
    pub fn write(&self, relative: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a file lies in a directory"))
            .expect("directories");
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// `heimdex` with these arguments.
    pub fn heimdex(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation {
        self.program(Binary::Cli).args(arguments)
    }

    /// Any of our programs, run in this home.
    pub fn program(&self, binary: Binary) -> Invocation {
        if !self.hosts().exists() {
            return Invocation::new(binary_path(binary), self.environment.clone(), self.work());
        }
        // A library that answers in the resolver's place does not bear threads.
        let mount = format!("mount --bind '{}' /etc/hosts", self.hosts().display());
        self.program_with_mounts(binary, &mount)
    }

    /// Any of our programs, with mounts that it alone sees: a shell makes them first, by this command, in the working
    /// directory.
    pub fn program_with_mounts(&self, binary: Binary, mount: &str) -> Invocation {
        let as_root: &[&str] = if rustix::process::geteuid().is_root() {
            &[]
        } else {
            &["--map-root-user"]
        };
        let script = format!("{mount} && exec \"$0\" \"$@\"");
        self.any_program("unshare")
            .args(as_root)
            .args(["--mount", "--", "sh", "-c", &script])
            .arg(binary_path(binary))
    }

    /// A program of the system (`setpriv`, `tmux`), run in this home.
    pub fn any_program(&self, program: impl Into<PathBuf>) -> Invocation {
        Invocation::new(program.into(), self.environment.clone(), self.work())
    }

    /// Makes an account and is logged in with it afterwards.
    pub fn register(&self, server: &str, email: &str) -> Output {
        self.heimdex(["register", email, "--server", server, "--password-stdin"])
            .stdin(format!("{PASSWORD}\n"))
            .ok()
    }

    /// Logs in to an account that [`Home::register`] made, here or in another home.
    pub fn login(&self, server: &str, email: &str) -> Output {
        self.heimdex(["login", email, "--server", server, "--password-stdin"])
            .stdin(format!("{PASSWORD}\n"))
            .ok()
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}
