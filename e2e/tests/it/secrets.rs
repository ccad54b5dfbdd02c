//! No token, password or presigned query in a log, an argument list, an error or `--json`.

use std::os::unix::fs::PermissionsExt as _;

use fs_err as fs;
use heimdex_testkit::{Home, TestServer};

use crate::support::{large_video, the_video};

use self::walk::files_below;

const PASSWORD: &str = "correct horse battery staple";

mod walk {
    use std::path::{Path, PathBuf};

    pub(super) fn files_below(directory: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![directory.to_owned()];
        while let Some(directory) = open.pop() {
            for entry in fs_err::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                match entry.file_type().unwrap() {
                    kind if kind.is_dir() => open.push(entry.path()),
                    kind if kind.is_file() => found.push(entry.path()),
                    _ => {}
                }
            }
        }
        found
    }
}

/// Everything that must not be seen, as the client keeps it.
fn kept_secrets(home: &Home) -> Vec<String> {
    let mut secrets = vec![PASSWORD.to_owned()];
    for path in files_below(&home.home()) {
        if path.to_string_lossy().contains("credentials") {
            let text = fs::read_to_string(&path).unwrap();
            secrets.extend(
                text.split(|c: char| c == '"' || c.is_whitespace())
                    .filter(|word| word.len() >= 32)
                    .map(str::to_owned),
            );
        }
    }
    assert!(
        secrets.len() >= 3,
        "an access token, a refresh token and the password: {}",
        secrets.len()
    );
    secrets
}

#[test]
fn nothing_secret_is_printed_or_logged_at_any_level() {
    let server = TestServer::builder()
        .env("HEIMDEX_SERVER_LOG", "trace")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    large_video(&home, "clip.mp4", 40 << 20);
    let mut seen = String::new();
    for arguments in [
        &["upload", "clip.mp4", "--wait", "--json", "-vv"][..],
        &["list", "--json", "-vv"],
        &["whoami", "--json", "-vv"],
        &["queue", "--json", "-vv"],
        &["token", "list", "--json", "-vv"],
        &["show", "0000", "-vv"],
    ] {
        let output = home.heimdex(arguments).env("HEIMDEX_LOG", "trace").run();
        seen.push_str(&output.to_string());
    }
    let id = the_video(&home)["video_id"].as_str().unwrap().to_owned();
    for arguments in [
        &["show", &id, "--json", "-vv"][..],
        &["download", &id, "-o", "back.mp4", "--json", "-vv"],
    ] {
        let output = home.heimdex(arguments).env("HEIMDEX_LOG", "trace").ok();
        seen.push_str(&output.to_string());
    }
    let log = server.log();
    let journals: Vec<_> = files_below(&home.home())
        .into_iter()
        .filter(|path| !path.to_string_lossy().contains("credentials"))
        .collect();
    let mut secrets = kept_secrets(&home);
    secrets.extend([
        "X-Amz-Signature=".to_owned(),
        "X-Amz-Credential=".to_owned(),
    ]);
    for secret in &secrets {
        assert!(
            !seen.contains(secret.as_str()),
            "the command line printed a secret"
        );
        assert!(!log.contains(secret.as_str()), "the server logged a secret");
        for path in &journals {
            let bytes = fs::read(path).unwrap();
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", path.display());
        }
    }
    assert!(
        !log.contains("ana@example.org"),
        "the server logged an e-mail address"
    );
}

#[test]
fn credentials_are_for_their_owner_only() {
    let server = TestServer::start();
    let home = Home::registered(&server, "ana@example.org");
    let files: Vec<_> = files_below(&home.home())
        .into_iter()
        .filter(|p| p.to_string_lossy().contains("credentials"))
        .collect();
    assert!(!files.is_empty());
    for path in files {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn keys_of_the_server_are_for_their_owner_only() {
    let server = TestServer::start();
    let keys: Vec<_> = files_below(&server.data_dir())
        .into_iter()
        .filter(|p| p.to_string_lossy().contains("key"))
        .collect();
    assert!(!keys.is_empty());
    for path in keys {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}
