//! The verdict on a card. Pure: from facts alone, and never a yes by default.

use std::collections::{BTreeMap, BTreeSet};

use heimdex_api::{Open, StoreStanding, VerifiedHow, VideoId, VideoState};

use super::facts::{
    Copy, Facts, FileFacts, NotEqual, ObstacleKind, ReadBack, Reread, Stored, Terms, Trace,
};
use super::manifests::ManifestFacts;
use crate::manifest::{Digest, Kind, Listed};

/// What the facts come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What speaks against wiping; by path, the card itself first.
    pub findings: Vec<Finding>,
    /// Files on the card, litter apart.
    pub files: u64,
    /// Files that are stored, verified and equal.
    pub proven: u64,
    /// Bytes of these.
    pub proven_bytes: u64,
}

impl Verdict {
    /// Whether the card may be wiped: every file is proven, there is one at least, and nothing else was found.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.findings.is_empty() && self.files > 0 && self.proven == self.files
    }
}

/// Something that speaks against wiping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The bytes of its path within the card; empty for the card itself.
    pub path: Vec<u8>,
    /// Bytes, of a file.
    pub size: Option<u64>,
    /// What.
    pub why: Why,
}

/// What speaks against wiping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is no file at all.
    NoFiles,
    /// Something that is no file, or hides some.
    Obstacle(ObstacleKind),
    /// The file could not be read as one thing.
    NotRead(ReadBack),
    /// The server was never asked for it.
    NotAsked,
    /// No copy of it counts.
    NotStored(Trace),
    /// The store has not its copy, or has something else in its place, or was not asked.
    NotInStore {
        /// Which video.
        video_id: VideoId,
        /// What the store says.
        store: Option<Open<StoreStanding>>,
    },
    /// Its copy is still being looked into, or is in a state that this program does not know.
    NotReady {
        /// Which video.
        video_id: VideoId,
        /// What the server says of it.
        state: Option<Open<VideoState>>,
    },
    /// Its copy was not read back.
    NotVerified {
        /// Which video.
        video_id: VideoId,
    },
    /// Its copy was read back, perhaps only from the server's memory.
    OnlyCached {
        /// Which video.
        video_id: VideoId,
    },
    /// The store's bytes were to be read again, and that did not come out well.
    NotReread {
        /// Which video.
        video_id: VideoId,
        /// What happened.
        what: NotEqual,
    },
    /// A checksum file on the card says otherwise.
    Manifest {
        /// The bytes of its path within the card.
        manifest: Vec<u8>,
        /// What.
        what: Disagreement,
    },
}

/// What a checksum file on a card and the card do not agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disagreement {
    /// The file has another checksum.
    Differs(Kind),
    /// The file has another size.
    Size {
        /// Bytes, as the checksum file has it.
        listed: u64,
    },
    /// The file is not there.
    Missing,
    /// Its checksum is of a kind that is not known here, of this name.
    Unknown(String),
    /// The checksum file cannot be leaned on, in a few words.
    Broken(String),
}

impl Why {
    /// The word that programs read; stable.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoFiles => "no_files",
            Self::Obstacle(kind) => match kind {
                ObstacleKind::Unreadable(_) => "unreadable",
                ObstacleKind::Mounted => "mounted",
                ObstacleKind::Link => "link",
                ObstacleKind::Special(_) => "special",
            },
            Self::NotRead(read) => match read {
                ReadBack::Changed => "changed",
                ReadBack::Vanished => "vanished",
                ReadBack::Appeared => "appeared",
                ReadBack::Whole { .. } | ReadBack::Unreadable(_) => "unreadable",
            },
            Self::NotAsked => "not_asked",
            Self::NotStored(trace) => match trace {
                Trace::Unknown => "not_stored",
                Trace::Arriving { .. } => "arriving",
                Trace::Differs { .. } => "differs",
                Trace::Trashed { .. } => "trashed",
                Trace::Failed { .. } => "failed",
                Trace::Quarantined { .. } => "quarantined",
            },
            Self::NotInStore { .. } => "not_in_store",
            Self::NotReady { .. } => "not_ready",
            Self::NotVerified { .. } => "not_verified",
            Self::OnlyCached { .. } => "only_cached",
            Self::NotReread { .. } => "not_reread",
            Self::Manifest { what, .. } => match what {
                Disagreement::Differs(_) | Disagreement::Size { .. } => "manifest_differs",
                Disagreement::Missing => "manifest_missing",
                Disagreement::Unknown(_) => "manifest_unknown",
                Disagreement::Broken(_) => "manifest_broken",
            },
        }
    }

    /// The video that it is about, where there is one.
    #[must_use]
    pub fn video_id(&self) -> Option<VideoId> {
        match self {
            Self::NoFiles
            | Self::Obstacle(_)
            | Self::NotRead(_)
            | Self::NotAsked
            | Self::Manifest { .. } => None,
            Self::NotStored(trace) => trace.video_id(),
            Self::NotInStore { video_id, .. }
            | Self::NotReady { video_id, .. }
            | Self::NotVerified { video_id }
            | Self::OnlyCached { video_id }
            | Self::NotReread { video_id, .. } => Some(*video_id),
        }
    }
}

