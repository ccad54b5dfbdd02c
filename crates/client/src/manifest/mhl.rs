//! ASC MHL version 2 and the older MHL version 1, read as a stream; and the chain of an ASC MHL history.

use std::io::BufRead;

use heimdex_api::{Blake3, VideoId};

use super::xml::{Step, Walker, attribute};
use super::{At, Digest, Kind, LISTED_MOST, Listed, ManifestError, relative};

/// Which format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// MHL, as it was before the ASC took it up.
    One,
    /// ASC MHL.
    Two,
}

/// A list of files and their checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashList {
    /// Of which format it is.
    pub version: Version,
    /// Its files.
    pub listed: Vec<Listed>,
    /// What Heimdex wrote beside them, where it did: in the same order.
    pub ours: Vec<Ours>,
    /// The server that it says has the copies, where Heimdex wrote it.
    pub server: Option<String>,
}

/// What Heimdex writes of a file beside what the format has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    /// The place of its file among those that are listed.
    pub index: usize,
    /// Of all its bytes.
    pub blake3: Blake3,
    /// The video that had the same.
    pub video_id: VideoId,
}

/// Reads a list of files and their checksums.
///
/// # Errors
/// It is none, or more than can be believed.
pub fn parse_mhl(reader: impl BufRead) -> Result<HashList, ManifestError> {
    let mut walker = Walker::new(reader);
    let version = match walker.next()? {
        Step::Open(name, attributes) if name == "hashlist" => {
            match attribute(&attributes, "version") {
                Some(version) if version.starts_with("1.") || version == "1" => Version::One,
                Some(version) if version.starts_with("2.") => Version::Two,
                _ => return Err(wrong(walker.at(), "its version of MHL is not known")),
            }
        }
        _ => return Err(wrong(walker.at(), "it is no MHL file")),
    };
    let mut list = HashList {
        version,
        listed: Vec::new(),
        ours: Vec::new(),
        server: None,
    };
    let mut parents = vec!["hashlist".to_owned()];
    let mut file = Draft::default();
    loop {
        match walker.next()? {
            Step::Open(name, attributes) => {
                let at = walker.at();
                if is_file(version, &parents, &name) || is_reference(&parents, &name) {
                    file = Draft::default();
                }
                file.opened(&parents, &name, &attributes);
                if name == "receipt" && parents == ["hashlist", "metadata"] {
                    list.server = attribute(&attributes, "server").map(str::to_owned);
                }
                if list.listed.len() >= LISTED_MOST {
                    return Err(ManifestError::TooMany);
                }
                file.at.get_or_insert(at);
                parents.push(name);
            }
            Step::Close(name, text) => {
                let at = walker.at();
                parents.pop();
                if is_file(version, &parents, &name) || is_reference(&parents, &name) {
                    list.take(std::mem::take(&mut file), at)?;
                } else {
                    file.closed(&parents, &name, &text, at)?;
                }
            }
            Step::End => return Ok(list),
        }
    }
}

/// Reads the chain of an ASC MHL history: its generations, and the checksum of each, below the folder of the history.
///
/// # Errors
/// It is none, or more than can be believed.
pub fn parse_chain(reader: impl BufRead) -> Result<Vec<Listed>, ManifestError> {
    let mut walker = Walker::new(reader);
    match walker.next()? {
        Step::Open(name, _) if name == "ascmhldirectory" => {}
        _ => return Err(wrong(walker.at(), "it is no chain of ASC MHL")),
    }
    let mut listed = Vec::new();
    let mut depth = 1_usize;
    let (mut path, mut digests, mut unknown) = (None, Vec::new(), None);
    loop {
        match walker.next()? {
            Step::Open(..) => {
                depth += 1;
                if listed.len() >= LISTED_MOST {
                    return Err(ManifestError::TooMany);
                }
            }
            Step::Close(name, text) => {
                let at = walker.at();
                match (depth, name.as_str()) {
                    (3, "path") => path = Some(relative(text.as_bytes(), at)?),
                    (3, name) => match digest(Version::Two, name, text.trim(), at)? {
                        Element::Checksum(digest) => digests.push(digest),
                        Element::Unknown => unknown = unknown.or_else(|| Some(name.to_owned())),
                        Element::Other => {}
                    },
                    (2, "hashlist") => listed.push(Listed {
                        path: path
                            .take()
                            .ok_or_else(|| wrong(at, "a generation has no path"))?,
                        size: None,
                        unknown: unknown.take().filter(|_| digests.is_empty()),
                        digests: std::mem::take(&mut digests),
                        previous: None,
                    }),
                    _ => {}
                }
                depth = depth.saturating_sub(1);
            }
            Step::End => return Ok(listed),
        }
    }
}

/// Whether an element is one of the files.
fn is_file(version: Version, parents: &[String], name: &str) -> bool {
    name == "hash"
        && match version {
            Version::One => parents.len() == 1,
            Version::Two => parents.len() == 2 && parents[1] == "hashes",
        }
}

/// Whether an element is a list of a folder of its own below, which is held to its checksum as a file.
fn is_reference(parents: &[String], name: &str) -> bool {
    name == "hashlistreference" && parents.len() == 2 && parents[1] == "references"
}

