//! The walk over the boxes of the file itself: where the index is, where fragments are, where
//! the bytes end. Of the media data only the heads of their boxes are read.

use super::atom::{self, Atom, FourCc, Header};
use super::fragment_index;
use super::fragments::Fragments;
use super::movie::Movie;
use crate::error::MediaError;
use crate::reader::{AHEAD, Reader, Stop};

/// Boxes that stand in a file by themselves. Another one that reaches past the end is no box, but
/// what a camera or an editor appended.
const KNOWN: &[&[u8; 4]] = &[
    b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"styp", b"prft", b"emsg",
    b"meta", b"uuid", b"udta", b"free", b"skip", b"wide", b"pdin", b"pnot", b"imda",
];

/// The longest head of a box.
const HEAD: u64 = 16;

/// A file of more boxes than this is hopped through by their heads alone.
const MANY_BOXES: u32 = 64;

/// Of more fragments than this a list at the end of the file is asked for.
const MANY_FRAGMENTS: u64 = 256;

/// What lies where in the file.
#[derive(Default)]
pub(super) struct Layout {
    pub(super) brand: Option<[u8; 4]>,
    pub(super) movie: Option<Movie>,
    /// Why the index cannot be read, although it is there.
    pub(super) broken: Option<String>,
    pub(super) fragments: Fragments,
    /// The last box, where it ends past the end of the file.
    pub(super) cut: Option<Cut>,
    /// Whether the file ends within the head of a box.
    pub(super) ragged: bool,
    /// Whether a list of the fragments was looked for.
    listed: bool,
    /// Whether the budget ended the walk.
    pub(super) exhausted: bool,
}

/// A box that ends past the end of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) kind: [u8; 4],
    pub(super) missing: u64,
}

/// Walks over the file from its first byte to its last.
pub(super) fn walk(reader: &mut Reader<'_>) -> Result<Layout, MediaError> {
    let mut layout = Layout::default();
    match layout.walk(reader) {
        Ok(()) => {}
        Err(Stop::Media(error)) => return Err(error),
        Err(Stop::Budget) => layout.exhausted = true,
        Err(Stop::Broken(what)) => layout.broken = Some(what),
    }
    Ok(layout)
}

impl Layout {
    fn walk(&mut self, reader: &mut Reader<'_>) -> Result<(), Stop> {
        let size = reader.size();
        let mut at = 0;
        let mut count = 0;
        while size - at >= 8 {
            let few = if count < MANY_BOXES {
                AHEAD as u64
            } else {
                HEAD
            };
            let wanted = self.fragments.length_hint().unwrap_or(few);
            count += 1;
            reader.prefetch(at, HEAD, wanted)?;
            let Some(header) = atom::header(reader, at, size)? else {
                return Ok(());
            };
            if !FourCc(header.kind).is_plausible() {
                return Ok(());
            }
            let end = header.end.unwrap_or(size);
            if end > size {
                self.note_cut(header, end - size);
                return Ok(());
            }
            self.visit(
                reader,
                &Atom {
                    kind: header.kind,
                    start: at,
                    body: header.body,
                    end,
                },
            )?;
            at = self.next_of_interest(reader, end)?;
        }
        let rest = reader.bytes(at, size, 8)?;
        self.ragged = rest.iter().any(|&byte| byte != 0);
        Ok(())
    }

    /// Passes over the fragments in the middle of many, where the file ends with a list of them:
    /// only the first tell how often there are pictures, and only the last how long it plays.
    fn next_of_interest(&mut self, reader: &mut Reader<'_>, next: u64) -> Result<u64, Stop> {
        if self.listed || self.fragments.count < MANY_FRAGMENTS || !self.fragments.are_timed() {
            return Ok(next);
        }
        self.listed = true;
        let last = fragment_index::last_fragments(reader)?.unwrap_or_default();
        if last <= next || reader.size().saturating_sub(last) < HEAD {
            return Ok(next);
        }
        let header = atom::header(reader, last, reader.size())?;
        Ok(if header.is_some_and(|header| &header.kind == b"moof") {
            last
        } else {
            next
        })
    }

    fn note_cut(&mut self, header: Header, missing: u64) {
        if KNOWN.contains(&&header.kind) {
            self.cut = Some(Cut {
                kind: header.kind,
                missing,
            });
        }
    }

    fn visit(&mut self, reader: &mut Reader<'_>, atom: &Atom) -> Result<(), Stop> {
        match &atom.kind {
            b"ftyp" if atom.end - atom.body >= 4 => {
                self.brand = Some(reader.array(atom.body)?);
            }
            // Of several indexes the first one holds, as in the players.
            b"moov" if self.movie.is_none() => self.movie = Some(Movie::read(reader, atom)?),
            b"moof" => {
                if let Some(movie) = &self.movie {
                    self.fragments.add(reader, atom, movie)?;
                }
            }
            b"sidx" => self.fragments.add_index(reader, atom)?,
            _ => {}
        }
        Ok(())
    }
}
