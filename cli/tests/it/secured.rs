//! How a server is trusted and reached: a real TLS server behind nginx, its own authority, a real CONNECT proxy.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, Nginx, NginxBuilder, Running, TestServer, sample_mp4, wait_until};

use crate::snapshot::hx_snapshot;

const LIMIT: Duration = Duration::from_secs(30);
const EMAIL: &str = "ana@example.org";

/// A server that answers over TLS, with a certificate of an authority that nobody knows.
struct Secured {
    _server: TestServer,
    nginx: Nginx,
    authority: PathBuf,
    _home: Home,
}

impl Secured {
    /// None where there is no nginx.
    fn start() -> Option<Self> {
        let server = TestServer::builder()
            .env("HEIMDEX_SERVER_TRUSTED_PROXIES", "127.0.0.1")
            .start();
        Self::in_front_of(server, |nginx| {
            nginx.host("$http_host").directives(
                "proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-For $remote_addr;",
            )
        })
    }

    fn in_front_of(
        server: TestServer,
        as_told: impl FnOnce(NginxBuilder) -> NginxBuilder,
    ) -> Option<Self> {
        let home = Home::new();
        certificates(&home);
        let nginx =
            Nginx::builder(server.authority()).tls(&home.path("cert.pem"), &home.path("key.pem"));
        let nginx = as_told(nginx).start()?;
        Some(Self {
            _server: server,
            nginx,
            authority: home.path("ca.pem"),
            _home: home,
        })
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.nginx.port())
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
    let Some(secured) = Secured::start() else {
        return;
    };
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
    let Some(secured) = Secured::start() else {
        return;
    };
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
    let Some(secured) = Secured::start() else {
        return;
    };
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

#[test]
fn footage_goes_to_no_store_in_the_clear_behind_an_encrypted_server() {
    // Told nothing of TLS, the server signs for its own address, which could be reached from here.
    let server = TestServer::start();
    let inner = server.authority().to_owned();
    let Some(secured) = Secured::in_front_of(server, |nginx| nginx.host(&inner)) else {
        return;
    };
    let outer = secured.url("localhost");
    let home = Home::new();
    register(&home, &outer, &["--ca-file", path(&secured.authority)]).exits(0);
    for number in 0..30 {
        home.write(format!("CARD/{number:02}.txt"), number.to_string());
    }
    home.write("large.bin", vec![7; 20 << 20]);
    let small = home.heimdex(["upload", "CARD"]).run();
    hx_snapshot!(
        "a_store_in_the_clear",
        home.heimdex(["upload", "large.bin"]).run().exits(1)
    );
    // It would be the same with each file: one is told, the others are not tried.
    let said = small.exits(1);
    assert_eq!(said.stderr().matches("encrypt").count(), 1, "{said}");
    let accepting = home.heimdex(["upload", "CARD", "large.bin"]);
    accepting.env("HEIMDEX_INSECURE", "1").ok();
    let listed = home
        .heimdex(["list", "large", "--json=video_id"])
        .ok()
        .json();
    let id = listed["videos"][0]["video_id"].as_str().unwrap().to_owned();
    let back = home.heimdex(["download", &id, "-o", "back.bin"]).run();
    assert!(back.exits(1).stderr().contains("encrypt"));
    assert!(!home.path("back.bin").exists());
    let accepting = home.heimdex(["download", &id, "-o", "back.bin"]);
    accepting.env("HEIMDEX_INSECURE", "1").ok();
}
