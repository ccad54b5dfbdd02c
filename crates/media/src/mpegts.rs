//! MPEG transport streams: packets of 188 bytes (with a time stamp before them 192, with parity after
//! them 204), tables that name the streams, and packets of pictures and sound with their times.
//!
//! There is no index and no length: what is there is learnt from the beginning, the end, and where
//! the file is long from a few places in between.

mod packet;
mod probe;
mod scan;
mod streams;
mod tables;
mod timeline;
mod verdict;

use crate::error::MediaError;
use crate::reader::Reader;
use crate::report::{Completeness, Probe};

/// Judges how complete the file is, and reads what its packets say.
pub(crate) fn inspect(reader: &mut Reader<'_>) -> Result<(Completeness, Probe), MediaError> {
    let seen = scan::scan(reader)?;
    let completeness = verdict::judge(&seen);
    let probe = probe::probe(&seen);
    Ok((completeness, probe))
}
