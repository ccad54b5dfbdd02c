//! How a server is trusted and reached: a real TLS server behind nginx, its own authority, a real CONNECT proxy.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, Running, TestServer, sample_mp4, wait_until};

use crate::snapshot::hx_snapshot;

const LIMIT: Duration = Duration::from_secs(30);
const EMAIL: &str = "ana@example.org";

/// A server that answers over TLS, with a certificate of an authority that nobody knows.
struct Secured {
    _server: TestServer,
    _nginx: Running,
    _home: Home,
    port: u16,
    authority: PathBuf,
}

impl Secured {
    fn start() -> Self {
        let server = TestServer::builder()
            .env("HEIMDEX_SERVER_TRUSTED_PROXIES", "127.0.0.1")
            .start();
        let home = Home::new();
        certificates(&home);
        let port = free_port();
        let work = home.work();
        let config = format!(
            "daemon off; master_process off; pid nginx.pid; error_log stderr; events {{}}\n\
             http {{ access_log off; client_max_body_size 0;\n\
             client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f;\n\
             uwsgi_temp_path u; scgi_temp_path s;\n\
             server {{ listen 127.0.0.1:{port} ssl;\n\
             ssl_certificate cert.pem; ssl_certificate_key key.pem;\n\
             location / {{ proxy_pass {}; proxy_http_version 1.1; proxy_request_buffering off;\n\
             proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https;\n\
             proxy_set_header X-Forwarded-For $remote_addr; }} }} }}\n",
            server.url()
        );
        home.write("nginx.conf", config);
        let nginx = home
            .any_program("nginx")
            .env("PATH", "/usr/sbin:/usr/bin:/bin")
            .args(["-p"])
            .arg(&work)
            .args(["-c", "nginx.conf", "-e", "stderr"])
            .spawn();
        listens(port, &nginx);
        Self {
            _server: server,
            _nginx: nginx,
            port,
            authority: work.join("ca.pem"),
            _home: home,
        }
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.port)
    }
}

/// An authority, and a certificate of it for this machine.
fn certificates(home: &Home) {
    let openssl = |arguments: &str| {
        home.any_program("openssl").args(arguments.split(' ')).ok();
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!(
        "req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=Nobody -days 2"
    ));
    openssl(&format!(
        "req {key} -keyout key.pem -out request.pem -subj /CN=films"
    ));
    home.write(
        "names",
        "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0.0.0.0\n",
    );
    openssl(
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
         -extfile names -out cert.pem",
    );
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn listens(port: u16, process: &Running) {
    wait_until("a listener", LIMIT, || {
        let said = String::from_utf8_lossy(&process.stderr()).into_owned();
        std::net::TcpStream::connect(("127.0.0.1", port))
            .map_err(|error| format!("{error}: {said}"))
    });
}

/// A proxy that tunnels, and where it logs.
struct Proxy {
    running: Running,
    log: PathBuf,
    port: u16,
}

impl Proxy {
    fn start(home: &Home, more: &str) -> Self {
        let port = free_port();
        let log = home.path("proxy.log");
        let config = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 50\n\
             LogFile \"{}\"\nLogLevel Connect\n{more}\n",
            log.display()
        );
        let config = home.write("tinyproxy.conf", config);
        let running = home
            .any_program("tinyproxy")
            .args(["-d", "-c"])
            .arg(config)
            .spawn();
        listens(port, &running);
        Self { running, log, port }
    }

    fn tunnels(&self) -> usize {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.matches("CONNECT 0.0.0.0:").count()
    }
}

fn register(home: &Home, server: &str, more: &[&str]) -> heimdex_testkit::Output {
    home.heimdex(["register", EMAIL, "--server", server, "--password-stdin"])
        .args(more)
        .stdin("correct horse battery staple\n")
        .run()
}

fn there_and_back(home: &Home) {
    let video = sample_mp4(2);
    home.heimdex(["upload"]).arg(&video).arg("--wait").ok();
    let listed = home.heimdex(["list", "--json=video_id"]).ok().json();
    let id = listed["videos"][0]["video_id"].as_str().unwrap().to_owned();
    home.heimdex(["download", &id, "-o", "back.mp4", "--force"])
        .ok();
    assert_eq!(
        fs::read(home.path("back.mp4")).unwrap(),
        fs::read(&video).unwrap()
    );
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_servers_own_authority_is_named_once() {
    let secured = Secured::start();
    let server = secured.url("localhost");
    let home = Home::new();
    hx_snapshot!(
        "a_certificate_of_nobody",
        register(&home, &server, &[]).exits(5)
    );
    let missing = register(&home, &server, &["--ca-file", "none.pem"]).exits(1);
    assert!(missing.stderr().contains("none.pem"), "{missing}");
    register(&home, &server, &["--ca-file", path(&secured.authority)]).exits(0);
    there_and_back(&home);
    // From the environment, for whoever has no profile of it.
    let other = Home::new()
        .with_env("HEIMDEX_SERVER", &server)
        .with_env("HEIMDEX_CA_FILE", &secured.authority);
    assert!(
        other
            .heimdex(["version"])
            .ok()
            .stdout()
            .contains("server version\t0")
    );
    // The system's authorities are trusted by default, and so is whatever is put among them.
    let system = Home::new()
        .with_env("HEIMDEX_SERVER", &server)
        .with_env("SSL_CERT_FILE", &secured.authority);
    assert!(
        system
            .heimdex(["version"])
            .ok()
            .stdout()
            .contains("server version\t0")
    );
}

#[test]
fn a_proxy_is_gone_through_and_remembered() {
    let secured = Secured::start();
    // Not a loopback address by name, so it is not reached past the proxy; and yet this machine.
    let server = secured.url("0.0.0.0");
    let home = Home::new();
    let mut proxy = Proxy::start(&home, "");
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let more = ["--ca-file", path(&secured.authority), "--proxy", &address];
    register(&home, &server, &more).exits(0);
    let before = proxy.tunnels();
    assert!(before > 0);
    there_and_back(&home);
    assert!(proxy.tunnels() > before, "the profile remembers it");
    proxy.running.terminate(LIMIT);
    let output = home.heimdex(["list"]).run().exits(5);
    assert!(output.stderr().contains("cannot reach"), "{output}");
}

#[test]
fn a_proxys_password_comes_from_the_environment() {
    let secured = Secured::start();
    let server = secured.url("0.0.0.0");
    let home = Home::new();
    let proxy = Proxy::start(&home, "BasicAuth ana hunter2");
    let address = |user: &str| format!("http://{user}127.0.0.1:{}", proxy.port);
    let ask = |user: &str| {
        home.heimdex(["version", "--json=server_version"])
            .env("HEIMDEX_SERVER", &server)
            .env("HEIMDEX_CA_FILE", &secured.authority)
            .env("HEIMDEX_PROXY", address(user))
            .ok()
            .json()
    };
    assert!(ask("ana:hunter2@")["server_version"].is_string());
    assert!(ask("")["server_version"].is_null());
    assert!(ask("ana:wrong@")["server_version"].is_null());
}
