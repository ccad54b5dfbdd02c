//! The time code of the first picture: a frame number in a track of its own.

use super::track::Track;
use crate::fields::Fields;
use crate::reader::{Reader, Stop};
use crate::timecode::TimecodeFormat;

const DROP_FRAME: u32 = 0x1;

/// Reads what follows the head of a `tmcd` sample description.
pub(super) fn parse_format(body: &[u8]) -> Option<TimecodeFormat> {
    let mut fields = Fields::new(body);
    fields.skip(4)?;
    let flags = fields.u32()?;
    fields.skip(8)?;
    let frames = fields.u8().filter(|&frames| frames > 0)?;
    Some(TimecodeFormat {
        drop_frame: flags & DROP_FRAME != 0,
        frames,
    })
}

/// Reads the first sample of a time code track.
pub(super) fn read(reader: &mut Reader<'_>, track: &Track) -> Result<Option<String>, Stop> {
    let Some(format) = track.entry.as_ref().and_then(|entry| entry.timecode) else {
        return Ok(None);
    };
    if track.external {
        return Ok(None);
    }
    let Some(offset) = track.tables.first_offset(reader)? else {
        return Ok(None);
    };
    let frame = u32::from_be_bytes(reader.array(offset)?);
    Ok(Some(format.show(frame)))
}
