//! One track of the index, `trak`: its kind, its times, its format, and where its tables are.

use super::atom::{Atom, boxes_in};
use super::movie::known;
use super::sample_entry::SampleEntry;
use super::samples::{SampleTables, Timing};
use crate::fields::Fields;
use crate::reader::{Reader, Stop, lenient};
use crate::report::TrackKind;

const MAX_REFERENCES: usize = 64;
const MAX_FORMAT: usize = 64 * 1024;

/// What the index says of one track.
#[derive(Default)]
pub(super) struct Track {
    pub(super) id: u32,
    pub(super) enabled: bool,
    pub(super) handler: [u8; 4],
    /// Width and height as shown, in whole pixels.
    pub(super) shown: (u32, u32),
    /// Clockwise, in degrees.
    pub(super) rotation: u16,
    /// Units a second of `duration` and `timing`; zero where it says nothing.
    pub(super) timescale: u32,
    pub(super) duration: Option<u64>,
    /// Duration as edited, in units of the movie.
    pub(super) presented: Option<u64>,
    pub(super) language: Option<String>,
    /// Whether its samples lie in another file.
    pub(super) external: bool,
    pub(super) entry: Option<SampleEntry>,
    pub(super) tables: SampleTables,
    pub(super) timing: Timing,
    /// Tracks that hold its chapters.
    pub(super) chapters: Vec<u32>,
}

impl Track {
    pub(super) fn read(reader: &mut Reader<'_>, container: &Atom) -> Result<Self, Stop> {
        let mut track = Self {
            enabled: true,
            ..Self::default()
        };
        let mut children = container.children(0);
        while let Some(atom) = children.next(reader)? {
            match &atom.kind {
                b"tkhd" => track.read_header(reader, &atom)?,
                b"edts" => {
                    lenient(track.read_edits(reader, &atom))?;
                }
                b"tref" => {
                    lenient(track.read_references(reader, &atom))?;
                }
                b"mdia" => track.read_media(reader, &atom)?,
                _ => {}
            }
        }
        Ok(track)
    }

    pub(super) fn kind(&self) -> TrackKind {
        match &self.handler {
            b"vide" => TrackKind::Video,
            b"soun" => TrackKind::Audio,
            b"text" | b"sbtl" | b"subt" | b"clcp" | b"subp" => TrackKind::Text,
            b"tmcd" => TrackKind::Timecode,
            _ => TrackKind::Data,
        }
    }

    fn read_header(&mut self, reader: &mut Reader<'_>, atom: &Atom) -> Result<(), Stop> {
        let bytes = atom.read(reader, 96)?;
        let parsed = (|| {
            let mut fields = Fields::new(&bytes);
            let version = fields.u8()?;
            self.enabled = fields.array::<3>()?[2] & 1 != 0;
            fields.wide(version)?;
            fields.wide(version)?;
            self.id = fields.u32()?;
            fields.skip(4)?;
            fields.wide(version)?;
            fields.skip(16)?;
            let mut matrix = [0; 9];
            for value in &mut matrix {
                *value = fields.i32()?;
            }
            self.rotation = rotation(&matrix);
            self.shown = (fields.u32()? >> 16, fields.u32()? >> 16);
            Some(())
        })();
        parsed.ok_or_else(|| atom.broken("is too short"))
    }

    fn read_edits(&mut self, reader: &mut Reader<'_>, edts: &Atom) -> Result<(), Stop> {
        let mut children = edts.children(0);
        while let Some(atom) = children.next(reader)? {
            if &atom.kind == b"elst" {
                let bytes = atom.read(reader, MAX_FORMAT)?;
                self.presented = edited_duration(&bytes);
            }
        }
        Ok(())
    }

    fn read_references(&mut self, reader: &mut Reader<'_>, tref: &Atom) -> Result<(), Stop> {
        let mut children = tref.children(0);
        while let Some(atom) = children.next(reader)? {
            if &atom.kind == b"chap" {
                let bytes = atom.read(reader, MAX_REFERENCES * 4)?;
                let (ids, _) = bytes.as_chunks::<4>();
                self.chapters = ids.iter().map(|&id| u32::from_be_bytes(id)).collect();
            }
        }
        Ok(())
    }

