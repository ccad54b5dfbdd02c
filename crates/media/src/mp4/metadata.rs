//! What people and cameras wrote beside the index: make, model, and the time of recording.

use jiff::Timestamp;

use super::atom::{Atom, FourCc};
use crate::fields::Fields;
use crate::reader::{Reader, Stop};
use crate::text::{camera, moment, tidy};

const MAX_VALUE: usize = 1024;
const MAX_XML: usize = 64 * 1024;
const MAX_GPMF: usize = 16 * 1024;
const MAX_KEYS: usize = 256;

/// The tags that Heimdex has a use for, by where they were found.
#[derive(Default, Debug)]
pub(super) struct Tags {
    make: Option<String>,
    model: Option<String>,
    /// `com.apple.quicktime.creationdate`: with the zone of the place.
    created: Option<Timestamp>,
    /// `©day`, where it is a moment and not only a day.
    day: Option<Timestamp>,
}

#[derive(Clone, Copy)]
enum Tag {
    Make,
    Model,
    Created,
    Day,
}

impl Tags {
    /// The camera, by make and model; a model that begins with its make stands alone.
    pub(super) fn camera(&self) -> Option<String> {
        camera(self.make.as_deref(), self.model.as_deref())
    }

    /// When it was recorded, as its tags say.
    pub(super) fn captured_at(&self) -> Option<Timestamp> {
        self.created.or(self.day)
    }

    /// Reads a `udta` box: classic texts, and a `meta` box within.
    pub(super) fn read_user_data(
        &mut self,
        reader: &mut Reader<'_>,
        udta: &Atom,
    ) -> Result<(), Stop> {
        let mut children = udta.children(0);
        while let Some(atom) = children.next(reader)? {
            if &atom.kind == b"meta" {
                self.read_meta(reader, &atom)?;
            } else if &atom.kind == b"CNMN" {
                // Canon writes its model without length or language.
                let bytes = atom.read(reader, MAX_VALUE)?;
                self.note(
                    Tag::Model,
                    bytes.split(|&byte| byte == 0).next().and_then(tidy),
                );
            } else if &atom.kind == b"GPMF" {
                let bytes = atom.read(reader, MAX_GPMF)?;
                self.note(Tag::Make, Some("GoPro".to_owned()));
                self.note(Tag::Model, gopro_model(&bytes));
            } else if let Some(tag) = Tag::of_box(atom.kind) {
                let bytes = atom.read(reader, MAX_VALUE)?;
                self.note(tag, classic_text(&bytes));
            }
        }
        Ok(())
    }

