//! The power fails: what was acknowledged lies on the medium, not in some cache.
//!
//! The server's data lie on a file system of their own, in a file. That file holds what reached the "disk"; what only the
//! page cache of the mounted file system knows is not in it. A copy of it, mounted in its place, is the machine after the
//! power came back. (It is kinder than real hardware in one thing: what was written counts as flushed.)

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use heimdex_testkit::{Home, TestServer};

use crate::support::{LIMIT, blake3_of, large_video, summary, the_video};

const MIB: u64 = 1 << 20;

/// A mounted file system in a file.
struct Disk {
    directory: tempfile::TempDir,
    mounted: bool,
}

impl Disk {
    /// `None` where nothing can be made or mounted; in CI that is an error.
    fn new(size: u64) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let disk = Self {
            directory,
            mounted: false,
        };
        fs::File::create(disk.image())
            .unwrap()
            .set_len(size)
            .unwrap();
        fs::create_dir(disk.mount_point()).unwrap();
        let made = succeeds(Command::new("mkfs.ext4").arg("-q").arg(disk.image()));
        let mut disk = disk;
        if made && disk.mount() {
            return Some(disk);
        }
        heimdex_testkit::left_out("no power loss: no file system can be mounted from a file here");
        None
    }

    fn image(&self) -> PathBuf {
        self.directory.path().join("image")
    }

    fn mount_point(&self) -> PathBuf {
        self.directory.path().join("disk")
    }

    /// The journal is committed when something is synced and, for the length of a test, by no timer.
    fn mount(&mut self) -> bool {
        self.mounted = succeeds(
            Command::new("mount")
                .args(["-t", "ext4", "-o", "loop,commit=300"])
                .arg(self.image())
                .arg(self.mount_point()),
        );
        self.mounted
    }

    fn unmount(&mut self) {
        if self.mounted {
            self.mounted = !succeeds(Command::new("umount").arg(self.mount_point()));
        }
    }

    /// What the medium holds at this moment.
    fn frozen(&self) -> PathBuf {
        let copy = self.directory.path().join("frozen");
        let copied = succeeds(
            Command::new("cp")
                .arg("--sparse=always")
                .arg(self.image())
                .arg(&copy),
        );
        assert!(copied, "the image can be copied");
        copy
    }

    /// Everything that was not on the medium is gone.
    fn come_back(&mut self, frozen: &Path) {
        self.unmount();
        assert!(!self.mounted, "nothing holds the disk any more");
        fs::rename(frozen, self.image()).unwrap();
        assert!(self.mount(), "its journal can be replayed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unmount();
    }
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

fn power_fails(server: &mut TestServer, disk: &mut Disk) {
    let frozen = disk.frozen();
    server.kill9();
    disk.come_back(&frozen);
    server.restart();
}

#[test]
fn every_acknowledged_part_is_there_after_the_power_failed() {
    let Some(mut disk) = Disk::new(512 * MIB) else {
        return;
    };
    let mut server = TestServer::builder().within(disk.mount_point()).start();
    let home = Home::registered(&server, "ana@example.org");
    let size = 160 * MIB + 77;
    let path = large_video(&home, "long.mp4", size);
    let mut client = home
        .heimdex(["upload", "long.mp4"])
        .env("HEIMDEX_FAILPOINT", "client.part.journaled:5")
        .spawn();
    client.wait(LIMIT);

    power_fails(&mut server, &mut disk);

    let again = home
        .heimdex(["upload", "long.mp4", "--wait", "--json"])
        .limit(LIMIT)
        .ok();
    let sent = summary(&again.ndjson())["sent_bytes"].as_u64().unwrap();
    // Five parts were acknowledged; nothing of them goes again, however the client came to know.
    assert!(
        sent <= size - 5 * 16 * MIB,
        "sent {sent} of {size}: {again}"
    );
    assert_eq!(the_video(&home)["blake3"], blake3_of(&path));
    drop(server);
}

#[test]
fn a_completed_upload_is_there_after_the_power_failed() {
    let Some(mut disk) = Disk::new(512 * MIB) else {
        return;
    };
    let mut server = TestServer::builder()
        .within(disk.mount_point())
        .env("HEIMDEX_SERVER_JOBS_IN_SERVE", "false")
        .start();
    let home = Home::registered(&server, "ana@example.org");
    let path = large_video(&home, "long.mp4", 48 * MIB);
    home.heimdex(["upload", "long.mp4"]).limit(LIMIT).ok();

    server.set_env("HEIMDEX_SERVER_JOBS_IN_SERVE", "true");
    power_fails(&mut server, &mut disk);

    home.heimdex(["upload", "long.mp4", "--wait"])
        .limit(LIMIT)
        .ok();
    let video = the_video(&home);
    assert_eq!(video["state"], "indexed");
    let id = video["video_id"].as_str().unwrap();
    home.heimdex(["download", id, "-o", "back.mp4"]).ok();
    assert_eq!(blake3_of(&home.path("back.mp4")), blake3_of(&path));
    drop(server);
}
