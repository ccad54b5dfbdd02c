//! The file store and the lock; the keyring is tested where one runs, by the command line's tests.

use fs_err as fs;
use heimdex_api::Secret;

use super::*;
use crate::atomic_file;

fn session(access: &str) -> Session {
    Session {
        origin: "http://127.0.0.1:8000".into(),
        access_token: Secret::new(access),
        refresh_token: Secret::new("r"),
    }
}

fn in_file(config_file: &Path, profile: &str) -> Credentials {
    Credentials::new(config_file, profile, Store::File, Unlock::Never)
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn sessions_come_back_and_only_their_owner_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("a/config.toml");
    let (first, other) = (in_file(&config, "default"), in_file(&config, "other"));
    assert_eq!(first.load().await.unwrap(), None);
    let locked = first.lock().await.unwrap();
    locked.store(&session("one")).await.unwrap();
    drop(locked);
    let locked = other.lock().await.unwrap();
    locked.store(&session("two")).await.unwrap();
    locked.remove().await.unwrap();
    locked.remove().await.unwrap();
    drop(locked);
    assert_eq!(first.load().await.unwrap(), Some(session("one")));
    assert_eq!(other.load().await.unwrap(), None);
    assert_eq!(mode(first.file()), 0o600);
    assert!(first.file().ends_with("a/credentials.toml"));
}

#[tokio::test]
async fn another_configuration_beside_it_is_another_login() {
    let directory = tempfile::tempdir().unwrap();
    let first = in_file(&directory.path().join("config.toml"), "default");
    let second = in_file(&directory.path().join("archive.toml"), "default");
    let locked = first.lock().await.unwrap();
    locked.store(&session("one")).await.unwrap();
    assert_eq!(second.load().await.unwrap(), None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let credentials = in_file(&directory.path().join("config.toml"), "default");
    let locked = credentials.lock().await.unwrap();
    locked.store(&session("one")).await.unwrap();
    drop(locked);
    fs::set_permissions(credentials.file(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = credentials.load().await.unwrap_err();
    assert!(matches!(error, CredentialsError::Exposed { .. }), "{error}");
    assert!(error.hint().unwrap().contains("chmod 600"));
}

#[tokio::test]
async fn what_is_broken_is_named_without_its_contents() {
    let directory = tempfile::tempdir().unwrap();
    let credentials = in_file(&directory.path().join("config.toml"), "default");
    for bytes in [&b"access_token = \"hdx_secret"[..], b"\xff\xfe"] {
        atomic_file::replace(credentials.file(), bytes).unwrap();
        let error = credentials.load().await.unwrap_err();
        assert!(
            matches!(error, CredentialsError::Malformed { .. }),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("hdx_secret"));
    }
}

#[tokio::test]
async fn a_second_lock_waits_for_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config.toml");
    let (first, second) = (in_file(&config, "default"), in_file(&config, "other"));
    let held = first.lock().await.unwrap();
    let mut waiting = std::pin::pin!(second.lock());
    assert!(futures::poll!(&mut waiting).is_pending());
    drop(held);
    waiting.await.unwrap();
}