    /// Reads a `meta` box: a list of items, with keys of their own or without, or XML.
    pub(super) fn read_meta(&mut self, reader: &mut Reader<'_>, meta: &Atom) -> Result<(), Stop> {
        let mut keys = Vec::new();
        let mut children = meta.children(own_bytes(reader, meta)?);
        while let Some(atom) = children.next(reader)? {
            match &atom.kind {
                b"keys" => keys = read_keys(reader, &atom)?,
                b"ilst" => self.read_items(reader, &atom, &keys)?,
                b"xml " => {
                    let bytes = atom.read(reader, MAX_XML)?;
                    self.read_xml(&String::from_utf8_lossy(bytes.get(4..).unwrap_or_default()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_items(
        &mut self,
        reader: &mut Reader<'_>,
        ilst: &Atom,
        keys: &[Option<Tag>],
    ) -> Result<(), Stop> {
        let mut items = ilst.children(0);
        while let Some(item) = items.next(reader)? {
            // The name of an item is the number of its key, or a name as in user data.
            let number = usize::try_from(u32::from_be_bytes(item.kind)).unwrap_or_default();
            let key = number
                .checked_sub(1)
                .and_then(|index| keys.get(index))
                .copied()
                .flatten();
            let Some(tag) = key.or_else(|| Tag::of_box(item.kind)) else {
                continue;
            };
            let mut values = item.children(0);
            while let Some(value) = values.next(reader)? {
                if &value.kind == b"data" {
                    let bytes = value.read(reader, MAX_VALUE)?;
                    self.note(tag, tidy(bytes.get(8..).unwrap_or_default()));
                }
            }
        }
        Ok(())
    }

    /// What Sony's cameras write: `<Device manufacturer="…" modelName="…"` and
    /// `<CreationDate value="…"`.
    fn read_xml(&mut self, xml: &str) {
        if let Some(device) = element(xml, "Device") {
            self.note(Tag::Make, attribute(device, "manufacturer"));
            self.note(Tag::Model, attribute(device, "modelName"));
        }
        if let Some(date) = element(xml, "CreationDate") {
            self.note(Tag::Created, attribute(date, "value"));
        }
    }

    /// What was found first stays.
    fn note(&mut self, tag: Tag, value: Option<String>) {
        let Some(value) = value else { return };
        match tag {
            Tag::Make => {
                self.make.get_or_insert(value);
            }
            Tag::Model => {
                self.model.get_or_insert(value);
            }
            Tag::Created => self.created = self.created.or_else(|| moment(&value)),
            Tag::Day => self.day = self.day.or_else(|| moment(&value)),
        }
    }
}

impl Tag {
    fn of_box(kind: [u8; 4]) -> Option<Self> {
        match &kind {
            b"\xa9mak" | b"manu" | b"@mak" => Some(Self::Make),
            b"\xa9mod" | b"modl" | b"@mod" => Some(Self::Model),
            b"\xa9day" => Some(Self::Day),
            _ => None,
        }
    }

    fn of_key(key: &[u8]) -> Option<Self> {
        match key {
            b"com.apple.quicktime.make" | b"com.android.manufacturer" | b"make" => Some(Self::Make),
            b"com.apple.quicktime.model" | b"com.android.model" | b"model" => Some(Self::Model),
            b"com.apple.quicktime.creationdate" => Some(Self::Created),
            _ => None,
        }
    }
}

/// In `QuickTime` a `meta` box holds boxes only, elsewhere four bytes of its own come first.
fn own_bytes(reader: &mut Reader<'_>, meta: &Atom) -> Result<u64, Stop> {
    let bytes = meta.read(reader, 8)?;
    let plain = bytes
        .get(4..8)
        .and_then(<[u8]>::first_chunk)
        .is_some_and(|kind| kind.iter().any(|&byte| byte != 0) && FourCc(*kind).is_plausible());
    Ok(if plain { 0 } else { 4 })
}

fn read_keys(reader: &mut Reader<'_>, keys: &Atom) -> Result<Vec<Option<Tag>>, Stop> {
    let mut tags = Vec::new();
    let mut children = keys.children(8);
    while let Some(key) = children.next(reader)? {
        if tags.len() >= MAX_KEYS {
            break;
        }
        let name = key.read(reader, 64)?;
        tags.push(Tag::of_key(&name));
    }
    Ok(tags)
}

/// Text of user data: its length and language, then itself; or, in 3GP, a language between two
/// ends of flags and zeros.
fn classic_text(bytes: &[u8]) -> Option<String> {
    let mut fields = Fields::new(bytes);
    let length = usize::from(fields.u16()?);
    fields.skip(2)?;
    let rest = fields.rest();
    if length == 0 {
        return tidy(rest.get(2..)?.split(|&byte| byte == 0).next()?);
    }
    tidy(&rest[..length.min(rest.len())])
}

/// The model in the notes of a `GoPro`: a key, a type, a width and a count, then its characters.
fn gopro_model(gpmf: &[u8]) -> Option<String> {
    let at = gpmf.windows(5).position(|window| window == b"MINFc")?;
    let mut fields = Fields::new(gpmf.get(at + 5..)?);
    let length = usize::from(fields.u8()?) * usize::from(fields.u16()?);
    tidy(fields.take(length)?.split(|&byte| byte == 0).next()?)
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = xml.split_once(&format!("<{name} "))?;
    after.split('>').next()
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, after) = element.split_once(&format!("{name}=\""))?;
    tidy(after.split('"').next()?.as_bytes())
}
