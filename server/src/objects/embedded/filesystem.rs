//! Which file systems a database must not lie on.

use std::path::Path;

/// File systems over a network by their magic number. Their locks and shared memory are not what SQLite needs.
const NETWORK: &[(u64, &str)] = &[
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0x5346_414f, "AFS"),
    (0x00c3_6400, "Ceph"),
];

/// The name of the network file system that `directory` lies on, if it does.
pub(super) fn network(directory: &Path) -> std::io::Result<Option<&'static str>> {
    let found = rustix::fs::statfs(directory)?.f_type;
    Ok(name_of(found))
}

fn name_of(magic: rustix::fs::FsWord) -> Option<&'static str> {
    // The kernel gives 32 bits; some architectures extend their sign.
    let magic = u64::from_ne_bytes(magic.to_ne_bytes()) & 0xffff_ffff;
    NETWORK
        .iter()
        .find(|(known, _)| *known == magic)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::{name_of, network};

    #[test]
    fn network_file_systems_are_known_by_name() {
        assert_eq!(name_of(0x6969), Some("NFS"));
        assert_eq!(name_of(0xff53_4d42), Some("SMB"));
        assert_eq!(name_of(0xef53), None, "ext4");
        assert_eq!(name_of(0x0102_1994), None, "tmpfs");
    }

    #[test]
    fn this_directory_is_asked() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(network(directory.path()).unwrap(), None);
    }
}
