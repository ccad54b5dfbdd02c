//! The library over its routes: lists, one video, trash, download, ingests, look-ups and usage.

mod ingests;
mod lists;
mod scopes;
mod show;