    fn read_media(&mut self, reader: &mut Reader<'_>, mdia: &Atom) -> Result<(), Stop> {
        let mut information = None;
        let mut children = mdia.children(0);
        while let Some(atom) = children.next(reader)? {
            match &atom.kind {
                b"mdhd" => self.read_media_header(reader, &atom)?,
                b"hdlr" if atom.end - atom.body >= 12 => {
                    self.handler = reader.array(atom.body + 8)?;
                }
                b"minf" => information = Some(atom),
                _ => {}
            }
        }
        // After the handler, wherever that stands: how a format is read depends on it.
        match information {
            Some(minf) => self.read_information(reader, &minf),
            None => Ok(()),
        }
    }

    fn read_media_header(&mut self, reader: &mut Reader<'_>, atom: &Atom) -> Result<(), Stop> {
        let bytes = atom.read(reader, 36)?;
        let parsed = (|| {
            let mut fields = Fields::new(&bytes);
            let version = fields.u8()?;
            fields.skip(3)?;
            fields.wide(version)?;
            fields.wide(version)?;
            self.timescale = fields.u32()?;
            self.duration = known(fields.wide(version)?, version);
            self.language = language(fields.u16()?);
            Some(())
        })();
        parsed.ok_or_else(|| atom.broken("is too short"))
    }

    fn read_information(&mut self, reader: &mut Reader<'_>, minf: &Atom) -> Result<(), Stop> {
        let mut children = minf.children(0);
        while let Some(atom) = children.next(reader)? {
            match &atom.kind {
                b"dinf" => {
                    self.external |= lenient(refers_elsewhere(reader, &atom))?.unwrap_or_default();
                }
                b"stbl" => self.read_tables(reader, &atom)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_tables(&mut self, reader: &mut Reader<'_>, stbl: &Atom) -> Result<(), Stop> {
        let mut children = stbl.children(0);
        while let Some(atom) = children.next(reader)? {
            match &atom.kind {
                b"stsd" => {
                    let bytes = atom.read(reader, MAX_FORMAT)?;
                    self.entry = SampleEntry::parse(&bytes, self.kind());
                }
                b"stts" => {
                    self.timing = lenient(Timing::read(reader, &atom))?.unwrap_or_default();
                    self.tables.note(&atom);
                }
                _ => self.tables.note(&atom),
            }
        }
        Ok(())
    }
}

/// How far a matrix turns the picture clockwise; mirrored and slanted ones count as upright.
fn rotation(matrix: &[i32; 9]) -> u16 {
    let [a, b, _, c, d, ..] = *matrix;
    match (a.signum(), b.signum(), c.signum(), d.signum()) {
        (0, 1, -1, 0) => 90,
        (-1, 0, 0, -1) => 180,
        (0, -1, 1, 0) => 270,
        _ => 0,
    }
}

/// Three letters of five bits each; what `QuickTime` wrote before these existed says little.
fn language(packed: u16) -> Option<String> {
    let letters = [packed >> 10, packed >> 5, packed].map(|bits| bits & 0x1f);
    let known = packed & 0x8000 == 0 && letters.iter().all(|bits| (1..=26).contains(bits));
    let text: String = letters
        .iter()
        .filter_map(|&bits| char::from_u32(0x60 + u32::from(bits)))
        .collect();
    (known && text != "und").then_some(text)
}

/// The sum of the edits, in units of the movie. An edit without a length reaches to the end.
fn edited_duration(bytes: &[u8]) -> Option<u64> {
    let mut fields = Fields::new(bytes);
    let version = fields.u8()?;
    fields.skip(3)?;
    let count = fields.u32()?;
    let mut sum: u64 = 0;
    for _ in 0..count {
        let duration = fields.wide(version)?;
        fields.wide(version)?;
        fields.skip(4)?;
        sum = sum.checked_add(known(duration, version)?)?;
    }
    (sum > 0).then_some(sum)
}

/// Whether a track's data reference names another file than this one.
fn refers_elsewhere(reader: &mut Reader<'_>, dinf: &Atom) -> Result<bool, Stop> {
    let mut children = dinf.children(0);
    while let Some(atom) = children.next(reader)? {
        if &atom.kind == b"dref" {
            let bytes = atom.read(reader, MAX_FORMAT)?;
            let entries = bytes.get(8..).unwrap_or_default();
            return Ok(boxes_in(entries).any(|(_, body)| body.get(3).is_some_and(|f| f & 1 == 0)));
        }
    }
    Ok(false)
}
