//! Two watched folders, a place beside them, and all that people and programs do to files there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use heimdex_api::Blake3;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};

use super::random::Random;

/// What is in a file: a number at its beginning, and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Content {
    pub(super) number: u64,
    pub(super) length: u64,
}

/// Some need a group of their own, most do not.
const LENGTHS: [u64; 6] = [64, 64, 100, 4096, 70_000, 9 << 20];
const NAMES: [&[u8]; 9] = [
    b"a.mov",
    b"b.mov",
    b"A.MOV",
    b"day/c.mov",
    b"day/one/d.mov",
    b"PRIVATE/M4ROOT/CLIP/C0001.MP4",
    b"PRIVATE/M4ROOT/CLIP/C0001M01.XML",
    b"n\xff.mov",
    b"day/a.mov",
];
const FOLDERS: [&str; 3] = ["day", "day/one", "PRIVATE"];

#[derive(Debug)]
pub(super) struct Disk {
    home: tempfile::TempDir,
    roots: [PathBuf; 2],
    /// Which of them is pulled.
    pulled: [bool; 2],
    writers: Vec<Writer>,
    /// All that a file ever was while nobody wrote it.
    finals: BTreeSet<Content>,
    changes: i64,
}

/// A program that writes, and has not closed the file.
#[derive(Debug)]
struct Writer {
    file: fs::File,
    content: Content,
    /// What it is called once it is done, where that is another name than now.
    then: Option<(PathBuf, PathBuf)>,
}

impl Content {
    fn any(random: &mut Random) -> Self {
        // Few, so that the same bytes come again.
        let number = random.below(12);
        let length = LENGTHS[random.index(LENGTHS.len())];
        Self { number, length }
    }

    /// Of what is at a path.
    pub(super) fn read(path: &Path) -> Option<Self> {
        use std::io::Read as _;
        let mut file = fs::File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let mut number = [0; 8];
        let read = file.read(&mut number).ok()?;
        number[read..].fill(0);
        let number = u64::from_le_bytes(number);
        Some(Self { number, length })
    }

    /// Stands for the hash of all of it.
    pub(super) fn blake3(self) -> Blake3 {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.number.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.length.to_le_bytes());
        Blake3::from_slice(&bytes).unwrap()
    }
}

