//! Real files that change, grow, shrink and vanish under the reader.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use futures::StreamExt as _;
use heimdex_api::hash::root_of_parts;

use super::cache::forget;
use super::*;

const SIZE: usize = 3 * BUFFER_SIZE + 77;

struct Fixture {
    _directory: tempfile::TempDir,
    path: PathBuf,
    bytes: Vec<u8>,
}

fn fixture() -> Fixture {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mp4");
    let bytes: Vec<u8> = (0..SIZE).map(|i| (i ^ (i >> 9)).to_le_bytes()[0]).collect();
    fs_err::write(&path, &bytes).unwrap();
    Fixture {
        _directory: directory,
        path,
        bytes,
    }
}

fn open(fixture: &Fixture) -> Source {
    Source::open(&fixture.path, None, Buffers::default()).unwrap()
}

fn whole() -> Piece {
    Piece {
        range: 0..SIZE as u64,
        algorithm: PartChecksum::Crc32c,
        is_whole: true,
    }
}

async fn drained(source: Source, crc32c: u32, passage: Passage) -> Result<Vec<u8>, Stop> {
    let mut stream = std::pin::pin!(Arc::new(source).stream(0..SIZE as u64, crc32c, passage));
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(bytes)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn both_passes_see_the_same_bytes() {
    let fixture = fixture();
    let source = open(&fixture);
    let hashed = source.hash(&whole(), |_| {}).unwrap();
    assert_eq!(hashed.subtree, blake3::hash(&fixture.bytes).into());
    let passage = Passage::default();
    let bytes = runtime()
        .block_on(drained(source, hashed.crc32c, passage.clone()))
        .unwrap();
    assert_eq!(bytes, fixture.bytes);
    assert_eq!(passage.moved.load(Ordering::Relaxed), SIZE as u64);
    assert_eq!(passage.broken.get(), None);
}

#[test]
fn parts_join_to_the_hash_of_the_file() {
    let fixture = fixture();
    let source = open(&fixture);
    let part = 256 * 1024;
    let subtrees: Vec<_> = (0..SIZE as u64)
        .step_by(part)
        .map(|start| {
            let range = start..(SIZE as u64).min(start + part as u64);
            let piece = Piece {
                range,
                algorithm: PartChecksum::Md5,
                is_whole: false,
            };
            source.hash(&piece, |_| {}).unwrap()
        })
        .inspect(|hashed| assert!(PartChecksum::Md5.parse(hashed.checksum.as_str()).is_some()))
        .map(|hashed| hashed.subtree)
        .collect();
    assert_eq!(
        root_of_parts(&subtrees),
        blake3::hash(&fixture.bytes).into()
    );
}

#[test]
fn bytes_that_changed_between_the_passes_are_never_handed_out_whole() {
    let fixture = fixture();
    let source = open(&fixture);
    let hashed = source.hash(&whole(), |_| {}).unwrap();
    // Whatever the times say: the bytes are what counts.
    let passage = Passage::default();
    let result = runtime().block_on(drained(source, hashed.crc32c ^ 1, passage.clone()));
    assert_eq!(result, Err(Stop::FileChanged));
    assert_eq!(passage.broken.get(), Some(&Stop::FileChanged));
    assert!(passage.moved.load(Ordering::Relaxed) < SIZE as u64);
}

#[test]
fn a_file_that_grows_is_changed() {
    let fixture = fixture();
    let source = open(&fixture);
    let mut file = fs_err::OpenOptions::new()
        .append(true)
        .open(&fixture.path)
        .unwrap();
    file.write_all(b"more").unwrap();
    assert_eq!(source.hash(&whole(), |_| {}), Err(Stop::FileChanged));
}

#[test]
fn a_file_that_shrinks_in_mid_read_is_changed() {
    let fixture = fixture();
    let source = open(&fixture);
    let shrink = |_| {
        let file = fs_err::OpenOptions::new()
            .write(true)
            .open(&fixture.path)
            .unwrap();
        file.set_len(10).unwrap();
    };
    assert_eq!(source.hash(&whole(), shrink), Err(Stop::FileChanged));
}

#[test]
fn a_file_that_is_deleted_has_vanished() {
    let fixture = fixture();
    let source = open(&fixture);
    fs_err::remove_file(&fixture.path).unwrap();
    assert_eq!(source.hash(&whole(), |_| {}), Err(Stop::FileVanished));
}

#[test]
fn what_is_no_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let open = |path: &Path| {
        Source::open(path, None, Buffers::default())
            .unwrap_err()
            .to_string()
    };
    let shown = |text: String| text.replace(&*directory.path().to_string_lossy(), "DIR");
    assert_eq!(
        shown(open(directory.path())),
        "`DIR` is a directory, not a file"
    );
    assert_eq!(
        shown(open(&directory.path().join("x"))),
        "there is no `DIR/x`"
    );
    let pipe = directory.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    assert_eq!(shown(open(&pipe)), "`DIR/pipe` is a pipe, not a file");
    assert_eq!(
        open(Path::new("/dev/null")),
        "`/dev/null` is a device, not a file"
    );
}

