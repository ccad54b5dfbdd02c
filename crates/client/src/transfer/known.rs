//! What is known of the local file's parts before anything is sent.

use heimdex_api::hash::root_of_parts;
use heimdex_api::plan::{PartPlan, PartSize};
use heimdex_api::{Blake3, PartChecksum};

use super::engine::Upload;
use super::plan::KnownParts;

/// Values of parts, of one way to cut the file and one algorithm.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) part_size: PartSize,
    pub(crate) algorithm: PartChecksum,
    pub(crate) parts: KnownParts,
}

impl Known {
    /// Nothing yet; what will be hashed before an upload is open is cut like this, for CRC32C.
    pub(crate) fn nothing(part_size: PartSize) -> Self {
        Self {
            part_size,
            algorithm: PartChecksum::Crc32c,
            parts: KnownParts::new(),
        }
    }

    /// Begins anew for an upload that is cut so; keeps what is of use for it.
    pub(crate) fn cut_as(&mut self, part_size: PartSize, algorithm: PartChecksum) {
        if (self.part_size, self.algorithm) != (part_size, algorithm) {
            *self = Self {
                part_size,
                algorithm,
                parts: KnownParts::new(),
            };
        }
    }

    /// The file's hash, once all parts of it are known.
    pub(crate) fn root(&self, size: u64) -> Option<Blake3> {
        let plan = PartPlan::new(size, self.part_size)?;
        let subtrees: Vec<Blake3> = self.parts.values().map(|part| part.subtree).collect();
        (subtrees.len() == plan.count() as usize).then(|| root_of_parts(&subtrees))
    }

    /// What of it holds for an upload. A file of one part has the same values however it is cut.
    pub(crate) fn parts_for(&self, upload: &Upload) -> KnownParts {
        let one = upload.plan.count() == 1
            && PartPlan::new(upload.plan.size(), self.part_size)
                .is_some_and(|plan| plan.count() == 1);
        let same_cut = self.part_size == upload.plan.part_size() || one;
        if same_cut && self.algorithm == upload.algorithm {
            self.parts.clone()
        } else {
            KnownParts::new()
        }
    }
}
