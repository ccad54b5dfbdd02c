//! The whole look at a source: what it is, whether it is all there, what it says of itself.

use crate::container::Container;
use crate::error::MediaError;
use crate::reader::{AHEAD, Reader, Stop};
use crate::report::Report;
use crate::source::ReadAt;
use crate::{SNIFF_LEN, avi, matroska, mp4, mpegts, mxf, sniff};

/// Looks at a source, by reads that are bounded in number and size ([`READ_LIMIT`](crate::READ_LIMIT),
/// [`READ_BUDGET`](crate::READ_BUDGET)). `None` means: no container that Heimdex knows.
///
/// # Errors
/// Where the source cannot be read. What is wrong with its content is part of the report.
pub fn inspect(source: &dyn ReadAt) -> Result<Option<Report>, MediaError> {
    let mut reader = Reader::new(source);
    let Some(container) = recognise(&mut reader)? else {
        return Ok(None);
    };
    let (completeness, probe) = match container {
        Container::Mp4 | Container::QuickTime | Container::ThreeGp => mp4::inspect(&mut reader)?,
        Container::Matroska | Container::WebM => matroska::inspect(&mut reader)?,
        Container::Avi => avi::inspect(&mut reader)?,
        Container::MpegTs => mpegts::inspect(&mut reader)?,
        Container::Mxf => mxf::inspect(&mut reader)?,
    };
    Ok(Some(Report {
        container,
        completeness,
        probe,
    }))
}

/// How long a source will be that is not all there yet, where its container says so: files that are copied or
/// downloaded say it, recordings do not. `None` too where it is as long as it says.
///
/// # Errors
/// Where the source cannot be read.
pub fn announced_size(source: &dyn ReadAt) -> Result<Option<u64>, MediaError> {
    let mut reader = Reader::new(source);
    let missing = match recognise(&mut reader)? {
        Some(Container::Mp4 | Container::QuickTime | Container::ThreeGp) => {
            mp4::missing(&mut reader)?
        }
        Some(Container::Matroska | Container::WebM) => matroska::missing(&mut reader)?,
        Some(Container::Avi) => avi::missing(&mut reader)?,
        Some(Container::MpegTs | Container::Mxf) | None => 0,
    };
    Ok((missing > 0).then(|| reader.size().saturating_add(missing)))
}

fn recognise(reader: &mut Reader<'_>) -> Result<Option<Container>, MediaError> {
    let head = reader
        .prefetch(0, SNIFF_LEN as u64, AHEAD as u64)
        .and_then(|()| reader.bytes(0, reader.size(), SNIFF_LEN));
    match head {
        Ok(head) => Ok(sniff(&head)),
        Err(Stop::Media(error)) => Err(error),
        Err(Stop::Budget | Stop::Broken(_)) => Ok(None),
    }
}
