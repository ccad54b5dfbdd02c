//! Tries to get a wrong yes: a card that may be wiped, one difference hidden somewhere, and the question again.
//!
//! A hundred tries are a test; `cargo xtask crash wipe` makes thousands of them by the example of the same name. The
//! client is in process, the server is a real one: its catalog and its store are changed behind its back.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_api::VideoId;
use heimdex_client::journal::{Watch, WatchId};
use heimdex_client::transfer::{TransferContext, UploadOutcome};
use heimdex_client::watch::Rules;
use heimdex_client::wipe::{Card, CardRules, Checked, Manifests, Question, Terms};
use tokio_util::sync::CancellationToken;

use crate::support::{World, noise, send};

/// Bytes of the file that has three parts: one of them holds neither its first nor its last byte.
const LARGE: usize = 33 << 20;
/// One of so many tries is about that one.
const LARGE_EVERY: u64 = 25;
/// One of so many has what is stored read again.
const REREAD_EVERY: u64 = 40;
/// After so many a yes must be a yes.
const SAFE_EVERY: u64 = 10;

/// What is excused on every card, so that each try has rules that excuse something.
const RULES: &str = "*.tmp\n/skip/\n!keep.tmp\n.*\n";

/// A difference, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    FlippedOnCard,
    Rewritten,
    CutShort,
    Grown,
    New,
    Link,
    LinkInExcused,
    PartAway,
    CutInStore,
    ObjectAway,
    FlippedInStore,
    Unverified,
    OnlyCached,
    Trashed,
    Failed,
    SetAside,
    NotReady,
    OtherHash,
}

const DIFFERENCES: [Difference; 18] = [
    Difference::FlippedOnCard,
    Difference::Rewritten,
    Difference::CutShort,
    Difference::Grown,
    Difference::New,
    Difference::Link,
    Difference::LinkInExcused,
    Difference::PartAway,
    Difference::CutInStore,
    Difference::ObjectAway,
    Difference::FlippedInStore,
    Difference::Unverified,
    Difference::OnlyCached,
    Difference::Trashed,
    Difference::Failed,
    Difference::SetAside,
    Difference::NotReady,
    Difference::OtherHash,
];

/// Names that are close to what a rule excuses, or are litter's for something else; none of them excuses.
const NEAR: [&str; 12] = [
    "a.tmp2",
    "tmp",
    "a.tmp.mov",
    "skipped/a.mov",
    "sub/skip/a.mov",
    "skip.mov",
    "keep.tmp",
    "sub/Thumbs.db.mov",
    "Thumbs.db/a.mov",
    "desktop.ini/a.mov",
    "lost+found/a.mov",
    "$RECYCLE.BIN",
];

/// A card that is stored, and where.
struct Held {
    root: PathBuf,
    files: Vec<HeldFile>,
}

struct HeldFile {
    path: PathBuf,
    bytes: Vec<u8>,
    video: VideoId,
    /// The files of its parts in the store.
    parts: Vec<PathBuf>,
}

/// A server with two cards on it, and a seed.
pub(crate) struct Trials {
    world: World,
    context: TransferContext,
    small: Held,
    large: Held,
    catalog: rusqlite::Connection,
    index: rusqlite::Connection,
    random: u64,
}

impl Trials {
    /// Takes two cards in.
    pub(crate) async fn new(seed: u64) -> Self {
        let world = World::new().await;
        let context = world.context();
        let names = [
            "DCIM/A.mov",
            "DCIM/B.xml",
            "keep.tmp",
            "C",
            "sub/deep/D.mp4",
        ];
        let sizes = [3000, 17, 1, 4096, 9001];
        let small = names.iter().zip(sizes);
        let small = hold(
            &world,
            &context,
            "small",
            small.map(|(name, size)| (*name, size)),
        )
        .await;
        let large = [("L.mov", LARGE), ("S.mov", 100)];
        let large = hold(&world, &context, "large", large.into_iter()).await;
        let open = |name: &str| {
            let found = find(&world.server.data_dir(), &|path| path.ends_with(name));
            let connection = rusqlite::Connection::open(&found[0]).unwrap();
            connection
                .busy_timeout(std::time::Duration::from_secs(30))
                .unwrap();
            connection
        };
        let trials = Self {
            catalog: open("catalog.db"),
            index: open("index.db"),
            world,
            context,
            small,
            large,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        };
        trials.mend();
        trials
    }

