//! The walk over the segment: what its parts say, where its clusters are, where the bytes end.

use super::clusters::{Reached, Timeline};
use super::ebml::{self, Element, Found, id};
use super::index::{last_cluster, seek_entries};
use super::info::{self, Info, Tags};
use super::tail;
use super::tracks::{self, Track};
use crate::error::MediaError;
use crate::reader::{Ended, Reader, Stop};
use crate::report::{Chapter, TrackKind};

/// Of more clusters than this only the last are looked at, where they can be found.
const MANY_CLUSTERS: u64 = 64;

/// Of more blocks than this in clusters of unknown size, likewise.
const MANY_BLOCKS: u64 = 2048;

/// So many blocks tell how often there are pictures.
const BLOCKS_FOR_RATE: u64 = 512;

const MAX_PART: usize = 4 * 1024 * 1024;
const MAX_CUES: usize = 16 * 1024 * 1024;

/// What lies where in the file.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) segment: Option<Element>,
    pub(super) info: Info,
    pub(super) tracks: Option<Vec<Track>>,
    pub(super) tags: Tags,
    pub(super) chapters: Vec<Chapter>,
    pub(super) clusters: u64,
    /// The first blocks.
    pub(super) head: Timeline,
    /// The last blocks, where the first do not reach so far.
    pub(super) tail: Timeline,
    /// Bytes that the segment says it has and the file has not.
    pub(super) missing: u64,
    /// How far past the end of the file the index lies that the head points to.
    pub(super) index_missing: u64,
    pub(super) cut: Option<Cut>,
    /// Where something begins that is no element.
    pub(super) broken: Option<u64>,
    pub(super) ended: Ended,
    cues: Option<u64>,
    last: Option<Element>,
    jumped: bool,
}

/// What the end of the file cuts, and how many bytes of it are missing; zero where that is unknown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) place: Place,
    pub(super) missing: u64,
}

/// A part of the file, as a person would name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Head,
    Clusters,
    Index,
    Notes,
}

/// Walks over the file from its first byte to its last.
pub(super) fn walk(reader: &mut Reader<'_>) -> Result<Layout, MediaError> {
    let mut layout = Layout::default();
    layout.ended = Ended::of(layout.walk(reader))?;
    Ok(layout)
}

impl Layout {
    fn walk(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        let size = reader.size();
        let mut at = 0;
        let segment = loop {
            if at >= size {
                return Ok(());
            }
            match ebml::find(reader, at, size)? {
                Found::Element(element) if element.id == id::SEGMENT => break element,
                Found::Element(element) => at = element.end.unwrap_or(size),
                Found::Cut => return Ok(()),
                Found::Nothing => {
                    self.broken = Some(at);
                    return Ok(());
                }
            }
        };
        self.segment = Some(segment);
        let end = segment.end.unwrap_or(size);
        self.missing = end.saturating_sub(size);
        let limit = end.min(size);
        self.walk_segment(reader, &segment, limit)?;
        if self.info.milliseconds().is_none()
            && let Some(last) = self.last
            && last.end.is_some()
        {
            self.tail.walk(reader, &last, limit, u64::MAX)?;
        }
        Ok(())
    }

    fn walk_segment(
        &mut self,
        reader: &mut Reader<'_>,
        segment: &Element,
        limit: u64,
    ) -> Result<(), Stop> {
        let mut at = segment.body;
        while at < limit {
            let element = match ebml::find(reader, at, limit)? {
                Found::Element(element) => element,
                Found::Cut => {
                    self.note_cut(self.next_place(), 0);
                    return Ok(());
                }
                Found::Nothing => {
                    self.broken = Some(at);
                    return Ok(());
                }
            };
            let next = match element.id {
                id::CLUSTER => self.visit_cluster(reader, segment, &element, limit)?,
                // A live recording may go on with another segment: this one is over.
                id::EBML | id::SEGMENT => None,
                _ => self.visit(reader, segment, at, &element, limit)?,
            };
            let Some(next) = next else { return Ok(()) };
            at = next;
        }
        Ok(())
    }

    /// Reads one part of the segment; answers where the next one begins.
    fn visit(
        &mut self,
        reader: &mut Reader<'_>,
        segment: &Element,
        at: u64,
        element: &Element,
        limit: u64,
    ) -> Result<Option<u64>, Stop> {
        let Some(end) = element.end else {
            self.broken = Some(at);
            return Ok(None);
        };
        if end > limit {
            match end.saturating_sub(reader.size()) {
                0 => self.broken = Some(at),
                missing => self.note_cut(place(element.id, self.clusters), missing),
            }
            return Ok(None);
        }
        let size = reader.size();
        let mut read = |limit| reader.bytes(element.body, end, limit);
        match element.id {
            id::SEEK_HEAD => {
                for (name, place) in seek_entries(&read(MAX_PART)?) {
                    let place = segment.body.saturating_add(place);
                    if name == id::CUES {
                        self.index_missing = place.saturating_sub(size);
                        self.cues = Some(place);
                    }
                }
            }
            id::INFO => self.info = Info::parse(&read(MAX_PART)?),
            id::TRACKS if self.tracks.is_none() => {
                self.tracks = Some(tracks::parse(&read(MAX_PART)?));
            }
            id::TAGS => self.tags.read(&read(MAX_PART)?),
            id::CHAPTERS => self.chapters = info::chapters(&read(MAX_PART)?),
            _ => {}
        }
        Ok(Some(end))
    }