/// A file whose element is not over.
#[derive(Debug, Default)]
struct Draft {
    at: Option<At>,
    path: Option<String>,
    size: Option<u64>,
    digests: Vec<Digest>,
    previous: Option<String>,
    /// An element that may be a checksum of a kind that is not known here.
    unknown: Option<String>,
    /// It has a checksum, if only one that was found wrong when it was taken.
    is_checked: bool,
    /// The next checksum is one that was found wrong when it was taken.
    is_failed: bool,
    ours: Option<(Blake3, VideoId)>,
}

impl Draft {
    fn opened(&mut self, parents: &[String], name: &str, attributes: &[(String, String)]) {
        match name {
            "path" => self.size = attribute(attributes, "size").and_then(|size| size.parse().ok()),
            "file" if parents.last().is_some_and(|parent| parent == "metadata") => {
                let blake3 = attribute(attributes, "blake3").and_then(|text| text.parse().ok());
                let video = attribute(attributes, "video").and_then(|text| text.parse().ok());
                self.ours = blake3.zip(video.map(VideoId::new));
            }
            _ => {}
        }
        self.is_failed = attribute(attributes, "action") == Some("failed");
    }

    fn closed(
        &mut self,
        parents: &[String],
        name: &str,
        text: &str,
        at: At,
    ) -> Result<(), ManifestError> {
        let version = match parents.last().map(String::as_str) {
            Some("hash") if parents.len() == 2 => Version::One,
            Some("hash" | "hashlistreference") if parents.len() == 3 => Version::Two,
            _ => return Ok(()),
        };
        match (version, name) {
            (Version::One, "file") | (Version::Two, "path") => self.path = Some(text.to_owned()),
            (Version::One, "size") => self.size = text.trim().parse().ok(),
            (Version::Two, "previousPath") => self.previous = Some(text.to_owned()),
            (version, name) => match digest(version, name, text.trim(), at) {
                // Whoever took it found it wrong: nobody is held to it.
                Ok(Element::Checksum(_)) | Err(_) if self.is_failed => self.is_checked = true,
                Ok(Element::Checksum(digest)) => {
                    self.is_checked = true;
                    self.digests.push(digest);
                }
                Ok(Element::Unknown) => {
                    self.unknown.get_or_insert_with(|| name.to_owned());
                }
                Ok(Element::Other) => {}
                Err(error) => return Err(error),
            },
        }
        Ok(())
    }
}

impl HashList {
    fn take(&mut self, draft: Draft, at: At) -> Result<(), ManifestError> {
        let at = draft.at.unwrap_or(at);
        let path = draft.path.ok_or_else(|| wrong(at, "a file has no path"))?;
        let path = match self.version {
            // Made on Windows, perhaps.
            Version::One if !path.contains('/') => path.replace('\\', "/"),
            Version::One | Version::Two => path,
        };
        if let Some((blake3, video_id)) = draft.ours {
            let index = self.listed.len();
            self.ours.push(Ours {
                index,
                blake3,
                video_id,
            });
        }
        let previous = draft.previous.map(|name| relative(name.as_bytes(), at));
        self.listed.push(Listed {
            path: relative(path.as_bytes(), at)?,
            size: draft.size,
            digests: draft.digests,
            previous: previous.transpose()?,
            unknown: draft.unknown.filter(|_| !draft.is_checked),
        });
        Ok(())
    }
}

/// What an element of a file says.
enum Element {
    /// Its checksum.
    Checksum(Digest),
    /// Perhaps a checksum, of a kind that is not known here.
    Unknown,
    /// Something else.
    Other,
}

/// Elements beside checksums, of both versions; `null` says that there is none.
const BESIDE: [&str; 10] = [
    "path",
    "file",
    "size",
    "null",
    "creationdate",
    "lastmodificationdate",
    "hashdate",
    "previousPath",
    "metadata",
    "comment",
];

/// The checksum that an element is.
fn digest(version: Version, name: &str, text: &str, at: At) -> Result<Element, ManifestError> {
    let digest = match (version, name) {
        // A number of 32 bits, in decimal.
        (Version::One, "xxhash") => text
            .parse::<u32>()
            .ok()
            .and_then(|number| Digest::new(Kind::Xxh32, &number.to_be_bytes())),
        // The bytes as they lie in memory; `xxhash64be` is as everybody else writes it.
        (Version::One, "xxhash64") => Digest::parse(Kind::Xxh64, text).map(Digest::reversed),
        (version, name) => match kind(version, name) {
            Some(kind) => Digest::parse(kind, text),
            None if BESIDE.contains(&name) => return Ok(Element::Other),
            None => return Ok(Element::Unknown),
        },
    };
    let no_such = || {
        wrong(
            at,
            &format!("what stands in `{name}` is no checksum of that kind"),
        )
    };
    digest.map(Element::Checksum).ok_or_else(no_such)
}

/// Elements that are checksums in the usual writing.
fn kind(version: Version, name: &str) -> Option<Kind> {
    Some(match (version, name) {
        (Version::One | Version::Two, "md5") => Kind::Md5,
        (Version::One | Version::Two, "sha1") => Kind::Sha1,
        (Version::Two, "c4") => Kind::C4,
        (Version::Two, "xxh128") => Kind::Xxh128,
        (Version::Two, "xxh3") => Kind::Xxh3,
        (Version::One, "xxhash64be") | (Version::Two, "xxh64") => Kind::Xxh64,
        _ => return None,
    })
}

fn wrong(at: At, what: &str) -> ManifestError {
    ManifestError::Wrong {
        at,
        what: what.to_owned(),
    }
}