    /// Makes so many tries, and says after each how many were made.
    ///
    /// # Panics
    /// Where a yes is wrong, or a no is.
    pub(crate) async fn run(&mut self, tries: u64, mut done: impl FnMut(u64)) {
        for number in 0..tries {
            let is_large = number % LARGE_EVERY == 7;
            if number % SAFE_EVERY == 0 {
                let checked = self.ask(is_large, Self::terms(false)).await;
                assert!(checked.verdict.is_safe(), "{number}: {:?}", checked.verdict);
                assert!(!checked.facts.excused.is_empty(), "something is excused");
            }
            let difference = if number % REREAD_EVERY == 3 {
                Difference::FlippedInStore
            } else {
                let some = DIFFERENCES
                    .iter()
                    .filter(|d| **d != Difference::FlippedInStore);
                *some.collect::<Vec<_>>()[self.below(DIFFERENCES.len() - 1)]
            };
            self.attempt(number, difference, is_large).await;
            done(number + 1);
        }
    }

    async fn attempt(&mut self, number: u64, difference: Difference, is_large: bool) {
        let held = if is_large { &self.large } else { &self.small };
        let count = held.files.len();
        // The one with several parts, where that is what it is about.
        let victim = if is_large { 0 } else { self.below(count) };
        let undo = self.make(difference, is_large, victim).await;
        let terms = Self::terms(difference == Difference::FlippedInStore);
        let checked = self.ask(is_large, terms).await;
        let held = if is_large { &self.large } else { &self.small };
        let named = match &undo {
            Undo::Remove(path) => path.clone(),
            _ => held.files[victim].path.clone(),
        };
        let named = named.strip_prefix(&held.root).unwrap();
        let verdict = &checked.verdict;
        let findings = &verdict.findings;
        let is_named = findings
            .iter()
            .any(|finding| finding.path == named.as_os_str().as_encoded_bytes());
        assert!(
            !verdict.is_safe() && is_named,
            "try {number}: {difference:?} at {}: {verdict:?}",
            named.display()
        );
        self.undo(undo);
        self.mend();
    }

