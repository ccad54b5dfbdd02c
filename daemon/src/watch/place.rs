//! What a folder lies on: which file system, whether that tells of changes, and whether its numbers stay with files.

use std::io;
use std::path::{Path, PathBuf};

use heimdex_client::journal::FileKey;
use heimdex_client::transfer::locate;

/// A folder's file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ground {
    /// Which, and the folder's path within it, without a slash at its end.
    pub(super) key: FileKey,
    /// Its device number.
    pub(super) device: u64,
    /// What it is called where it does not tell of all changes.
    pub(super) deaf: Option<&'static str>,
    /// Whether its files are the kernel's own words.
    pub(super) is_pseudo: bool,
    /// Whether a file's number is its own for as long as it exists.
    pub(super) keeps_numbers: bool,
}

/// File systems on which others write without this system being told.
const DEAF: [(u32, &str); 13] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0x6573_5546, "FUSE"),
    (0x0102_1997, "9p"),
    (0x5346_414f, "AFS"),
    (0x7375_7245, "Coda"),
    (0x00c3_6400, "Ceph"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x7a78_7673, "a shared folder of VirtualBox"),
    (0xbacb_acbc, "a shared folder of VMware"),
];

/// Ext2 to ext4, XFS, Btrfs, tmpfs, F2FS, ZFS, bcachefs, overlayfs, JFS, `ReiserFS`.
const KEEPS_NUMBERS: [u32; 10] = [
    0xef53,
    0x5846_5342,
    0x9123_683e,
    0x0102_1994,
    0xf2f5_2010,
    0x2fc1_2fc1,
    0xca45_1a4e,
    0x794c_7630,
    0x3153_464a,
    0x5265_4973,
];

/// Proc, sysfs, cgroup and cgroup2, debugfs, tracefs, securityfs, devpts, bpf, configfs, pstore, efivarfs, selinuxfs.
const PSEUDO: [u32; 13] = [
    0x9fa0,
    0x6265_6572,
    0x0027_e0eb,
    0x6367_7270,
    0x6462_6720,
    0x7472_6163,
    0x7363_6673,
    0x1cd1,
    0xcafe_4a11,
    0x6265_6570,
    0x6165_676c,
    0xde5e_81e4,
    0xf97c_ff8c,
];

impl Ground {
    /// Of an existing folder.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let mut key = locate(folder)?;
        if key.path.ends_with(b"/") {
            key.path.pop();
        }
        let stat = rustix::fs::stat(folder)?;
        let kind = kind(folder)?;
        Ok(Self {
            key,
            device: stat.st_dev,
            deaf: DEAF
                .iter()
                .find(|(number, _)| *number == kind)
                .map(|(_, name)| *name),
            is_pseudo: PSEUDO.contains(&kind),
            keeps_numbers: KEEPS_NUMBERS.contains(&kind),
        })
    }

    /// The same for a folder below it on the same file system.
    pub(super) fn path_of(&self, below: &[u8]) -> Vec<u8> {
        if below.is_empty() {
            return self.key.path.clone();
        }
        [&self.key.path, &b"/"[..], below].concat()
    }
}

/// Folders that cameras make at the top of a card, in lower case.
const OF_CAMERAS: [&str; 5] = ["dcim", "avchd", "bdmv", "xdroot", "m4root"];
/// Those whose names others use too, and what cameras make in them.
const OF_CAMERAS_WITH: [(&str, [&str; 2]); 2] = [
    ("private", ["avchd", "m4root"]),
    ("contents", ["video", "clip"]),
];
/// Where systems mount what is plugged in.
const PLUGGED_IN: [&str; 4] = ["/media", "/run/media", "/mnt", "/Volumes"];

/// What a folder under watch is to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// One that stays.
    Folder,
    /// A card, or a disk that somebody plugged in and may want to wipe.
    Card,
}

impl Medium {
    /// A card is one where something is mounted, that lies where such things are mounted, or in which a camera made its
    /// folders.
    pub(super) fn of(root: &Path) -> Self {
        let is_card = PLUGGED_IN.iter().any(|place| root.starts_with(place))
            || is_mounted(root)
            || has_folder_of_camera(root);
        if is_card { Self::Card } else { Self::Folder }
    }
}

fn is_mounted(root: &Path) -> bool {
    let device = |path: &Path| rustix::fs::stat(path).map(|stat| stat.st_dev);
    match (device(root), device(&root.join(".."))) {
        (Ok(here), Ok(above)) => here != above,
        _ => false,
    }
}

fn has_folder_of_camera(root: &Path) -> bool {
    folders(root).any(|(name, path)| {
        let with = OF_CAMERAS_WITH.iter().find(|(known, _)| *known == name);
        OF_CAMERAS.contains(&name.as_str())
            || Path::new(&name)
                .extension()
                .is_some_and(|kind| kind == "rdm")
            || with.is_some_and(|(_, inner)| {
                folders(&path).any(|(name, _)| inner.contains(&name.as_str()))
            })
    })
}

/// The folders in one, by their names in lower case.
fn folders(of: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = fs_err::read_dir(of).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| {
        let name = entry.file_name();
        (name.to_string_lossy().to_ascii_lowercase(), entry.path())
    })
}

#[cfg(target_os = "linux")]
fn kind(folder: &Path) -> io::Result<u32> {
    // The magic number has 32 bits, in a signed word of the platform's width.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "32 bits, as above"
    )]
    let kind = rustix::fs::statfs(folder)?.f_type as u32;
    Ok(kind)
}

#[cfg(not(target_os = "linux"))]
fn kind(_folder: &Path) -> io::Result<u32> {
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_known_by_its_place_or_by_the_folders_of_its_camera() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs_err::write(root.join("DCIM"), "a file").unwrap();
        fs_err::create_dir(root.join("Trips")).unwrap();
        let is_card = |root: &Path| Medium::of(root) == Medium::Card;
        assert!(!is_card(root));
        fs_err::create_dir(root.join("Private")).unwrap();
        assert!(!is_card(root), "anybody may have one of that name");
        fs_err::create_dir(root.join("Private/M4ROOT")).unwrap();
        assert!(is_card(root));
        assert!(is_card(Path::new("/media/ana/EOS_DIGITAL")));
        assert!(is_card(Path::new("/proc")) && !is_card(&root.join("Trips")));
    }

    #[test]
    fn a_folder_on_a_disk_tells_and_keeps_its_numbers() {
        let directory = tempfile::tempdir().unwrap();
        let ground = Ground::of(directory.path()).unwrap();
        assert_eq!(ground.deaf, None);
        assert!(ground.keeps_numbers);
        assert!(!ground.key.path.ends_with(b"/"));
        let below = ground.path_of(b"a/b");
        assert!(below.starts_with(&ground.key.path) && below.ends_with(b"/a/b"));
        assert_eq!(Ground::of(Path::new("/")).unwrap().key.path, b"");
        assert!(!ground.is_pseudo && Ground::of(Path::new("/proc")).unwrap().is_pseudo);
        assert!(Ground::of(&directory.path().join("none")).is_err());
    }
}
