//! MXF: triplets of key, length and value (KLV) in partitions: a header with metadata, bodies, a
//! footer, and at the very end an index of the partitions.

mod descriptor;
mod klv;
mod labels;
mod layout;
mod metadata;
mod partition;
mod probe;
mod verdict;

use crate::error::MediaError;
use crate::reader::Reader;
use crate::report::{Completeness, Probe};

/// Judges how complete the file is, and reads what its metadata say.
pub(crate) fn inspect(reader: &mut Reader<'_>) -> Result<(Completeness, Probe), MediaError> {
    let layout = layout::walk(reader)?;
    let completeness = verdict::judge(&layout);
    let probe = probe::probe(&layout.metadata);
    Ok((completeness, probe))
}