    /// Hides the difference.
    async fn make(&mut self, difference: Difference, is_large: bool, victim: usize) -> Undo {
        let at = self.below(usize::MAX >> 1);
        let name = NEAR[self.below(NEAR.len())];
        let held = if is_large { &self.large } else { &self.small };
        let file = &held.files[victim];
        let part = file.parts[at % file.parts.len()].clone();
        let set = |sql: &str| {
            let id = file.video.as_uuid().as_bytes().to_vec();
            assert_eq!(self.catalog.execute(sql, [id]).unwrap(), 1, "{sql}");
        };
        match difference {
            Difference::FlippedOnCard => {
                flip(&file.path, at % file.bytes.len());
                return Undo::Write(victim, is_large);
            }
            Difference::Rewritten => {
                let mut other = noise(file.bytes.len(), 99 + at as u64);
                if other == file.bytes {
                    other[0] ^= 1;
                }
                fs::write(&file.path, other).unwrap();
                return Undo::Write(victim, is_large);
            }
            Difference::CutShort => {
                fs::write(&file.path, &file.bytes[..at % file.bytes.len()]).unwrap();
                return Undo::Write(victim, is_large);
            }
            Difference::Grown => {
                fs::write(&file.path, [&file.bytes[..], b"\0"].concat()).unwrap();
                return Undo::Write(victim, is_large);
            }
            Difference::New => {
                let path = held.root.join(name);
                if path.exists() {
                    flip(&file.path, at % file.bytes.len());
                    return Undo::Write(victim, is_large);
                }
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, noise(20, at as u64)).unwrap();
                return Undo::Remove(path);
            }
            Difference::Link => {
                let aside = self.world.directory.path().join("aside");
                fs::rename(&file.path, &aside).unwrap();
                std::os::unix::fs::symlink(&aside, &file.path).unwrap();
                return Undo::Move(aside, file.path.clone());
            }
            Difference::LinkInExcused => {
                let link = held.root.join("skip/link");
                std::os::unix::fs::symlink("b.mov", &link).unwrap();
                return Undo::Remove(link);
            }
            Difference::CutInStore => {
                let last = cut(&part);
                return Undo::Grow(part, last);
            }
            Difference::PartAway => {
                let aside = self.world.directory.path().join("aside");
                fs::rename(&part, &aside).unwrap();
                return Undo::Move(aside, part);
            }
            Difference::ObjectAway => return self.lose(file.video),
            Difference::FlippedInStore => {
                let length = fs::metadata(&part).unwrap().len();
                let at = at % usize::try_from(length).unwrap();
                flip(&part, at);
                return Undo::Flip(part, at);
            }
            Difference::Unverified => {
                set(
                    "UPDATE objects SET verified_at = NULL, verified_how = NULL WHERE video_id = ?1",
                );
            }
            Difference::OnlyCached => {
                set("UPDATE objects SET verified_how = 'cached' WHERE video_id = ?1");
            }
            Difference::Trashed => {
                self.world.api().delete_video(file.video).await.unwrap();
            }
            Difference::Failed => set("UPDATE videos SET state = 'failed' WHERE video_id = ?1"),
            Difference::SetAside => {
                set("UPDATE videos SET quarantined_at = 1 WHERE video_id = ?1");
            }
            Difference::NotReady => {
                set("UPDATE videos SET state = 'processing' WHERE video_id = ?1");
            }
            Difference::OtherHash => {
                set("UPDATE videos SET blake3 = zeroblob(32) WHERE video_id = ?1");
            }
        }
        Undo::Mend
    }

    /// Takes a video's object out of the store's index.
    fn lose(&self, video: VideoId) -> Undo {
        let id = video.as_uuid().as_bytes().to_vec();
        let sql = "SELECT object_key FROM objects WHERE video_id = ?1";
        let key: String = self.catalog.query_row(sql, [id], |row| row.get(0)).unwrap();
        let aside = format!("aside/{key}");
        let sql = "UPDATE objects SET key = ?2 WHERE key = ?1";
        assert_eq!(self.index.execute(sql, [&key, &aside]).unwrap(), 1);
        Undo::Key(aside, key)
    }

    fn undo(&self, undo: Undo) {
        match undo {
            Undo::Mend => {}
            Undo::Write(index, is_large) => {
                let held = if is_large { &self.large } else { &self.small };
                let file = &held.files[index];
                fs::write(&file.path, &file.bytes).unwrap();
            }
            Undo::Remove(path) => fs::remove_file(path).unwrap(),
            Undo::Move(from, to) => fs::rename(from, to).unwrap(),
            Undo::Flip(path, at) => flip(&path, at),
            Undo::Grow(path, last) => grow(&path, last),
            Undo::Key(from, to) => {
                let sql = "UPDATE objects SET key = ?2 WHERE key = ?1";
                assert_eq!(self.index.execute(sql, [from, to]).unwrap(), 1);
            }
        }
    }

    /// Makes every video what it was.
    fn mend(&self) {
        for file in self.small.files.iter().chain(&self.large.files) {
            let id = file.video.as_uuid().as_bytes().to_vec();
            let hash = blake3::hash(&file.bytes).as_bytes().to_vec();
            self.catalog
                .execute(
                    "UPDATE videos SET state = 'indexed', state_before = NULL, deleted_at = NULL, quarantined_at = NULL,
                     error_text = NULL, blake3 = ?2 WHERE video_id = ?1",
                    rusqlite::params![id, hash],
                )
                .unwrap();
            let sql =
                "UPDATE objects SET verified_at = 1, verified_how = 'medium' WHERE video_id = ?1";
            self.catalog.execute(sql, [id]).unwrap();
        }
    }

    async fn ask(&self, is_large: bool, terms: Terms) -> Checked {
        let held = if is_large { &self.large } else { &self.small };
        let watch = Watch {
            id: WatchId(1),
            profile: "default".into(),
            root: held.root.clone(),
            source: "card".into(),
            rules: Rules {
                ignore: RULES.into(),
                ..Rules::new()
            },
            declared_in: None,
            pause: None,
            ingest_id: None,
            fs_id: None,
            first_scan_at: None,
            created_at: self.context.now(),
        };
        let question = Question {
            folder: held.root.clone(),
            terms,
            rules: {
                let root = held.root.clone();
                Box::new(move || Ok(CardRules::of(&root, std::slice::from_ref(&watch)).unwrap()))
            },
            manifests: Manifests::Check,
            kinds: Vec::new(),
        };
        let cancel = CancellationToken::new();
        let card = Card::open(&self.context, question, |_| {}, &cancel).await;
        card.unwrap().check().await.unwrap()
    }

    fn terms(reread: bool) -> Terms {
        Terms {
            accept_cached: false,
            reread,
        }
    }

    /// The next number of the seed's, below this one.
    fn below(&mut self, most: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % most as u64).unwrap()
    }
}

