//! XML as a stream of elements, within bounds: no entities but the five, no document types, an end to depth, to names,
//! and to text.

use std::io::{self, BufRead, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::{At, ManifestError, PIECE_MOST};

/// Elements within elements.
const DEPTH_MOST: usize = 32;
/// Attributes of an element.
const ATTRIBUTES_MOST: usize = 32;

/// One step through a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An element begins; its name without prefix.
    Open(String, Vec<(String, String)>),
    /// An element ends, with the text that it had since the last step.
    Close(String, String),
    /// That was all.
    End,
}

/// Steps through a document.
pub(super) struct Walker<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    text: String,
    depth: usize,
    /// An empty element has opened, and is to be closed.
    to_close: Option<String>,
    had_root: bool,
}

impl<R: BufRead> Walker<R> {
    pub(super) fn new(inner: R) -> Self {
        let mut reader = Reader::from_reader(Bounded { inner, left: 0 });
        reader.config_mut().check_comments = true;
        Self {
            reader,
            buffer: Vec::new(),
            text: String::new(),
            depth: 0,
            to_close: None,
            had_root: false,
        }
    }

    pub(super) fn at(&self) -> At {
        At::Byte(self.reader.buffer_position())
    }

    pub(super) fn next(&mut self) -> Result<Step, ManifestError> {
        if let Some(name) = self.to_close.take() {
            return Ok(Step::Close(name, String::new()));
        }
        loop {
            let at = self.at();
            self.buffer.clear();
            self.reader.get_mut().left = PIECE_MOST;
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(mistake(at, &error)),
            };
            let wrong = |what: &str| ManifestError::Wrong {
                at,
                what: what.to_owned(),
            };
            match event {
                Event::Start(start) => {
                    let (name, attributes) = opened(&start, at)?;
                    if self.depth >= DEPTH_MOST {
                        return Err(wrong("its elements lie too deep"));
                    }
                    if self.depth == 0 && self.had_root {
                        return Err(wrong("it has two roots"));
                    }
                    self.had_root = true;
                    self.depth += 1;
                    self.text.clear();
                    return Ok(Step::Open(name, attributes));
                }
                Event::Empty(start) => {
                    let (name, attributes) = opened(&start, at)?;
                    if self.depth == 0 && self.had_root {
                        return Err(wrong("it has two roots"));
                    }
                    self.had_root = true;
                    self.text.clear();
                    self.to_close = Some(name.clone());
                    return Ok(Step::Open(name, attributes));
                }
                Event::End(end) => {
                    let name = String::from_utf8_lossy(end.local_name().as_ref()).into_owned();
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::Close(name, std::mem::take(&mut self.text)));
                }
                Event::Text(text) => {
                    let text = text.xml10_content().map_err(|_| wrong("it is not UTF-8"))?;
                    self.text.push_str(&text);
                }
                Event::CData(text) => {
                    let text = text.xml10_content().map_err(|_| wrong("it is not UTF-8"))?;
                    self.text.push_str(&text);
                }
                Event::GeneralRef(reference) => {
                    let numbered = reference
                        .resolve_char_ref()
                        .map_err(|_| wrong("it has a reference to no character"))?;
                    match numbered {
                        Some(letter) => self.text.push(letter),
                        None => self.text.push(match &*reference {
                            b"amp" => '&',
                            b"lt" => '<',
                            b"gt" => '>',
                            b"apos" => '\'',
                            b"quot" => '"',
                            _ => return Err(wrong("it has an entity that is not XML's own")),
                        }),
                    }
                }
                Event::DocType(_) => return Err(wrong("it has a document type")),
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    let is_known = encoding.is_none_or(|name| {
                        [&b"utf-8"[..], b"utf8", b"us-ascii", b"ascii"]
                            .iter()
                            .any(|known| name.eq_ignore_ascii_case(known))
                    });
                    if !is_known {
                        return Err(wrong("it is not UTF-8"));
                    }
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof if self.depth > 0 => return Err(wrong("it ends in the middle")),
                Event::Eof if !self.had_root => return Err(wrong("there is no XML in it")),
                Event::Eof => return Ok(Step::End),
            }
            // Many small pieces are as much as a large one.
            if self.text.len() > PIECE_MOST {
                return Err(ManifestError::TooLong { at });
            }
        }
    }
}

fn opened(
    start: &BytesStart<'_>,
    at: At,
) -> Result<(String, Vec<(String, String)>), ManifestError> {
    let wrong = |what: &str| ManifestError::Wrong {
        at,
        what: what.to_owned(),
    };
    let text = |bytes: &[u8]| {
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| wrong("it is not UTF-8"))
    };
    let name = text(start.local_name().as_ref())?;
    let mut attributes = Vec::new();
    // Looking for names that are there twice costs their square.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| wrong("an attribute is not XML"))?;
        if attributes.len() >= ATTRIBUTES_MOST {
            return Err(wrong("an element has too many attributes"));
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| wrong("an attribute is not XML"))?;
        let key = text(attribute.key.local_name().as_ref())?;
        attributes.push((key, value.into_owned()));
    }
    Ok((name, attributes))
}

/// The value of an attribute.
pub(super) fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

fn mistake(at: At, error: &quick_xml::Error) -> ManifestError {
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            ManifestError::TooLong { at }
        }
        quick_xml::Error::Io(error) => ManifestError::Read(error.kind().into()),
        _ => ManifestError::Wrong {
            at,
            what: "it is not XML".to_owned(),
        },
    }
}

/// Gives out only so many bytes until it is given more: the parser keeps what belongs to one piece in memory.
struct Bounded<R> {
    inner: R,
    left: usize,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let some = self.fill_buf()?;
        let count = some.len().min(buffer.len());
        buffer[..count].copy_from_slice(&some[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let some = self.inner.fill_buf()?;
        if some.is_empty() {
            return Ok(some);
        }
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(&some[..some.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        self.left -= count.min(self.left);
        self.inner.consume(count);
    }
}
