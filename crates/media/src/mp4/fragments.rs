//! Fragments: pieces of the index (`moof`) that lie between the media data they describe.

use std::collections::BTreeMap;

use super::atom::Atom;
use super::movie::{FragmentDefaults, Movie};
use crate::fields::Fields;
use crate::reader::{AHEAD, Reader, Stop};

/// What is read at the next box after a fragment: about as much as the last fragment took.
const MIN_HINT: u64 = 1024;
const MAX_RUN: usize = 4 * 1024 * 1024;

/// What all fragments together say.
#[derive(Default)]
pub(super) struct Fragments {
    pub(super) count: u64,
    tracks: BTreeMap<u32, FragmentTrack>,
    /// Where the furthest sample ends; zero without samples.
    pub(super) end: u64,
    /// Where the segments end that an index before them lists (`sidx`).
    pub(super) announced_end: u64,
    last_length: u64,
}

/// What the fragments of one track say, in its units.
#[derive(Clone, Copy, Default)]
pub(super) struct FragmentTrack {
    pub(super) samples: u64,
    /// How long the samples last, one after another.
    pub(super) duration: u64,
    /// The earliest time that a fragment gives for its beginning.
    first: Option<u64>,
    last: u64,
}

impl FragmentTrack {
    /// How long the track plays, where the index itself has samples for `before`: fragments tell
    /// when they begin, or else follow each other and what is before.
    pub(super) fn span(&self, before: u64) -> u64 {
        match self.first {
            Some(first) if before == 0 => self.last.saturating_sub(first),
            Some(_) => self.last,
            None => before.saturating_add(self.last),
        }
    }
}

/// What `tfhd` says of the samples that follow it.
struct TrackHeader {
    track: u32,
    base: Option<u64>,
    from_fragment: bool,
    defaults: FragmentDefaults,
}

impl Fragments {
    /// How much to read at once at the next box, once a fragment was seen.
    pub(super) fn length_hint(&self) -> Option<u64> {
        let hint = self
            .last_length
            .saturating_add(self.last_length / 4)
            .saturating_add(64);
        (self.count > 0).then(|| hint.clamp(MIN_HINT, AHEAD as u64))
    }

    /// Whether fragments of each track tell when they begin.
    pub(super) fn are_timed(&self) -> bool {
        self.tracks.values().all(|track| track.first.is_some())
    }

    pub(super) fn track(&self, id: u32) -> Option<&FragmentTrack> {
        self.tracks.get(&id)
    }

    pub(super) fn add(
        &mut self,
        reader: &mut Reader<'_>,
        moof: &Atom,
        movie: &Movie,
    ) -> Result<(), Stop> {
        self.count += 1;
        self.last_length = moof.length();
        let Some(extends) = &movie.extends else {
            return Ok(());
        };
        // With the head of the media data that follow.
        reader.prefetch(moof.start, moof.length(), moof.length().saturating_add(16))?;
        // Without an offset of their own, the samples of a track follow those of the one before.
        let mut follows = moof.start;
        let mut children = moof.children(0);
        while let Some(traf) = children.next(reader)? {
            if &traf.kind == b"traf" {
                follows = self.add_track(reader, &traf, moof.start, follows, &extends.defaults)?;
            }
        }
        Ok(())
    }

    fn add_track(
        &mut self,
        reader: &mut Reader<'_>,
        traf: &Atom,
        moof: u64,
        follows: u64,
        defaults: &BTreeMap<u32, FragmentDefaults>,
    ) -> Result<u64, Stop> {
        let mut header: Option<TrackHeader> = None;
        let mut totals = FragmentTrack::default();
        let (mut base, mut next) = (follows, follows);
        let mut children = traf.children(0);
        while let Some(atom) = children.next(reader)? {
            match (&atom.kind, &header) {
                (b"tfhd", _) => {
                    let bytes = atom.read(reader, 40)?;
                    let parsed = TrackHeader::parse(&bytes, defaults)
                        .ok_or_else(|| atom.broken("is too short"))?;
                    base = parsed
                        .base
                        .unwrap_or(if parsed.from_fragment { moof } else { follows });
                    next = base;
                    header = Some(parsed);
                }
                (b"tfdt", _) => totals.first = decode_time(&atom.read(reader, 12)?),
                (b"trun", Some(header)) => {
                    let run = read_run(reader, &atom, header.defaults)?;
                    next = run
                        .end(base, next)
                        .ok_or_else(|| atom.broken("points nowhere"))?;
                    self.end = self.end.max(if run.bytes > 0 { next } else { 0 });
                    totals.samples = totals.samples.saturating_add(run.samples);
                    totals.duration = totals.duration.saturating_add(run.duration);
                }
                _ => {}
            }
        }
        if let Some(header) = header.filter(|header| defaults.contains_key(&header.track)) {
            self.tracks.entry(header.track).or_default().extend(&totals);
        }
        Ok(next)
    }