/// What makes a difference none.
enum Undo {
    /// What is done after each try.
    Mend,
    Write(usize, bool),
    Remove(PathBuf),
    Move(PathBuf, PathBuf),
    Flip(PathBuf, usize),
    Grow(PathBuf, u8),
    Key(String, String),
}

async fn hold(
    world: &World,
    context: &TransferContext,
    name: &str,
    files: impl Iterator<Item = (&str, usize)>,
) -> Held {
    let root = fs::canonicalize(world.directory.path()).unwrap().join(name);
    let mut held = Vec::new();
    for (seed, (file, size)) in (1_u64..).zip(files) {
        let path = world.file(&format!("{name}/{file}"), size, seed * 1000 + size as u64);
        let path = root.join(
            path.strip_prefix(world.directory.path().join(name))
                .unwrap(),
        );
        let bytes = fs::read(&path).unwrap();
        let outcome = send(context, &path).await.unwrap();
        let UploadOutcome::Stored { video_id, .. } = outcome else {
            panic!("{file} was there before: {outcome:?}");
        };
        world.wait_until_indexed(video_id).await;
        held.push(HeldFile {
            path,
            bytes,
            video: video_id,
            parts: Vec::new(),
        });
    }
    fs::create_dir_all(root.join("skip")).unwrap();
    for excused in ["a.tmp", "skip/b.mov", ".hidden"] {
        fs::write(root.join(excused), "excused").unwrap();
    }
    let mut by_hash: BTreeMap<[u8; 32], PathBuf> = BTreeMap::new();
    for part in find(&world.server.data_dir(), &|path| path.is_file()) {
        by_hash.insert(*blake3::hash(&fs::read(&part).unwrap()).as_bytes(), part);
    }
    for file in &mut held {
        let parts = file.bytes.chunks(16 << 20);
        let of = |part: &[u8]| by_hash[blake3::hash(part).as_bytes()].clone();
        file.parts = parts.map(of).collect();
    }
    Held { root, files: held }
}

/// All files below a directory that are meant.
fn find(directory: &Path, is_meant: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if is_meant(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// Takes the last byte off.
fn cut(path: &Path) -> u8 {
    let bytes = fs::read(path).unwrap();
    let before = fs::metadata(path).unwrap().permissions();
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(bytes.len() as u64 - 1).unwrap();
    file.set_permissions(before).unwrap();
    *bytes.last().unwrap()
}

/// Puts it back.
fn grow(path: &Path, last: u8) {
    let before = fs::metadata(path).unwrap();
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.file().write_all_at(&[last], before.len()).unwrap();
    file.set_permissions(before.permissions()).unwrap();
}

/// Turns one bit over, and leaves size and times as they were.
fn flip(path: &Path, at: usize) {
    let before = fs::metadata(path).unwrap();
    let mut permissions = before.permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
    fs::set_permissions(path, permissions).unwrap();
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut byte = [0];
    file.file().read_exact_at(&mut byte, at as u64).unwrap();
    file.file().write_all_at(&[byte[0] ^ 1], at as u64).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    file.set_permissions(before.permissions()).unwrap();
    file.sync_all().unwrap();
}
