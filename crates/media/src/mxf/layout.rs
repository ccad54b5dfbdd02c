//! The walk over the file: its header, its footer, and what lies behind that. Pictures and sound in
//! between are not read: header and footer tell where both begin.

use super::klv::{self, Found, Kind, Klv};
use super::metadata::Metadata;
use super::partition::{self, Partition};
use crate::error::MediaError;
use crate::reader::{AHEAD, Ended, Reader, Stop};

/// More triplets than this are not metadata.
const MAX_TRIPLETS: u32 = 16 * 1024;

/// What lies where in the file.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) header: Option<Partition>,
    pub(super) footer: Option<Partition>,
    pub(super) metadata: Metadata,
    /// Whether anything follows the metadata of the header.
    pub(super) content: bool,
    pub(super) cut: Option<Cut>,
    /// Where something lies that does not belong there.
    pub(super) broken: Option<u64>,
    pub(super) ended: Ended,
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
    Header,
    Essence,
    Footer,
}

/// Looks at the beginning and the end of the file.
pub(super) fn walk(reader: &mut Reader<'_>) -> Result<Layout, MediaError> {
    let mut layout = Layout::default();
    layout.ended = Ended::of(layout.walk(reader))?;
    Ok(layout)
}

impl Layout {
    fn walk(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        let size = reader.size();
        let Found::Klv(first) = klv::find(reader, 0, AHEAD as u64)? else {
            self.note_cut(Place::Header, 0);
            return Ok(());
        };
        let Some(header) = Partition::read(reader, &first)? else {
            self.note_cut(Place::Header, first.end.saturating_sub(size));
            return Ok(());
        };
        self.header = Some(header);
        let after = self.walk_metadata(reader, header.end)?;
        if self.cut.is_some() {
            // What is there of the metadata was read; the footer is further still.
            self.cut = self.cut.map(|cut| Cut {
                missing: cut.missing.max(header.footer_at.saturating_sub(size)),
                ..cut
            });
            return Ok(());
        }
        self.content = after < size;
        let listed = partition::last_partition(reader)?;
        let footer_at = Some(header.footer_at).filter(|place| *place > 0).or(listed);
        match footer_at {
            Some(place) if place >= size => {
                match place - size {
                    0 => self.note_cut(Place::Footer, 0),
                    missing => self.note_cut(Place::Essence, missing),
                }
                Ok(())
            }
            Some(place) => self.walk_footer(reader, place),
            None => Ok(()),
        }
    }

    /// Reads the sets that follow a pack; answers where something else begins.
    fn walk_metadata(&mut self, reader: &mut Reader<'_>, from: u64) -> Result<u64, Stop> {
        let size = reader.size();
        let mut at = from;
        for _ in 0..MAX_TRIPLETS {
            if at >= size {
                return Ok(at);
            }
            let klv = match klv::find(reader, at, AHEAD as u64)? {
                Found::Klv(klv) => klv,
                Found::Cut => {
                    self.note_cut(Place::Header, 0);
                    return Ok(at);
                }
                Found::Nothing => {
                    self.broken = Some(at);
                    return Ok(at);
                }
            };
            match klv.kind() {
                Kind::Essence | Kind::Partition | Kind::RandomIndex => {
                    let missing = klv.end.saturating_sub(size);
                    if klv.kind() == Kind::Essence && missing > 0 {
                        self.note_cut(Place::Essence, missing);
                    }
                    return Ok(at);
                }
                _ if klv.end > size => {
                    self.note_cut(Place::Header, klv.end - size);
                    return Ok(at);
                }
                _ => self.metadata.read(reader, &klv)?,
            }
            at = klv.end;
        }
        Ok(at)
    }

    /// Reads the footer, and walks to the end of the file.
    fn walk_footer(&mut self, reader: &mut Reader<'_>, place: u64) -> Result<(), Stop> {
        let size = reader.size();
        let klv = match klv::find(reader, place, AHEAD as u64)? {
            Found::Klv(klv) if klv.kind() == Kind::Partition => klv,
            Found::Cut => {
                self.note_cut(Place::Footer, 0);
                return Ok(());
            }
            Found::Klv(_) | Found::Nothing => {
                self.broken = Some(place);
                return Ok(());
            }
        };
        let Some(footer) = Partition::read(reader, &klv)? else {
            self.note_cut(Place::Footer, klv.end.saturating_sub(size));
            return Ok(());
        };
        let promised = footer
            .end
            .saturating_add(footer.header_bytes)
            .saturating_add(footer.index_bytes);
        self.footer = Some(footer);
        let final_header = self
            .header
            .is_some_and(|header| header.closed && header.complete);
        if footer.header_bytes > 0 && !final_header {
            // What the footer repeats was written last.
            self.metadata = Metadata::default();
        }
        self.walk_to_end(reader, footer.end)?;
        if promised > size && self.cut.is_none() {
            self.note_cut(Place::Footer, promised - size);
        }
        Ok(())
    }

    fn walk_to_end(&mut self, reader: &mut Reader<'_>, from: u64) -> Result<(), Stop> {
        let size = reader.size();
        let mut at = from;
        while at < size {
            match klv::find(reader, at, AHEAD as u64)? {
                Found::Klv(klv) if klv.end > size => {
                    self.note_cut(Place::Footer, klv.end - size);
                    return Ok(());
                }
                Found::Klv(klv) => {
                    self.metadata.read(reader, &klv)?;
                    at = klv.end;
                }
                Found::Cut => {
                    self.note_cut(Place::Footer, 0);
                    return Ok(());
                }
                // What something else appended is not of the film.
                Found::Nothing => return Ok(()),
            }
        }
        Ok(())
    }

    fn note_cut(&mut self, place: Place, missing: u64) {
        self.cut = Some(Cut { place, missing });
    }
}

impl Metadata {
    /// Reads a set or a part of an index; passes over everything else.
    fn read(&mut self, reader: &mut Reader<'_>, klv: &Klv) -> Result<(), Stop> {
        match klv.kind() {
            Kind::Set(number) => {
                let bytes = klv.bytes(reader, Self::MAX_SET)?;
                self.add_set(number, &bytes);
            }
            Kind::IndexSegment => {
                let bytes = klv.bytes(reader, Self::MAX_SET)?;
                self.add_index(&bytes);
            }
            _ => {}
        }
        Ok(())
    }
}
