//! A real nginx on the loopback interface, in front of a server, that makes of `Host` what it is told to, and talks TLS
//! where it is given a certificate.

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
    scheme: &'static str,
}

/// What a proxy is to do.
#[derive(Debug, Clone)]
pub struct NginxBuilder {
    upstream: String,
    host: String,
    directives: String,
    tls: Option<(PathBuf, PathBuf)>,
}

impl NginxBuilder {
    /// What it gives in `Host` to whatever is behind it, as nginx writes it: `$http_host` is what it got itself.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    /// More lines for its location.
    #[must_use]
    pub fn directives(mut self, directives: &str) -> Self {
        directives.clone_into(&mut self.directives);
        self
    }

    /// It talks TLS, with this certificate and its key.
    #[must_use]
    pub fn tls(mut self, certificate: &Path, key: &Path) -> Self {
        self.tls = Some((certificate.to_owned(), key.to_owned()));
        self
    }

    /// Starts it and waits until it listens.
    ///
    /// Without nginx the test is left out, and says so; in CI that is an error.
    #[track_caller]
    pub fn start(self) -> Option<Nginx> {
        let Some(program) = program() else {
            environment::left_out("nginx is not installed");
            return None;
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        // Held until nginx is about to take it.
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let authority = listener.local_addr().expect("a bound port").to_string();
        let settings = directory.path().join("nginx.conf");
        let text = self.configuration(directory.path(), &authority);
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
        Some(Nginx {
            _running: running,
            _directory: directory,
            authority,
            scheme: if self.tls.is_some() { "https" } else { "http" },
        })
    }

    fn configuration(&self, directory: &Path, listen: &str) -> String {
        let directory = directory.display();
        let Self {
            upstream,
            host,
            directives,
            tls,
        } = self;
        // Said twice it is refused.
        let buffering = if directives.contains("proxy_buffering") {
            ""
        } else {
            "proxy_buffering off;"
        };
        let (ssl, certificate) = match tls {
            Some((certificate, key)) => (
                " ssl",
                format!(
                    "ssl_certificate {}; ssl_certificate_key {};",
                    certificate.display(),
                    key.display()
                ),
            ),
            None => ("", String::new()),
        };
        format!(
            "daemon off; master_process off; pid {directory}/pid; error_log stderr;\n\
             events {{}}\n\
             http {{\n\
             access_log off;\n\
             client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;\n\
             fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;\n\
             server {{\n\
             listen {listen}{ssl}; {certificate}\n\
             client_max_body_size 0;\n\
             location / {{\n\
             proxy_pass http://{upstream};\n\
             proxy_http_version 1.1;\n\
             proxy_set_header Host {host};\n\
             proxy_request_buffering off; {buffering}\n\
             {directives}\n\
             }} }} }}\n"
        )
    }
}

impl Nginx {
    /// One that passes everything on to `upstream` (`host:port`), as [`INNER_NAME`] unless it is told another name.
    pub fn builder(upstream: &str) -> NginxBuilder {
        NginxBuilder {
            upstream: upstream.to_owned(),
            host: INNER_NAME.to_owned(),
            directives: String::new(),
            tls: None,
        }
    }

    /// The same, with more lines for its location, running.
    #[track_caller]
    pub fn in_front_of(upstream: &str, directives: &str) -> Option<Self> {
        Self::builder(upstream).directives(directives).start()
    }

    /// Where it listens, as a URL.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
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
