//! The verdict on a card. Pure: from facts alone, and never a yes by default.

use heimdex_api::{Open, StoreStanding, VerifiedHow, VideoId, VideoState};

use super::facts::{Copy, Facts, FileFacts, ObstacleKind, ReadBack, Reread, Stored, Terms, Trace};

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
        /// What happened, in a few words.
        reason: String,
    },
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
        }
    }

    /// The video that it is about, where there is one.
    #[must_use]
    pub fn video_id(&self) -> Option<VideoId> {
        match self {
            Self::NoFiles | Self::Obstacle(_) | Self::NotRead(_) | Self::NotAsked => None,
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
        (Reread::Bad(reason), _) => {
            return Err(Why::NotReread {
                video_id: *video_id,
                reason: reason.clone(),
            });
        }
        (Reread::NotAsked, true) => {
            return Err(Why::NotReread {
                video_id: *video_id,
                reason: "it was not read again".to_owned(),
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

#[cfg(test)]
mod tests;
