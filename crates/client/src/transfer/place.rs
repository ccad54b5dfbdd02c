//! Where a file is, in terms that survive unplugging its card: the file system's UUID and the path in it.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use crate::journal::FileKey;
use crate::platform;

/// Finds a file, or a folder, by file system and path in it.
pub fn locate(path: &Path) -> io::Result<FileKey> {
    Locator::new().locate(path)
}

/// Finds many files: the system is asked once where what is mounted.
#[derive(Debug)]
pub(crate) struct Locator {
    table: Option<Vec<u8>>,
    uuids: HashMap<Vec<u8>, Option<String>>,
}

impl Locator {
    /// With what is mounted now.
    pub(crate) fn new() -> Self {
        Self {
            table: fs_err::read("/proc/self/mountinfo").ok(),
            uuids: HashMap::new(),
        }
    }

    /// Finds one.
    pub(crate) fn locate(&mut self, path: &Path) -> io::Result<FileKey> {
        let path = fs_err::canonicalize(path)?;
        let table = self.table.as_deref();
        let mount = table.and_then(|table| mount_of(table, platform::bytes_of(path.as_os_str())));
        if let Some(mount) = mount {
            if let Some(uuid) = self.uuid(&mount.source) {
                return Ok(FileKey {
                    fs_id: format!("uuid:{uuid}"),
                    path: mount.path,
                });
            }
            // `/dev/sda1`, `nas:/export`, `//nas/share`; `tmpfs` and `overlay` say nothing.
            if mount.source.contains(&b'/') {
                let fs_id = format!("source:{}", heimdex_api::path::escaped(&mount.source));
                return Ok(FileKey {
                    fs_id,
                    path: mount.path,
                });
            }
        }
        let fs_id = format!("machine:{}", machine_id());
        Ok(FileKey {
            fs_id,
            path: platform::bytes_of(path.as_os_str()).to_vec(),
        })
    }

    fn uuid(&mut self, source: &[u8]) -> Option<String> {
        let known = self.uuids.entry(source.to_vec());
        known
            .or_insert_with(|| uuid_of(Path::new(&platform::name_from_bytes(source))))
            .clone()
    }
}

/// The name that the system gives this machine for good.
fn machine_id() -> String {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .iter()
        .filter_map(|path| fs_err::read_to_string(path).ok())
        .map(|id| id.trim().to_owned())
        .find(|id| !id.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The UUID of the file system on a block device.
fn uuid_of(device: &Path) -> Option<String> {
    let wanted = platform::device_number(&fs_err::metadata(device).ok()?)?;
    fs_err::read_dir("/dev/disk/by-uuid")
        .ok()?
        .filter_map(Result::ok)
        .find_map(|entry| {
            let found = platform::device_number(&fs_err::metadata(entry.path()).ok()?);
            (found == Some(wanted))
                .then(|| entry.file_name().into_string().ok())
                .flatten()
        })
}

#[derive(Debug, PartialEq, Eq)]
struct Mount {
    source: Vec<u8>,
    /// The path within the file system, not within the mount: a bind mount shows a part of it only.
    path: Vec<u8>,
}

/// Finds the mount that holds an absolute path in the text of `/proc/self/mountinfo`.
fn mount_of(table: &[u8], path: &[u8]) -> Option<Mount> {
    let mut best: Option<(usize, Mount)> = None;
    for line in table.split(|byte| *byte == b'\n') {
        let Some((root, point, source)) = fields(line) else {
            continue;
        };
        let Some(rest) = below(&point, path) else {
            continue;
        };
        // Of two at one place the later one covers the earlier.
        if best
            .as_ref()
            .is_none_or(|(length, _)| point.len() >= *length)
        {
            let mut inner = if root == b"/" { Vec::new() } else { root };
            inner.extend_from_slice(rest);
            if inner.is_empty() {
                inner.push(b'/');
            }
            best = Some((
                point.len(),
                Mount {
                    source,
                    path: inner,
                },
            ));
        }
    }
    best.map(|(_, mount)| mount)
}

/// What of `path` lies below `point`, with its slash; empty for the point itself.
fn below<'a>(point: &[u8], path: &'a [u8]) -> Option<&'a [u8]> {
    if point == b"/" {
        return Some(path);
    }
    let rest = path.strip_prefix(point)?;
    (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
}

/// Root within the file system, mount point and source of one line; see proc(5).
fn fields(line: &[u8]) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let dash = words.iter().position(|word| *word == b"-")?;
    let field = |index: usize| words.get(index).map(|word| unescaped(word));
    Some((field(3)?, field(4)?, field(dash + 2)?))
}

/// Space, tab, newline and backslash are written as three octal digits.
fn unescaped(word: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((&first, after)) = rest.split_first() {
        let octal = after
            .get(..3)
            .filter(|digits| digits.iter().all(|d| (b'0'..=b'7').contains(d)));
        match octal {
            Some(digits) if first == b'\\' => {
                let value = digits
                    .iter()
                    .fold(0u8, |value, d| value.wrapping_mul(8).wrapping_add(d - b'0'));
                bytes.push(value);
                rest = &after[3..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"22 1 254:0 / / rw - ext4 /dev/vda1 rw\n\
        30 22 8:17 / /media/CARD\\040A ro,nosuid shared:9 - exfat /dev/sdb1 rw\n\
        31 22 0:41 /takes /mnt/takes rw - nfs4 nas:/export rw\n\
        32 22 0:42 / /tmp rw - tmpfs tmpfs rw\nnonsense\n";

    fn mount(path: &str) -> (String, String) {
        let mount = mount_of(TABLE, path.as_bytes()).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(mount.source), text(mount.path))
    }

    #[test]
    fn a_file_is_named_by_its_path_within_its_file_system() {
        for (path, source, inner) in [
            ("/media/CARD A/CLIP/1.mp4", "/dev/sdb1", "/CLIP/1.mp4"),
            ("/media/CARD A", "/dev/sdb1", "/"),
            ("/media/CARD AB/x", "/dev/vda1", "/media/CARD AB/x"),
            ("/mnt/takes/a", "nas:/export", "/takes/a"),
            ("/home/x", "/dev/vda1", "/home/x"),
            ("/tmp/x", "tmpfs", "/x"),
        ] {
            assert_eq!(mount(path), (source.to_owned(), inner.to_owned()), "{path}");
        }
    }

    #[test]
    fn the_same_file_is_found_under_the_same_name_twice() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs_err::write(&path, b"x").unwrap();
        let key = locate(&path).unwrap();
        assert_eq!(locate(&path).unwrap(), key);
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(locate(&link).unwrap(), key);
        assert!(
            !key.fs_id.is_empty() && key.path.ends_with(b"/a"),
            "{key:?}"
        );
    }
}
