//! A disk of a server's own: a file system in a file, which may lose its power.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;

/// A mounted file system in a file.
pub(crate) struct Disk {
    directory: tempfile::TempDir,
    mounted: bool,
}

impl Disk {
    /// `None` where nothing can be made or mounted; in CI that is an error.
    pub(crate) fn new(size: u64) -> Option<Self> {
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
        heimdex_testkit::left_out(
            "no disk of its own: no file system can be mounted from a file here",
        );
        None
    }

    fn image(&self) -> PathBuf {
        self.directory.path().join("image")
    }

    pub(crate) fn mount_point(&self) -> PathBuf {
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
    pub(crate) fn frozen(&self) -> PathBuf {
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
    pub(crate) fn come_back(&mut self, frozen: &Path) {
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