impl Disk {
    pub(super) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let roots = ["card", "videos"].map(|name| home.path().join(name));
        for folder in roots.iter().chain([&home.path().join("beside")]) {
            fs::create_dir(folder).unwrap();
        }
        Self {
            home,
            roots,
            pulled: [false; 2],
            writers: Vec::new(),
            finals: BTreeSet::new(),
            changes: 0,
        }
    }

    pub(super) fn roots(&self) -> &[PathBuf; 2] {
        &self.roots
    }

    /// Somebody does something; what.
    pub(super) fn happen(&mut self, random: &mut Random) -> Option<String> {
        match random.below(16) {
            0..=2 => self.write(random),
            3 => self.begin(random),
            4 => self.end_one(random),
            5 => self.arrive(random),
            6 => self.bring(random, b".part"),
            7 => self.bring(random, b".x7Ggq"),
            8..=9 => self.rename(random),
            10 => self.delete(random),
            11 => self.rename_folder(random),
            12 => self.link(random),
            13 => self.append(random),
            14 => self.pull(random),
            _ => self.delete_folder(random),
        }
    }

    /// Where a root is now: a pulled one is written elsewhere.
    fn place(&self, root: usize) -> PathBuf {
        if self.pulled[root] {
            self.away(root)
        } else {
            self.roots[root].clone()
        }
    }

    fn away(&self, root: usize) -> PathBuf {
        self.home.path().join(format!("away-{root}"))
    }

    fn any_path(&self, random: &mut Random) -> PathBuf {
        let root = self.place(random.index(2));
        root.join(OsStr::from_bytes(NAMES[random.index(NAMES.len())]))
    }

    fn any_file(&self, random: &mut Random) -> Option<PathBuf> {
        let mut files = Vec::new();
        for root in 0..2 {
            below(&self.place(root), &mut files);
        }
        random.one_of(&files).cloned()
    }

    /// A time of its bytes that no other change has.
    fn stamp(&mut self, path: &Path) {
        self.changes += 1;
        let modified = Timespec {
            tv_sec: 1_700_000_000 + self.changes,
            tv_nsec: 0,
        };
        let untouched = Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        };
        let times = Timestamps {
            last_access: untouched,
            last_modification: modified,
        };
        utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }

    fn fill(file: &mut fs::File, content: Content) {
        use std::io::{Seek as _, Write as _};
        file.rewind().unwrap();
        let number = content.number.to_le_bytes();
        let head = usize::try_from(content.length.min(8)).unwrap();
        file.write_all(&number[..head]).unwrap();
        file.set_len(content.length).unwrap();
    }

    /// All at once, as `cp` does with a small file.
    fn write(&mut self, random: &mut Random) -> Option<String> {
        let (path, content) = (self.any_path(random), Content::any(random));
        self.put(&path, content)?;
        Some(format!("{} is {content:?}", self.shown(&path)))
    }

    fn put(&mut self, path: &Path, content: Content) -> Option<()> {
        fs::create_dir_all(path.parent()?).ok()?;
        if self.is_written(path) {
            return None;
        }
        // A name that is a folder by now.
        let mut file = fs::File::create(path).ok()?;
        Self::fill(&mut file, content);
        drop(file);
        self.stamp(path);
        self.finals.insert(content);
        Some(())
    }

    /// Whether a program has the file open, under whatever name.
    fn is_written(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let Ok(there) = fs::metadata(path) else {
            return false;
        };
        let is_it = |writer: &Writer| {
            let open = writer.file.metadata();
            open.is_ok_and(|open| open.ino() == there.ino())
        };
        self.writers.iter().any(is_it)
    }

    /// A slow writer begins: half of it is there.
    fn begin(&mut self, random: &mut Random) -> Option<String> {
        let (path, content) = (self.any_path(random), Content::any(random));
        let wants_another_name = random.one_in(3);
        let (now, then) = if wants_another_name {
            let mut name = path.file_name()?.to_owned();
            name.push(".part");
            (path.with_file_name(name), Some(path.clone()))
        } else {
            (path, None)
        };
        fs::create_dir_all(now.parent()?).ok()?;
        if self.is_written(&now) {
            return None;
        }
        let mut file = fs::File::create(&now).ok()?;
        let half = Content {
            length: content.length / 2,
            ..content
        };
        Self::fill(&mut file, half);
        self.stamp(&now);
        let told = format!("a writer of {content:?} begins with {}", self.shown(&now));
        self.writers.push(Writer {
            file,
            content,
            then: then.map(|then| (now, then)),
        });
        Some(told)
    }

    fn end_one(&mut self, random: &mut Random) -> Option<String> {
        if self.writers.is_empty() {
            return None;
        }
        let index = random.index(self.writers.len());
        let mut writer = self.writers.swap_remove(index);
        Self::fill(&mut writer.file, writer.content);
        self.changes += 1;
        let times = std::fs::FileTimes::new().set_modified(
            std::time::UNIX_EPOCH
                + std::time::Duration::from_secs(1_700_000_000 + self.changes.unsigned_abs()),
        );
        writer.file.file().set_times(times).unwrap();
        drop(writer.file);
        self.finals.insert(writer.content);
        let mut told = format!("a writer of {:?} ends", writer.content);
        if let Some((now, then)) = writer.then
            && !self.is_written(&then)
            && fs::rename(&now, &then).is_ok()
        {
            told = format!("{told}, as {}", self.shown(&then));
        }
        Some(told)
    }

    /// Every program ends what it does, and leaves nothing behind.
    pub(super) fn end_writing(&mut self) {
        let mut none = Random::new(0);
        while self.end_one(&mut none).is_some() {}
        let mut files = Vec::new();
        for root in 0..2 {
            below(&self.place(root), &mut files);
        }
        for path in files {
            if path.as_os_str().as_bytes().ends_with(b".part") {
                fs::remove_file(path).unwrap();
            }
        }
    }

    /// From beside, by a rename: as `mv` does.
    fn arrive(&mut self, random: &mut Random) -> Option<String> {
        let content = Content::any(random);
        let from = self.home.path().join("beside/file");
        self.put(&from, content)?;
        let to = self.any_path(random);
        fs::create_dir_all(to.parent()?).ok()?;
        if self.is_written(&to) {
            return None;
        }
        fs::rename(&from, &to).ok()?;
        Some(format!("{content:?} is moved to {}", self.shown(&to)))
    }

    /// Under a name of its own, then renamed: as downloads and `rsync` do.
    fn bring(&mut self, random: &mut Random, ending: &[u8]) -> Option<String> {
        let (path, content) = (self.any_path(random), Content::any(random));
        let name = path.file_name()?.as_bytes();
        let dot: &[u8] = if ending == b".part" { b"" } else { b"." };
        let beside = path.with_file_name(OsStr::from_bytes(&[dot, name, ending].concat()));
        self.put(&beside, content)?;
        if self.is_written(&path) {
            return None;
        }
        fs::rename(&beside, &path).ok()?;
        Some(format!("{content:?} is brought as {}", self.shown(&path)))
    }

    fn rename(&mut self, random: &mut Random) -> Option<String> {
        let (from, to) = (self.any_file(random)?, self.any_path(random));
        fs::create_dir_all(to.parent()?).ok()?;
        if self.is_written(&to) {
            return None;
        }
        fs::rename(&from, &to).ok()?;
        Some(format!("{} is now {}", self.shown(&from), self.shown(&to)))
    }

    fn delete(&self, random: &mut Random) -> Option<String> {
        let path = self.any_file(random)?;
        fs::remove_file(&path).ok()?;
        Some(format!("{} is deleted", self.shown(&path)))
    }

    fn rename_folder(&self, random: &mut Random) -> Option<String> {
        let from = self.place(random.index(2)).join(FOLDERS[random.index(3)]);
        let name = ["day", "night", "PRIVATE"][random.index(3)];
        let to = self.place(random.index(2)).join(name);
        fs::rename(&from, &to).ok()?;
        Some(format!(
            "folder {} is now {}",
            self.shown(&from),
            self.shown(&to)
        ))
    }

    fn delete_folder(&self, random: &mut Random) -> Option<String> {
        let path = self.place(random.index(2)).join(FOLDERS[random.index(3)]);
        fs::remove_dir_all(&path).ok()?;
        Some(format!("folder {} is deleted", self.shown(&path)))
    }

    /// One more name, or a link that leads in a circle.
    fn link(&self, random: &mut Random) -> Option<String> {
        let to = self.any_path(random);
        fs::create_dir_all(to.parent()?).ok()?;
        if random.one_in(3) {
            let circle = to.with_file_name("circle");
            std::os::unix::fs::symlink(to.parent()?, &circle).ok()?;
            return Some(format!("{} leads in a circle", self.shown(&circle)));
        }
        let from = self.any_file(random)?;
        fs::hard_link(&from, &to).ok()?;
        Some(format!("{} is also {}", self.shown(&from), self.shown(&to)))
    }

    /// Closed, and opened again for more.
    fn append(&mut self, random: &mut Random) -> Option<String> {
        let path = self.any_file(random)?;
        let mut content = Content::read(&path)?;
        if content.length > 1 << 20 {
            return None;
        }
        content.length += 1 + random.below(50);
        self.put(&path, content)?;
        Some(format!("{} grows to {content:?}", self.shown(&path)))
    }

    fn pull(&mut self, random: &mut Random) -> Option<String> {
        let root = random.index(2);
        let (here, away) = (self.roots[root].clone(), self.away(root));
        if self.pulled[root] {
            let _ = fs::remove_dir(&here);
            fs::rename(&away, &here).ok()?;
        } else {
            fs::rename(&here, &away).ok()?;
            if random.one_in(2) {
                // An empty mount point stays.
                fs::create_dir(&here).unwrap();
            }
        }
        self.pulled[root] ^= true;
        let what = if self.pulled[root] { "away" } else { "back" };
        Some(format!("{} is {what}", self.shown(&here)))
    }

    pub(super) fn put_back(&mut self) {
        for root in 0..2 {
            if self.pulled[root] {
                let _ = fs::remove_dir(&self.roots[root]);
                fs::rename(self.away(root), &self.roots[root]).unwrap();
                self.pulled[root] = false;
            }
        }
    }

    /// Every file of the watches that is to be stored.
    pub(super) fn files(&self) -> BTreeMap<PathBuf, Content> {
        let mut files = Vec::new();
        for root in &self.roots {
            below(root, &mut files);
        }
        let is_taken = |path: &PathBuf| {
            let name = path.file_name().unwrap().as_bytes();
            // What the usual rules leave out.
            !name.ends_with(b".part") && !name.starts_with(b".")
        };
        let taken = files.into_iter().filter(is_taken);
        taken
            .filter_map(|path| Some((path.clone(), Content::read(&path)?)))
            .collect()
    }

    pub(super) fn was_final(&self, content: Content) -> bool {
        self.finals.contains(&content)
    }

    fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.home.path()).unwrap_or(path);
        below.to_string_lossy().into_owned()
    }
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            below(&path, files);
        } else if kind.is_file() {
            files.push(path);
        }
    }
}
