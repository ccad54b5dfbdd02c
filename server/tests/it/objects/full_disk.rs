//! A disk that fills up: a clear answer, nothing half-written, and reading and deleting go on.
//!
//! Needs a file system of its own, so only where one can be mounted (as root).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bytes::Bytes;
use heimdex_server::objects::ObjectsError;

use super::{Fixture, HOUR, Listener};

struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: handles of the test may still be open.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Mounts a small file system in memory; `None` where this user may not.
fn mount(directory: &Path, size: &str) -> Option<Mounted> {
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
        .arg(directory)
        .stderr(Stdio::null())
        .status();
    mounted
        .is_ok_and(|status| status.success())
        .then(|| Mounted(directory.to_owned()))
}

#[tokio::test]
async fn a_full_disk_is_said_and_harms_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let Some(_mounted) = mount(directory.path(), "8m") else {
        heimdex_testkit::left_out("no full disk: nothing can be mounted here");
        return;
    };
    let fixture = Fixture::within(directory.path()).await;
    let listener = Listener::new(&fixture.embedded).await;
    let kept = Bytes::from(vec![7; 3 << 20]);
    let large = Bytes::from(vec![8; 6 << 20]);
    let url = |key: &str, bytes: &Bytes| {
        fixture
            .store
            .presign_put(&listener.origin, key, bytes.len() as u64, None, None, HOUR)
            .unwrap()
    };
    assert_eq!(
        listener
            .put(&url("incoming/kept", &kept), kept.clone())
            .await
            .status(),
        200
    );
    let before = fixture.files();
    let response = listener
        .put(&url("incoming/large", &large), large.clone())
        .await;
    assert_eq!(response.status(), 507);
    assert!(
        response
            .text()
            .await
            .unwrap()
            .contains("<Code>InsufficientStorage</Code>")
    );
    assert_eq!(fixture.files(), before);

    // To the last block, so that index and manifests find no room either.
    let mut size = 1 << 20;
    let mut number = 0;
    while size > 0 {
        match fixture
            .store
            .put(
                &format!("fill/{number}"),
                "text/plain",
                Bytes::from(vec![9; size]),
            )
            .await
        {
            Ok(_) => number += 1,
            Err(ObjectsError::Full) => size /= 2,
            Err(error) => panic!("{error:?}"),
        }
    }
    let named = fixture.store.list("", None).await.unwrap().items.len();
    assert_eq!(fixture.files().len(), 2 * named, "{:?}", fixture.files());
    assert_eq!(
        fixture
            .store
            .get_range("incoming/kept", 0, u64::MAX)
            .await
            .unwrap(),
        kept
    );
    fixture.store.delete("incoming/kept").await.unwrap();
    fixture
        .store
        .put("after", "text/plain", Bytes::from(vec![1; 1 << 20]))
        .await
        .unwrap();
    assert_eq!(
        fixture.store.head("after").await.unwrap().unwrap().size,
        1 << 20
    );
}