    /// Looks at a cluster as far as is needed; answers where the next part begins.
    fn visit_cluster(
        &mut self,
        reader: &mut Reader<'_>,
        segment: &Element,
        cluster: &Element,
        limit: u64,
    ) -> Result<Option<u64>, Stop> {
        self.clusters += 1;
        self.last = Some(*cluster);
        if let Some(end) = cluster.end {
            if end > limit {
                match end.saturating_sub(reader.size()) {
                    0 => self.broken = Some(cluster.body),
                    missing => self.note_cut(Place::Clusters, missing),
                }
                return Ok(None);
            }
            if !self.jumped && self.wants_blocks() {
                self.head.walk(reader, cluster, limit, BLOCKS_FOR_RATE)?;
            }
            if self.clusters < MANY_CLUSTERS || self.jumped {
                return Ok(Some(end));
            }
            return self.jump(reader, segment, end, limit);
        }
        let most = MANY_BLOCKS.saturating_sub(self.head.blocks);
        let ended = if self.jumped {
            self.tail.walk(reader, cluster, limit, u64::MAX)?
        } else {
            self.head.walk(reader, cluster, limit, most)?
        };
        match ended {
            Reached::At(next) => return Ok(Some(next)),
            Reached::Cut(missing) => self.note_cut(Place::Clusters, missing),
            Reached::Nothing(at) => self.broken = Some(at),
            Reached::Enough => {
                let next = self.jump(reader, segment, cluster.body, limit)?;
                if next == Some(cluster.body) {
                    // There is no later cluster to be found: this one is walked to its end.
                    return Err(Stop::Budget);
                }
                return Ok(next);
            }
        }
        Ok(None)
    }

    /// Passes over the clusters in the middle of many: answers where the last one begins that can be
    /// found, or `next` where none can.
    fn jump(
        &mut self,
        reader: &mut Reader<'_>,
        segment: &Element,
        next: u64,
        limit: u64,
    ) -> Result<Option<u64>, Stop> {
        self.jumped = true;
        let listed = match self.cues {
            Some(cues) if cues > next && cues < limit => {
                listed_cluster(reader, segment, cues, limit)?
            }
            _ => None,
        };
        if let Some(last) = listed.filter(|&last| last > next) {
            return Ok(Some(last));
        }
        let last = tail::last_cluster(reader, next, limit)?;
        Ok(Some(last.unwrap_or(next)))
    }

    /// Whether blocks are looked at to learn how often there are pictures, or when the first is.
    fn wants_blocks(&self) -> bool {
        let mut tracks = self.tracks.iter().flatten();
        let untimed =
            tracks.any(|track| track.kind() == TrackKind::Video && track.frame_time.is_none());
        self.head.blocks < BLOCKS_FOR_RATE && (untimed || self.info.milliseconds().is_none())
    }

    fn next_place(&self) -> Place {
        if self.clusters > 0 {
            Place::Clusters
        } else {
            Place::Head
        }
    }

    fn note_cut(&mut self, place: Place, missing: u64) {
        self.cut = Some(Cut { place, missing });
    }
}

/// Where the last cluster lies that the index at `cues` lists, if there is one.
fn listed_cluster(
    reader: &mut Reader<'_>,
    segment: &Element,
    cues: u64,
    limit: u64,
) -> Result<Option<u64>, Stop> {
    let Found::Element(Element {
        id: id::CUES,
        body,
        end: Some(end),
    }) = ebml::find(reader, cues, limit)?
    else {
        return Ok(None);
    };
    if end > limit {
        return Ok(None);
    }
    let Some(place) = last_cluster(&reader.bytes(body, end, MAX_CUES)?) else {
        return Ok(None);
    };
    let place = segment.body.saturating_add(place);
    if place >= limit {
        return Ok(None);
    }
    let found = ebml::find(reader, place, limit)?;
    let cluster = matches!(found, Found::Element(element) if element.id == id::CLUSTER);
    Ok(cluster.then_some(place))
}

fn place(element: u32, clusters: u64) -> Place {
    match element {
        id::CUES => Place::Index,
        _ if clusters > 0 => Place::Notes,
        _ => Place::Head,
    }
}