#[test]
fn a_file_without_permission_is_named() {
    let fixture = fixture();
    fs_err::set_permissions(&fixture.path, std::fs::Permissions::from_mode(0o000)).unwrap();
    match Source::open(&fixture.path, None, Buffers::default()) {
        // The superuser reads everything.
        Ok(_) => assert!(rustix::process::geteuid().is_root()),
        Err(error) => assert!(error.to_string().ends_with("permission denied"), "{error}"),
    }
}

#[test]
fn nobody_waits_for_an_abandoned_pass() {
    let fixture = fixture();
    let source = open(&fixture);
    source.abandon();
    assert_eq!(source.hash(&whole(), |_| {}), Err(Stop::Interrupted));
}

/// Whether the first byte lies in memory.
#[cfg(target_os = "linux")]
/// Looks in places far apart: a look makes the kernel read ahead there, and a quick disk may have answered before the look
/// is over.
fn is_in_memory(path: &Path) -> bool {
    let file = fs_err::File::open(path).unwrap().into_file();
    (0..SIZE as u64)
        .step_by(256 << 10)
        .all(|offset| read_cached(&file, &mut [0], offset) == 1)
}

#[cfg(target_os = "linux")]
fn sent(fixture: &Fixture) {
    let source = open(fixture);
    let hashed = source.hash(&whole(), |_| {}).unwrap();
    let sending = drained(source, hashed.crc32c, Passage::default());
    assert_eq!(runtime().block_on(sending).unwrap(), fixture.bytes);
}

#[cfg(target_os = "linux")]
#[test]
fn what_others_have_in_memory_stays_there() {
    let fixture = fixture();
    fs_err::File::open(&fixture.path)
        .unwrap()
        .sync_all()
        .unwrap();
    assert!(is_in_memory(&fixture.path), "it was written a moment ago");
    sent(&fixture);
    assert!(is_in_memory(&fixture.path));
}

/// A file that was written and then forgotten, as far as its file system forgets.
#[cfg(target_os = "linux")]
fn forgotten() -> Fixture {
    let fixture = fixture();
    let file = fs_err::File::open(&fixture.path).unwrap().into_file();
    file.sync_all().unwrap();
    forget(&file, 0, SIZE as u64);
    fixture
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_read_for_the_transfer_alone_is_given_back() {
    // The kernel hears advice most of the time, and a file system that lives in memory never does. A look brings back
    // what was forgotten, so that each file is looked at once.
    let is_forgotten = |fixture: Fixture| !is_in_memory(&fixture.path);
    let can_forget = (0..20).any(|_| is_forgotten(forgotten()));
    let gives_back = (0..20).any(|_| {
        let fixture = forgotten();
        sent(&fixture);
        is_forgotten(fixture)
    });
    assert_eq!(gives_back, can_forget);
}