/// Judges a card by the facts.
#[must_use]
pub fn judge(facts: &Facts, terms: Terms) -> Verdict {
    let mut findings = Vec::new();
    if facts.files.is_empty() {
        findings.push(Finding {
            path: Vec::new(),
            size: None,
            why: Why::NoFiles,
        });
    }
    findings.extend(facts.obstacles.iter().map(|obstacle| Finding {
        path: obstacle.path.clone(),
        size: None,
        why: Why::Obstacle(obstacle.kind.clone()),
    }));
    let (mut proven, mut proven_bytes) = (0, 0_u64);
    for file in &facts.files {
        match proof(file, terms) {
            Ok(()) => {
                proven += 1;
                proven_bytes = proven_bytes.saturating_add(file.size);
            }
            Err(why) => findings.push(Finding {
                path: file.path.clone(),
                size: Some(file.size),
                why,
            }),
        }
    }
    findings.extend(disagreements(facts));
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    Verdict {
        findings,
        files: facts.files.len() as u64,
        proven,
        proven_bytes,
    }
}

/// Whether a file is read, stored and verified; the first thing that it lacks, if not.
fn proof(file: &FileFacts, terms: Terms) -> Result<(), Why> {
    let ReadBack::Whole { .. } = file.read else {
        return Err(Why::NotRead(file.read.clone()));
    };
    let copy = match &file.stored {
        Stored::NotAsked => return Err(Why::NotAsked),
        Stored::Nothing(trace) => return Err(Why::NotStored(trace.clone())),
        Stored::Copy(copy) => copy,
    };
    let Copy {
        video_id,
        state,
        store,
        ..
    } = copy;
    // Until it is read back the server may be about to put it where the store is asked for it.
    let is_arriving = matches!(
        state.as_ref().and_then(Open::known),
        Some(VideoState::Validating | VideoState::Processing)
    );
    if is_arriving && copy.verified_at.is_none() {
        return Err(Why::NotReady {
            video_id: *video_id,
            state: state.clone(),
        });
    }
    if store.as_ref().and_then(Open::known) != Some(StoreStanding::Present) {
        return Err(Why::NotInStore {
            video_id: *video_id,
            store: store.clone(),
        });
    }
    // What is still looked into may yet turn out to be damaged, and then only counts once a person has said so.
    if state.as_ref().and_then(Open::known) != Some(VideoState::Indexed) {
        return Err(Why::NotReady {
            video_id: *video_id,
            state: state.clone(),
        });
    }
    if copy.verified_at.is_none() {
        return Err(Why::NotVerified {
            video_id: *video_id,
        });
    }
    let how = match (&file.reread, terms.reread) {
        (Reread::Equal { how, .. }, _) => how,
        (Reread::Bad(what), _) => {
            return Err(Why::NotReread {
                video_id: *video_id,
                what: *what,
            });
        }
        (Reread::NotAsked, true) => {
            return Err(Why::NotReread {
                video_id: *video_id,
                what: NotEqual::NotRead,
            });
        }
        (Reread::NotAsked, false) => &copy.verified_how,
    };
    match how.as_ref().and_then(Open::known) {
        Some(VerifiedHow::Medium | VerifiedHow::Store) => Ok(()),
        Some(VerifiedHow::Cached) if terms.accept_cached => Ok(()),
        Some(VerifiedHow::Cached) => Err(Why::OnlyCached {
            video_id: *video_id,
        }),
        None => Err(Why::NotVerified {
            video_id: *video_id,
        }),
    }
}

/// Where the card is not what checksum files on it say.
fn disagreements(facts: &Facts) -> Vec<Finding> {
    let files: BTreeMap<&[u8], &FileFacts> = facts
        .files
        .iter()
        .map(|file| (&file.path[..], file))
        .collect();
    let listed = facts.manifests.iter().flat_map(|manifest| &manifest.listed);
    let renamed: BTreeSet<&[u8]> = listed
        .filter_map(|listed| listed.previous.as_deref())
        .collect();
    let mut findings = Vec::new();
    for ManifestFacts {
        path,
        listed,
        trouble,
    } in &facts.manifests
    {
        let mut find = |at: &[u8], size, what| {
            findings.push(Finding {
                path: at.to_vec(),
                size,
                why: Why::Manifest {
                    manifest: path.clone(),
                    what,
                },
            });
        };
        if let Some(trouble) = trouble {
            find(path, None, Disagreement::Broken(trouble.clone()));
        }
        for listed in listed {
            let at = &listed.path[..];
            match files.get(at) {
                Some(file) => {
                    if let Some(what) = disagreement(listed, file) {
                        find(at, Some(file.size), what);
                    }
                }
                None if renamed.contains(at) || is_excused(facts, at) => {}
                None => find(at, listed.size, Disagreement::Missing),
            }
        }
    }
    findings
}

/// What a file is otherwise than it is listed.
fn disagreement(listed: &Listed, file: &FileFacts) -> Option<Disagreement> {
    if let Some(unknown) = &listed.unknown {
        return Some(Disagreement::Unknown(unknown.clone()));
    }
    // What could not be read speaks for itself.
    let ReadBack::Whole {
        blake3, digests, ..
    } = &file.read
    else {
        return None;
    };
    if let Some(size) = listed.size.filter(|size| *size != file.size) {
        return Some(Disagreement::Size { listed: size });
    }
    let own = Digest::new(Kind::Blake3, blake3.as_bytes());
    let is_taken = |digest: &&Digest| own.as_ref() == Some(digest) || digests.contains(digest);
    let other = listed.digests.iter().find(|digest| !is_taken(digest));
    other.map(|digest| Disagreement::Differs(digest.kind()))
}

/// Whether something is there, and was left out on purpose.
fn is_excused(facts: &Facts, path: &[u8]) -> bool {
    let litter = facts.litter.iter().map(|litter| &litter.path);
    let mut excused = litter.chain(facts.excused.iter().map(|excused| &excused.path));
    excused.any(|excused| {
        let below = path.strip_prefix(&excused[..]);
        below.is_some_and(|below| below.is_empty() || below.starts_with(b"/"))
    })
}

#[cfg(test)]
mod tests;