    /// Notes where the segments end that a `sidx` lists.
    pub(super) fn add_index(&mut self, reader: &mut Reader<'_>, sidx: &Atom) -> Result<(), Stop> {
        let bytes = sidx.read(reader, MAX_RUN)?;
        if let Some(end) = segments_end(&bytes, sidx.end) {
            self.announced_end = self.announced_end.max(end);
        }
        Ok(())
    }
}

impl FragmentTrack {
    fn extend(&mut self, next: &Self) {
        let begin = next.first.unwrap_or(self.last);
        self.first = self.first.into_iter().chain(next.first).min();
        self.last = self.last.max(begin.saturating_add(next.duration));
        self.samples = self.samples.saturating_add(next.samples);
        self.duration = self.duration.saturating_add(next.duration);
    }
}

impl TrackHeader {
    fn parse(bytes: &[u8], defaults: &BTreeMap<u32, FragmentDefaults>) -> Option<Self> {
        let mut fields = Fields::new(bytes);
        let flags = fields.u32()?;
        let track = fields.u32()?;
        let base = if flags & 0x1 != 0 {
            Some(fields.u64()?)
        } else {
            None
        };
        if flags & 0x2 != 0 {
            fields.skip(4)?;
        }
        let mut defaults = defaults.get(&track).copied().unwrap_or_default();
        if flags & 0x8 != 0 {
            defaults.duration = fields.u32()?;
        }
        if flags & 0x10 != 0 {
            defaults.size = fields.u32()?;
        }
        Some(Self {
            track,
            base,
            from_fragment: flags & 0x2_0000 != 0,
            defaults,
        })
    }
}

/// The samples of one `trun`.
struct Run {
    offset: Option<i32>,
    samples: u64,
    bytes: u64,
    duration: u64,
}

impl Run {
    fn parse(bytes: &[u8], defaults: FragmentDefaults) -> Option<Self> {
        let mut fields = Fields::new(bytes);
        let flags = fields.u32()?;
        let count = fields.u32()?;
        let offset = if flags & 0x1 != 0 {
            Some(fields.i32()?)
        } else {
            None
        };
        if flags & 0x4 != 0 {
            fields.skip(4)?;
        }
        let samples = u64::from(count);
        let mut run = Self {
            offset,
            samples,
            bytes: samples * u64::from(defaults.size),
            duration: samples * u64::from(defaults.duration),
        };
        let (lasting, sized) = (flags & 0x100 != 0, flags & 0x200 != 0);
        let others = usize::from(flags & 0x400 != 0) + usize::from(flags & 0x800 != 0);
        let width = 4 * (usize::from(lasting) + usize::from(sized) + others);
        let mut entries =
            Fields::new(fields.take(width.checked_mul(usize::try_from(count).ok()?)?)?);
        if lasting {
            run.duration = 0;
        }
        if sized {
            run.bytes = 0;
        }
        // Entries without fields of interest are not walked: their count is only a number.
        for _ in 0..if lasting || sized { count } else { 0 } {
            if lasting {
                run.duration += u64::from(entries.u32()?);
            }
            if sized {
                run.bytes += u64::from(entries.u32()?);
            }
            entries.skip(4 * others)?;
        }
        Some(run)
    }

    /// Where its samples end: they begin at an offset from `base`, or else at `next`.
    fn end(&self, base: u64, next: u64) -> Option<u64> {
        let start = match self.offset {
            Some(offset) => base.checked_add_signed(i64::from(offset))?,
            None => next,
        };
        start.checked_add(self.bytes)
    }
}

fn read_run(reader: &mut Reader<'_>, trun: &Atom, defaults: FragmentDefaults) -> Result<Run, Stop> {
    if trun.end - trun.body > MAX_RUN as u64 {
        return Err(Stop::Budget);
    }
    let bytes = trun.read(reader, MAX_RUN)?;
    Run::parse(&bytes, defaults).ok_or_else(|| trun.broken("counts more samples than it holds"))
}

fn decode_time(bytes: &[u8]) -> Option<u64> {
    let mut fields = Fields::new(bytes);
    let version = fields.u8()?;
    fields.skip(3)?;
    fields.wide(version)
}

/// Where the last of the segments ends that a `sidx` lists, counted from its own end.
fn segments_end(bytes: &[u8], anchor: u64) -> Option<u64> {
    let mut fields = Fields::new(bytes);
    let version = fields.u8()?;
    fields.skip(3 + 8)?;
    fields.wide(version)?;
    let mut end = anchor.checked_add(fields.wide(version)?)?;
    fields.skip(2)?;
    for _ in 0..fields.u16()? {
        // The highest bit tells what is referred to: media, or another index.
        end = end.checked_add(u64::from(fields.u32()? & 0x7fff_ffff))?;
        fields.skip(8)?;
    }
    Some(end)
}
