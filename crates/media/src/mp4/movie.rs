//! The index, `moov`: what it says of the whole, its tracks, and the defaults for fragments.

use std::collections::BTreeMap;

use super::atom::Atom;
use super::chapters;
use super::metadata::Tags;
use super::track::Track;
use crate::fields::Fields;
use crate::reader::{Reader, Stop, lenient};
use crate::report::Chapter;

/// More tracks than any recording has; their number bounds the memory of a look.
const MAX_TRACKS: usize = 256;

/// What the index says.
#[derive(Default)]
pub(super) struct Movie {
    /// Units a second of `duration`; zero where it says nothing.
    pub(super) timescale: u32,
    pub(super) duration: Option<u64>,
    /// Seconds since 1904, as written.
    pub(super) created: u64,
    pub(super) tracks: Vec<Track>,
    pub(super) tags: Tags,
    /// Chapters listed in the index itself.
    pub(super) chapters: Vec<Chapter>,
    /// Present where fragments follow.
    pub(super) extends: Option<Extends>,
    /// The index is compressed, or refers to other files: what follows from it is not judged.
    pub(super) opaque: bool,
}

/// What the index says of fragments (`mvex`).
#[derive(Default)]
pub(super) struct Extends {
    /// Duration of the whole with all fragments.
    pub(super) duration: Option<u64>,
    pub(super) defaults: BTreeMap<u32, FragmentDefaults>,
}

/// What samples of a track's fragments are, where a fragment does not say (`trex`).
#[derive(Clone, Copy, Default)]
pub(super) struct FragmentDefaults {
    pub(super) duration: u32,
    pub(super) size: u32,
}

impl Movie {
    pub(super) fn read(reader: &mut Reader<'_>, moov: &Atom) -> Result<Self, Stop> {
        reader.prefetch(moov.start, moov.length(), moov.length())?;
        let mut movie = Self::default();
        let mut children = moov.children(0);
        while let Some(atom) = children.next(reader)? {
            match &atom.kind {
                b"mvhd" => movie.read_header(reader, &atom)?,
                b"trak" if movie.tracks.len() >= MAX_TRACKS => return Err(Stop::Budget),
                b"trak" => movie.tracks.push(Track::read(reader, &atom)?),
                b"mvex" => movie.extends = Some(Extends::read(reader, &atom)?),
                b"meta" => {
                    lenient(movie.tags.read_meta(reader, &atom))?;
                }
                b"udta" => movie.read_user_data(reader, &atom)?,
                b"cmov" | b"rmra" => movie.opaque = true,
                _ => {}
            }
        }
        Ok(movie)
    }

    fn read_header(&mut self, reader: &mut Reader<'_>, atom: &Atom) -> Result<(), Stop> {
        let bytes = atom.read(reader, 32)?;
        let parsed = (|| {
            let mut fields = Fields::new(&bytes);
            let version = fields.u8()?;
            fields.skip(3)?;
            let created = fields.wide(version)?;
            fields.wide(version)?;
            Some((
                created,
                fields.u32()?,
                known(fields.wide(version)?, version),
            ))
        })();
        (self.created, self.timescale, self.duration) =
            parsed.ok_or_else(|| atom.broken("is too short"))?;
        Ok(())
    }

    fn read_user_data(&mut self, reader: &mut Reader<'_>, atom: &Atom) -> Result<(), Stop> {
        lenient(self.tags.read_user_data(reader, atom))?;
        self.chapters = lenient(chapters::listed(reader, atom))?.unwrap_or_default();
        Ok(())
    }
}

impl Extends {
    fn read(reader: &mut Reader<'_>, mvex: &Atom) -> Result<Self, Stop> {
        let mut extends = Self::default();
        let mut children = mvex.children(0);
        while let Some(atom) = children.next(reader)? {
            let bytes = match &atom.kind {
                b"mehd" | b"trex" => atom.read(reader, 24)?,
                _ => continue,
            };
            let mut fields = Fields::new(&bytes);
            let parsed = if &atom.kind == b"mehd" {
                extends.read_duration(&mut fields)
            } else {
                extends.read_defaults(&mut fields)
            };
            parsed.ok_or_else(|| atom.broken("is too short"))?;
        }
        Ok(extends)
    }

    fn read_duration(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        let version = fields.u8()?;
        fields.skip(3)?;
        self.duration = known(fields.wide(version)?, version);
        Some(())
    }

    fn read_defaults(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        fields.skip(4)?;
        let track = fields.u32()?;
        fields.skip(4)?;
        let defaults = FragmentDefaults {
            duration: fields.u32()?,
            size: fields.u32()?,
        };
        if self.defaults.len() < MAX_TRACKS {
            self.defaults.insert(track, defaults);
        }
        Some(())
    }
}

/// A duration, where it is one: zero and all ones stand for "unknown".
pub(super) fn known(duration: u64, version: u8) -> Option<u64> {
    let unknown = if version == 1 {
        u64::MAX
    } else {
        u64::from(u32::MAX)
    };
    (duration != 0 && duration != unknown).then_some(duration)
}
