//! Writes an ASC MHL version 2 file: what a card had when it was proven to be stored.
//!
//! The format has no BLAKE3: a file carries its XXH128, and Heimdex's own beside it, in the place for metadata.

use std::io;

use heimdex_api::{Blake3, Timestamp, VideoId};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::Digest;

/// What Heimdex writes beside what the format has.
const NAMESPACE: &str = "urn:heimdex:receipt:1";

/// What is said of all files together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// When it was made.
    pub made_at: Timestamp,
    /// On which machine.
    pub host: String,
    /// The version of this program.
    pub version: String,
    /// The server that has the copies.
    pub server: String,
    /// What is to be known beside, in a sentence.
    pub comment: Option<String>,
    /// What is on the card and not listed, in the syntax of `.gitignore`.
    pub ignored: Vec<String>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path; XML cannot have others than UTF-8.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of a kind that the format has.
    pub digest: Digest,
    /// Of all its bytes.
    pub blake3: Blake3,
    /// The video that has the same.
    pub video_id: VideoId,
}

/// Writes it.
///
/// # Errors
/// It cannot be written.
pub fn write_mhl<W: io::Write>(inner: W, header: &Header, entries: &[Entry]) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(inner, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = BytesStart::new("hashlist")
        .with_attributes([("version", "2.0"), ("xmlns", "urn:ASC:MHL:v2.0")]);
    writer.write_event(Event::Start(root))?;
    header.write(&mut writer)?;
    if !entries.is_empty() {
        writer.write_event(Event::Start(BytesStart::new("hashes")))?;
        for entry in entries {
            entry.write(&mut writer, header.made_at)?;
        }
        writer.write_event(Event::End(BytesEnd::new("hashes")))?;
    }
    writer
        .create_element("metadata")
        .write_inner_content(|writer| {
            writer
                .create_element("receipt")
                .with_attributes([("xmlns", NAMESPACE), ("server", header.server.as_str())])
                .write_empty()
                .map(drop)
        })?;
    writer.write_event(Event::End(BytesEnd::new("hashlist")))?;
    writer.get_mut().write_all(b"\n")
}

impl Header {
    fn write<W: io::Write>(&self, writer: &mut Writer<W>) -> io::Result<()> {
        writer
            .create_element("creatorinfo")
            .write_inner_content(|writer| {
                let made_at = self.made_at.to_string();
                text(writer, "creationdate", &made_at)?;
                text(writer, "hostname", &self.host)?;
                writer
                    .create_element("tool")
                    .with_attribute(("version", self.version.as_str()))
                    .write_text_content(BytesText::new("heimdex"))?;
                match &self.comment {
                    Some(comment) => text(writer, "comment", comment),
                    None => Ok(()),
                }
            })?;
        writer
            .create_element("processinfo")
            .write_inner_content(|writer| {
                text(writer, "process", "in-place")?;
                if self.ignored.is_empty() {
                    return Ok(());
                }
                let ignore = writer.create_element("ignore");
                ignore
                    .write_inner_content(|writer| {
                        let mut patterns = self.ignored.iter();
                        patterns.try_for_each(|pattern| text(writer, "pattern", pattern))
                    })
                    .map(drop)
            })
            .map(drop)
    }
}

impl Entry {
    fn write<W: io::Write>(&self, writer: &mut Writer<W>, at: Timestamp) -> io::Result<()> {
        let (size, at) = (self.size.to_string(), at.to_string());
        let (blake3, video) = (self.blake3.to_string(), self.video_id.to_string());
        let digest = self.digest.to_string();
        writer
            .create_element("hash")
            .write_inner_content(|writer| {
                let mut path = BytesStart::new("path");
                path.push_attribute(("size", size.as_str()));
                writer.write_event(Event::Start(path))?;
                writer.write_event(Event::Text(BytesText::new(&self.path)))?;
                writer.write_event(Event::End(BytesEnd::new("path")))?;
                writer
                    .create_element(self.digest.kind().name())
                    .with_attributes([("action", "original"), ("hashdate", at.as_str())])
                    .write_text_content(BytesText::new(&digest))?;
                let metadata = writer.create_element("metadata");
                metadata
                    .write_inner_content(|writer| {
                        let file = writer.create_element("file").with_attributes([
                            ("xmlns", NAMESPACE),
                            ("blake3", blake3.as_str()),
                            ("video", video.as_str()),
                        ]);
                        file.write_empty().map(drop)
                    })
                    .map(drop)
            })
            .map(drop)
    }
}

fn text<W: io::Write>(writer: &mut Writer<W>, name: &str, text: &str) -> io::Result<()> {
    let element = writer.create_element(name);
    element.write_text_content(BytesText::new(text)).map(drop)
}

/// Whether XML can have it: most control characters it has no way to write.
#[must_use]
pub(crate) fn is_writable(text: &str) -> bool {
    text.chars().all(|letter| {
        matches!(letter, '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    })
}
