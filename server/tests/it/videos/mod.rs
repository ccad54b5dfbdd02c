//! The library over its routes: lists, one video, trash, download, ingests, look-ups and usage.

mod edit;
mod ingests;
mod lists;
mod scopes;
mod show;
mod store_check;
