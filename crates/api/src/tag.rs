//! `/tags`: what a library's videos are tagged with.

use serde::{Deserialize, Serialize};

/// `GET /tags`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsResponse {
    /// By name, whatever its case.
    pub tags: Vec<TagCount>,
}

/// A tag, and how much has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagCount {
    /// As it was first written.
    pub name: String,
    /// Videos that have it, those in the trash not counted.
    pub count: u64,
}
