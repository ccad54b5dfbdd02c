//! A real nginx on the loopback interface, in front of a server, that makes of `Host` what it is told to.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use tempfile::TempDir;

use crate::environment;
use crate::process::Running;
use crate::wait::wait_until;

const START_LIMIT: Duration = Duration::from_secs(30);

/// The name that nginx gives in `Host` to whatever is behind it: one that leads nowhere.
pub const INNER_NAME: &str = "inner.invalid";

/// A proxy; it ends with this value.
#[derive(Debug)]
pub struct Nginx {
    _running: Running,
    _directory: TempDir,
    authority: String,
}

impl Nginx {
    /// Passes everything on to `upstream` (`host:port`) as [`INNER_NAME`]. `directives` are more lines for its location.
    ///
    /// Without nginx the test is left out, and says so; in CI that is an error.
    pub fn in_front_of(upstream: &str, directives: &str) -> Option<Self> {
        let Some(program) = program() else {
            environment::left_out("nginx is not installed");
            return None;
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        // Held until nginx is about to take it.
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let authority = listener.local_addr().expect("a bound port").to_string();
        let settings = directory.path().join("nginx.conf");
        let text = configuration(directory.path(), &authority, upstream, directives);
        fs::write(&settings, text).expect("a configuration");
        drop(listener);
        let mut command = Command::new(program);
        command.arg("-p").arg(directory.path());
        command.arg("-c").arg(&settings);
        let mut running = Running::start(command, "nginx", None);
        wait_until("nginx listens", START_LIMIT, || {
            assert!(
                running.ended().is_none(),
                "nginx ended: {}",
                String::from_utf8_lossy(&running.stderr())
            );
            std::net::TcpStream::connect(&authority)
        });
        Some(Self {
            _running: running,
            _directory: directory,
            authority,
        })
    }

    /// Where it listens, as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// Host and port, as another proxy wants them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The port.
    pub fn port(&self) -> &str {
        self.authority.rsplit_once(':').expect("a port").1
    }
}

fn program() -> Option<PathBuf> {
    // Distributions keep it where only root's PATH looks.
    let outside = [PathBuf::from("/usr/sbin/nginx")];
    let path = environment::outer("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join("nginx"))
        .chain(outside)
        .find(|program| program.is_file())
}

fn configuration(directory: &Path, listen: &str, upstream: &str, directives: &str) -> String {
    let directory = directory.display();
    format!(
        "daemon off; master_process off; pid {directory}/pid; error_log stderr;\n\
         events {{}}\n\
         http {{\n\
         access_log off;\n\
         client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;\n\
         fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;\n\
         server {{\n\
         listen {listen};\n\
         client_max_body_size 0;\n\
         location / {{\n\
         proxy_pass http://{upstream};\n\
         proxy_http_version 1.1;\n\
         proxy_set_header Host {INNER_NAME};\n\
         proxy_request_buffering off; proxy_buffering off;\n\
         {directives}\n\
         }} }} }}\n"
    )
}
