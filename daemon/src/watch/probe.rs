//! Close looks at one file: who has it, what lies beside it, what its container says. Only reads.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use heimdex_client::beneath;
use heimdex_client::journal::FileStamp;
use heimdex_client::platform;
use heimdex_media::{Completeness, FileSource, looks_like_video_name};
use rustix::fs::{FileType, Mode, OFlags};

use super::beside::beside;
use super::settle::{Ending, Facts, Glance, Moment, Writer};
use super::writers::{self, Holders};

/// Processes are looked at no more often: one look serves all files that are due together.
const FRESH: Duration = Duration::from_millis(500);

/// A file as it lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lying {
    pub(super) stamp: FileStamp,
    pub(super) device: u64,
}

/// What is at a path.
#[derive(Debug)]
pub(super) enum There {
    File(Lying),
    Folder,
    /// A link, a pipe, a socket, a device.
    Other,
    Nothing,
    Unknown(io::Error),
}

/// Looks what is at a path below the folder of a watch, and follows no link on the way from there.
pub(super) fn look(root: &Path, path: &Path) -> There {
    match beneath::look(root, path) {
        Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => There::File(Lying {
                stamp: platform::stamp(&stat),
                device: stat.st_dev,
            }),
            FileType::Directory => There::Folder,
            _ => There::Other,
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => There::Nothing,
        Err(error) => There::Unknown(error),
    }
}

/// What a close look found.
#[derive(Debug)]
pub(super) enum Probed {
    Facts(Facts),
    /// It is not what it was when it was asked about.
    Changed,
    Failed(io::Error),
}

/// Who has which files open, asked once for many files.
#[derive(Debug)]
pub(super) struct Asked {
    look: fn() -> Holders,
    last: RefCell<Option<(Moment, Arc<Holders>)>>,
}

impl Asked {
    pub(super) fn new(look: fn() -> Holders) -> Self {
        let last = RefCell::new(None);
        Self { look, last }
    }

    fn holders(&self, now: Moment) -> Arc<Holders> {
        let mut last = self.last.borrow_mut();
        if let Some((at, holders)) = &*last
            && now.since(*at) < FRESH
        {
            return Arc::clone(holders);
        }
        let holders = Arc::new((self.look)());
        *last = Some((now, Arc::clone(&holders)));
        holders
    }

    /// Forgets what was told too long ago to be of use.
    pub(super) fn forget(&self) {
        *self.last.borrow_mut() = None;
    }

    /// Looks closely at a still file.
    pub(super) fn probe(&self, path: &Path, lying: Lying, now: Moment) -> Probed {
        match self.facts(path, lying, now) {
            Ok(Some(facts)) => Probed::Facts(facts),
            Ok(None) => Probed::Changed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Probed::Changed,
            Err(error) => Probed::Failed(error),
        }
    }

    fn facts(&self, path: &Path, lying: Lying, now: Moment) -> io::Result<Option<Facts>> {
        let file = open(path)?;
        if !is(&file, lying)? {
            return Ok(None);
        }
        let number = (lying.device, lying.stamp.inode);
        let writer = writers::writer(&file, number, || self.holders(now));
        let ending = if matches!(writer, Writer::Some { .. }) {
            Ending::Whole
        } else {
            ending(path, &file, lying.stamp.size)?
        };
        if !is(&file, lying)? {
            return Ok(None);
        }
        Ok(Some(Facts {
            writer,
            beside: beside(path),
            ending,
        }))
    }

    /// Looks what a growing file is, and how long it will be. What cannot be found out is left unsaid.
    pub(super) fn glance(&self, path: &Path, lying: Lying, now: Moment) -> Glance {
        let Ok(file) = open(path) else {
            return Glance::default();
        };
        let number = (lying.device, lying.stamp.inode);
        let copied = self.holders(now).target(number, path, lying.stamp.size);
        let announced = || {
            let source = FileSource::new(file.try_clone().ok()?).ok()?;
            heimdex_media::announced_size(&source).ok().flatten()
        };
        let mut head = vec![0; heimdex_media::SNIFF_LEN];
        let read = platform::read_at(&file, &mut head, 0).unwrap_or(0);
        Glance {
            is_video: heimdex_media::sniff(&head[..read]).is_some(),
            target: copied.or_else(announced),
        }
    }
}

/// Opens a file for reading; never waits for anybody, never follows a link.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

fn is(file: &File, lying: Lying) -> io::Result<bool> {
    let stat = rustix::fs::fstat(file)?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    Ok(is_file && stat.st_dev == lying.device && platform::stamp(&stat) == lying.stamp)
}

fn ending(path: &Path, file: &File, size: u64) -> io::Result<Ending> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if size == 0 {
        // A program makes the name first; other empty files are what they are.
        return Ok(if looks_like_video_name(&name) {
            Ending::CutOff {
                sentence: "The file is empty.".to_owned(),
            }
        } else {
            Ending::Whole
        });
    }
    let source = FileSource::new(file.try_clone()?)?;
    let report = heimdex_media::inspect(&source).map_err(io::Error::other)?;
    Ok(match report.map(|report| report.completeness) {
        Some(Completeness::Damaged { sentence }) => Ending::CutOff { sentence },
        Some(Completeness::Complete | Completeness::NotJudged) | None => Ending::Whole,
    })
}

#[cfg(test)]
mod tests {
    use fs_err as fs;

    use super::*;

    const NOW: Moment = Moment(Duration::ZERO);

    fn lying(path: &Path) -> Lying {
        match look(path.parent().unwrap(), path) {
            There::File(lying) => lying,
            other => panic!("{other:?}"),
        }
    }

    fn ending_of(path: &Path) -> Ending {
        match Asked::new(Holders::look).probe(path, lying(path), NOW) {
            Probed::Facts(facts) => facts.ending,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_video_that_ends_too_early_is_told_from_a_whole_one_and_from_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("film.mp4");
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/demo/sunrise.mp4");
        let bytes = fs::read(demo).unwrap();
        fs::write(&path, &bytes).unwrap();
        assert_eq!(ending_of(&path), Ending::Whole);
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(ending_of(&path), Ending::CutOff { .. }));
        fs::write(&path, "").unwrap();
        assert!(matches!(ending_of(&path), Ending::CutOff { .. }));
        let notes = directory.path().join("notes.txt");
        fs::write(&notes, "").unwrap();
        assert_eq!(ending_of(&notes), Ending::Whole);
    }

    #[test]
    fn a_file_that_changed_or_went_is_not_judged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "x").unwrap();
        let before = lying(&path);
        fs::write(&path, "xy").unwrap();
        let asked = Asked::new(Holders::look);
        assert!(matches!(asked.probe(&path, before, NOW), Probed::Changed));
        fs::remove_file(&path).unwrap();
        assert!(matches!(asked.probe(&path, before, NOW), Probed::Changed));
        assert!(matches!(look(directory.path(), &path), There::Nothing));
        fs::create_dir(&path).unwrap();
        assert!(matches!(look(directory.path(), &path), There::Folder));
    }

    #[test]
    fn a_video_that_says_how_long_it_will_be_is_believed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("film.mp4");
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/demo/sunrise.mp4");
        let bytes = fs::read(demo).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let glance = Asked::new(Holders::look).glance(&path, lying(&path), NOW);
        assert!(glance.is_video);
        assert_eq!(glance.target, Some(bytes.len() as u64));
    }
}
