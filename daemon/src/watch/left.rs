//! What a watch leaves out, counted: of each rule how many files, and their bytes.

use std::collections::BTreeMap;
use std::ops::Bound;

use heimdex_client::watch::Left;

use super::report::Count;

/// Names of so many bytes are remembered, so that what goes is counted no more. What lies beyond is counted until all
/// is looked through again.
const NAMES_MAX: usize = 512 * 1024;

/// What is left out.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    counts: BTreeMap<Left, Count>,
    /// By the path within the watch: why, and the bytes that it was counted with.
    named: BTreeMap<Vec<u8>, (Left, u64)>,
    /// Bytes of the names.
    names: usize,
}

impl LeftOut {
    /// Nothing is known to be left out.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What is left out by each rule.
    pub(super) fn counts(&self) -> Vec<(Left, Count)> {
        let counts = self.counts.iter();
        counts.map(|(left, count)| (left.clone(), *count)).collect()
    }

    /// Something that was not there before is left out, or is as good as new.
    pub(super) fn came(&mut self, relative: &[u8], left: Left, bytes: u64) {
        self.gone(relative);
        self.counts.entry(left.clone()).or_default().add(bytes);
        if self.names + relative.len() <= NAMES_MAX {
            self.names += relative.len();
            self.named.insert(relative.to_vec(), (left, bytes));
        }
    }

    /// Something that may have been counted already is left out.
    pub(super) fn changed(&mut self, relative: &[u8], left: Left, bytes: u64) {
        if self.named.contains_key(relative) {
            self.came(relative, left, bytes);
        }
    }

    /// A name is there no longer, or is left out no longer.
    pub(super) fn gone(&mut self, relative: &[u8]) {
        let Some((left, bytes)) = self.named.remove(relative) else {
            return;
        };
        self.names -= relative.len();
        if let Some(count) = self.counts.get_mut(&left) {
            count.remove(bytes);
            if count.files == 0 {
                self.counts.remove(&left);
            }
        }
    }

    /// A folder is there no longer, and nothing below it is.
    pub(super) fn folder_gone(&mut self, folder: &[u8]) {
        self.gone(folder);
        let below = [folder, b"/"].concat();
        let from = (Bound::Included(below.as_slice()), Bound::Unbounded);
        let rest = self.named.range::<[u8], _>(from).map(|(name, _)| name);
        let gone: Vec<Vec<u8>> = rest
            .take_while(|name| name.starts_with(&below))
            .cloned()
            .collect();
        for name in gone {
            self.gone(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(left: &LeftOut) -> Vec<(u64, u64)> {
        let counts = left.counts().into_iter();
        counts
            .map(|(_, count)| (count.files, count.bytes))
            .collect()
    }

    #[test]
    fn what_goes_is_counted_no_more() {
        let mut left = LeftOut::default();
        left.came(b"a.part", Left::TooSmall, 3);
        left.came(b"a.part", Left::TooSmall, 4);
        left.changed(b"a.part", Left::TooSmall, 5);
        left.changed(b"b.part", Left::TooSmall, 9);
        left.came(b"d/x", Left::TooSmall, 1);
        left.came(b"d/e/y", Left::TooSmall, 1);
        left.came(b"d-x", Left::TooSmall, 1);
        assert_eq!(files(&left), [(4, 8)]);
        left.gone(b"never.part");
        left.folder_gone(b"d");
        assert_eq!(files(&left), [(2, 6)]);
        left.gone(b"a.part");
        left.gone(b"d-x");
        assert_eq!(left.counts(), []);
        assert_eq!(left.names, 0);
    }

    #[test]
    fn names_beyond_the_bound_are_counted_until_all_is_looked_through_again() {
        let mut left = LeftOut::default();
        let long = vec![b'x'; NAMES_MAX];
        left.came(b"a", Left::TooSmall, 1);
        left.came(&long, Left::TooSmall, 1);
        assert_eq!(files(&left), [(2, 2)]);
        left.gone(&long);
        left.gone(b"a");
        assert_eq!(files(&left), [(1, 1)]);
        left.clear();
        assert_eq!(left.counts(), []);
    }
}
